"""addVmwareDc, listVmwareDcs, updateVmwareDc, removeVmwareDc: one vCenter datacenter a zone. None of it is recorded."""

from __future__ import annotations

from ..errors import invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.zones import VmwareDatacenter, Zone

JAVA = "org.apache.cloudstack.api.command.admin.zone"


def view(world: World, datacenter: VmwareDatacenter) -> Body:
    return {
        "id": datacenter.uuid,
        "name": datacenter.name,
        "vcenter": datacenter.vcenter,
        "zoneid": world.zones[datacenter.zone_id].uuid,
    }


def _of(world: World, zone: Zone) -> VmwareDatacenter:
    found = world.vmware_datacenters.first(zone_id=zone.id)
    if found is None:
        raise invalid("The specified zone does not have a VMware DC associated with it.")
    return found


@command("addVmwareDc", JAVA)
def add_vmware_dc(call: Call) -> Body:
    world, zone = call.world, call["zoneid"]
    if world.vmware_datacenters.first(zone_id=zone.id):
        raise refused("Zone is already associated with a VMware datacenter.")
    if any((d.name, d.vcenter) == (call["name"], call["vcenter"]) for d in world.vmware_datacenters):
        raise refused(f"This DC is already part of other CloudStack zone(s): {call['name']} at {call['vcenter']}")
    access = call.get("username", ""), call.get("password", "")
    id, uuid = world.vmware_datacenters.next_id(), world.new_uuid()
    row = VmwareDatacenter(id, uuid, call["name"], call["vcenter"], zone.id, *access)
    return {"vmwaredatacenter": view(world, world.vmware_datacenters.add(row))}


@command("listVmwareDcs", JAVA)
def list_vmware_dcs(call: Call) -> Body:
    rows = call.world.vmware_datacenters.select(**filters(call, zoneid="zone_id"))
    return answer(call, "VMwareDC", keyword(call, rows), lambda row: view(call.world, row))


@command("updateVmwareDc", JAVA)
def update_vmware_dc(call: Call) -> Body:
    row = _of(call.world, call["zoneid"])
    for name in ("name", "vcenter", "username", "password"):
        setattr(row, name, call.get(name, getattr(row, name)))
    return {"vmwaredatacenter": view(call.world, row)}


@command("removeVmwareDc", JAVA)
def remove_vmware_dc(call: Call) -> Body:
    world, zone = call.world, call["zoneid"]
    row = _of(world, zone)
    if any(c.hypervisor == "VMware" for c in world.clusters.select(zone_id=zone.id)):
        raise refused("Cannot remove VMware datacenter: it still has clusters of the zone.")
    world.vmware_datacenters.remove(row)
    return {"success": True}
