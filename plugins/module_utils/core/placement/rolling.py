# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling through hosts: which to empty together, in which order, and where their VMs go, before anything is moved.

The shift: the host with the fewest VMs first; from then on VMs go to hosts that are done, so that a VM moves once. A
walk that gets stuck or moves too much is made again from another first host, as often as the size allows.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, replace
from random import Random

from ..accounting import Amount
from ..errors import Reason
from .bounds import Bounds, bounds, most_by_sum
from .drain import (
    RESTARTS,
    Drain,
    Move,
    drain,
    replay,
    revert,
)
from .landing import ANY_SHARE
from .rules import Packing, Vm, VmHost, reason
from .spare import unbearable
from .spread import Aim, aim, largest, levelled, visiting_order

TRIES = 6  # hosts of which the one with the fewest moves to make again is taken
SEEDS = 3  # other landings that are tried where a wave of one finds none that is borne
WALKS = 120  # of the smallest clusters
EFFORT = 20_000  # hosts × VMs × walks beyond the first few
FEW = 6  # walks of clusters that are larger
SUSPECTS = 6  # failures that were not borne lately, looked at first
GOOD = 1.01  # of the bound: no better plan is looked for
EVEN = 1.02  # of the load that is aimed at: no evener plan is looked for
# Where VMs that move again land: on how large a part of the hosts, those that are visited last, and up to which load
# (times what is aimed at).
BEGINNINGS = ((0.34, 1.05), (0.5, 1.05), (0.34, 1.15), (0.15, 1.3), (0.7, 1.02), (1.0, 1.0), (0.5, 1.3), (0.15, 1.05))


