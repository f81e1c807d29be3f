# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers with something else in any field: nothing that is read ends in a traceback, and what is not read is told.

recorded_answers.json: objects of transcripts 01 to 07, as many of each list as it takes to have every field once.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack import (
    dedications,
    instances,
    mapping,
    network_resources,
    notes,
    routers,
    system_templates,
    system_vms,
    vlans,
)

Read = Callable[..., Any]
Path_ = tuple[str | int, ...]


def machine(wire: Any, tell: Any) -> Any:
    return instances.instance(wire, "User", {}, (), tell)


def disk(wire: Any, tell: Any) -> Any:
    return instances.instance({"id": "v"}, "User", {}, (wire,), tell)


def private_gateway(wire: Any, tell: Any) -> Any:
    return vlans.private_gateway(wire, 7, tell)


def dedicated(scope: str) -> Read:
    return lambda wire, tell: dedications.dedication(wire, scope, tell)


READS: dict[str, tuple[Read, ...]] = {
    "zone": (mapping.zone,),
    "pod": (mapping.pod,),
    "cluster": (mapping.cluster,),
    "host": (mapping.host,),
    "physicalnetwork": (mapping.physical_network,),
    "traffictype": (mapping.traffic_type,),
    "networkserviceprovider": (mapping.provider,),
    "virtualrouterelement": (mapping.element,),
    "internalloadbalancerelement": (mapping.element,),
    "vlaniprange": (mapping.vlan_ip_range,),
    "storagepool": (mapping.storage_pool,),
    "imagestore": (mapping.image_store,),
    "configuration": (mapping.setting,),
    "network": (network_resources.network, vlans.guest_network, routers.network),
    "networkoffering": (network_resources.network_offering,),
    "guestvlan": (lambda wire, tell: vlans.taken(wire, "p", tell),),
    "dedicatedguestvlanrange": (vlans.dedication,),
    "virtualmachine": (machine, dedications.tenant),
    "systemvm": (machine, system_vms.system_vm),
    "router": (machine, routers.router),
    "volume": (disk,),
    "serviceoffering": (instances.offering, system_vms.offering),
    "dedicatedhost": (dedicated("host"),),
    # Not in the recordings.
    "vpc": (routers.vpc,),
    "healthcheck": (routers.health_check,),
    "template": (system_templates.system_template,),
    "annotation": (notes.note,),
    "affinitygroup": (instances.affinity_group,),
    "privategateway": (private_gateway,),
    "storagenetworkiprange": (network_resources.storage_range,),
    "VMwareDC": (mapping.vmware_datacenter,),
}
MORE: dict[str, list[dict[str, Any]]] = {
    "vpc": [{"id": "v", "name": "v1", "redundantvpcrouter": True, "network": [{"id": "t", "name": "tier"}]}],
    "healthcheck": [{"checkname": "dns", "checktype": "basic", "success": False, "status": "FAILED", "details": "x"}],
    "router": [
        {
            "id": "r",
            "redundantstate": "MASTER",
            "isredundantrouter": True,
            "healthchecksfailed": True,
            "nic": [{"networkid": "n", "traffictype": "Guest"}],
            "healthcheckresults": [{"checkname": "dns", "success": True, "lastupdated": "2021-08-03T05:54:17+0000"}],
        }
    ],
    "template": [
        {
            "id": "t",
            "name": "systemvm-kvm-4.22.0",
            "ispublic": False,
            "isready": True,
            "passwordenabled": False,
            "format": "QCOW2",
            "isfeatured": False,
            "zoneid": "z",
            "zonename": "zurich",
            "status": "Download Complete",
            "templatetype": "ROUTING",
            "hypervisor": "KVM",
            "isextractable": False,
            "checksum": "",
            "url": "http://192.0.2.30/t.qcow2",
            "downloaddetails": [
                {"datastore": "sec", "datastoreRole": "Image", "downloadState": "DOWNLOADED", "downloadPercent": "100"}
            ],
        }
    ],
    "annotation": [{"id": "a", "annotation": "x", "created": "2021-08-03T05:54:17+0000", "username": "admin"}],
    "affinitygroup": [{"id": "g", "name": "g1", "type": "host anti-affinity", "virtualmachineIds": ["v1", "v2"]}],
    "privategateway": [
        {"id": "p", "vpcname": "v", "ipaddress": "192.0.2.9", "zoneid": "z", "vlan": "7", "domain": "ROOT"}
    ],
    "storagenetworkiprange": [
        {"id": "s", "zoneid": "z", "podid": "p", "vlan": 7, "startip": "192.0.2.1", "gateway": "192.0.2.2"}
    ],
    "VMwareDC": [{"id": "d", "zoneid": "z", "name": "dc", "vcenter": "vc.example.net"}],
    "virtualmachine": [
        {"id": "v", "details": {"cpuOvercommitRatio": "2.0", "memoryOvercommitRatio": "1.0"}, "memory": 512}
    ],
    "serviceoffering": [
        {"id": "o", "serviceofferingdetails": {"pciDevice": "x", "vgpuType": "passthrough"}, "memory": 9}
    ],
    "pod": [{"id": "p", "startip": "192.0.2.1", "endip": ["192.0.2.9"], "name": "old"}],
}
WRONG = (
    None, True, False, 0, -1, 1.5, 1e300, 10**40, "", " ", "x", "46811,5", "24,74%", "NaN", "\x00\x1b", "\ud800",
    "a,b", "1,2,3", [], [None], [[]], ["x", 1], [{}], {}, {"id": []}, {"x": {"x": None}},
)  # fmt: skip


