# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How even a cluster is: after the fewest moves, a roll aims at a fullest host that is no fuller than needed.

The load of a host is the larger of its shares of CPU and RAM, with what is reserved there.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .drain import Move, revert
from .rules import Packing, Vm
from .spare import unbearable

KINDS: tuple[t.Literal["cpu", "ram"], ...] = ("cpu", "ram")
PRECISION = 30  # halvings of the interval in which the lowest load is looked for
MOST = 8.0  # of a capacity: no host is loaded more
EFFORT = 150_000  # places that are looked at to level a plan or a cluster
LEAST = 1e-4  # by which the fullest host has to get emptier for a step to count
WORTH = 0.03  # above the mean: no migration is made for less


@dataclass(frozen=True)
class Aim:
    """share: what the fullest host of the cluster has at least after a roll with the fewest moves. kind: of which the
    cluster has less left, "cpu" or "ram".
    """

    share: float
    kind: str


def fullest(packing: Packing) -> int:
    """The host with the largest load; -1 where there is none."""
    return max(range(len(packing.hosts)), key=packing.share, default=-1)


def largest(packing: Packing) -> float:
    """The load of the fullest host."""
    return max(map(packing.share, range(len(packing.hosts))), default=0.0)


class _Kind:
    """One kind of every host: what VMs take, and what is there for them at a certain load."""

    def __init__(self, packing: Packing, kind: str) -> None:
        self.capacity: list[int] = [getattr(host.room, kind) + getattr(host.held, kind) for host in packing.hosts]
        self.held: list[int] = [getattr(host.held, kind) for host in packing.hosts]
        self.load: list[int] = [getattr(h.room, kind) - left for h, left in zip(packing.hosts, getattr(packing, kind))]

    def gain(self, n: int, share: float) -> float:
        """What an empty host can take up to that load."""
        return share * self.capacity[n] - self.held[n]

    def in_order(self, hosts: t.Iterable[int], share: float) -> list[int]:
        """Hosts that can take more than they have first, the least loaded first; of the others the largest first.

        No other order leaves more room at any moment.
        """
        gaining: list[int] = []
        losing: list[int] = []
        for n in hosts:
            (gaining if self.gain(n, share) >= self.load[n] else losing).append(n)
        gaining.sort(key=lambda n: (self.load[n], n))
        return gaining + sorted(losing, key=lambda n: (-self.gain(n, share), n))

    def used(self) -> float:
        """Of all hosts together."""
        capacity = sum(self.capacity)
        return (sum(self.load) + sum(self.held)) / capacity if capacity else 0.0


def aim(packing: Packing, scope: t.Sequence[int], first: t.Sequence[str]) -> Aim:
    """By counts and sums alone, so that no roll with the fewest moves beats it.

    VMs of a host move to hosts that are done; the last host ends empty, and hosts that are not visited keep what they
    have. scope: indexes of the hosts to visit. first: ids of those that come first.
    """
    inside = set(scope)
    kept = max((packing.share(n) for n in range(len(packing.hosts)) if n not in inside), default=0.0)
    outside = [n for n, host in enumerate(packing.hosts) if n not in inside and not host.unusable]
    named = [packing.index[each] for each in first if packing.index[each] in inside]
    few = min((len(packing.on[n]) for n in scope), default=0)
    starts = named[:1] or [n for n in scope if len(packing.on[n]) <= few]
    kinds = {kind: _Kind(packing, kind) for kind in KINDS}
    lows = [_lowest(each, scope, outside, starts) for each in kinds.values()] if scope else []
    large = [_largest_vm(packing, scope, kind) for kind in KINDS]
    return Aim(max(kept, *lows, *large), max(KINDS, key=lambda kind: kinds[kind].used()))


def _largest_vm(packing: Packing, scope: t.Iterable[int], kind: str) -> float:
    """What the largest VM that moves makes of the largest host."""
    size = max((getattr(vm.size, kind) for n in scope for vm in packing.on[n].values()), default=0)
    room = max((getattr(host.room, kind) + getattr(host.held, kind) for host in packing.hosts), default=0)
    return size / room if room > 0 else 0.0


