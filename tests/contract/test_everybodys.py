# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to accounts and to projects is listed whole on every release, since 4.14 by one call where that does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from contract.conftest import Connect

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.events.journal import FileJournal
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.events.watch import Watch
from sandbox.rules import life
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.vms import USER
from unit.sandbox.client import Api
from unit.sandbox.site import Site

OLD, NEW = "4.13", "4.22"
# What is read, by which command.
READ: dict[str, Callable[[Gateway, Site, str], set[str]]] = {
    "listVirtualMachines": lambda cloud, site, _pool: {vm.id for vm in cloud.outages.stopped(site.zone)},
    "listVolumes": lambda cloud, _site, pool: {each.vm_id for each in cloud.volumes.on(pool) if each.vm_kind == "User"},
    "listVMSnapshot": lambda cloud, _site, _pool: set(cloud.volumes.with_snapshots()),
}


class Both:
    """A VM of an account and one of a project, stopped, with HA and a VM snapshot. networks: theirs."""

    def __init__(self, server: Sandbox) -> None:
        self.api = Api(server)
        self.site = Site(self.api)
        project = {"projectid": str(self.api.done("createProject", name="shop", displaytext="shop")["project"]["id"])}
        self.networks, self.vms = [], []
        found = self.api.ok("listTemplates", templatefilter="all")["template"]
        template = next(each["id"] for each in found if each["templatetype"] == "BUILTIN")
        offering = self.api.ok("listServiceOfferings", name="Small Instance")["serviceoffering"][0]["id"]
        for name, also in (("mine", {}), ("shop", project)):
            network = str(self.site.network(name, **also)["id"])
            place = {"zoneid": self.site.zone, "templateid": template, "serviceofferingid": offering}
            made = self.api.done("deployVirtualMachine", **place, networkids=network, **also)["virtualmachine"]
            self.networks.append(network)
            self.vms.append(str(made["id"]))

        def mark(world: object) -> None:
            for vm in [vm for vm in server.world.vms if vm.kind == USER]:
                vm.ha = True
                server.world.vm_snapshots.add(vm.id)

        server.run(mark)

    def stop(self, server: Sandbox) -> None:
        server.run(lambda world: [life.stop(world, vm) for vm in list(world.vms) if vm.kind == USER] and None)


@pytest.mark.parametrize("command", READ)
@pytest.mark.parametrize(("version", "calls"), [(OLD, 2), (NEW, 1)])
def test_accounts_and_projects(connect: Connect, command: str, version: str, calls: int) -> None:
    with Sandbox(seed=1, speed=1000.0, version=version) as server:
        both = Both(server)
        both.stop(server)
        pool = str(both.api.ok("listStoragePools")["storagepool"][0]["id"])
        server.calls.clear()
        assert READ[command](Gateway(connect(server)), both.site, pool) == set(both.vms)
        # Of each VM that does not run its volumes are asked for too.
        assert server.calls.counts[command] == calls


@pytest.mark.parametrize(("version", "calls"), [(OLD, 2), (NEW, 1)])
def test_who_uses_networks(connect: Connect, version: str, calls: int) -> None:
    with Sandbox(seed=1, speed=1000.0, version=version) as server:
        both = Both(server)
        vlans = Gateway(connect(server)).vlans
        server.calls.clear()
        assert vlans.busy(both.site.zone) == frozenset(both.networks)
        assert server.calls.counts["listVirtualMachines"] == calls
        assert [user.id for network in both.networks for user in vlans.users(network)] == both.vms
        assert server.calls.counts["listVirtualMachines"] == 3 * calls
        # With networks -1 is projects alone, so they take two calls on every release.
        assert {each.id for each in vlans.networks(both.site.zone)} >= set(both.networks)
        assert server.calls.counts["listNetworks"] == 2
        vlan_range = str(both.api.ok("listVlanIpRanges")["vlaniprange"][0]["id"])
        held = {
            str(each["ipaddress"])
            for also in ({}, {"projectid": "-1"})
            for each in both.api.ok("listPublicIpAddresses", listall="true", **also)["publicipaddress"]
        }
        server.calls.clear()
        assert set(vlans.addresses(vlan_range, True)) == held
        assert len(held) >= 4
        assert server.calls.counts["listPublicIpAddresses"] == calls


@pytest.mark.parametrize(("version", "calls"), [(OLD, 2), (NEW, 1)])
def test_events(connect: Connect, tmp_path: Path, version: str, calls: int) -> None:
    with Sandbox(seed=1, speed=1000.0, version=version) as server:
        cloud = Gateway(connect(server))
        watch = Watch(cloud, FileJournal(str(tmp_path / "cursor")), ("events",))
        watch.poll()
        both = Both(server)
        server.calls.clear()
        made = [each for each in watch.poll() if each.what.type == "VM.CREATE"]
        assert server.calls.counts["listEvents"] == calls
        assert {each.what.project for each in made} == {"", "shop"}
        assert len({each.key for each in made}) == len(made)
        stopped = cloud.events.all(type="VM.CREATE")
        assert {each.id for each in stopped} == {each.key for each in made}
        assert len(both.vms) == 2


@pytest.mark.parametrize("version", [None, "4.17"])
def test_who_stopped_a_vm_of_a_project(connect: Connect, version: str | None) -> None:
    """Or it is told as one that HA has not brought back."""
    with Sandbox(seed=1, speed=1000.0, version=version or NEW) as server:
        both = Both(server)
        for vm in both.vms:
            both.api.done("stopVirtualMachine", id=vm)
        found = Gateway(connect(server)).outages.stopped(both.site.zone)
        assert [(each.by, each.pools) for each in found] == [("admin", (("ps1", "Up"),))] * 2


@pytest.mark.parametrize(("version", "calls"), [("4.19", 1), (NEW, 1)])
def test_what_lies_on_an_image_store(connect: Connect, version: str, calls: int) -> None:
    with Sandbox(seed=1, speed=1000.0, version=version) as server:
        both = Both(server)
        project = both.api.ok("listProjects", listall="true")["project"][0]["id"]
        sent = {"name": "theirs", "displaytext": "theirs", "hypervisor": "Simulator", "format": "QCOW2"}
        url = {"url": "http://192.0.2.9/theirs.qcow2", "zoneid": both.site.zone, "projectid": project}
        both.api.ok("registerTemplate", **sent, **url)

        def put(world: World) -> None:
            for store in world.image_stores:
                store.templates.update(each.id for each in world.templates if each.name == "theirs")

        server.run(put)
        cloud = Gateway(connect(server))
        (store,) = cloud.image_stores.all()
        server.calls.clear()
        assert [each.name for each in cloud.stores.items(store.id) or ()] == ["theirs"]
        assert server.calls.counts["listTemplates"] == server.calls.counts["listSnapshots"] == calls
