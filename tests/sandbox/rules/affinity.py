"""Which hosts the groups of a VM leave it (the planner asks; an explicit migration does not, FIELD_FACTS)."""

from __future__ import annotations

from ..world import World
from ..world.hosts import Host
from ..world.vms import AffinityGroup, Vm

APART, TOGETHER = "host anti-affinity", "host affinity"


def groups_of(world: World, vm: Vm) -> list[AffinityGroup]:
    return [group for group in world.affinity_groups if vm.id in group.vm_ids]


def allows(world: World, host: Host, vm: Vm) -> bool:
    """Strict groups alone bind: no other member on the host, or every other running member on it."""
    for group in groups_of(world, vm):
        others = [world.vms.get(each) for each in group.vm_ids if each != vm.id]
        places = {other.host_id for other in others if other is not None and other.host_id is not None}
        if group.kind == APART and host.id in places:
            return False
        if group.kind == TOGETHER and places and host.id not in places:
            return False
    return True
