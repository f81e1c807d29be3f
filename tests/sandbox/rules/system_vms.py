"""System VMs that the server makes by itself: two in an opened zone, a router for a network (T2:1, T2:15)."""

from __future__ import annotations

from ..errors import ApiError
from ..world import World
from ..world.networks import Network
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, Vm
from ..world.zones import Zone
from . import life, log, nics, serving, templates

_LETTERS = {CONSOLE_PROXY: "v", STORAGE_VM: "s", ROUTER: "r"}


def ensure_later(world: World, zone: Zone) -> None:
    """Look after a while whether the zone can have its system VMs; the server looks again with every new host."""
    if zone.allocation_state == "Enabled":
        world.later("system VMs", lambda: ensure(world, zone))


def ensure(world: World, zone: Zone) -> None:
    """Make the console proxy and the secondary storage VM that the zone lacks; nothing while it cannot hold them."""
    if zone not in world.zones or zone.allocation_state != "Enabled":
        return
    if not any(store.zone_id in (zone.id, None) for store in world.image_stores):
        return
    for kind in (CONSOLE_PROXY, STORAGE_VM):
        if not any(vm.state != "Destroyed" for vm in world.vms.select(zone_id=zone.id, kind=kind)):
            try:
                make(world, zone, kind)
            except ApiError:
                # No room, no host or no address yet: tried again later.
                return


def _hypervisor(world: World, zone: Zone) -> str | None:
    """That of the zone's first host which is up and has a template."""
    hosts = (h for h in world.hosts.select(zone_id=zone.id) if h.state == "Up")
    return next((h.hypervisor for h in hosts if templates.system_template(world, zone, h.hypervisor)), None)


def _row(world: World, zone: Zone, kind: str) -> Vm:
    """A new, stopped system VM; ApiError 533 when the zone has no host for any."""
    hypervisor = _hypervisor(world, zone)
    template = templates.system_template(world, zone, hypervisor) if hypervisor else None
    if hypervisor is None or template is None:
        raise life.no_room(f"No host can run system VMs of zone {zone.name}")
    offering = world.service_offerings.first(system_kind=kind)
    if offering is None:
        raise life.no_room(f"There is no system offering for {kind}")
    number = world.vms.next_id()
    name = f"{_LETTERS[kind]}-{number}-VM"
    vm = Vm(
        number, world.new_uuid(), name, kind, name, zone.id, hypervisor, offering.cores, offering.mhz, offering.memory,
        offering.id, template.id, world.admin.id, world.now(),
    )  # fmt: skip
    vm.ha = True
    return vm


def make(world: World, zone: Zone, kind: str) -> Vm:
    """Make and start one; ApiError 533 without room or addresses, then nothing is left of it."""
    vm = _row(world, zone, kind)
    world.vms.add(vm)
    try:
        life.place(world, vm)
        pod = world.pods[vm.pod_id or 0]
        vm.nics = (nics.public(world, zone),)
        vm.nics = (*vm.nics, nics.management(world, zone, pod), nics.control(world, zone))
    except ApiError:
        discard(world, vm)
        raise
    serving.started(world, vm)
    log.system_vm_up(world, vm)
    return vm


def make_router(world: World, network: Network) -> Vm:
    """The virtual router of an isolated network; ApiError 533 as `make`."""
    zone = world.zones[network.zone_id]
    vm = _row(world, zone, ROUTER)
    vm.network_id, vm.script_version = network.id, world.new_uuid()
    world.vms.add(vm)
    try:
        life.place(world, vm)
        vm.nics = (nics.router_guest(world, network),)
        vm.nics = (*vm.nics, nics.control(world, zone), nics.public(world, zone))
    except ApiError:
        discard(world, vm)
        raise
    return vm


def ensure_router(world: World, network: Network) -> None:
    """A network that is served by a router has one that runs."""
    found = [vm for vm in world.vms.select(network_id=network.id, kind=ROUTER) if vm.state != "Destroyed"]
    if not found:
        make_router(world, network)
    elif found[0].state == "Stopped":
        life.place(world, found[0])


def discard(world: World, vm: Vm) -> None:
    """Take a system VM away with all that it holds."""
    serving.stopped(world, vm)
    nics.release(world, vm)
    life.drop(world, vm)
    world.vms.remove(vm)
