"""runDiagnostics, getDiagnosticsData (T4:40-43, T4:52-55, T4:70)."""

from __future__ import annotations

import re

from ..errors import bad_parameter, refused
from ..registry import Body, Call, Work, command
from ..world import World
from ..world.settings import setting
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, Vm
from .zones import describe

JAVA = "org.apache.cloudstack.api.command.admin.diagnostics"
TYPES = ("ping", "traceroute", "arping")
# As a job names them.
INSTANCES = {CONSOLE_PROXY: "ConsoleProxy", STORAGE_VM: "SystemVm", ROUTER: "DomainRouter"}
_HARMLESS = re.compile(r"^[\w\-\s.]+$")


def _target(call: Call) -> tuple[Vm, tuple[str, str | None]]:
    vm: Vm = call["targetid"]
    if vm.kind not in INSTANCES:
        raise bad_parameter(
            f"Unable to execute API command {call.api.name.lower()} due to invalid value. Invalid parameter targetid "
            f"value={vm.uuid} due to incorrect long value format, or entity does not exist or due to incorrect "
            "parameter annotation for the field in api cmd class."
        )
    return vm, (INSTANCES[vm.kind], vm.uuid)


@command("runDiagnostics", JAVA, targetid="vms")
def run_diagnostics(call: Call) -> Work:
    """All is judged in the job."""
    vm, instance = _target(call)
    kind, address, params = call["type"], call["ipaddress"], call.get("params", "")

    def run() -> Body:
        if kind.lower() not in TYPES:
            raise refused(f"{kind} Is not a valid diagnostics command type. ")
        if vm.host_id is None:
            raise refused(f"Unable to find host for virtual machine instance: {vm.name}")
        if params and not _HARMLESS.match(params):
            raise refused(f"Optional parameters contain unwanted characters: {params}")
        shown = f"{kind.upper()} {address} executed in {vm.name}"
        return {"diagnostics": {"stdout": shown, "stderr": "", "exitcode": "0"}}

    return Work(run, instance=instance)


def _storage_url(world: World, vm: Vm) -> str:
    """Of the zone's secondary storage VM, by name where it has a certificate (class ExtractURL; not recorded)."""
    server = world.vms.first(zone_id=vm.zone_id, kind=STORAGE_VM)
    address = next((nic.ip for nic in server.nics if nic.traffic_type == "Public"), "") if server else ""
    domain = world.settings.at_start("secstorage.ssl.cert.domain")
    if world.settings.at_start("secstorage.encrypt.copy") != "true":
        return f"http://{address}"
    host = domain.replace("*", address.replace(".", "-"), 1) if domain else address
    return f"https://{host}"


@command("getDiagnosticsData", JAVA, targetid="vms")
def get_diagnostics_data(call: Call) -> Work:
    """It needs secondary storage whose size the server knows, which a simulator's never is (T4:43)."""
    world = call.world
    vm, instance = _target(call)

    def run() -> Body:
        zone = world.zones[vm.zone_id]
        threshold = float(setting(world, "diagnostics.data.disable.threshold", "Zone", zone.id))
        stores = [s for s in world.image_stores if s.zone_id in (zone.id, None) and s.capacity * threshold > 0]
        if not stores:
            raise refused(f"No suitable secondary storage found to retrieve diagnostics in Zone: {describe(zone)}")
        return {"diagnostics": {"url": f"{_storage_url(world, vm)}/userdata/diagnostics_files_{vm.name}.zip"}}

    return Work(run, instance=instance)