def _lowest(kind: _Kind, scope: t.Sequence[int], outside: t.Sequence[int], starts: t.Sequence[int]) -> float:
    low, high = 0.0, MOST
    for _step in range(PRECISION):
        middle = (low + high) / 2
        low, high = (low, middle) if _reachable(kind, scope, outside, starts, middle) else (middle, high)
    return low


def _reachable(
    kind: _Kind, scope: t.Sequence[int], outside: t.Sequence[int], starts: t.Sequence[int], share: float
) -> bool:
    """Whether some order keeps every host that is done at or below that load, and all VMs find room at the end."""
    # Of a host that is fuller the VMs stay; it counts in what is kept.
    spare = [max(kind.gain(n, share) - kind.load[n], 0.0) for n in outside]
    gains = [kind.gain(n, share) for n in scope]
    if sum(kind.load[n] for n in scope) > sum(spare) + sum(gains) - min(gains):
        return False
    if outside:
        return _order_goes(kind, list(scope), sum(spare), share)
    return any(_order_goes(kind, [n for n in scope if n != start], kind.gain(start, share), share) for start in starts)


def _order_goes(kind: _Kind, hosts: t.Sequence[int], room: float, share: float) -> bool:
    for n in kind.in_order(hosts, share):
        room -= kind.load[n]
        if room < 0:
            return False
        room += kind.gain(n, share)
    return True


def visiting_order(packing: Packing, pending: t.Collection[int], wanted: Aim, begun: bool) -> list[int]:
    """Hosts in the order that leaves the most room on those that are done; the first is the one with the fewest VMs."""
    kind = _Kind(packing, wanted.kind)
    if begun:
        return kind.in_order(pending, wanted.share)
    return sorted(pending, key=lambda n: (len(packing.on[n]), -kind.gain(n, wanted.share), packing.hosts[n].name))


class Step(t.NamedTuple):
    """A VM from the fullest host to another one, and what goes the other way, if anything."""

    vm: Vm
    target: int
    back: t.Optional[Vm]


class Leveller:
    """Brings the fullest host of a packing down, step by step. may: whether a VM may be on a host.

    swaps: whether a VM may come back for one that leaves. least: by how much a step has to help.
    """

    def __init__(
        self, packing: Packing, may: t.Callable[[Vm, int], bool], swaps: bool, least: float, goal: float
    ) -> None:
        self.packing = packing
        self.may = may
        self.swaps = swaps
        self.least = least
        self.goal = goal
        self.effort = EFFORT

    def steps(self) -> t.Iterator[Step]:
        """Each is made as it comes."""
        while self.effort > 0:
            top = fullest(self.packing)
            if top < 0 or self.packing.share(top) <= self.goal:
                return
            step = self._lighter(top) or (self._swapped(top) if self.swaps else None)
            if step is None:
                return
            self._make(step, top)
            yield step

    def _make(self, step: Step, top: int) -> None:
        self.packing.take(step.vm)
        if step.back is not None:
            self.packing.take(step.back)
            self.packing.put(step.back, top)
        self.packing.put(step.vm, step.target)

    def _leaving(self, top: int) -> list[Vm]:
        return [vm for vm in self.packing.on[top].values() if not vm.together]

    def _lighter(self, top: int) -> t.Optional[Step]:
        """One VM to the host where it helps most."""
        packing, best = self.packing, None
        lowest = packing.share(top) - self.least
        for vm in self._leaving(top):
            packing.take(vm)
            rest = packing.share(top)
            for n in packing.allowed(vm.needs):
                self.effort -= 1
                if n == top or rest >= lowest or packing.share(n, vm.size) >= lowest:
                    continue
                if packing.fits(vm, n) and self.may(vm, n) and not packing.meets(vm, n):
                    lowest, best = max(rest, packing.share(n, vm.size)), Step(vm, n, None)
            packing.put(vm, top)
        return best

    def _swapped(self, top: int) -> t.Optional[Step]:
        """A large VM for a smaller one."""
        packing, best = self.packing, None
        lowest = packing.share(top) - self.least
        for vm in self._leaving(top):
            packing.take(vm)
            for n in packing.allowed(vm.needs):
                if n == top or not self.may(vm, n) or self.effort < 0 or packing.meets(vm, n):
                    continue
                for other in list(packing.on[n].values()):
                    self.effort -= 1
                    if (
                        other.together
                        or other.beside
                        or (other.size.cpu >= vm.size.cpu and other.size.ram >= vm.size.ram)
                    ):
                        continue
                    if top not in packing.allowed(other.needs):
                        continue
                    packing.take(other)
                    share = max(packing.share(top, other.size), packing.share(n, vm.size))
                    if share < lowest and packing.fits(vm, n) and packing.fits(other, top) and self.may(other, top):
                        lowest, best = share, Step(vm, n, other)
                    packing.put(other, n)
            packing.put(vm, top)
        return best


