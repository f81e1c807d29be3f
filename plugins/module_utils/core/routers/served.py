# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What virtual routers serve: networks and VPCs, and the rules that a restart must not lose."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

READY = frozenset(("implemented", "setup", "enabled"))  # states in which the server restarts networks and VPCs (T6:120)


@dataclass(frozen=True)
class Served:
    """A guest network or a VPC. kind: "network" or "vpc". tiers: ids of the networks of a VPC.

    redundant: whether it shall have two routers. vpc_id: the VPC of a tier.
    """

    kind: str
    id: str
    name: str
    state: str = ""
    zone_id: str = ""
    zone: str = ""
    redundant: bool = False
    tiers: tuple[str, ...] = ()
    vpc_id: str = ""
    vpc: str = ""
    account: str = ""
    domain_path: str = ""
    project: str = ""

    @property
    def called(self) -> str:
        return f"{'VPC' if self.kind == 'vpc' else 'network'} {self.name}"

    @property
    def ready(self) -> bool:
        return self.state.casefold() in READY


KINDS = ("port_forwarding", "load_balancer", "static_nat", "vpn")


@dataclass(frozen=True)
class Rules:
    """How many rules of each kind a network or VPC has."""

    port_forwarding: int = 0
    load_balancer: int = 0
    static_nat: int = 0
    vpn: int = 0

    def lost(self, after: Rules) -> dict[str, tuple[int, int]]:
        """Kinds of which there are fewer afterwards: before and after."""
        pairs = {kind: (getattr(self, kind), getattr(after, kind)) for kind in KINDS}
        return {kind: pair for kind, pair in pairs.items() if pair[1] < pair[0]}


def lost_text(lost: t.Mapping[str, tuple[int, int]]) -> str:
    """ "port_forwarding 3 of 5"."""
    return ", ".join(f"{kind} {after} of {before}" for kind, (before, after) in lost.items())


def counted(rules: Rules) -> str:
    """ "port_forwarding 3, load_balancer 0, static_nat 0, vpn 0"."""
    return ", ".join(f"{kind} {getattr(rules, kind)}" for kind in KINDS)
