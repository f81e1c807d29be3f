# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling through hosts: which to empty together, in which order, and where their VMs go, before anything is moved.

The shift: the host with the least load first; from then on VMs go to hosts that are done, so that a VM moves once.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass

from .capacity import Amount
from .drain import Drain, Move, drain
from .errors import Reason
from .placement import Packing, Vm, VmHost, reason
from .spare import unbearable

TRIES = 6  # hosts that are tried for a wave of one before the roll is called impossible


@dataclass(frozen=True)
class Order:
    """What is asked of a roll. hosts: ids to visit. first: ids that come before the others (a pool's master).

    most_at_once: hosts out at the same time. spare_hosts: f of N+f, kept at every instant.
    """

    hosts: tuple[str, ...]
    first: tuple[str, ...] = ()
    most_at_once: int = 1
    spare_hosts: int = 0


@dataclass(frozen=True)
class Wave:
    """Hosts that are out together, what moves before, and what is free on the others while they are out."""

    hosts: tuple[str, ...]
    moves: tuple[Move, ...]
    free: Amount


@dataclass(frozen=True)
class Bounds:
    """What no plan can beat. moves: of VMs in all; waves: of hosts."""

    moves: int
    waves: int


@dataclass(frozen=True)
class Roll:
    """A plan: waves in order, or the hosts that cannot be emptied with every reason."""

    waves: tuple[Wave, ...]
    bounds: Bounds
    stuck: t.Mapping[str, tuple[Reason, ...]]
    fingerprint: str

    @property
    def moves(self) -> int:
        return sum(len(wave.moves) for wave in self.waves)

    @property
    def feasible(self) -> bool:
        return not self.stuck


def fingerprint(vms: t.Iterable[Vm]) -> str:
    """Tells whether VMs are still where a plan saw them; 16 hexadecimal digits."""
    placement = "\n".join(sorted(f"{vm.id}@{vm.host}" for vm in vms))
    return hashlib.sha256(placement.encode()).hexdigest()[:16]


def plan(hosts: t.Sequence[VmHost], vms: t.Sequence[Vm], order: Order) -> Roll:
    """The whole roll. Never moves a VM of a host that is not visited, nor one that is on a host that is done."""
    packing = Packing(hosts, vms)
    scope = [packing.index[each] for each in order.hosts]
    lower = bounds(packing, scope, order)
    rank = {each: n for n, each in enumerate(order.first)}
    pending = list(scope)
    done = [n for n in range(len(hosts)) if n not in set(scope) and not hosts[n].unusable]
    waves: list[Wave] = []
    stuck: dict[str, tuple[Reason, ...]] = {}
    while pending and not stuck:
        # The VMs of the first host move again, so it is the one with the fewest; later ones go by what they free.
        load = _load if waves else _count
        pending.sort(key=lambda n: (rank.get(hosts[n].id, len(rank)), load(packing, n), hosts[n].name))
        found = _wave(packing, pending, done, order, forced=any(hosts[n].id in rank for n in pending))
        if isinstance(found, dict):
            stuck = found
            break
        packing, sources, moves = found
        waves.append(Wave(tuple(hosts[n].id for n in sources), moves, _free(packing, sources)))
        pending = [n for n in pending if n not in sources]
        done += sources
    return Roll(tuple(waves), lower, stuck, fingerprint(vms))


Found = tuple[Packing, list[int], tuple[Move, ...]]


def _wave(
    packing: Packing, pending: t.Sequence[int], done: t.Sequence[int], order: Order, forced: bool
) -> t.Union[Found, dict[str, tuple[Reason, ...]]]:
    """The next hosts to take together: as many as may, else fewer, else another one alone; or why none can go."""
    for count in range(min(order.most_at_once, len(pending)), 1, -1):
        trial = _tried(packing, list(pending[:count]), done, order)
        if not isinstance(trial, tuple):
            continue
        return trial
    stuck: dict[str, tuple[Reason, ...]] = {}
    best: t.Optional[Found] = None
    for n in pending[: 1 if forced else TRIES]:
        single = _tried(packing, [n], done, order)
        if not isinstance(single, tuple):
            stuck[packing.hosts[n].id] = single.reasons
        elif best is None or _again(single, done) < _again(best, done):
            best = single
        if best is not None and (not done or not _again(best, done)):
            break
    return best or stuck


def _again(found: Found, done: t.Collection[int]) -> int:
    """How many of its moves end on a host that is still to come, and so are made again."""
    packing, _sources, moves = found
    ready = {packing.hosts[n].id for n in done}
    return sum(1 for move in moves if move.target not in ready)


def _tried(packing: Packing, sources: list[int], done: t.Sequence[int], order: Order) -> t.Union[Found, Drain]:
    twin = packing.copy()
    found = drain(twin, sources, done)
    if found.reasons:
        return found
    failing = unbearable(twin, sources, order.spare_hosts)
    if failing:
        names = ", ".join(twin.hosts[twin.index[each]].name for each in failing)
        gone = ", ".join(twin.hosts[n].name for n in sources)
        message = f"while {gone} is out, the failure of {names} would leave VMs without a place"
        return Drain(reasons=(reason("n_plus_f", message, spare_hosts=order.spare_hosts, failing=list(failing)),))
    return twin, sources, found.moves


def _count(packing: Packing, n: int) -> float:
    return len(packing.on[n])


def _load(packing: Packing, n: int) -> float:
    """The share of its room that is taken."""
    room = packing.hosts[n].room
    return (room.cpu - packing.cpu[n]) / (room.cpu or 1) + (room.ram - packing.ram[n]) / (room.ram or 1)


def _free(packing: Packing, sources: t.Collection[int]) -> Amount:
    others = [n for n in range(len(packing.hosts)) if n not in sources and not packing.hosts[n].unusable]
    return Amount(sum(packing.cpu[n] for n in others), sum(packing.ram[n] for n in others))


def bounds(packing: Packing, scope: t.Sequence[int], order: Order) -> Bounds:
    """Lower bounds: every VM of the scope moves once, and those of one host again unless others can hold them.

    The first host lands its VMs on hosts that are still to come, so those leave again.
    """
    counts = sorted(len(packing.on[n]) for n in scope)
    outside = any(n not in set(scope) and not host.unusable for n, host in enumerate(packing.hosts))
    again = 0 if outside else sum(counts[:1])
    return Bounds(sum(counts) + again, _fewest_waves(packing, scope, order))


def _fewest_waves(packing: Packing, scope: t.Sequence[int], order: Order) -> int:
    """From the largest number of hosts whose absence, with the spare ones, leaves room for all by the sum."""
    if not scope:
        return 0
    usable = [n for n, host in enumerate(packing.hosts) if not host.unusable]
    most = 1
    for count in range(2, order.most_at_once + 1):
        if not all(_sum_fits(packing, usable, scope, count, order.spare_hosts, kind) for kind in ("cpu", "ram")):
            break
        most = count
    return -(-len(scope) // most)


def _sum_fits(
    packing: Packing, usable: t.Sequence[int], scope: t.Sequence[int], out: int, spare_hosts: int, kind: str
) -> bool:
    rooms = {n: int(getattr(packing.hosts[n].room, kind)) for n in usable}
    left: list[int] = getattr(packing, kind)
    need = sum(rooms[n] - left[n] for n in usable)
    gone = sum(sorted(rooms[n] for n in scope if n in rooms)[:out])
    largest = sum(sorted(rooms.values(), reverse=True)[:spare_hosts])
    return sum(rooms.values()) - gone - largest >= need
