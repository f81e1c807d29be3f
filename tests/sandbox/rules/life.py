"""A VM's changes of state, each with the capacity that it takes, keeps or gives back.

Source: the server's state listener for capacity; T2:8-50, T2:53, T3:96-106.
"""

from __future__ import annotations

from ..errors import ApiError
from ..world import World
from ..world.hosts import Host
from ..world.vms import Vm
from . import capacity, placement, redundancy, volumes

INSUFFICIENT = 533


def no_room(text: str) -> ApiError:
    """533, Java's InsufficientCapacityException (the code is documented; the texts are not recorded)."""
    return ApiError(INSUFFICIENT, 9999, text)


def _release_reservation(world: World, vm: Vm) -> None:
    host = world.hosts.get(vm.last_host_id)
    if vm.reserved and host is not None:
        host.reserved_mhz = max(host.reserved_mhz - vm.total_mhz, 0)
        host.reserved_memory = max(host.reserved_memory - vm.total_bytes, 0)
    vm.reserved = False


def _reserve(world: World, vm: Vm) -> None:
    host = world.hosts.get(vm.last_host_id)
    if host is not None:
        host.reserved_mhz += vm.total_mhz
        host.reserved_memory += vm.total_bytes
        vm.reserved = True


def _take(host: Host, vm: Vm) -> None:
    host.used_mhz += vm.total_mhz
    host.used_memory += vm.total_bytes


def _give_back(host: Host, vm: Vm) -> None:
    # Figures can have been recalculated under other factors; they never go below nothing.
    host.used_mhz = max(host.used_mhz - vm.total_mhz, 0)
    host.used_memory = max(host.used_memory - vm.total_bytes, 0)


def start(world: World, vm: Vm, host: Host) -> None:
    """Run `vm` on `host`."""
    _release_reservation(world, vm)
    _take(host, vm)
    volumes.started(world, vm, host)
    _remember(world, vm, host)
    world.vms.update(vm, host_id=host.id, pod_id=host.pod_id, last_host_id=host.id)
    vm.state, vm.updated, vm.started = "Running", world.now(), world.time()


def _remember(world: World, vm: Vm, host: Host) -> None:
    """Each factor is remembered once it is above 1, and ever after (old servers: both)."""
    now = capacity.factors(world.clusters[host.cluster_id])
    whole = capacity.both_or_none(world) and (max(now) > 1.0 or vm.factors != (None, None))
    kept = [new if whole or old is not None or new > 1.0 else None for old, new in zip(vm.factors, now, strict=True)]
    vm.factors = (kept[0], kept[1])


def place(world: World, vm: Vm, host: Host | None = None, avoid: tuple[int, ...] = ()) -> None:
    """Start `vm` on `host`, or where the planner finds room; ApiError 533 where none is."""
    wanted, kept = (None if host is None else [host]), vm.reserved
    # Capacity kept for the VM itself is no obstacle to it.
    _release_reservation(world, vm)
    found = placement.choose(world, vm, wanted, avoid)
    if found is None:
        if kept:
            _reserve(world, vm)
        raise no_room(f"Unable to create a deployment for VM instance {describe(vm)}")
    start(world, vm, found)


def try_place(world: World, vm: Vm, avoid: tuple[int, ...] = ()) -> bool:
    """`place`, or leave the VM stopped where there is no room for it."""
    try:
        place(world, vm, avoid=avoid)
    except ApiError:
        return False
    return True


def restart_elsewhere(world: World, host: Host) -> None:
    """A lost host's VMs are given up: those of high availability start elsewhere, others are Stopped (T3:106)."""
    for vm in list(world.vms.select(host_id=host.id)):
        stop(world, vm)
        if vm.ha:
            try_place(world, vm, avoid=(host.id,))


def stop(world: World, vm: Vm) -> None:
    """Stop `vm`; its capacity stays reserved on the host that it leaves."""
    host = world.hosts.get(vm.host_id)
    if host is not None:
        _give_back(host, vm)
        _reserve(world, vm)
    world.vms.update(vm, host_id=None)
    redundancy.left(world, vm)
    vm.state, vm.updated = "Stopped", world.now()


def drop(world: World, vm: Vm, state: str = "Destroyed") -> None:
    """Destroy `vm`: what it holds is free at once."""
    host = world.hosts.get(vm.host_id)
    if host is not None:
        _give_back(host, vm)
    _release_reservation(world, vm)
    world.vms.update(vm, host_id=None)
    redundancy.left(world, vm)
    vm.state, vm.updated = state, world.now()


def begin_move(world: World, vm: Vm, target: Host) -> Host:
    """Take room on `target` while the VM still runs on its source, which is returned; ApiError 533 without room."""
    if not capacity.fits(world, target, vm.total_mhz, vm.total_bytes):
        raise no_room(f"Host {target.name} does not have enough available capacity for {describe(vm)}")
    _take(target, vm)
    if not capacity.both_or_none(world):
        # VirtualMachineManagerImpl.migrate since 4.19.1 (apache/cloudstack#9178).
        _remember(world, vm, target)
    target.incoming += 1
    vm.state = "Migrating"
    return world.hosts[vm.host_id or 0]


def end_move(world: World, vm: Vm, source: Host, target: Host) -> None:
    """The VM runs on `target`, unless it left the source meanwhile: then the room taken there is free again."""
    target.incoming -= 1
    if vm.state != "Migrating" or vm.host_id != source.id:
        _give_back(target, vm)
        return
    _give_back(source, vm)
    world.vms.update(vm, host_id=target.id, pod_id=target.pod_id, last_host_id=target.id)
    vm.state, vm.updated = "Running", world.now()


def describe(vm: Vm) -> str:
    return f'{{"id":{vm.id},"instanceName":"{vm.instance_name}","uuid":"{vm.uuid}"}}'
