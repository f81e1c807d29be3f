# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook through a KVM, a XenServer and a vCenter cluster of the demo zone, each by its own procedure.

CloudStack is the sandbox. Below it are libvirt daemons whose guests really migrate, a pool that answers by XAPI's data
model, and vCenter's simulator; each follows what CloudStack's migrations did.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
from counterparts.libvirt import Daemon, Libvirt
from counterparts.vcenter import SECRET, USER, Vcsim
from counterparts.xapi import Pool, Servers
from counterparts.xapi import hosts as xapi_hosts
from counterparts.xapi import site as xapi_site
from integration.zone.apply import INVENTORIES, play

from sandbox.rules import life
from sandbox.server import Calls, Received, Sandbox
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.vms import CONSOLE_PROXY, STORAGE_VM
from unit.sandbox.worlds import new_vm

KVM, XEN, VMWARE = "kvm-a", "xen-a", "vmw-b"
VMS = {KVM: 1, XEN: 2, VMWARE: 2}  # on each host
Move = Callable[[str, str], None]


@dataclass
class Three:
    """The zone and what is below it. names: of hosts below, by CloudStack's name.

    tale: what CloudStack was asked about maintenance, of which host below, and what its own mode was at that moment.
    """

    box: Sandbox
    libvirt: Libvirt
    pool: Pool
    servers: Servers
    vcenter: Vcsim
    xen_vms: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    tale: list[tuple[str, str, bool | None]] = field(default_factory=list)

    @property
    def connections(self) -> dict[str, dict[str, Any]]:
        """By cluster, the option ``hypervisor``."""
        xen = {"url": self.servers.url(self.pool_address(0)), "username": self.pool.username}
        vcenter = {"url": self.vcenter.url, "username": USER, "password": SECRET, "ca_path": self.vcenter.ca}
        return {
            KVM: {"url": "qemu+tcp://{address}/system"},
            XEN: {**xen, "password": self.pool.password},
            VMWARE: {**vcenter, "cluster": "DC0_C0"},
        }

    def pool_address(self, number: int) -> str:
        return f"127.79.0.{number + 1}"

    def furnish(self, world: World) -> None:
        """VMs on every host, there and below; each host has the address that it has below."""
        guests = iter(each["name"] for each in self.vcenter.world()["guests"])
        for cluster in world.clusters:
            if cluster.name not in VMS:
                continue
            hosts = list(world.hosts.select(cluster_id=cluster.id))
            for number, host in enumerate(hosts):
                self.names[host.name], host.ip_address = self.below(cluster.name, number, host)
                for _vm in range(VMS[cluster.name]):
                    vm = new_vm(world)
                    world.vms.update(vm, zone_id=host.zone_id)
                    vm.hypervisor = host.hypervisor
                    life.place(world, vm, host)
                for vm in world.vms.select(host_id=host.id):
                    if cluster.name == VMWARE:
                        self.vcenter.plant(next(guests), "Name", vm.instance_name)
                    self.begin(cluster.name, vm.instance_name, self.names[host.name])
        self.follow(world)

    def below(self, cluster: str, number: int, host: Host) -> tuple[str, str]:
        """Name and address of the same host below."""
        if cluster == KVM:
            return host.name, self.libvirt.address(host.name)
        if cluster == XEN:
            return f"xen{number}", self.pool_address(number)
        its = self.vcenter.world()["hosts"][number]
        return its["name"], its["address"]

    def begin(self, cluster: str, guest: str, host: str) -> None:
        if cluster == KVM:
            self.libvirt.start_guest(host, guest)
        elif cluster == XEN:
            self.xen_vms[guest] = xapi_site.add_vm(self.pool, guest, host)
        else:
            self.vcenter.move(guest, host)

    def follow(self, world: World) -> None:
        """From now on a VM that CloudStack moves is moved below."""
        moves: dict[str, Move] = {KVM: self.move_kvm, XEN: self.move_xen, VMWARE: self.vcenter.move}
        update = world.vms.update

        def updated(vm: Any, **changes: Any) -> Any:
            before, row = vm.host_id, update(vm, **changes)
            host = world.hosts.get(vm.host_id)
            if host is not None and before not in (None, vm.host_id):
                moves[world.clusters[host.cluster_id].name](vm.instance_name, self.names[host.name])
            return row

        world.vms.update = updated  # type: ignore[method-assign]

    def running(self, cluster: str) -> int:
        """How many VMs CloudStack has there, system VMs too."""

        def count(world: World) -> int:
            hosts = {host.id for host in world.hosts if world.clusters[host.cluster_id].name == cluster}
            return sum(vm.host_id in hosts for vm in world.vms)

        return self.box.run(count)

    def move_kvm(self, guest: str, target: str) -> None:
        import libvirt

        source = next(name for name in self.libvirt.daemons if guest in self.guests(name))
        one, other = self.libvirt.control(source), self.libvirt.control(target)
        where = f"tcp://10.99.0.{self.libvirt.daemons[target].number}"
        one.lookupByName(guest).migrate(other, libvirt.VIR_MIGRATE_LIVE, None, where, 0)
        one.close()
        other.close()

    def guests(self, host: str) -> set[str]:
        connection = self.libvirt.control(host)
        try:
            return {domain.name() for domain in connection.listAllDomains()}
        finally:
            connection.close()

    def move_xen(self, guest: str, target: str) -> None:
        xapi_hosts.place(self.pool, self.xen_vms[guest], self.pool.host(target))

    def native_mode(self, host: str) -> bool | None:
        """Whether a host is in its hypervisor's own maintenance; None where there is none such."""
        if host in self.libvirt.daemons:
            return None
        if host.startswith("xen"):
            return not self.pool.database.get("host", self.pool.host(host))["enabled"]
        return any(each["maintenance"] for each in self.vcenter.world()["hosts"] if each["name"] == host)

    def heard(self, call: Received) -> None:
        """What the hypervisor's mode is when CloudStack is asked."""
        if call.command in ("prepareHostForMaintenance", "cancelHostMaintenance"):
            names = {row.uuid: self.names.get(row.name, "") for row in self.box.world.hosts}
            host = names[call.params["id"]]
            self.tale.append((call.command, host, self.native_mode(host)))


