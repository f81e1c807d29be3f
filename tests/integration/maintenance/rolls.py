# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll through a cluster that is seen from both sides: CloudStack's, which is the sandbox, and its hypervisor's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from fakes.lab import READS, Killed, Lab, Life
from integration.maintenance.site import ask, notes, placement

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import rolling
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor
from sandbox.server import Received

PREPARE, CANCEL = CLOUD = ("prepareHostForMaintenance", "cancelHostMaintenance")
NEXT: dict[str, Any] = {"ended": lambda lock: True, "keep": True}


@dataclass
class Sides:
    """One cluster. tale: what put hosts in and out of a maintenance on either side, in the order that it came.

    life: the process that works. writes: how many calls it had made when it wrote something on either side.
    """

    lab: Lab
    tale: list[str] = field(default_factory=list)
    life: Life = field(default_factory=Life)
    writes: list[int] = field(default_factory=list)

    ENTER: ClassVar[str]
    LEAVE: ClassVar[str]

    def follow(self) -> None:
        """VMs are on the hypervisor's side where CloudStack's migrations have put them."""
        raise NotImplementedError

    def listen(self) -> None:
        """What the other side has received since, into the tale."""

    def opened(self, life: Life) -> Hypervisor:
        raise NotImplementedError

    def out(self) -> Sequence[str]:
        """Hosts that the hypervisor has out of service."""
        raise NotImplementedError

    @property
    def names(self) -> dict[str, str]:
        return {row.uuid: row.name for row in self.lab.box.world.hosts}

    def heard(self, call: Received) -> None:
        if not call.command.startswith(READS):
            self.writes.append(self.life.calls)
        if call.command in CLOUD:
            self.listen()
            self.tale.append(f"{call.command} {self.names[call.params['id']]}")

    def reach(self, life: Life | None = None) -> Callable[[Cluster, Sequence[Host]], Hypervisor]:
        its = life or Life()
        return lambda cluster, hosts: self.opened(its)

    def roll(self, life: Life | None = None, token: str = "run/1") -> list[str]:
        """All of it by one process; the hosts in the order that they were taken."""
        self.life = life = life or Life()
        cloud, claim = self.lab.cloud(life), Claim(Lock(token, "operator@admin", "process 1"), **NEXT)
        request = rolling.Request(None, "c1", run="roll", claim=claim, reach=self.reach(life))
        taken: list[str] = []
        while True:
            now: Any = rolling.next_wave(cloud, request, False).result
            if not now["wave"]:
                rolling.finish(cloud, request, False)
                self.listen()
                return taken
            for name in now["wave"]:
                how: dict[str, Any] = {"host": name, "life": life, "token": token, "claim": NEXT}
                ask(self.lab, **how, preferred=tuple(now["done"]), reach=self.reach(life))
                ask(self.lab, "enabled", **how, reach=self.reach(life))
                rolling.host_done(cloud, request, name, False, False)
                taken.append(name)

    def whole(self) -> None:
        """Everything is as before, nothing lies around, and it went by the procedure."""
        self.follow()
        assert {row.resource_state for row in self.lab.box.world.hosts} == {"Enabled"}
        assert not self.out()
        assert set(placement(self.lab.box.world).values()) <= set(self.names.values())
        assert notes(self.lab.box.world) == []
        self.by_procedure()

    def by_procedure(self) -> None:
        """CloudStack's maintenance outside, the hypervisor's inside of it, and one host at a time."""
        outer = inner = ""
        for line in self.tale:
            step, name = line.split()
            if step == PREPARE:
                assert outer in ("", name), f"{outer} is out: {self.tale}"
                outer = name
            elif step == self.ENTER:
                assert (outer, inner) == (name, ""), self.tale
                inner = name
            elif step == self.LEAVE:
                assert inner == name, self.tale
                inner = ""
            elif step == CANCEL:
                assert (outer, inner) == (name, ""), self.tale
                outer = ""
        assert (outer, inner) == ("", "")


Make = Callable[[], AbstractContextManager[Sides]]


def points(make: Make) -> tuple[list[int], int]:
    """After which of its calls a process has written something when nobody kills it, and how many calls it makes."""
    with make() as sides:
        sides.roll()
        sides.whole()
        return sorted(set(sides.writes)), sides.life.calls


def killed(make: Make, nth: int) -> None:
    """Killed after that call; the next process ends the roll."""
    with make() as sides:
        with pytest.raises(Killed):
            sides.roll(Life(kills_at=nth, after=True))
        sides.roll(token="run/2")
        sides.whole()
