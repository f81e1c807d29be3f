# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a roll keeps its promises at every instant: looked at before each call, in the sandbox's own books.

Shares nothing with the planner. Memory alone: the sandbox's VMs of tests ask for little CPU.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.world import World

GONE = ("PrepareForMaintenance", "ErrorInPrepareForMaintenance")


def fit(sizes: Sequence[int], rooms: Sequence[int]) -> bool:
    """Whether all sizes have a place: by trying every room of a different size, the largest size first."""
    if not sizes:
        return True
    size, rest = max(sizes), sorted(sizes)[:-1]
    for room in {each for each in rooms if each >= size}:
        left = list(rooms)
        left[left.index(room)] -= size
        if fit(rest, left):
            return True
    return False


@dataclass
class Instants:
    """most: hosts away at once. spare_hosts: 0 or 1. limits: migrations from a host, to a host, in all.

    wrong: what was broken, each once. overlaps: migrations that were asked for while the server prepared another host.
    together: calls during which VMs of several hosts moved.
    """

    world: World
    most: int
    spare_hosts: int = 0
    limits: tuple[int, int, int] = (2, 2, 8)
    wrong: set[str] = field(default_factory=set)
    overlaps: int = 0
    together: int = 0
    _targets: dict[str, int] = field(default_factory=dict)
    # Of this wave: hosts that were away, and that VMs were moved to.
    _out: set[int] = field(default_factory=set)
    _filled: set[int] = field(default_factory=set)

    def __call__(self, call: Any) -> None:
        world = self.world
        away = {host.id for host in world.hosts if host.resource_state != "Enabled"}
        drains = [host for host in world.hosts if host.resource_state in GONE]
        self._out = self._out | away if away else set()
        self._filled = self._filled if away else set()
        if self._filled & self._out:
            self.wrong.add("VMs were moved to a host that leaves with theirs")
        if len(away) > self.most:
            self.wrong.add(f"{len(away)} hosts are away")
        if call.command == "prepareHostForMaintenance" and drains:
            self.wrong.add("a second host is prepared")
        if call.command == "migrateVirtualMachine":
            self._asked(call.params, away, drains)
        self._moving()
        if self.spare_hosts:
            self._failures(away)

    def _asked(self, params: dict[str, str], away: set[int], drains: list[Any]) -> None:
        vm = next(each for each in self.world.vms if each.uuid == params["virtualmachineid"])
        target = next(each for each in self.world.hosts if each.uuid == params["hostid"])
        self._targets[vm.uuid] = target.id
        self._filled.add(target.id)
        if target.id in away:
            self.wrong.add("a VM moves to a host that is away")
        others = [host for host in drains if host.id != vm.host_id]
        self.overlaps += any(host.resource_state == "PrepareForMaintenance" for host in others)
        if any(host.resource_state == "ErrorInPrepareForMaintenance" for host in others):
            self.wrong.add("a VM moves though the host before was not prepared")

    def _moving(self) -> None:
        moving = [vm for vm in self.world.vms if vm.state == "Migrating"]
        one, other, whole = self.limits
        sources = Counter(vm.host_id for vm in moving)
        self.together += len(sources) > 1
        if max(sources.values(), default=0) > one or len(moving) > whole:
            self.wrong.add("too many migrations from a host or in all")
        if max((host.incoming for host in self.world.hosts), default=0) > other:
            self.wrong.add("too many migrations to a host")

    def _failures(self, away: set[int]) -> None:
        """Of any one host: its VMs have a place on the others that are not away. What moves counts where it goes."""
        at: dict[int, list[int]] = {host.id: [] for host in self.world.hosts}
        for vm in self.world.vms:
            if vm.host_id is not None:
                moving = vm.state == "Migrating" and vm.uuid in self._targets
                at[self._targets[vm.uuid] if moving else vm.host_id].append(vm.total_bytes)
        for failed in self.world.hosts:
            rooms = [
                host.memory - sum(at[host.id])
                for host in self.world.hosts
                if host.id not in away and host.id != failed.id
            ]
            if not fit(at[failed.id], rooms):
                self.wrong.add("the VMs of a host that fails have no place")
