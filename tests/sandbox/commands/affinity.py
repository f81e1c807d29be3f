"""Affinity groups. Not recorded: shapes and refusals follow the API's surface and its documents."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules.affinity import APART, TOGETHER, groups_of
from ..world import World
from ..world.vms import AffinityGroup, Vm
from .guest_networks import account_view, in_project, whose

JAVA = "org.apache.cloudstack.api.command.user.affinitygroup"
KINDS = (APART, TOGETHER, f"non-strict {APART}", f"non-strict {TOGETHER}")


def brief(world: World, vm: Vm) -> list[Body]:
    """As a VM's answer names its groups."""
    return [{"id": group.uuid, "name": group.name, "type": group.kind} for group in groups_of(world, vm)]


def view(world: World, group: AffinityGroup) -> Body:
    there = [world.vms.get(each) for each in sorted(group.vm_ids)]
    body: Body = {
        "id": group.uuid,
        "name": group.name,
        "description": group.description,
        **account_view(world, group.account_id),
        "type": group.kind,
    }
    if any(there):
        body["virtualmachineIds"] = [vm.uuid for vm in there if vm is not None]
    return body


@command("listAffinityGroupTypes", JAVA)
def list_affinity_group_types(call: Call) -> Body:
    return answer(call, "affinityGroupType", KINDS, lambda kind: {"type": kind})


@command("createAffinityGroup", JAVA)
def create_affinity_group(call: Call) -> Work:
    world, name, kind = call.world, call["name"], call["type"]
    if kind not in KINDS:
        raise invalid(f"Unable to create affinity group, invalid affinity group type{kind}")
    if any(True for _group in world.affinity_groups.select(name=name)):
        raise invalid(f"Unable to create affinity group, a group with name {name} already exists.")
    number = world.affinity_groups.next_id()
    group = world.affinity_groups.add(
        AffinityGroup(number, world.new_uuid(), name, kind, whose(call).id, call.get("description") or "")
    )
    return Work(
        lambda: {"affinitygroup": view(world, group)}, created=group.uuid, instance=("AffinityGroup", group.uuid)
    )


@command("deleteAffinityGroup", JAVA, id="affinity_groups")
def delete_affinity_group(call: Call) -> Work:
    world = call.world
    named = world.affinity_groups.select(name=call["name"]) if "name" in call else []
    group = call.get("id") or next(iter(named), None)
    if group is None:
        raise invalid("Unable to find affinity group by name " + str(call.get("name")))

    def run() -> Body:
        world.affinity_groups.remove(group)
        return {"success": True}

    return Work(run)


@command("listAffinityGroups", JAVA, id="affinity_groups")
def list_affinity_groups(call: Call) -> Body:
    world, vm = call.world, call.get("virtualmachineid")
    rows = world.affinity_groups.select(**filters(call, id="id", name="name", type="kind"))
    if vm is not None:
        rows = [group for group in rows if vm.id in group.vm_ids]
    elif "id" not in call:
        # Those of projects only where projects are asked for (source: AffinityGroupQueryServiceImpl).
        rows = [group for group in rows if in_project(call, group.account_id)]
    return answer(call, "affinitygroup", keyword(call, rows), lambda group: view(world, group))


@command("updateVMAffinityGroup", JAVA, id="vms")
def update_vm_affinity_group(call: Call) -> Work:
    """Only of a stopped VM; the groups given are all that it is in afterwards."""
    world, vm = call.world, call["id"]
    if vm.state != "Stopped":
        raise invalid(f"Unable update affinity groups of the virtual machine {vm.uuid} in state {vm.state}")

    def run() -> Body:
        for group in world.affinity_groups:
            group.vm_ids.discard(vm.id)
        for group in call.get("affinitygroupids", []):
            group.vm_ids.add(vm.id)
        return {"virtualmachine": {"id": vm.uuid, "name": vm.name, "affinitygroup": brief(world, vm)}}

    return Work(run)
