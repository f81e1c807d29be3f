"""System VMs: the two that the server makes in an opened zone (T2:1), and how they and routers stop and start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..errors import ApiError
from ..world import World
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, Nic, Template, Vm
from ..world.zones import Zone
from . import life, log, nics, serving, templates, troubles

_LETTERS = {CONSOLE_PROXY: "v", STORAGE_VM: "s", ROUTER: "r"}
# What one holds only while it runs (T4:37, T4:64).
FLEETING = ("Management", "Control")
ChooseTemplate = Callable[[World, Zone, str], Template | None]


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


def _template(world: World, zone: Zone, choose: ChooseTemplate) -> Template | None:
    """That of the zone's first host which can take VMs and has one."""
    hosts = world.hosts.select(zone_id=zone.id, state="Up", resource_state="Enabled")
    hypervisors = dict.fromkeys(host.hypervisor for host in hosts)
    return next((found for name in hypervisors if (found := choose(world, zone, name))), None)


def row(world: World, zone: Zone, kind: str, choose: ChooseTemplate = templates.system_template) -> Vm:
    """A new, stopped system VM; ApiError 533 when the zone has no host for any."""
    template = _template(world, zone, choose)
    if template is None:
        raise life.no_room(f"No host can run system VMs of zone {zone.name}")
    hypervisor = template.hypervisor
    offering = world.service_offerings.first(system_kind=kind, builtin=True)
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


def replaced(world: World, zone: Zone) -> None:
    """What the zone lacks is made; without room the server tries again after a while."""
    if zone not in world.zones:
        return
    ensure(world, zone)
    present = {vm.kind for vm in world.vms.select(zone_id=zone.id)}
    if not present.issuperset((CONSOLE_PROXY, STORAGE_VM)):
        world.later("replacement", lambda: replaced(world, zone))


def make(world: World, zone: Zone, kind: str) -> Vm:
    """Make and start one; ApiError 533 without room or addresses, then nothing is left of it."""
    vm = row(world, zone, kind)
    world.vms.add(vm)
    try:
        _place(world, vm)
        pod = world.pods[vm.pod_id or 0]
        vm.nics = (nics.public(world, zone),)
        vm.nics = (*vm.nics, nics.management(world, zone, pod), nics.control(world, zone))
    except ApiError:
        discard(world, vm)
        raise
    serving.started(world, vm)
    log.system_vm_up(world, vm)
    return vm


def _place(world: World, vm: Vm) -> None:
    if troubles.of_vm(world, troubles.NO_CAPACITY, vm):
        raise life.no_room(f"Unable to create a deployment for VM instance {life.describe(vm)}")
    life.place(world, vm)


def stop(world: World, vm: Vm) -> None:
    """Nothing for one that is stopped already (T4:38)."""
    if vm.state == "Stopped":
        return
    serving.stopped(world, vm)
    life.stop(world, vm)
    if vm.pod_id is not None:
        held = {nic.ip for nic in vm.nics if nic.traffic_type == "Management"}
        world.pods[vm.pod_id].used_ips -= held
    vm.nics = tuple(
        replace(nic, ip="", mac="", gateway="", netmask="") if nic.traffic_type in FLEETING else nic for nic in vm.nics
    )


def start(world: World, vm: Vm) -> None:
    """With new management and control addresses (T4:39, T4:65)."""
    if vm.state == "Running":
        return
    _place(world, vm)
    if vm.kind == ROUTER:
        vm.script_version = world.new_uuid()
    vm.nics = tuple(nic if nic.ip else _renewed(world, vm, nic) for nic in vm.nics)
    serving.started(world, vm)


def _renewed(world: World, vm: Vm, nic: Nic) -> Nic:
    zone = world.zones[vm.zone_id]
    control = nic.traffic_type == "Control"
    fresh = nics.control(world, zone) if control else nics.management(world, zone, world.pods[vm.pod_id or 0])
    return replace(fresh, uuid=nic.uuid)


def agent_state(world: World, vm: Vm) -> str:
    """Of a stopped one it is told too (T4:49); after a start its agent needs a while (T6:90-91)."""
    host = world.hosts.get(vm.host_id)
    if host is None or host.state != "Up" or troubles.of_vm(world, troubles.NO_AGENT, vm):
        return "Disconnected"
    return "Up" if world.time() >= vm.started + world.duration("system VM agent") else "Disconnected"


def discard(world: World, vm: Vm) -> None:
    """Take a system VM away with all that it holds."""
    serving.stopped(world, vm)
    nics.release(world, vm)
    life.drop(world, vm)
    world.vms.remove(vm)


def bury(world: World, vm: Vm) -> None:
    """`discard`, but its id is still known (T4:73)."""
    discard(world, vm)
    world.vms.bury(vm)
