# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as its listings tell it: what ties VMs to their hosts, factors one by one, who chooses a target."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from fakes.clock import FakeClock

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.fleet import FleetReader
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.instances import instance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Remembered
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, Unsupported
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.evacuation import (
    Evacuation,
    Terms,
    evacuate,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.fleet import Fleet, hosts_of, vms_of
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import unsuited
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.topology import Cluster

ROOM = {"cpunumber": 8, "cpuspeed": 2000, "memorytotal": 64 << 30, "cpuallocatedvalue": 0, "memoryallocated": 0}
PLAIN = {"extraconfig-1": "<interface type='bridge'><source bridge='hostdev'/></interface>"}
HOSTDEV = "<devices><hostdev mode='subsystem' type='pci'><source/></hostdev></devices>"


class Answers:
    """A client with a listing by command; ApiError for a command that it has none of."""

    def __init__(self, **listings: list[dict[str, Any]]) -> None:
        self.listings = listings
        self.asked: list[str] = []
        self.clock = FakeClock()

    def listing(self, command: str, key: str, params: object = None) -> list[dict[str, Any]]:
        self.asked.append(command)
        if command == "listNetworks" and command not in self.listings:
            raise ApiError("The given command does not exist", command=command, http_status=432)
        return self.listings.get(command, [])

    def has(self, command: str, *params: str) -> bool:
        return True

    def tell(self, line: str) -> None:
        raise AssertionError(line)


class Denied(Answers):
    """A role that allows no listing of templates and networks."""

    def listing(self, command: str, key: str, params: object = None) -> list[dict[str, Any]]:
        if command in ("listTemplates", "listNetworks"):
            raise Unsupported(f"this server has no command {command} for this user", command=command)
        return super().listing(command, key, params)


def read(hypervisor: str = "VMware", version: str = "7.0", **listings: list[dict[str, Any]]) -> Fleet:
    host = {"id": "h", "name": "h", "hypervisor": hypervisor, "hypervisorversion": version, "state": "Up"}
    client = Answers(listHosts=[host], **listings)
    return FleetReader(client).read(Cluster("c", "c", "z", "p"))


def vm(**fields: Any) -> dict[str, Any]:
    return {"id": "v", "name": "web", "state": "Running", "hostid": "h", **fields}


@pytest.mark.parametrize(
    "config",
    [
        HOSTDEV,
        quote(HOSTDEV),
        "<devices>\n  < hostdev mode='mdev'/></devices>",
        "<interface type='hostdev' managed='yes'><source/></interface>",
        '<interface\n  managed="yes" type="vdpa">',
        quote("<qemu:commandline><qemu:arg value='vfio-pci,host=01:00.0'/></qemu:commandline>"),
        "<filesystem type='mount'><driver type='virtiofs'/></filesystem>",
        "<shmem name='s'><model type='ivshmem-plain'/></shmem>",
        "<disk type='file'><transient/></disk>",
        "pciPassthru0.present = TRUE",
        "other-config:pci=0/0000:05:00.0",
    ],
)
def test_a_device_of_the_host_is_seen_in_extra_configuration(config: str) -> None:
    assert instance(vm(details={"extraconfig-1": config}), "User", {}, ()).host_device


@pytest.mark.parametrize("details", [None, {}, {"extraconfig-1": "<memballoon/>"}, PLAIN, {"comment": HOSTDEV}, "text"])
def test_other_details_are_no_device(details: Any) -> None:
    assert not instance(vm(details=details), "User", {}, ()).host_device


def test_an_iso_is_known_by_its_name_or_id() -> None:
    assert instance(vm(isoid="i", isoname="debian.iso"), "User", {}, ()).iso == "debian.iso"
    assert instance(vm(isoid="i"), "User", {}, ()).iso == "i"
    assert instance(vm(), "User", {}, ()).iso == ""


@pytest.mark.parametrize(
    ("details", "own"),
    [
        ({}, Remembered()),
        ({"cpuOvercommitRatio": "2.0"}, Remembered(cpu=2.0)),
        ({"memoryOvercommitRatio": "1.5"}, Remembered(ram=1.5)),
        ({"cpuOvercommitRatio": "2,5", "memoryOvercommitRatio": "1"}, Remembered(2.5, 1.0)),
        ({"cpuOvercommitRatio": "0"}, Remembered()),
    ],
)
def test_factors_are_read_one_by_one(details: dict[str, str], own: Remembered) -> None:
    assert instance(vm(details=details), "User", {}, ()).own == own


def test_a_config_drive_comes_with_the_network() -> None:
    drive = {"id": "n1", "service": [{"name": "UserData", "provider": [{"name": "ConfigDrive"}]}]}
    router = {"id": "n2", "service": [{"name": "UserData", "provider": [{"name": "VirtualRouter"}]}]}
    machines = [vm(nic=[{"networkid": "n1"}]), vm(id="w", nic=[{"networkid": "n2"}])]
    seen = read(listNetworks=[drive, router], listVirtualMachines=machines)
    assert {each.id: each.config_drive for each in seen.instances} == {"v": True, "w": False}


def test_a_server_without_that_listing_is_no_obstacle() -> None:
    assert [each.config_drive for each in read(listVirtualMachines=[vm(nic=[{"networkid": "n1"}])]).instances] == [
        False
    ]


def test_a_role_without_those_listings_is_no_obstacle() -> None:
    host = {"id": "h", "name": "h", "hypervisor": "KVM", "state": "Up", "zonename": "z", "hosttags": "ssd"}
    client = Denied(listHosts=[host], listVirtualMachines=[vm(templateid="t", nic=[{"networkid": "n1"}])])
    (machine,) = FleetReader(client).read(Cluster("c", "c", "z", "p")).instances
    assert (machine.tags, machine.config_drive) == (frozenset(), False)


@pytest.mark.parametrize("value", ["Error", "Migration", "ForceStop"])
def test_the_strategy_for_local_storage_is_read_where_a_volume_is_there(value: str) -> None:
    local = [{"id": "d", "virtualmachineid": "v", "storageid": "s", "storagetype": "local", "state": "Ready"}]
    setting = [{"name": "host.maintenance.local.storage.strategy", "value": value}]
    seen = read(listVirtualMachines=[vm()], listVolumes=local, listConfigurations=setting)
    assert seen.local_strategy == value
    client = Answers(listHosts=[{"id": "h", "hypervisor": "KVM"}], listVirtualMachines=[vm()])
    FleetReader(client).read(Cluster("c", "c", "z", "p"))
    assert "listConfigurations" not in client.asked


ROWS = [
    {"hypervisorversion": "default", "storagemotionenabled": True, "maxguestslimit": 50},
    {"hypervisorversion": "7.0", "storagemotionenabled": True, "maxguestslimit": 100},
    {"hypervisorversion": "8.2.0", "storagemotionenabled": False, "maxguestslimit": 100},
]


@pytest.mark.parametrize(
    ("hypervisor", "version", "chooses"),
    [
        ("VMware", "7.0", False),
        ("VMware", "9.9", True),
        ("XenServer", "8.2.0", True),
        ("Simulator", "4.22.0.0-SNAPSHOT", True),
        ("KVM", "9.1.0", False),
    ],
)
def test_the_server_chooses_where_it_lists_no_storage_motion_for_the_very_version(
    hypervisor: str, version: str, chooses: bool
) -> None:
    proxy = vm(id="p", name="v-2-VM", systemvmtype="consoleproxy")
    seen = read(hypervisor, version, listHypervisorCapabilities=ROWS, listSystemVms=[proxy], listVirtualMachines=[vm()])
    kinds = {each.kind: seen.server_chooses(each) for each in seen.instances}
    assert kinds == {"User": False, "ConsoleProxy": chooses}


@pytest.mark.parametrize(
    ("more", "kind", "alone_for"),
    [
        ({"isredundantrouter": False, "guestnetworkname": "shop"}, "Router", "shop"),
        ({"isredundantrouter": "false", "guestnetworkname": "tier1", "vpcname": "vpc1"}, "Router", "vpc1"),
        ({"isredundantrouter": True, "guestnetworkname": "shop"}, "Router", ""),
        ({}, "Router", ""),
        ({"guestnetworkname": "shop"}, "User", ""),
    ],
)
def test_a_router_without_a_second_one_is_alone(more: dict[str, object], kind: str, alone_for: str) -> None:
    assert instance(vm(**more), kind, {}, ()).alone_for == alone_for


def test_another_host_has_to_have_the_storage_access_groups_of_a_vms_host() -> None:
    """Since 4.21 a host has those of its cluster, pod and zone too."""
    hosts = [
        {"id": "h", "storageaccessgroups": "ssd,backup", "zonestorageaccessgroups": "all"},
        {"id": "bare"},
        {"id": "half", "storageaccessgroups": "ssd", "zonestorageaccessgroups": "all"},
        {
            "id": "whole",
            "storageaccessgroups": "ssd",
            "clusterstorageaccessgroups": "backup,more",
            "podstorageaccessgroups": "all",
        },
    ]
    rows = [{"name": each["id"], "state": "Up", "resourcestate": "Enabled", **each} for each in hosts]
    fleet = FleetReader(Answers(listHosts=rows, listVirtualMachines=[vm()])).read(Cluster("c", "c", "z", "p"))
    (machine,) = vms_of(fleet)
    assert {host.id: unsuited(machine.needs, host) for host in hosts_of(fleet)} == {
        "h": "",
        "bare": "access_group",
        "half": "access_group",
        "whole": "",
    }


def test_a_vm_keeps_to_hosts_from_which_it_can_come_back() -> None:
    """A host with more storage access groups takes it, and gives it back to none with fewer."""
    rows = [
        {"id": id, "name": id, "state": "Up", "resourcestate": "Enabled", **ROOM, "storageaccessgroups": groups}
        for id, groups in (("h", ""), ("more", "ssd"), ("same", ""))
    ]

    def planned(hosts: list[dict[str, Any]], spare: int = 0) -> Evacuation:
        fleet = FleetReader(Answers(listHosts=hosts, listVirtualMachines=[vm(cpunumber=1, cpuspeed=500, memory=512)]))
        return evacuate(fleet.read(Cluster("c", "c", "z", "p")), ["h"], Terms(spare_hosts=spare))

    assert [move.target for move in planned(rows).moves] == ["same"]
    assert [move.target for move in planned(rows[:2]).moves] == ["more"]
    # A restart asks for no groups.
    assert [move.target for move in planned(rows, spare=1).moves] == ["same"]