class Heard(Calls):
    """Calls with an ear."""

    def __init__(self, ear: Callable[[Received], None]) -> None:
        super().__init__()
        self.ear = ear

    def append(self, call: Received) -> None:
        self.ear(call)
        super().append(call)


@pytest.fixture(scope="module")
def three() -> Iterator[Three]:
    with ExitStack() as stack:
        box = stack.enter_context(Sandbox(seed=5, speed=20.0))
        assert play(box, INVENTORIES / "advanced").status == 0
        names = box.run(lambda world: [h.name for h in world.hosts if world.clusters[h.cluster_id].name == KVM])
        daemons = [Daemon(name, number) for number, name in enumerate(names, 1)]
        pool = xapi_site.build(3, network="127.79.0", transition=0.02)
        libvirt = stack.enter_context(Libvirt(*daemons))
        servers = stack.enter_context(Servers(pool))
        # The server starts its system VMs where a host is up first, which may be any.
        box.wait_for(lambda: box.run(lambda world: {vm.kind for vm in world.vms}) >= {CONSOLE_PROXY, STORAGE_VM})
        guests = 3 * VMS[VMWARE] + box.run(lambda world: sum(vm.hypervisor == "VMware" for vm in world.vms))
        vcenter = stack.enter_context(Vcsim(hosts=3, guests=guests))
        made = Three(box, libvirt, pool, servers, vcenter)
        box.run(made.furnish)
        yield made
        for name in names:
            libvirt.stop_guests(name)


