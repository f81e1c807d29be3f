# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which volume goes to which pool when one is emptied, and how.

Source: 4.11.1 documentation, "VM Storage Migration" (14156-14225): XenServer and VMware move the volumes of running
VMs, VMware between pools that the VM's host reaches; with KVM the VM has to be stopped. "Using Local Storage for Data
Volumes": these move nowhere. VolumeApiServiceImpl.migrateVolume; field facts, "Storage".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..capacity.levels import Thresholds, room
from ..consent import agreed, doubtful, unknown
from ..errors import Reason
from ..zone.storage import StoragePool
from .maintenance import UP
from .volumes import GONE, PASSING, READY, RUNNING, Volume

LIVE = frozenset(("vmware", "xenserver"))  # hypervisors whose documents have live storage migration
How = t.Literal["offline", "live", "stopped"]
STEPS = 20_000  # of the search for a distribution, where filling the emptiest pool first finds none
SEARCHED = 40  # volumes at most that are searched for


@dataclass(frozen=True)
class Move:
    """how: of a VM that does not run, of one that runs, or of one that is stopped for it."""

    volume: Volume
    target: StoragePool
    how: How


@dataclass(frozen=True)
class Terms:
    """consent: names or ids of VMs that may be stopped, or "all". only: names or ids of volumes; () for all.

    live: hypervisors for which the server lists storage motion. snapshots: ids of VMs with VM snapshots. stopped: ids
    of VMs that were stopped for this already.
    """

    consent: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    live: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()
    stopped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Plan:
    """moves: those of one VM stand together, those that stop a VM last. left: system VMs and routers on the pool.

    waiting: names of deleted volumes that the server has yet to remove.
    """

    moves: tuple[Move, ...]
    reasons: tuple[Reason, ...]
    left: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()

    @property
    def stops(self) -> tuple[str, ...]:
        """Names of the VMs that are stopped."""
        return tuple(dict.fromkeys(move.volume.vm for move in self.moves if move.how == "stopped"))


Limits = t.Mapping[str, Thresholds]


def planned(
    source: StoragePool, volumes: t.Collection[Volume], targets: t.Sequence[StoragePool], limits: Limits, terms: Terms
) -> Plan:
    """``targets``: pools that may be filled. ``limits``: thresholds by the id of a pool."""
    mine = [each for each in volumes if not terms.only or each.name in terms.only or each.id in terms.only]
    waiting = tuple(sorted(each.name for each in mine if each.state in GONE))
    left = tuple(sorted({each.vm for each in mine if not each.of_user and each.state not in GONE}))
    wanted = [each for each in mine if each.of_user and each.state not in GONE]
    reasons = [reason for each in wanted for reason in _against(each, terms)]
    there = {each.vm_id: each.vm for each in volumes if each.vm_id}
    stopping = {each.vm_id for each in wanted if how(each, terms) == "stopped"}
    doubts = doubtful(terms.consent, there.items(), stopping)
    stuck = {reason.facts["volume_id"] for reason in reasons}
    ready = [each for each in wanted if each.id not in stuck]
    choices: dict[str, list[StoragePool]] = {}
    for each in ready:
        why = {pool.name: unsuited(each, source, pool) for pool in targets if pool.id != source.id}
        choices[each.id] = [pool for pool in targets if pool.id != source.id and not why[pool.name]]
        if not choices[each.id]:
            reasons.append(_no_target(each, why))
    placed = distributed([each for each in ready if choices[each.id]], choices, limits)
    reasons += [
        _no_space(each, choices[each.id], limits) for each in ready if choices[each.id] and each.id not in placed
    ]
    moves = [Move(each, placed[each.id], how(each, terms)) for each in ready if each.id in placed]
    moves.sort(key=lambda move: (move.how == "stopped", move.how == "live", move.volume.vm, move.volume.name))
    where, needing = f"storage pool {source.name}", [there[each] for each in stopping]
    strangers = unknown(terms.consent, there.items(), where, needing)
    return Plan(tuple(moves), (*doubts, *reasons), left, waiting, strangers)


def how(volume: Volume, terms: Terms) -> How:
    if not volume.vm_id or volume.vm_state != RUNNING:
        return "offline"
    return "live" if volume.hypervisor.casefold() in LIVE & terms.live else "stopped"


def _against(volume: Volume, terms: Terms) -> t.Iterator[Reason]:
    """Why a volume moves nowhere at all."""
    facts = {"volume": volume.name, "volume_id": volume.id, "vm": volume.vm}
    if volume.local:
        message = f"volume {volume.name} is on the local disk of a host, which CloudStack cannot migrate"
        yield Reason("local_storage", message, "copy it with a snapshot or a template", facts)
    elif volume.state != READY:
        message = f"volume {volume.name} is {volume.state}"
        yield Reason("volume_state", message, "wait until this has ended, then run again", facts)
    elif volume.vm_state in PASSING:
        yield Reason("vm_state", f"VM {volume.vm} is {volume.vm_state}", "run again when this has ended", facts)
    elif volume.vm_id in terms.snapshots:
        message = f"VM {volume.vm} of volume {volume.name} has VM snapshots, so the server cannot migrate the volume"
        yield Reason("vm_snapshots", message, "delete the VM snapshots first", facts)
    elif how(volume, terms) == "stopped" and not agreed(terms.consent, volume.vm, volume.vm_id):
        message = (
            f"VM {volume.vm} must be stopped to move volume {volume.name}: {volume.hypervisor} cannot move it live"
        )
        yield Reason("needs_stop", message, "add its name to consent", facts)


