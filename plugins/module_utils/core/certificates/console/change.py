# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a console certificate asks for: rows of the keystore, settings, and what each system VM has to serve."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ...errors import InvalidValue
from ...findings import Finding
from ...system_vms.vm import CONSOLE as PROXY
from ...system_vms.vm import STORAGE, SystemVm
from ...text import shortened
from ..chain import Chain
from ..model import Certificate, NotServed, Served
from .check import Wish, called
from .domains import Domain
from .table import CONSOLE

PROXY_DOMAIN, PROXY_TLS = "consoleproxy.url.domain", "consoleproxy.sslEnabled"
STORAGE_DOMAIN, STORAGE_TLS = "secstorage.ssl.cert.domain", "secstorage.encrypt.copy"
# While it has this value the server stops its console proxies and starts them again (server: ConsoleProxyManagerImpl).
PROXY_STATE, RESETTING = "consoleproxy.management.state", "ResetSuspending"
# The names that CloudStack's own user interface gives to the rows: those of an earlier chain are then overwritten.
ROOT, INTERMEDIATE = "root", "intermediate"
FAILED: t.Mapping[str, str] = {"no_tls": "served_none", "refused": "served_none"}


@dataclass(frozen=True)
class Link:
    """A row of the keystore. index: by which the server sorts, 1 for the root, the highest for the leaf's signer."""

    index: int
    name: str
    certificate: Certificate


@dataclass(frozen=True)
class Seen:
    """A system VM and what it serves. host_name: of its URLs. answer: None for one that does not run."""

    vm: SystemVm
    host_name: str
    answer: t.Union[Served, NotServed, None] = None

    @property
    def leaf(self) -> t.Optional[Certificate]:
        return self.answer.leaf if isinstance(self.answer, Served) else None


def links_of(chain: Chain, names: t.Sequence[str] = ()) -> tuple[Link, ...]:
    """From the root down. Raises InvalidValue for names that are too few, too long or not different."""
    down = tuple(reversed(chain.links))
    first = 1 if down and chain.root is down[0] else 2
    given = names or [ROOT if index == 1 else f"{INTERMEDIATE}{index - 1}" for index in range(first, first + len(down))]
    if len(given) < len(down) or len(set(given)) < len(given) or any(not 0 < len(name) <= 64 for name in given):
        raise InvalidValue("names", list(given), f"{len(down)} different names of at most 64 characters")
    return tuple(Link(first + place, given[place], each) for place, each in enumerate(down))


def settings_of(wish: Wish) -> dict[str, str]:
    """By the setting's name; those of storage only where the task says something of it."""
    wanted = {PROXY_DOMAIN: str(wish.console), PROXY_TLS: "true"}
    return wanted if wish.storage is None else {**wanted, STORAGE_DOMAIN: str(wish.storage), STORAGE_TLS: "true"}


def domain_of(wish: Wish, vm: SystemVm) -> t.Optional[Domain]:
    """That of a VM's URLs; None for a VM that the task is not about."""
    return {PROXY: wish.console, STORAGE: wish.storage}.get(vm.kind)


def is_right(seen: Seen, chain: Chain) -> bool:
    return not list(judge_served(seen, chain))


def judge_served(seen: Seen, chain: Chain) -> t.Iterator[Finding]:
    """Why a VM does not serve the chain."""
    answer, name, leaf = seen.answer, seen.vm.name, seen.leaf
    if leaf is None or not isinstance(answer, Served):
        reason, text = (answer.reason, answer.text) if isinstance(answer, NotServed) else ("", seen.vm.state)
        yield CONSOLE.found(FAILED.get(reason, "not_reached"), f"{seen.vm.called}: {text}", name)
    elif chain.leaf is None or leaf.fingerprint != chain.leaf.fingerprint:
        yield CONSOLE.found("served_other", f"{seen.vm.called}: {called(leaf)}, serial {leaf.serial}", name)
    elif answer.trusted is False:
        yield CONSOLE.found("served_incomplete", f"{seen.vm.called}: {shortened(answer.reason)}", name)
    elif answer.whole:
        held = {each.fingerprint for each in answer.chain}
        lacking = [each for each in chain.intermediates if each.fingerprint not in held]
        if lacking:
            names = ", ".join(called(each) for each in lacking)
            yield CONSOLE.found("served_incomplete", f"{seen.vm.called}: {names} is missing", name)


def surplus(seen: Seen, chain: Chain) -> t.Iterator[Finding]:
    """What a VM serves beside the chain; only where all that it serves was seen."""
    if isinstance(seen.answer, Served) and seen.answer.whole:
        known = {each.fingerprint for each in chain.members}
        more = [called(each) for each in seen.answer.chain if each.fingerprint not in known]
        if more:
            yield CONSOLE.found("served_more", f"{seen.vm.called}: {', '.join(more)}", seen.vm.name, certificates=more)


def places(seen: t.Iterable[Seen]) -> t.Counter[tuple[str, str]]:
    """How many there are of each kind in each zone: a VM that was destroyed comes back as another one."""
    return Counter((each.vm.zone_id, each.vm.kind) for each in seen)


def all_served(seen: t.Sequence[Seen], chain: Chain, expected: t.Counter[tuple[str, str]]) -> bool:
    """Every VM that runs serves the chain, and there are as many as before."""
    running = [each for each in seen if each.vm.runs]
    return all(is_right(each, chain) for each in running) and not expected - places(running)


def shown(certificate: t.Optional[Certificate], now: float) -> t.Optional[dict[str, object]]:
    """A certificate for diffs and results."""
    if certificate is None:
        return None
    return {
        "subject": shortened(certificate.subject, 200),
        "issuer": shortened(certificate.issuer, 200),
        "names": [shortened(each, 200) for each in certificate.names],
        "serial": certificate.serial,
        "fingerprint": certificate.fingerprint,
        "key": certificate.key,
        "days_left": certificate.days_left(now),
    }