def options(three: Three, **more: Any) -> list[str]:
    given = {"rolling_maintenance_zone": "zurich", "rolling_maintenance_hypervisors": three.connections, **more}
    return ["-e", json.dumps(given)]


def test_three_kinds_of_hypervisor_by_one_playbook(three: Three) -> None:
    shown = play(three.box, INVENTORIES / "advanced", *options(three), playbook="show_hypervisors.yml")
    assert shown.status == 0, shown.output
    for cluster, kind in ((KVM, "KVM"), (XEN, "XenServer"), (VMWARE, "VMware")):
        hosts = 4 if cluster == KVM else 3
        assert f"{cluster} ({kind}): {hosts} hosts, {three.running(cluster)} running VMs" in shown.output
    assert "hurts vm_" not in shown.output, shown.output
    assert not any(secret in shown.output for secret in (SECRET, three.pool.password))

    three.box.calls, begun = Heard(three.heard), len(three.pool.calls)
    order = {"rolling_maintenance_clusters": [KVM, XEN, VMWARE]}
    run = play(three.box, INVENTORIES / "advanced", *options(three, **order), playbook="rolling_maintenance.yml")
    assert run.status == 0, run.output
    # Each procedure is in the plan that was shown before anything was done.
    for step in ("libvirt: check", "transfer the master role if necessary", "vCenter: exit maintenance mode"):
        assert step in run.output
    assert "not connected" not in run.output
    assert not any(secret in run.output for secret in (SECRET, three.pool.password))

    visited = [host for command, host, _mode in three.tale if command == "prepareHostForMaintenance"]
    assert sorted(visited) == sorted(three.names.values())
    # CloudStack is asked first on the way in, and last on the way out: the hypervisor's mode is off both times ...
    assert not any(mode for _command, _host, mode in three.tale)
    assert len(three.tale) == 2 * len(visited)
    # ... and between them it was on, once for each host.
    modes = [
        call.method
        for call in three.pool.calls[begun:]
        if call.method in ("host.disable", "host.enable") and not call.error
    ]
    assert modes == ["host.disable", "host.enable"] * 3
    asked = [call.method for call in three.vcenter.calls() if "MaintenanceMode" in call.method]
    assert asked == ["EnterMaintenanceMode_Task", "ExitMaintenanceMode_Task"] * 3
    assert next(host for host in visited if host.startswith("xen")) == "xen0", "the master comes first"

    assert three.box.run(lambda world: {vm.state for vm in world.vms}) == {"Running"}
    assert sum(len(three.guests(name)) for name in three.libvirt.daemons) == three.running(KVM)
    assert not any(three.native_mode(host) for host in three.names.values())


def test_a_guest_that_cloudstack_does_not_know_stops_the_roll(three: Three) -> None:
    """And the playbook says which, and the host is given back as soon as it is gone."""
    three.libvirt.start_guest("kvm-a1.zurich.example.net", "i-2-9999-VM")
    order = {"rolling_maintenance_clusters": [KVM], "rolling_maintenance_first": ["kvm-a1.zurich.example.net"]}
    run = play(three.box, INVENTORIES / "advanced", *options(three, **order), playbook="rolling_maintenance.yml")
    assert run.status != 0
    assert "its hypervisor runs i-2-9999-VM" in run.output
    shown = play(three.box, INVENTORIES / "advanced", *options(three), playbook="show_hypervisors.yml")
    assert "hurts vm_stray: i-2-9999-VM runs on kvm-a1.zurich.example.net" in shown.output
    three.libvirt.stop_guests("kvm-a1.zurich.example.net", ["i-2-9999-VM"])
    run = play(three.box, INVENTORIES / "advanced", *options(three, **order), playbook="rolling_maintenance.yml")
    assert run.status == 0, run.output
    assert three.box.run(lambda world: {h.resource_state for h in world.hosts if h.name.startswith("kvm-a")}) == {
        "Enabled"
    }
