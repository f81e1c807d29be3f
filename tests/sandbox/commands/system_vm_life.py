"""System VMs and routers stopped, started, replaced, resized (T4:36-73)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..errors import failed, invalid, refused
from ..registry import Body, Call, Work, command
from ..rules import life, nics, serving, system_vms
from ..world import World
from ..world.networks import Network
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, Nic, Vm
from .system_vms import router_view, view

SYSTEM = "org.apache.cloudstack.api.command.admin.systemvm"
ROUTERS = "org.apache.cloudstack.api.command.admin.router"
# What a VM holds only while it runs (T4:37, T4:64).
FLEETING = ("Management", "Control")


def _system_vm(call: Call) -> Vm:
    vm: Vm = call["id"]
    if vm.kind not in (CONSOLE_PROXY, STORAGE_VM) or vm not in call.world.vms:
        raise invalid(f"unable to find a system vm with id {vm.uuid}")
    return vm


def _router(call: Call) -> Vm:
    """A router; one that was replaced is known by its id, yet refused (T4:73)."""
    vm: Vm = call["id"]
    if vm not in call.world.vms:
        raise invalid(f"Unable to find UUID for id [{vm.id}] of type [VirtualMachine]")
    if vm.kind != ROUTER:
        raise invalid(f"Unable to find router by id {vm.uuid}")
    return vm


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
    life.place(world, vm)
    if vm.kind == ROUTER:
        vm.script_version = world.new_uuid()
    vm.nics = tuple(nic if nic.ip else _renewed(world, vm, nic) for nic in vm.nics)
    serving.started(world, vm)


def _renewed(world: World, vm: Vm, nic: Nic) -> Nic:
    zone = world.zones[vm.zone_id]
    control = nic.traffic_type == "Control"
    fresh = nics.control(world, zone) if control else nics.management(world, zone, world.pods[vm.pod_id or 0])
    return replace(fresh, uuid=nic.uuid)


def _act(call: Call, vm: Vm, act: Callable[[World, Vm], None]) -> Work:
    """A job that changes `vm` and answers with it."""
    world, router = call.world, vm.kind == ROUTER

    def run() -> Body:
        act(world, vm)
        return {"router": router_view(world, vm)} if router else {"systemvm": view(world, vm)}

    return Work(run, instance=("DomainRouter" if router else "SystemVm", vm.uuid))


def _reboot(world: World, vm: Vm) -> None:
    """A system VM keeps its addresses (T4:36), and a stopped one starts (T6:49).

    A router gets a new control address and scripts (T4:63).
    """
    if vm.state != "Running":
        if vm.kind == ROUTER:
            raise refused(f"Unable to reboot {vm.name}: it is in state {vm.state}")
        start(world, vm)
    elif vm.kind == ROUTER:
        stop(world, vm)
        start(world, vm)
    else:
        serving.started(world, vm)


@command("stopSystemVm", SYSTEM, id="vms")
def stop_system_vm(call: Call) -> Work:
    return _act(call, _system_vm(call), stop)


@command("startSystemVm", f"{SYSTEM}.StartSystemVMCmd", id="vms")
def start_system_vm(call: Call) -> Work:
    return _act(call, _system_vm(call), start)


@command("rebootSystemVm", SYSTEM, id="vms")
def reboot_system_vm(call: Call) -> Work:
    return _act(call, _system_vm(call), _reboot)


@command("destroySystemVm", SYSTEM, id="vms")
def destroy_system_vm(call: Call) -> Work:
    """The answer shows it without its addresses, still running (T4:59); the server makes another one soon."""
    world, vm = call.world, _system_vm(call)

    def run() -> Body:
        nics.release(world, vm)
        vm.nics = ()
        answered = {"systemvm": view(world, vm)}
        _bury(world, vm)
        zone = world.zones[vm.zone_id]
        world.later("replacement", lambda: system_vms.ensure(world, zone))
        return answered

    return Work(run, instance=("SystemVm", vm.uuid))


def _bury(world: World, vm: Vm) -> None:
    system_vms.discard(world, vm)
    world.vms.bury(vm)


@command("patchSystemVm", f"{SYSTEM}.PatchSystemVMCmd", id="vms")
def patch_system_vm(call: Call) -> Work:
    """The simulator's agent does not know the request (T4:44); others not recorded."""
    if "id" not in call:
        raise invalid("Please provide a valid ID of a system VM to be patched")
    vm = call["id"]

    def run() -> Body:
        if vm.hypervisor == "Simulator":
            agent = "com.cloud.agent.api"
            raise refused(f"class {agent}.UnsupportedAnswer cannot be cast to class {agent}.PatchSystemVmAnswer")
        return {"success": True}

    return Work(run)


