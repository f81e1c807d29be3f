# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A vSphere cluster from both sides: the sandbox and a simulated vCenter, whose own record is its part of the tale."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from counterparts.vcenter import Vcsim
from fakes.lab import Killed, Lab, Life
from integration.maintenance.rolls import Sides
from integration.maintenance.site import build

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.client import VcenterClient
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.gateway import VcenterGateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.ports.hypervisors import Hypervisor

MODES = ("EnterMaintenanceMode_Task", "ExitMaintenanceMode_Task")


class Mortal(VcenterClient):
    """The vCenter's client of a process that may be killed at any of its requests."""

    def __init__(self, both: Both, life: Life) -> None:
        super().__init__(both.vcenter.access())
        self.both, self.life = both, life

    def _send(self, name: str, method: Callable[[], Any]) -> Any:
        life = self.life
        if life.dead:
            raise Killed
        self.both.follow()
        life.calls += 1
        value = super()._send(name, method)
        if name in MODES:
            self.both.writes.append(life.calls)
        if life.calls == life.kills_at:
            life.dead = True
            self._stub.DropConnections()
            raise Killed
        return value


@dataclass
class Both(Sides):
    """ids: names of hosts by vCenter's reference. guests: where each VM is in vCenter. spare: VMs that stand for none.

    heard_of: how many of vCenter's requests are in the tale.
    """

    vcenter: Vcsim = field(kw_only=True)
    guests: dict[str, str] = field(default_factory=dict)
    heard_of: int = 0

    ENTER, LEAVE = MODES

    def __post_init__(self) -> None:
        held = self.vcenter.world()
        self.ids = {each["id"]: f"h{number}" for number, each in enumerate(held["hosts"])}
        for ref, name in self.ids.items():
            self.vcenter.plant(ref, "Name", name)
        self.spare = [each["id"] for each in held["guests"]]
        for number, ref in enumerate(self.spare):
            self.vcenter.plant(ref, "Name", f"spare-{number}")
            self.vcenter.plant(ref, "Runtime.PowerState", "poweredOff")
        self.heard_of = len(self.vcenter.calls())
        self.lab.on_call = self.heard

    def follow(self) -> None:
        where = {row.id: row.name for row in self.lab.box.world.hosts}
        for vm in list(self.lab.box.world.vms):
            name, host = vm.instance_name, where.get(vm.host_id or 0)
            if name not in self.guests:
                ref = self.spare.pop()
                self.vcenter.plant(ref, "Name", name)
                self.vcenter.plant(ref, "Runtime.PowerState", "poweredOn")
            if host and self.guests.get(name) != host:
                self.vcenter.move(name, host)
                self.guests[name] = host

    def listen(self) -> None:
        calls = self.vcenter.calls()
        self.tale += [f"{each.method} {self.ids[each.this]}" for each in calls[self.heard_of :] if each.method in MODES]
        self.heard_of = len(calls)

    def opened(self, life: Life) -> Hypervisor:
        return VcenterGateway(Mortal(self, life), "DC0_C0")

    def out(self) -> list[str]:
        return [each["name"] for each in self.vcenter.world()["hosts"] if each["maintenance"]]


@contextlib.contextmanager
def vcenter_of(hosts: int, guests: int) -> Iterator[Vcsim]:
    """With VMs enough to stand for those of CloudStack."""
    with Vcsim(hosts=hosts, guests=1) as vcenter:
        vcenter.ask("guests", number=guests - 1)
        yield vcenter


@contextlib.contextmanager
def made(vcenter: Vcsim, hosts: int, vms: int, lab: Lab | None = None) -> Iterator[Both]:
    """A new CloudStack beside it. vms: on each host."""
    with contextlib.nullcontext(lab) if lab else Lab() as its:
        build(its.client(), hosts=hosts, vms=vms)
        yield Both(its, vcenter=vcenter)
        vcenter.uproot()
