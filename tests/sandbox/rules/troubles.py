"""What a test has asked to go wrong with system VMs, routers and templates."""

from __future__ import annotations

from ..world import World
from ..world.vms import Vm

NEVER_BACKUP, NEVER_PRIMARY, BOTH_PRIMARY = "never_backup", "never_primary", "both_primary"
UNHEALTHY, NO_AGENT, NO_CAPACITY = "health_check_failed", "agent_never_connects", "no_capacity"
NEVER_READY, NEVER_PREPARED, PATCH_FAILED = "template_never_ready", "template_never_prepared", "patch_failed"
AGENTS_STAY = "agents_stay"
KINDS = (
    NEVER_BACKUP, NEVER_PRIMARY, BOTH_PRIMARY, UNHEALTHY, NO_AGENT, NO_CAPACITY, NEVER_READY, NEVER_PREPARED,
    PATCH_FAILED, AGENTS_STAY,
)  # fmt: skip


def befalls(world: World, kind: str, *names: str) -> bool:
    """Whether it is asked for one of these names or uuids, or for everything."""
    return not world.troubles.get(kind, set()).isdisjoint({"*", *names})


def of_vm(world: World, kind: str, vm: Vm) -> bool:
    """Asked for by the VM itself, by what it serves, or by its zone."""
    if not world.troubles.get(kind):
        return False
    served = world.networks.get(vm.network_id) or world.vpcs.get(vm.vpc_id)
    rows = [vm, world.zones[vm.zone_id], *([served] if served else [])]
    return befalls(world, kind, *(text for row in rows for text in (row.name, row.uuid)))