@command("changeServiceForSystemVm", SYSTEM, id="vms")
def change_service_for_system_vm(call: Call) -> Body:
    """Only to an offering of system VMs (T4:46)."""
    world, vm = call.world, _system_vm(call)
    _resize(world, vm, call, "isSystem property is different for current service offering and new service offering")
    return {"systemvm": view(world, vm)}


@command("scaleSystemVm", f"{SYSTEM}.ScaleSystemVMCmd", id="vms")
def scale_system_vm(call: Call) -> Work:
    """As changeServiceForSystemVm, as a job (not recorded)."""
    text = "isSystem property is different for current service offering and new service offering"
    return _act(call, _system_vm(call), lambda world, vm: _resize(world, vm, call, text))


def _resize(world: World, vm: Vm, call: Call, text: str) -> None:
    offering = call["serviceofferingid"]
    if not offering.system_kind:
        raise invalid(text)
    if vm.state != "Stopped":
        raise invalid(f"Unable to upgrade virtual machine {vm.name} in state {vm.state}: it must be stopped")
    vm.offering_id, vm.cores, vm.mhz, vm.memory = offering.id, offering.cores, offering.mhz, offering.memory


# -- routers -----------------------------------------------------------------------------------------------------------


@command("stopRouter", ROUTERS, id="vms")
def stop_router(call: Call) -> Work:
    return _act(call, _router(call), stop)


@command("startRouter", ROUTERS, id="vms")
def start_router(call: Call) -> Work:
    return _act(call, _router(call), start)


@command("rebootRouter", ROUTERS, id="vms")
def reboot_router(call: Call) -> Work:
    return _act(call, _router(call), _reboot)


@command("destroyRouter", ROUTERS, id="vms")
def destroy_router(call: Call) -> Work:
    """Not recorded, except for a router that is gone (T4:73)."""
    world, vm = call.world, _router(call)

    def run() -> Body:
        answered = {"router": router_view(world, vm)}
        _bury(world, vm)
        return answered

    return Work(run, instance=("DomainRouter", vm.uuid))


@command("changeServiceForRouter", ROUTERS, id="vms")
def change_service_for_router(call: Call) -> Body:
    """Only to an offering of system VMs (T4:69)."""
    world, vm, offering = call.world, _router(call), call["serviceofferingid"]
    what = f'Service offering {{"id":{offering.id},"name":"{offering.name}","uuid":"{offering.uuid}"}}'
    _resize(world, vm, call, f"Cannot upgrade router vm to a non system service offering {what}.")
    return {"router": router_view(world, vm)}


@command("upgradeRouterTemplate", ROUTERS, id="vms")
def upgrade_router_template(call: Call) -> Body:
    """The jobs of routers that need another template: none do here (T4:68)."""
    places = ("id", "zoneid", "podid", "clusterid", "domainid")
    if sum(param in call for param in places) != 1:
        raise invalid("Only one of the parameters id, zoneid, podid, clusterid, account can be given")
    return {}


@command("getRouterHealthCheckResults", ROUTERS, routerid="vms")
def get_router_health_check_results(call: Call) -> Body:
    """The simulator's routers give none (T4:66-67)."""
    vm = call["routerid"]
    lead = "Failed to get health check results due to: "
    if vm.kind != ROUTER:
        raise invalid(f"Unable to find router by id {vm.uuid}")
    if call.get("performfreshchecks"):
        raise failed(
            f"{lead}Unable to perform fresh checks on router - Basic tests failed - Unsupported command issued: "
            "com.cloud.agent.api.routing.GetRouterMonitorResultsCommand.  Are you sure you got the right type of "
            "server?"
        )
    raise failed(
        f"{lead}No health check results found for the router. This could happen for a newly created router. Please "
        "wait for periodic results to populate or manually call for checks to execute."
    )


@command("restartNetwork", "org.apache.cloudstack.api.command.user.network", id="networks")
def restart_network(call: Call) -> Work:
    """With `cleanup` its router is another VM afterwards, at the same public address (T4:71-73)."""
    world, network = call.world, call["id"]
    if network.state not in ("Implemented", "Setup"):
        raise invalid("Network is not in the right state to be restarted. Correct states are: Implemented, Setup")

    def run() -> Body:
        _renew(world, network, bool(call.get("cleanup")))
        network.restart_required = False
        return {"success": True}

    return Work(run, instance=("Network", None))


def _renew(world: World, network: Network, cleanup: bool) -> None:
    for router in list(world.vms.select(network_id=network.id, kind=ROUTER)):
        if cleanup:
            _bury(world, router)
        elif router.state == "Running":
            _reboot(world, router)
    if cleanup:
        system_vms.ensure_router(world, network)
