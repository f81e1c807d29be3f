"""Which of two redundant routers is PRIMARY and which BACKUP, as the server finds when it looks.

A router is UNKNOWN until it was looked at. When the PRIMARY goes, its BACKUP is PRIMARY after a while; nobody gives
the place back. The simulator's routers never say PRIMARY: one is BACKUP, the other UNKNOWN (T6:202). The rest is not
recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..world import World
from ..world.vms import ROUTER, Vm
from . import troubles

UNKNOWN, PRIMARY, BACKUP = "UNKNOWN", "PRIMARY", "BACKUP"
RUNNING = ("Running", "Migrating")


def left(world: World, vm: Vm) -> None:
    """It stops or goes."""
    if vm.redundant_state == PRIMARY:
        world.vacated[vm.network_id, vm.vpc_id] = world.time()
    vm.redundant_state = UNKNOWN


def look(world: World, vm: Vm) -> str:
    """The state of `vm` now; that of the router beside it is found too."""
    if not vm.redundant:
        return UNKNOWN
    field = "network_id" if vm.vpc_id is None else "vpc_id"
    beside = world.vms.select(kind=ROUTER, **{field: getattr(vm, field)})
    running = [router for router in beside if router.redundant and router.state in RUNNING]
    since = world.time() - world.duration("redundant state")
    seen = [router for router in running if router.started <= since]
    if vm.hypervisor == "Simulator":
        for router in seen:
            router.redundant_state = BACKUP if router is running[0] else UNKNOWN
    else:
        _settle(world, vm, running, seen, world.vacated.get((vm.network_id, vm.vpc_id), 0.0) <= since)
    return vm.redundant_state


def _settle(world: World, vm: Vm, running: Sequence[Vm], seen: Sequence[Vm], vacant_long: bool) -> None:
    primary = next((router for router in running if router.redundant_state == PRIMARY), None)
    if primary is None and vacant_long:
        able = [router for router in seen if not troubles.of_vm(world, troubles.NEVER_PRIMARY, router)]
        # The one that was BACKUP takes over; of two new ones the first.
        able.sort(key=lambda router: router.redundant_state != BACKUP)
        primary = able[0] if able else None
    for router in seen:
        if router is primary or troubles.of_vm(world, troubles.BOTH_PRIMARY, router):
            router.redundant_state = PRIMARY
        elif troubles.of_vm(world, troubles.NEVER_BACKUP, router):
            router.redundant_state = UNKNOWN
        else:
            router.redundant_state = BACKUP