def recorded() -> dict[str, list[dict[str, Any]]]:
    found = json.loads((Path(__file__).parent / "recorded_answers.json").read_text())
    return {key: [*found.get(key, []), *MORE.get(key, [])] for key in READS}


ANSWERS = recorded()


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Every place in an object: each field, each item of lists, and what they hold."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield from places(each, (*path, step))


def changed(wire: dict[str, Any], path: Path_, value: object) -> dict[str, Any]:
    found = copy.deepcopy(wire)
    holder: Any = found
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return found


@pytest.mark.parametrize("kind", READS)
def test_an_answer_with_anything_in_any_field_is_read(kind: str) -> None:
    assert ANSWERS[kind], f"no answer of {kind} is recorded"
    told: list[str] = []
    for wire in ANSWERS[kind]:
        for read in READS[kind]:
            for path in places(wire):
                for value in WRONG:
                    read(changed(wire, path, value), told.append)
            for value in WRONG:
                read(value, told.append)
    assert told
    assert all(each.isprintable() and len(each) < 400 for each in told)


@pytest.mark.parametrize("kind", READS)
def test_an_answer_as_recorded_is_read_without_a_doubt(kind: str) -> None:
    told: list[str] = []
    for wire in ANSWERS[kind]:
        for read in READS[kind]:
            read(wire, told.append)
    assert told == []


FIGURES = {
    "host": ("cpunumber", "cpuspeed", "cpuallocatedvalue", "memorytotal", "memoryallocatedbytes", "cpusockets"),
    "storagepool": ("disksizetotal", "disksizeallocated", "capacityiops"),
    "cluster": ("cpuovercommitratio", "memoryovercommitratio"),
    "virtualmachine": ("cpunumber", "cpuspeed", "memory"),
    "serviceoffering": ("cpunumber", "cpuspeed", "memory"),
    "networkoffering": ("networkrate",),
}


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, fields in FIGURES.items() for field in fields])
def test_a_figure_that_cannot_be_read_is_named_with_its_object(kind: str, field: str) -> None:
    told: list[str] = []
    for read in READS[kind]:
        partial(read, {"id": "x-1", "name": "it", field: "plenty"}, told.append)()
    assert [each for each in told if " it: " in each and f"{field} is 'plenty'" in each]


def test_a_host_of_a_server_with_decimal_commas() -> None:
    host = mapping.host(
        {**ANSWERS["host"][0], "cpuwithoverprovisioning": "46811,5", "memorywithoverprovisioning": "1,5 GB"}
    )
    assert (host.cpu_with_overprovisioning, host.memory_with_overprovisioning) == (46811, 3 << 29)
