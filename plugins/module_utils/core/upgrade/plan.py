# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of an upgrade in their order, and about how long each takes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, Judgement
from ..servers.release import release, words
from .check import verdicts
from .facts import Facts, chain
from .table import UPGRADE
from .templates import template_names

# Seconds, measured on a loaded machine (facts 8.4): a start takes up to four minutes, an empty schema one second a
# version. Bytes a second of a dump that is compressed.
STOP, PACKAGES, START, VERSION, USAGE, AGENT, ROUTER = 20, 120, 240, 1, 15, 60, 130
DUMPED = 20 << 20
ACCEPTED = 120


@dataclass(frozen=True)
class Step:
    """on: whom it concerns. seconds: about. down: whether the API does not answer meanwhile."""

    name: str
    what: str
    on: str
    seconds: int
    down: bool = False


@dataclass(frozen=True)
class Plan:
    """old: "" where the database says nothing that is a version. templates: of system VMs, by name."""

    old: str
    to: str
    chain: tuple[str, ...]
    steps: tuple[Step, ...]
    judgement: Judgement
    templates: tuple[str, ...] = ()

    @property
    def feasible(self) -> bool:
        return not any(each.severity == BLOCKS for each in self.judgement.findings)

    @property
    def seconds(self) -> int:
        return sum(step.seconds for step in self.steps)

    @property
    def seconds_down(self) -> int:
        return sum(step.seconds for step in self.steps if step.down)


def plan(facts: Facts, ignore: t.Collection[str] = ()) -> Plan:
    """Raises InvalidValue for an unknown code in ``ignore``."""
    old = release(facts.database.version)
    passed = chain(old, facts.to) if old else ()
    judgement = UPGRADE.judgement(verdicts(facts), ignore)
    steps, templates = tuple(_steps(facts, passed)), template_names(facts)
    return Plan(words(old) if old else "", words(facts.to), passed, steps, judgement, templates)


def _steps(facts: Facts, passed: t.Sequence[str]) -> t.Iterator[Step]:
    if not passed:
        return
    names = [node.name for node in facts.nodes] or [server.name for server in facts.database.servers if server.alive]
    first, others = (names or ["the first server"])[0], names[1:]
    agents = [each.name for each in facts.database.agents if each.hypervisor.casefold() in ("kvm", "lxc")]
    routers = [each for each in facts.database.system_vms if each.kind == "DomainRouter"]
    servers = ", ".join(names) or "all servers"
    yield Step("stop", "stop usage servers, then management servers", servers, STOP * max(len(names), 1), True)
    dump = 10 + facts.database.size // DUMPED
    yield Step("backup", "back up both databases and the configuration, and prove it", first, dump, True)
    yield Step("packages", "install the new packages on all servers", servers, PACKAGES, True)
    change = START + VERSION * len(passed) + facts.database.size // DUMPED
    yield Step("schema", f"start the first server: {len(passed)} versions", first, change, True)
    yield Step("template", "verify the system VM template", first, 5)
    for name in others:
        yield Step("server", "start the server", name, START)
    yield Step("usage", "start the usage servers", servers, USAGE)
    for number, name in enumerate(agents):
        yield Step("agent", "upgrade the agent, as the canary" if not number else "upgrade the agent", name, AGENT)
    yield Step("system_vms", "renew system VMs and routers", f"{len(routers)} routers", ROUTER * (len(routers) + 2))
    yield Step("acceptance", "run the acceptance test", "each zone", ACCEPTED)


def text(found: Plan) -> list[str]:
    """The plan as readable lines."""
    verdict = "can be carried out" if found.feasible else "cannot be carried out"
    passed = f", through {len(found.chain)} versions" if len(found.chain) > 1 else ""
    lines = [f"The upgrade from {found.old or 'an unknown version'} to {found.to}{passed} {verdict}."]
    lines += [
        f"[{each.severity}] {each.code}: {each.evidence}" + (f" ({each.remedy})" if each.remedy else "")
        for each in found.judgement.findings
    ]
    lines += [f"[not seen] {each.code}: {each.missing}" for each in found.judgement.unseen]
    if found.steps:
        minutes, down = -(-found.seconds // 60), -(-found.seconds_down // 60)
        lines.append(f"It takes about {minutes} minutes; the API does not answer for about {down} of them.")
    lines += [
        f"{number}. {step.what} on {step.on}: about {step.seconds} s" for number, step in enumerate(found.steps, 1)
    ]
    return lines
