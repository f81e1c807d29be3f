"""Virtual routers: what a network or VPC is served by, made and replaced (T2:15, T6:189-248).

Sources beside the recordings: the server's NetworkOrchestrator (rolling restart) and NetworkHelperImpl.
"""

from __future__ import annotations

from ..errors import ApiError, refused
from ..world import World
from ..world.networks import Network, Vpc
from ..world.settings import setting
from ..world.vms import ROUTER, Nic, Vm, version_key
from . import life, nics, public_addresses, redundancy, system_vms, templates, troubles

Served = Network | Vpc
SOFTWARE = "4.22.0.0"


def of(world: World, served: Served) -> list[Vm]:
    """Its routers; those of a tier are its VPC's."""
    if isinstance(served, Vpc):
        return list(world.vms.select(kind=ROUTER, vpc_id=served.id))
    if served.vpc_id is not None:
        return list(world.vms.select(kind=ROUTER, vpc_id=served.vpc_id))
    return list(world.vms.select(kind=ROUTER, network_id=served.id))


def served_by(world: World, vm: Vm) -> Served | None:
    return world.networks.get(vm.network_id) or world.vpcs.get(vm.vpc_id)


def tiers(world: World, vpc: Vpc) -> list[Network]:
    return list(world.networks.select(vpc_id=vpc.id))


def is_served(world: World, network: Network) -> bool:
    """Whether a virtual router does anything for it: one of its services is a router's."""
    offering = world.network_offerings.get(network.offering_id)
    if network.guest_type == "L2" or offering is None:
        return False
    return any(provider.endswith("VirtualRouter") for given in offering.services.values() for provider in given)


def make(world: World, served: Served) -> Vm:
    """A new router that runs; ApiError 533 without room or addresses, then nothing is left of it."""
    zone = world.zones[served.zone_id]
    beside = [vm.host_id for vm in of(world, served) if vm.host_id is not None]
    vm = system_vms.row(world, zone, ROUTER, templates.router_template)
    shared = isinstance(served, Network) and served.guest_type == "Shared"
    vm.account_id = world.system.id if shared else served.account_id or world.admin.id
    vm.network_id = served.id if isinstance(served, Network) else None
    vm.vpc_id = served.id if isinstance(served, Vpc) else None
    _resize(world, vm, served)
    vm.redundant, vm.software_version = served.redundant, SOFTWARE
    vm.version = world.templates[vm.template_id].version
    world.vms.add(vm)
    try:
        _place(world, vm, tuple(beside))
        vm.nics = _nics(world, vm, served)
    except ApiError:
        system_vms.discard(world, vm)
        raise
    vm.script_version = world.new_uuid()
    return vm


def _resize(world: World, vm: Vm, served: Served) -> None:
    """A router of a network has the offering that the network's offering names."""
    its = world.network_offerings[served.offering_id] if isinstance(served, Network) and served.offering_id else None
    if its is not None and its.router_offering is not None:
        chosen = world.service_offerings[its.router_offering]
        vm.cores, vm.mhz, vm.memory, vm.offering_id = chosen.cores, chosen.mhz, chosen.memory, chosen.id


def _place(world: World, vm: Vm, avoid: tuple[int, ...]) -> None:
    """On another host than the router beside it, if any takes it."""
    if troubles.of_vm(world, troubles.NO_CAPACITY, vm):
        raise life.no_room(f"Unable to create a deployment for VM instance {life.describe(vm)}")
    if not avoid or not life.try_place(world, vm, avoid):
        life.place(world, vm)


def _nics(world: World, vm: Vm, served: Served) -> tuple[Nic, ...]:
    """In the order that answers have them: guest, control, public; of a VPC control, public, tiers (T6:202-254)."""
    zone = world.zones[served.zone_id]
    if isinstance(served, Vpc):
        fixed = (nics.control(world, zone), public_addresses.source_nat(world, served))
        inside = [tier for tier in tiers(world, served) if tier.state == "Implemented"]
        return (*fixed, *(nics.router_guest(world, tier, vm.redundant, tier=True) for tier in inside))
    if served.guest_type == "Shared":
        return (nics.guest(world, served, default=True), nics.control(world, zone))
    offering = world.network_offerings.get(served.offering_id)
    mine = (nics.router_guest(world, served, vm.redundant), nics.control(world, zone))
    nat = offering is None or "SourceNat" in offering.services
    return (*mine, public_addresses.source_nat(world, served)) if nat else mine


def ensure(world: World, served: Served) -> None:
    """As many as it is to have, all of them running, and a tier's side on each router of its VPC."""
    if isinstance(served, Network) and served.vpc_id is not None:
        vpc = world.vpcs[served.vpc_id]
        ensure(world, vpc)
        for vm in of(world, vpc):
            if not any(nic.network_id == served.id for nic in vm.nics):
                vm.nics = (*vm.nics, nics.router_guest(world, served, vm.redundant, tier=True))
        return
    for vm in of(world, served):
        system_vms.start(world, vm)
    while len(of(world, served)) < (2 if served.redundant else 1):
        make(world, served)


async def recreate(world: World, served: Served) -> None:
    """A rolling restart: what is stopped or BACKUP goes, a new one comes, then the old one goes, then its own BACKUP.

    The router that serves goes only when the new one runs; without room for that everything else stays.
    """
    for vm in of(world, served):
        spare = len(of(world, served)) > 1 and redundancy.look(world, vm) == redundancy.BACKUP
        if vm.state != "Running" or spare:
            system_vms.bury(world, vm)
    old = of(world, served)
    await world.pause("router")
    make(world, served)
    if served.redundant and old:
        await world.pause("redundant state")
    for vm in old:
        if vm in world.vms:
            system_vms.bury(world, vm)
    if served.redundant:
        await world.pause("router")
        ensure(world, served)


def requires_upgrade(world: World, vm: Vm) -> bool:
    """Its version is below the least one that the zone wants."""
    least = setting(world, "minreq.sysvmtemplate.version", "Zone", vm.zone_id)
    return version_key(vm.version) < version_key(least)


def renew_template(world: World, vm: Vm) -> None:
    """Before a start: the template that its zone names now."""
    template = templates.router_template(world, world.zones[vm.zone_id], vm.hypervisor)
    if template is None:
        raise life.no_room(f"No template for routers of hypervisor {vm.hypervisor} is ready")
    vm.template_id, vm.version = template.id, template.version


def patch(world: World, vm: Vm) -> None:
    """New scripts in the running VM; the simulator's agent does not know the request (T4:44, T6:198)."""
    if vm.hypervisor == "Simulator":
        agent = "com.cloud.agent.api"
        names = f"{agent}.UnsupportedAnswer", f"{agent}.PatchSystemVmAnswer"
        raise refused(
            f"class {names[0]} cannot be cast to class {names[1]} ({names[0]} and {names[1]} are in unnamed module of "
            "loader 'app')"
        )
    if vm.state != "Running" or troubles.of_vm(world, troubles.PATCH_FAILED, vm):
        raise refused(f"Failed to live patch system VM: {vm.name}")
    vm.software_version, vm.script_version = SOFTWARE, world.new_uuid()