# Hosts and moves of each wave.
Waves = t.Sequence[tuple[tuple[str, ...], tuple[Move, ...]]]


def levelled(start: Packing, waves: Waves, goal: float) -> list[tuple[Move, ...]]:
    """The moves of waves with other targets, so that the fullest host is less full at the end; not a move more.

    start: before the first wave. Only the last move of a VM goes elsewhere, and only to a host that is done by then.
    """
    packing = start.copy()
    done_in = {n: -1 for n, host in enumerate(packing.hosts) if not host.unusable}
    done_in.update({packing.index[each]: number for number, (hosts, _moves) in enumerate(waves) for each in hosts})
    last: dict[str, int] = {}
    for number, (_hosts, moves) in enumerate(waves):
        for move in moves:
            vm = packing.on[packing.where[move.vm]][move.vm]
            packing.take(vm)
            packing.put(vm, packing.index[move.target])
            last[move.vm] = number
    planned = dict(packing.where)

    def may(vm: Vm, n: int) -> bool:
        return done_in.get(n, len(waves)) < last.get(vm.id, -1)

    for _step in Leveller(packing, may, True, LEAST, goal).steps():
        pass
    changed = {vm: n for vm, n in packing.where.items() if planned[vm] != n}
    return [
        tuple(
            replace(move, target=packing.hosts[changed[move.vm]].id)
            if move.vm in changed and last[move.vm] == number
            else move
            for move in moves
        )
        for number, (_hosts, moves) in enumerate(waves)
    ]


def mean(packing: Packing) -> float:
    """The load of each host that is in service if all had the same."""
    usable = [n for n, host in enumerate(packing.hosts) if not host.unusable]
    shares = []
    for kind in (_Kind(packing, name) for name in KINDS):
        capacity = sum(kind.capacity[n] for n in usable)
        shares.append(sum(kind.load[n] + kind.held[n] for n in usable) / capacity if capacity else 0.0)
    return max(shares)


def balanced(packing: Packing, spare_hosts: int, targets: t.Optional[t.Collection[int]] = None) -> tuple[Move, ...]:
    """Migrations that bring the fullest hosts down to about the mean; made in ``packing``.

    No host both gives and takes, so that they may be under way together. Spare hosts are kept where they were before.
    targets: indexes of the only hosts that may take VMs, None for all.
    """
    before = packing.copy()
    gave: set[int] = set()
    took: set[int] = set()
    moved: set[str] = set()

    def may(vm: Vm, n: int) -> bool:
        if vm.pinned or vm.id in moved or n in gave or before.where[vm.id] in took:
            return False
        return targets is None or n in targets

    found = []
    for step in Leveller(packing, may, False, LEAST, mean(packing) + WORTH).steps():
        source = before.where[step.vm.id]
        gave.add(source)
        took.add(step.target)
        moved.add(step.vm.id)
        found.append(Move(step.vm.id, before.hosts[source].id, before.hosts[step.target].id))
    if found and spare_hosts and unbearable(packing, (), spare_hosts) and not unbearable(before, (), spare_hosts):
        revert(packing, reversed(found))
        return ()
    return tuple(found)
