# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts, their traffic, the VLANs that somebody has, and where a label leads on a host."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..hypervisors.model import HypervisorHost
from ..vlans.ranges import Range

Row = dict[str, object]


@dataclass(frozen=True)
class Use:
    """VLANs that somebody has. kind: "guest_vlans" for the pool, or a key of core.vlans.holders.KINDS."""

    kind: str
    ranges: tuple[Range, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lane:
    """Traffic of one kind on one physical network. labels: by hypervisor, None where unset. uses: VLANs by holder."""

    physical_network: str
    traffic_type: str
    labels: t.Mapping[str, t.Optional[str]]
    uses: tuple[Use, ...]


@dataclass(frozen=True)
class TrunkHost:
    """A host of the zone. seen: None where it could not be read, with the error. devices: labels it defaults to."""

    name: str
    cluster: str
    hypervisor: str
    seen: t.Optional[HypervisorHost] = None
    error: str = ""
    devices: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Way:
    """What a label came to on a host: the code of what is wrong with it as a whole, or what passes."""

    label: str = ""
    code: str = ""
    message: str = ""
    passing: tuple[Range, ...] = ()
    there: tuple[Range, ...] = ()
    nics: tuple[str, ...] = ()
    mtu: t.Optional[int] = None
    vlan: t.Optional[int] = None
