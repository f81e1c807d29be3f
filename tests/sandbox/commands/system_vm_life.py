"""System VMs stopped, started, moved, replaced, resized, patched (T4:36-61, T6:45-110)."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import ApiError, failed, invalid
from ..registry import Body, Call, Work, command
from ..rules import nics, routers, serving, system_vms
from ..world import World
from ..world.hosts import Host
from ..world.hypervisor_capabilities import storage_motion
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, ServiceOffering, Vm
from .migration import moving
from .routers import view as router_view
from .system_vms import view

SYSTEM = "org.apache.cloudstack.api.command.admin.systemvm"
OTHER_KIND = "isSystem property is different for current service offering and new service offering"


def gone(vm: Vm) -> ApiError:
    """A VM that was destroyed is known by its id, yet refused (T4:73, T6:107)."""
    return invalid(f"Unable to find UUID for id [{vm.id}] of type [VirtualMachine]")


def _system_vm(call: Call) -> Vm:
    vm: Vm = call["id"]
    if vm not in call.world.vms:
        raise gone(vm)
    if vm.kind not in (CONSOLE_PROXY, STORAGE_VM):
        error = invalid("Unable to find a system vm of specified instanceId")
        error.uuids = [{"uuid": str(vm.id), "description": "instanceId"}]
        raise error
    return vm


def _act(call: Call, vm: Vm, act: Callable[[World, Vm], None]) -> Work:
    """A job that changes `vm` and answers with it."""

    def run() -> Body:
        act(call.world, vm)
        return {"systemvm": view(call.world, vm)}

    return Work(run, instance=("SystemVm", vm.uuid))


def _reboot(world: World, vm: Vm) -> None:
    """It keeps its addresses (T4:36), and a stopped one starts (T6:49)."""
    if vm.state != "Running":
        system_vms.start(world, vm)
    else:
        vm.started = world.time()
        serving.started(world, vm)


@command("stopSystemVm", SYSTEM, id="vms")
def stop_system_vm(call: Call) -> Work:
    return _act(call, _system_vm(call), system_vms.stop)


@command("startSystemVm", f"{SYSTEM}.StartSystemVMCmd", id="vms")
def start_system_vm(call: Call) -> Work:
    return _act(call, _system_vm(call), system_vms.start)


@command("rebootSystemVm", SYSTEM, id="vms")
def reboot_system_vm(call: Call) -> Work:
    return _act(call, _system_vm(call), _reboot)


@command("destroySystemVm", SYSTEM, id="vms")
def destroy_system_vm(call: Call) -> Work:
    """The answer shows it without its addresses, still running (T4:59); the server makes another one soon (T6:110)."""
    world, vm = call.world, _system_vm(call)

    def run() -> Body:
        nics.release(world, vm)
        vm.nics = ()
        answered = {"systemvm": view(world, vm)}
        system_vms.bury(world, vm)
        zone = world.zones[vm.zone_id]
        world.later("replacement", lambda: system_vms.replaced(world, zone))
        return answered

    return Work(run, instance=("SystemVm", vm.uuid))


@command("migrateSystemVm", f"{SYSTEM}.MigrateSystemVMCmd")
def migrate_system_vm(call: Call) -> Work:
    """With another host it asks for storage motion of the source's very version; all is judged in the job (T6:60-68).

    A router goes too (T6:179).
    """
    world, vm = call.world, call["virtualmachineid"]
    if vm not in world.vms:
        raise gone(vm)
    if vm.kind not in (CONSOLE_PROXY, STORAGE_VM, ROUTER):
        raise invalid("Entered VM is not a System VM")
    source, target = world.hosts.get(vm.host_id), call.get("hostid")
    error = _obstacle(call, vm, source, target)
    if error is None:
        return moving(call, vm, "systemvm", router_view if vm.kind == ROUTER else view)
    return _failing(error, ("SystemVm", vm.uuid))


def _obstacle(call: Call, vm: Vm, source: Host | None, target: Host | None) -> ApiError | None:
    if call.get("storageid") is not None and vm.state != "Stopped":
        return invalid("VM is not Stopped, unable to migrate the vm having the specified id")
    if source is None or target is None:
        return None
    if target.id == source.id:
        return invalid(
            f"Cannot migrate VM as it is already present on host {source.name} (ID: {source.uuid}), please specify "
            "valid destination host to migrate the VM"
        )
    if storage_motion(call.world, source.hypervisor, source.hypervisor_version):
        return None
    return failed(
        f"Migration with storage isn't supported for source host {source.name} (ID: {source.uuid}) on hypervisor "
        f"{source.hypervisor} with version {source.hypervisor_version}"
    )


def _failing(error: ApiError, instance: tuple[str, str | None] | None = None) -> Work:
    """A job that ends at once."""

    def refuse() -> Body:
        raise error

    return Work(refuse, instance=instance)


@command("patchSystemVm", f"{SYSTEM}.PatchSystemVMCmd", id="vms")
def patch_system_vm(call: Call) -> Work:
    """Judged in the job (T6:52, T6:103-104, T6:185)."""
    if "id" not in call:
        return _failing(invalid("Please provide a valid ID of a system VM to be patched"))
    vm = call["id"]
    if vm not in call.world.vms:
        raise gone(vm)
    if vm.kind not in (CONSOLE_PROXY, STORAGE_VM):
        text = f"Unable to find SystemVm with id {vm.id}. patchSystemVm API can be used to patch CPVM / SSVM only."
        return _failing(invalid(text))

    def run() -> Body:
        routers.patch(call.world, vm)
        return {"success": True}

    return Work(run)


@command("changeServiceForSystemVm", SYSTEM, id="vms")
def change_service_for_system_vm(call: Call) -> Body:
    """To any offering of system VMs, those for another kind too; of a running one as well (T6:80-88)."""
    vm = _system_vm(call)
    _resize(vm, call["serviceofferingid"])
    return {"systemvm": view(call.world, vm)}


@command("scaleSystemVm", f"{SYSTEM}.ScaleSystemVMCmd", envelope="changeserviceforsystemvm", id="vms")
def scale_system_vm(call: Call) -> Work:
    """As changeServiceForSystemVm, as a job; the answer is named after that one too (T6:82-89)."""
    vm, offering = _system_vm(call), call["serviceofferingid"]
    return _act(call, vm, lambda world, row: _resize(row, offering))


def _resize(vm: Vm, offering: ServiceOffering) -> None:
    if not offering.system:
        raise invalid(OTHER_KIND)
    if offering.id == vm.offering_id:
        known = f'"id":{vm.id},"instanceName":"{vm.instance_name}","state":"{vm.state}"'
        what = f'{{{known},"type":"{vm.kind}","uuid":"{vm.uuid}"}}'
        its = f'{{"id":{offering.id},"name":"{offering.name}","uuid":"{offering.uuid}"}}'
        raise invalid(
            f"Not upgrading vm VM instance {what} since it already has the requested service offering "
            f"Service offering {its}"
        )
    if vm.host_id is None:
        # What a running one holds of its host stays until its next start.
        vm.cores, vm.mhz, vm.memory = offering.cores, offering.mhz, offering.memory
    vm.offering_id = offering.id
