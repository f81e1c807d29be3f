# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every VLAN of a zone judged at once: who has it, what is free, what leaks, what is there twice. Plain data out.

Source: Working with Hosts, "VLAN Provisioning"; T3:38-41 (a dedication outlives its VLANs).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import ranges as vlans
from .holders import GuestNetwork, Holder
from .ranges import Range

Row = dict[str, object]


@dataclass(frozen=True)
class Pool:
    """The guest VLANs of one physical network."""

    id: str
    name: str
    isolation_method: t.Optional[str]
    ranges: tuple[Range, ...]

    @property
    def as_vlans(self) -> bool:
        return vlans.numbered_as_vlans(self.isolation_method)


@dataclass(frozen=True)
class Asked:
    """Which rows are wanted. ranges: VLANs, None for all; block: smallest free block, in VLANs."""

    ranges: t.Optional[tuple[Range, ...]] = None
    block: int = 1


def census(
    pools: t.Sequence[Pool],
    holders: t.Sequence[Holder],
    networks: t.Sequence[GuestNetwork],
    busy: t.Optional[t.Collection[str]],
    asked: Asked,
) -> Row:
    """``busy``: ids of networks with VMs, None where nobody asked. Linear in holders but for their sorting."""
    by_pool: dict[str, list[Holder]] = {pool.id: [] for pool in pools}
    for holder in holders:
        if holder.physical_network_id in by_pool:
            by_pool[holder.physical_network_id].append(holder)
    return {
        "physical_networks": [_summary(pool, by_pool[pool.id], asked) for pool in pools],
        "vlans": sorted(_rows(holders, asked), key=lambda row: (t.cast(int, row["first"]), str(row["name"]))),
        "leaks": [*_leaks(pools, by_pool), *_idle(holders, networks, busy)],
        "same_vlans": list(_twice(pools)),
    }


def _summary(pool: Pool, holders: t.Sequence[Holder], asked: Asked) -> Row:
    used = vlans.union(*(each.ranges for each in holders if each.kind in ("network", "leak")))
    kept = vlans.union(*(each.ranges for each in holders if each.kind == "dedication"))
    held = vlans.union(*(each.ranges for each in holders))
    free = vlans.difference(pool.ranges, held)
    wanted = free if asked.ranges is None else vlans.intersection(free, asked.ranges)
    blocks: list[Row] = [
        {"vlans": vlans.words([(low, high)])[0], "first": low, "last": high, "size": high - low + 1}
        for low, high in wanted
        if high - low + 1 >= asked.block
    ]
    return {
        "id": pool.id,
        "name": pool.name,
        "isolation_method": pool.isolation_method,
        "vlans": vlans.words(pool.ranges),
        "size": vlans.size(pool.ranges),
        "allocated": vlans.size(used),
        "dedicated": vlans.size(kept),
        "free": vlans.size(free),
        "free_blocks": blocks,
    }


def _rows(holders: t.Iterable[Holder], asked: Asked) -> t.Iterator[Row]:
    for holder in holders:
        which = holder.ranges if asked.ranges is None else vlans.intersection(holder.ranges, asked.ranges)
        for low, high in which:
            yield {
                "vlan": vlans.words([(low, high)])[0],
                "first": low,
                "last": high,
                "holder": holder.kind,
                "name": holder.name,
                "id": holder.id,
                "state": holder.state,
                "owner": holder.owner,
                "physical_network": holder.physical_network,
                "since": holder.since,
                "tunnel": holder.tunnel,
            }


def _leaks(pools: t.Sequence[Pool], by_pool: t.Mapping[str, t.Sequence[Holder]]) -> t.Iterator[Row]:
    for pool in pools:
        for holder in by_pool[pool.id]:
            if holder.kind == "leak":
                yield _leak(
                    "allocated_without_network", holder, holder.ranges, "the VLAN is allocated, but no network uses it"
                )
            if holder.kind == "dedication":
                outside = vlans.difference(holder.ranges, pool.ranges)
                if outside:
                    message = f"dedicated to {holder.owner}, but not a guest VLAN of {pool.name}"
                    yield _leak("dedicated_outside", holder, outside, message)


def _idle(
    holders: t.Sequence[Holder], networks: t.Sequence[GuestNetwork], busy: t.Optional[t.Collection[str]]
) -> t.Iterator[Row]:
    """Networks that keep a VLAN and have no VM: those that the server should have shut down by now."""
    if busy is None:
        return
    collected = {each.id for each in networks if each.state == "Implemented" and not each.persistent}
    for holder in holders:
        if holder.kind == "network" and holder.id in collected and holder.id not in busy:
            message = f"network {holder.name} is Implemented and not persistent, but has no VMs"
            yield _leak("network_without_vm", holder, holder.ranges, message)


def _leak(code: str, holder: Holder, which: t.Iterable[Range], message: str) -> Row:
    return {"code": code, "message": f"VLAN {', '.join(vlans.words(which))}: {message}", **holder.facts(which)}


def _twice(pools: t.Sequence[Pool]) -> t.Iterator[Row]:
    """The same numbers on two physical networks: two VLANs where each has its own switches, one where not."""
    plain = [pool for pool in pools if pool.as_vlans]
    for place, one in enumerate(plain):
        for other in plain[place + 1 :]:
            both = vlans.intersection(one.ranges, other.ranges)
            if both:
                yield {"vlans": vlans.words(both), "physical_networks": [one.name, other.name]}