def unsuited(volume: Volume, source: StoragePool, pool: StoragePool) -> str:
    """Why a pool cannot take a volume, whatever its room; "" if it can."""
    if pool.state != UP:
        return f"is {pool.state}"
    if pool.scope.upper() == "HOST":
        return "is local to a host"
    if pool.zone_id != source.zone_id:
        return "is in another zone"
    kinds = {None, "", "any", (volume.hypervisor or source.hypervisor or "").casefold()}
    if (pool.hypervisor or "").casefold() not in kinds:
        return f"is for {pool.hypervisor}"
    # The hosts of an attached volume are those of the source's cluster; of a zone's pool, that of its VM's host.
    home = source.cluster_id or volume.cluster_id
    if pool.cluster_id and volume.vm_id and not home:
        return f"belongs to a cluster, and the cluster of VM {volume.vm} is unknown"
    if pool.cluster_id and pool.cluster_id != home and (volume.vm_id or source.cluster_id):
        return "is in another cluster"
    lacking = sorted(volume.tags - set(pool.storage_tags))
    return f"does not have the tags {', '.join(lacking)}" if lacking else ""


def _no_target(volume: Volume, why: t.Mapping[str, str]) -> Reason:
    told = "; ".join(f"{name} {reason}" for name, reason in sorted(why.items())) or "there is no other pool"
    facts = {"volume": volume.name, "volume_id": volume.id, "vm": volume.vm, "pools": dict(why)}
    remedy = "add a pool, enable one, or add the tags that the offering of the volume requires"
    return Reason("no_target", f"no pool is suitable for volume {volume.name}: {told}", remedy, facts)


def _no_space(volume: Volume, pools: t.Sequence[StoragePool], limits: Limits) -> Reason:
    rooms = {pool.name: room(pool, limits[pool.id])[0] for pool in pools}
    told = ", ".join(f"{name} {free} bytes" for name, free in sorted(rooms.items()))
    message = f"volume {volume.name} ({volume.size} bytes) does not fit with the others below the thresholds: {told}"
    facts = {"volume": volume.name, "volume_id": volume.id, "vm": volume.vm, "size": volume.size, "room": rooms}
    return Reason("no_space", message, "add a pool, or move fewer volumes", facts)


def distributed(
    volumes: t.Sequence[Volume], choices: t.Mapping[str, t.Sequence[StoragePool]], limits: Limits
) -> dict[str, StoragePool]:
    """A pool for each volume, by its id; without those that found none. Fills the pool with the largest rest first."""
    order = sorted(volumes, key=lambda v: (len(choices[v.id]), -v.size, v.id))
    pools = {pool.id: pool for each in volumes for pool in choices[each.id]}
    rest = {id: list(room(pool, limits[id])) for id, pool in pools.items()}
    found: dict[str, StoragePool] = {}
    for each in order:
        for pool in _fitting(each, choices, rest)[:1]:
            _take(rest[pool.id], each, 1)
            found[each.id] = pool
    if len(found) == len(order) or len(order) > SEARCHED:
        return found
    searched = _searched(order, choices, {id: list(room(pool, limits[id])) for id, pool in pools.items()})
    return {id: pools[pool_id] for id, pool_id in searched.items()} if searched else found


def _fitting(
    volume: Volume, choices: t.Mapping[str, t.Sequence[StoragePool]], rest: t.Mapping[str, t.Sequence[int]]
) -> list[StoragePool]:
    fits = [p for p in choices[volume.id] if rest[p.id][0] >= volume.size and rest[p.id][1] >= volume.weight]
    return sorted(fits, key=lambda p: (-rest[p.id][0], p.name, p.id))


def _take(rest: list[int], volume: Volume, times: int) -> None:
    rest[0] -= volume.size * times
    rest[1] -= volume.weight * times


def _searched(
    order: t.Sequence[Volume], choices: t.Mapping[str, t.Sequence[StoragePool]], rest: dict[str, list[int]]
) -> t.Optional[dict[str, str]]:
    """Every distribution is tried, one after the other, for at most STEPS steps."""
    left = [STEPS]
    found: dict[str, str] = {}

    def place(n: int) -> bool:
        if n == len(order):
            return True
        each = order[n]
        for pool in _fitting(each, choices, rest):
            left[0] -= 1
            if left[0] < 0:
                return False
            _take(rest[pool.id], each, 1)
            found[each.id] = pool.id
            if place(n + 1):
                return True
            _take(rest[pool.id], each, -1)
        found.pop(each.id, None)
        return False

    return found if place(0) else None
