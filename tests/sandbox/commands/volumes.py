"""listVolumes: one root volume for each VM, and internal load balancers, of which there are none. Not recorded."""

from __future__ import annotations

import uuid

from ..paging import answer
from ..registry import Body, Call, command
from ..world import World
from ..world.storage import StoragePool
from ..world.vms import USER, Vm

USERS = "org.apache.cloudstack.api.command.user.volume"


def _pool(world: World, vm: Vm) -> StoragePool | None:
    host = world.hosts.get(vm.host_id or vm.last_host_id)
    near = world.storage_pools.select(cluster_id=host.cluster_id) if host is not None else []
    return next(iter(near), None) or next(iter(world.storage_pools.select(zone_id=vm.zone_id, cluster_id=None)), None)


def view(world: World, vm: Vm) -> Body:
    """`World.volume_marks` says what is special: a volume on the host's own disk, or one with something under way."""
    mark, pool, zone = world.volume_marks.get(vm.id, ""), _pool(world, vm), world.zones[vm.zone_id]
    body: Body = {
        "id": str(uuid.uuid5(uuid.UUID(vm.uuid), "root")),
        "name": f"ROOT-{vm.id}",
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "type": "ROOT",
        "deviceid": 0,
        "virtualmachineid": vm.uuid,
        "vmname": vm.name,
        "vmstate": vm.state,
        "state": "Ready" if mark in ("", "local") else mark,
        "storagetype": "local" if mark == "local" else "shared",
        "size": world.templates[vm.template_id].size,
        "created": vm.created,
    }
    if pool is not None:
        body.update(storage=pool.name, storageid=pool.uuid)
    return body


@command("listVolumes", USERS, id="nothing", ids="nothing")
def list_volumes(call: Call) -> Body:
    world, wanted = call.world, call.get("virtualmachineid")
    place = {"zone_id": call["zoneid"].id} if "zoneid" in call else {}
    rows = [wanted] if wanted is not None else world.vms.select(**place)
    cluster = call.get("clusterid")
    inside = {host.id for host in world.hosts.select(cluster_id=cluster.id)} if cluster is not None else None
    host, system = call.get("hostid"), call.get("listsystemvms", False)
    rows = [
        vm
        for vm in rows
        if vm.state not in ("Destroyed", "Expunging")
        and (system or vm.kind == USER)
        and (inside is None or (vm.host_id or vm.last_host_id) in inside)
        and (host is None or vm.host_id == host.id)
    ]
    return answer(call, "volume", rows, lambda vm: view(world, vm))


@command("listInternalLoadBalancerVMs", "org.apache.cloudstack.api.command.admin.internallb", id="nothing")
def list_internal_load_balancer_vms(call: Call) -> Body:
    return {}