@dataclass(frozen=True)
class Order:
    """What is asked of a roll. hosts: ids to visit. first: ids that come before all others, in that order and one by
    one (a pool's master).

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
    """The whole roll. Never moves a VM of a host that is not visited, nor one that is on a host that is done.

    The fewest hosts that cannot be reached first, then the fewest waves and moves, then the least load of the fullest.
    """
    start = Packing(hosts, vms)
    scope = [start.index[each] for each in order.hosts]
    lower = bounds(start, scope, order.first, order.most_at_once, order.spare_hosts)
    wanted = aim(start, scope, order.first)
    best = _Walk(start.copy(), scope, order, 0, wanted)
    best.run()
    if best.stuck or len(best.waves) > lower.waves or best.moves() > lower.moves:
        best = min(best, _shortest(start, scope, order, lower), key=_Walk.merit)
    if not best.stuck:
        best = _evenest(start, scope, order, wanted, best)
    waves = best.waves if best.stuck else _levelled(start, best.waves, order, wanted)
    return Roll(tuple(waves), replace(lower, load=wanted.share), best.stuck, fingerprint(vms))


def _shortest(start: Packing, scope: t.Sequence[int], order: Order, lower: Bounds) -> _Walk:
    """The walk with the fewest moves of those that do not care where VMs pile up."""
    best = _Walk(start.copy(), scope, order, 0)
    best.run()
    size = len(start.hosts) * len(start.where) + 1
    limit = min(WALKS, EFFORT // size + (FEW if size < EFFORT * FEW else 2))
    # A few hosts leave few orders to try.
    for variant in range(1, min(limit, 24 * len(scope) - 20)):
        reached = not best.stuck and len(best.waves) <= lower.waves and best.moves() <= lower.moves * GOOD
        # To better a plan, or where spare hosts are in the way and each step is dear, a few walks are enough.
        dear = not best.stuck or best.lacks("n_plus_f")
        if reached or best.hopeless(start) or (dear and variant > limit // 2 + 2):
            break
        walk = _Walk(start.copy(), scope, order, variant)
        walk.run()
        best = min(best, walk, key=_Walk.merit)
    return best


def _evenest(start: Packing, scope: t.Sequence[int], order: Order, wanted: Aim, best: _Walk) -> _Walk:
    """The best of a few other ways to begin, as far as the size of the cluster allows them."""
    size = len(start.hosts) * len(start.where) + 1
    for variant in range(1, min(len(BEGINNINGS), EFFORT // size + 1)):
        if largest(best.packing) <= wanted.share * EVEN:
            break
        walk = _Walk(start.copy(), scope, order, variant, wanted)
        walk.run()
        best = min(best, walk, key=_Walk.merit)
    return best


def _levelled(start: Packing, waves: t.Sequence[Wave], order: Order, wanted: Aim) -> t.Sequence[Wave]:
    """The same waves with other targets where that makes the fullest host less full and spare hosts are kept."""
    moves = levelled(start, [(wave.hosts, wave.moves) for wave in waves], wanted.share * GOOD)
    found = [replace(wave, moves=its) for wave, its in zip(waves, moves)]
    if found == list(waves) or not order.spare_hosts:
        return found
    packing = start.copy()
    suspects: list[tuple[str, ...]] = []
    for wave in found:
        replay(packing, wave.moves)
        if unbearable(packing, [packing.index[each] for each in wave.hosts], order.spare_hosts, suspects):
            return waves
    return found


class _Walk:
    """One way through the hosts. variant: 0 for the plain one; others begin elsewhere and shake the order.

    wanted: what the fullest host is to have at the end; None where that does not matter.
    """

    def __init__(
        self, packing: Packing, scope: t.Sequence[int], order: Order, variant: int, wanted: t.Optional[Aim] = None
    ) -> None:
        self.packing = packing
        self.wanted = wanted
        self.before = largest(packing)
        self.order = order
        self.variant = variant
        self.chance = Random(variant)
        self.pending = list(scope)
        self.done = [n for n, host in enumerate(packing.hosts) if n not in set(scope) and not host.unusable]
        self.most = most_by_sum(packing, scope, order.most_at_once, order.spare_hosts)
        self.waves: list[Wave] = []
        self.suspects: list[tuple[str, ...]] = []
        self.stuck: dict[str, tuple[Reason, ...]] = {}

    def moves(self) -> int:
        return sum(len(wave.moves) for wave in self.waves)

    def merit(self) -> tuple[int, int, int, float]:
        """Less is better: hosts not reached, waves, moves, the load of the fullest host."""
        return len(self.pending), len(self.waves), self.moves(), largest(self.packing)

    def lacks(self, code: str) -> bool:
        """Whether that is a reason why it is stuck."""
        return any(each.code == code for reasons in self.stuck.values() for each in reasons)

    def hopeless(self, start: Packing) -> bool:
        """Whether no other way can help: a stuck host has a VM that no other host suits, or the sum is short."""
        for name in self.stuck:
            n = start.index[name]
            if not most_by_sum(start, [n], 1, self.order.spare_hosts):
                return True
            if any(vm.pinned or not start.allowed(vm.needs) - {n} for vm in start.on[n].values()):
                return True
        return False

    def run(self) -> None:
        while self.pending:
            found = self._next()
            if found is None:
                return
            sources, moves = found
            self.stuck = {}
            names = tuple(self.packing.hosts[n].id for n in sources)
            self.waves.append(Wave(names, moves, self._free(sources)))
            self.pending = [n for n in self.pending if n not in sources]
            self.done += sources

    def _next(self) -> t.Optional[tuple[list[int], tuple[Move, ...]]]:
        """The next hosts to take together: as many as may, else fewer, else another one alone."""
        ids = [host.id for host in self.packing.hosts]
        first = [n for each in self.order.first for n in self.pending if ids[n] == each]
        if first:
            return self._single(first[:1])
        queue = self._queue()
        for count in range(min(self.most, len(queue)), 1, -1):
            for sources in (queue[:count], self.chance.sample(queue[: count + 3], min(count, len(queue)))):
                moves = self._tried(sources)
                if moves is not None:
                    return sources, moves
        return self._single(queue)

    def _queue(self) -> list[int]:
        """The VMs of the first host move again, so it is the one with the fewest; later ones go by their load."""
        begun = bool(self.waves) or bool(self.done)
        if self.wanted is not None:
            return visiting_order(self.packing, self.pending, self.wanted, begun)
        noise = 0.3 if self.variant > 3 else 0.0
        keys = {
            n: (self._load if begun else self._count)(n) * (1 + self.chance.uniform(-noise, noise))
            for n in self.pending
        }
        queue = sorted(self.pending, key=lambda n: (keys[n], self.packing.hosts[n].name))
        if not self.waves:
            turn = self.variant % len(queue)
            queue = [queue[turn], *queue[:turn], *queue[turn + 1 :]]
        return queue

    def _single(self, queue: t.Sequence[int]) -> t.Optional[tuple[list[int], tuple[Move, ...]]]:
        """One host, of a few the one whose VMs move again the least; with other landings where all fail."""
        for seed in range(1 if self.variant else SEEDS + 1):
            # Other landings seldom help one host and not the next, so they are tried on a few only.
            for start in range(0, len(queue) if seed == 0 else min(TRIES, len(queue)), TRIES):
                found = self._best(queue[start : start + TRIES], seed)
                if found is not None:
                    return found
            codes = {each.code for reasons in self.stuck.values() for each in reasons}
            if not codes & {"fragmentation", "n_plus_f"}:
                break
        return None

    def _best(self, queue: t.Sequence[int], seed: int) -> t.Optional[tuple[list[int], tuple[Move, ...]]]:
        ready = {self.packing.hosts[n].id for n in self.done}
        options: list[tuple[int, int, tuple[Move, ...]]] = []
        for n in queue:
            found = self._drained([n], seed)
            if found.reasons:
                self.stuck[self.packing.hosts[n].id] = found.reasons
                continue
            again = sum(1 for move in found.moves if move.target not in ready)
            if (again == 0 or not ready) and self._borne([n], found.moves):
                return [n], found.moves
            if again and ready:
                revert(self.packing, found.moves)
                options.append((again, n, found.moves))
        for _again, n, moves in sorted(options, key=lambda each: each[0]):
            replay(self.packing, moves)
            if self._borne([n], moves):
                return [n], moves
        return None

    def _drained(self, sources: list[int], seed: int) -> Drain:
        """The plain walk searches long; others differ in their landings, and some do not care which hosts are done."""
        if self.wanted is not None:
            first, up_to = self._landing(sources, self.wanted)
            return drain(self.packing, sources, first, seed, even=True, up_to=up_to)
        if not self.variant:
            return drain(self.packing, sources, self.done, seed)
        preferred = () if self.variant % 4 == 3 else self.done
        landing = seed + (self.variant if self.variant > 3 else 0)
        return drain(self.packing, sources, preferred, landing, restarts=RESTARTS // 20)

    def _landing(self, sources: t.Collection[int], wanted: Aim) -> tuple[t.Collection[int], float]:
        """Hosts to fill first, and up to which load: those that are done; else those that are visited last, so that
        VMs that move again leave room on the others.
        """
        if self.done:
            return self.done, ANY_SHARE
        queue = [n for n in visiting_order(self.packing, self.pending, wanted, True) if n not in sources]
        part, roomy = BEGINNINGS[self.variant]
        return queue[len(queue) - max(1, round(len(queue) * part)) :], max(self.before, wanted.share) * roomy

    def _tried(self, sources: list[int]) -> t.Optional[tuple[Move, ...]]:
        first, up_to = (self.done, ANY_SHARE) if self.wanted is None else self._landing(sources, self.wanted)
        found = drain(self.packing, sources, first, restarts=20, even=self.wanted is not None, up_to=up_to)
        if found.reasons or not self._borne(sources, found.moves):
            return None
        return found.moves

    def _borne(self, sources: list[int], moves: tuple[Move, ...]) -> bool:
        """Whether the spare hosts are kept; the moves are undone where they are not."""
        hosts = self.packing.hosts
        if most_by_sum(self.packing, sources, len(sources), self.order.spare_hosts) == len(sources):
            failing = unbearable(self.packing, sources, self.order.spare_hosts, self.suspects)
            if not failing:
                return True
            self.suspects = [failing, *(each for each in self.suspects if each != failing)][:SUSPECTS]
        else:
            rest = [n for n, host in enumerate(hosts) if n not in sources and not host.unusable]
            rest.sort(key=lambda n: (hosts[n].room.ram, hosts[n].room.cpu), reverse=True)
            failing = tuple(hosts[n].id for n in rest[: self.order.spare_hosts])
        names = ", ".join(hosts[self.packing.index[each]].name for each in failing)
        gone = ", ".join(hosts[n].name for n in sources)
        message = (
            f"while {gone} is in maintenance, the other hosts could not restart all VMs after a failure of {names}"
        )
        facts = {"spare_hosts": self.order.spare_hosts, "failing": list(failing)}
        if len(sources) == 1:
            self.stuck[hosts[sources[0]].id] = (reason("n_plus_f", message, **facts),)
        revert(self.packing, moves)
        return False

    def _count(self, n: int) -> float:
        return len(self.packing.on[n])

    def _load(self, n: int) -> float:
        """The share of its room that is taken."""
        per_cpu, per_ram = self.packing.scales[n]
        return 2 - self.packing.cpu[n] * per_cpu - self.packing.ram[n] * per_ram

    def _free(self, sources: t.Collection[int]) -> Amount:
        packing = self.packing
        others = [n for n in range(len(packing.hosts)) if n not in sources and not packing.hosts[n].unusable]
        return Amount(sum(packing.cpu[n] for n in others), sum(packing.ram[n] for n in others))
