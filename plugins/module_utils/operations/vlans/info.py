# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every VLAN of a zone: who has it, what is free, what leaks."""

from __future__ import annotations

import typing as t

from ...core.change import Outcome
from ...core.vlans import ranges as vlans
from ...core.vlans import scheme as vlan_scheme
from ...core.vlans.census import Asked, Pool, census
from ...ports.cloud import Cloud
from .. import lookup
from .holders import gather, ranges_of


class Question(t.NamedTuple):
    """vlan: only these, in any spelling. block_size: smallest free block. leaks: whether VMs are asked for too."""

    zone: t.Optional[str] = None
    physical_network: t.Optional[str] = None
    vlan: object = None
    block_size: int = 1
    leaks: bool = True
    scheme: t.Sequence[t.Mapping[str, t.Any]] = ()


def listed_vlans(cloud: Cloud, asked: Question, provisioning: t.Optional[t.Mapping[str, str]] = None) -> Outcome:
    """provisioning: on which hosts a VLAN is, by hypervisor. Raises NotFound, InvalidValue."""
    entries = vlan_scheme.parse(asked.scheme)
    widest = max(vlans.HIGHEST_OF.values())
    only = None if asked.vlan is None else vlans.parse(asked.vlan, highest=widest)
    place = lookup.zone(cloud, asked.zone)
    networks = cloud.physical_networks.all(zone_id=place.id)
    shown = [lookup.physical_network(cloud, asked.physical_network, place)] if asked.physical_network else networks
    here = {each.id for each in shown}
    guests = cloud.vlans.networks(place.id)
    holders = [
        each for each in gather(cloud, place, networks, guests=guests) if each.physical_network_id in here | {""}
    ]
    found = census(
        [Pool(each.id, each.name, each.isolation_method, ranges_of(each)) for each in shown],
        holders,
        guests,
        cloud.vlans.busy(place.id) if asked.leaks else None,
        Asked(only, asked.block_size),
    )
    off = vlan_scheme.lint(entries, holders)
    return Outcome(
        False, result={"zone": place.name, "provisioning": dict(provisioning or {}), **found, "off_scheme": off}
    )
