# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routers: what the server shows of one, and which of them serve one network together.

Sources: Working with System Virtual Machines, "Virtual Router"; T4:60-73, T6:121-328; servers before 4.15 say MASTER.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .. import releases

PRIMARY, BACKUP, FAULT, UNKNOWN = "PRIMARY", "BACKUP", "FAULT", "UNKNOWN"
RUNNING, STOPPED = "Running", "Stopped"
# States that end by themselves.
PASSING = frozenset(("starting", "stopping", "migrating", "expunging"))
NETWORK, VPC = "network", "vpc"
MINIMUM = "minreq.sysvmtemplate.version"  # the setting


@dataclass(frozen=True)
class HealthCheck:
    """One result. kind: "basic" or "advanced". good: None where the server cannot tell. at: when it was made."""

    name: str
    kind: str = ""
    good: t.Optional[bool] = None
    details: str = ""
    at: str = ""


@dataclass(frozen=True)
class Router:
    """A virtual router as ``listRouters`` shows it.

    network_id: its guest network; "" for the router of a VPC without tiers. networks: all guest networks on it.
    redundant_state: PRIMARY, BACKUP, FAULT or UNKNOWN. requires_upgrade, health_failed: None where it does not say.
    version: of the template that it runs. software_version: of its scripts (4.17 and newer).
    """

    id: str
    name: str
    state: str = ""
    zone_id: str = ""
    zone: str = ""
    pod: str = ""
    host: str = ""
    hypervisor: str = ""
    network_id: str = ""
    network: str = ""
    networks: tuple[str, ...] = ()
    vpc_id: str = ""
    vpc: str = ""
    account: str = ""
    domain: str = ""
    domain_path: str = ""
    project: str = ""
    redundant: bool = False
    redundant_state: str = UNKNOWN
    requires_upgrade: t.Optional[bool] = None
    version: str = ""
    software_version: str = ""
    template_id: str = ""
    template: str = ""
    offering_id: str = ""
    offering: str = ""
    role: str = ""
    created: str = ""
    public_ip: str = ""
    guest_ip: str = ""
    health_failed: t.Optional[bool] = None
    checks: tuple[HealthCheck, ...] = ()

    @property
    def runs(self) -> bool:
        return self.state.casefold() == RUNNING.casefold()

    @property
    def stopped(self) -> bool:
        return self.state.casefold() == STOPPED.casefold()

    @property
    def passing(self) -> bool:
        return self.state.casefold() in PASSING

    @property
    def serves(self) -> tuple[str, str]:
        """Kind and id of what it serves: a VPC or a network."""
        return (VPC, self.vpc_id) if self.vpc_id else (NETWORK, self.network_id)

    @property
    def serves_name(self) -> str:
        return (self.vpc or self.vpc_id) if self.vpc_id else (self.network or self.network_id)


def state_word(text: str) -> str:
    """A redundant state in today's words."""
    word = text.strip().upper()
    word = {"MASTER": PRIMARY}.get(word, word)
    return word if word in (PRIMARY, BACKUP, FAULT) else UNKNOWN


def grouped(routers: t.Iterable[Router]) -> dict[tuple[str, str], tuple[Router, ...]]:
    """Routers by what they serve, in the order of names; one that serves nothing is left out."""
    found: dict[tuple[str, str], list[Router]] = {}
    for each in sorted(routers, key=lambda router: (router.serves_name.casefold(), router.name, router.id)):
        if each.serves[1]:
            found.setdefault(each.serves, []).append(each)
    return {key: tuple(held) for key, held in found.items()}


def one_primary(routers: t.Sequence[Router]) -> bool:
    """Exactly one PRIMARY and one BACKUP, both running."""
    return all(each.runs for each in routers) and sorted(each.redundant_state for each in routers) == [BACKUP, PRIMARY]


def states_text(routers: t.Sequence[Router]) -> str:
    """ "r-5-VM Running PRIMARY, r-6-VM Stopped"."""
    said = (
        f"{each.name} {each.state or 'in no state'}" + (f" {each.redundant_state}" if each.redundant else "")
        for each in routers
    )
    return ", ".join(said) or "no router"


def version_of(text: str) -> t.Optional[tuple[int, ...]]:
    """Comparable, of "4.18.1.0-SNAPSHOT"; None for what is no version."""
    return releases.release(text) or None


def older(text: str, than: str) -> t.Optional[bool]:
    """Whether one version is below another; None where either is unreadable."""
    one, other = version_of(text), version_of(than)
    return None if one is None or other is None else one < other
