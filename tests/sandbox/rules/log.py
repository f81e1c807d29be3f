"""Events of asynchronous commands, and alerts (T4:131-132).

A command is written down when it is scheduled, when it starts and when it ends; a few services add words of their own.
"""

from __future__ import annotations

import inspect
from typing import Any, NamedTuple

from ..errors import ApiError
from ..registry import Body, Command, Work
from ..world import World
from ..world.hosts import Host
from ..world.log import Alert, Event
from ..world.vms import CONSOLE_PROXY, Vm
from .out_of_band import describe


class Kind(NamedTuple):
    """Event type and what is done, in the server's words where recorded (MAINT.PREPARE)."""

    type: str
    doing: str


EVENTS = {
    "prepareHostForMaintenance": Kind("MAINT.PREPARE", "prepare maintenance for host"),
    "cancelHostMaintenance": Kind("MAINT.CANCEL", "cancel maintenance for host"),
    "reconnectHost": Kind("HOST.RECONNECT", "reconnecting host"),
    "declareHostAsDegraded": Kind("HOST.DECLARE.DEGRADED", "declaring host as degraded"),
    "cancelHostAsDegraded": Kind("HOST.CANCEL.DEGRADED", "cancelling degraded state of host"),
    "startRollingMaintenance": Kind("SYSTEM.ROLLING.MAINTENANCE", "executing rolling maintenance"),
    "deployVirtualMachine": Kind("VM.CREATE", "starting Vm"),
    "startVirtualMachine": Kind("VM.START", "starting Vm"),
    "stopVirtualMachine": Kind("VM.STOP", "stopping Vm"),
    "rebootVirtualMachine": Kind("VM.REBOOT", "rebooting Vm"),
    "destroyVirtualMachine": Kind("VM.DESTROY", "destroying Vm"),
    "migrateVirtualMachine": Kind("VM.MIGRATE", "migrating VM"),
    "rebootRouter": Kind("ROUTER.REBOOT", "rebooting router Vm"),
    "startRouter": Kind("ROUTER.START", "starting router Vm"),
    "stopRouter": Kind("ROUTER.STOP", "stopping router Vm"),
    "createPhysicalNetwork": Kind("PHYSICAL.NETWORK.CREATE", "Creating Physical Network"),
    "updatePhysicalNetwork": Kind("PHYSICAL.NETWORK.UPDATE", "updating physical network"),
    "deletePhysicalNetwork": Kind("PHYSICAL.NETWORK.DELETE", "deleting physical network"),
    "addTrafficType": Kind("TRAFFIC.TYPE.CREATE", "Creating Physical Network TrafficType"),
    "updateTrafficType": Kind("TRAFFIC.TYPE.UPDATE", "Updating Physical Network TrafficType"),
    "deleteTrafficType": Kind("TRAFFIC.TYPE.DELETE", "Deleting Physical Network TrafficType"),
    "updateNetworkServiceProvider": Kind("SERVICE.PROVIDER.UPDATE", "Updating Physical Network ServiceProvider"),
    "restartNetwork": Kind("NETWORK.RESTART", "restarting network"),
    "updateNetwork": Kind("NETWORK.UPDATE", "updating network"),
    "deleteNetwork": Kind("NETWORK.DELETE", "deleting network"),
    "enableStorageMaintenance": Kind("MAINT.PREPARE.PS", "preparing storage pool for maintenance"),
    "cancelStorageMaintenance": Kind("MAINT.CANCEL.PS", "canceling maintenance for primary storage pool"),
    "issueOutOfBandManagementPowerAction": Kind("HOST.OOBM.POWER", "issuing host out-of-band management action"),
    "enableHAForHost": Kind("HA.RESOURCE.ENABLE", "enabling HA for resource"),
    "disableHAForHost": Kind("HA.RESOURCE.DISABLE", "disabling HA for resource"),
    "issueCertificate": Kind("CA.CERTIFICATE.ISSUE", "issuing certificate"),
    "revokeCertificate": Kind("CA.CERTIFICATE.REVOKE", "revoking certificate"),
    "provisionCertificate": Kind("CA.CERTIFICATE.PROVISION", "provisioning certificate for host"),
}
# Commands that are done when they answer: written down once, as completed (T7:97-118); what is said of the row.
CHANGES = {
    "createZone": Kind("ZONE.CREATE", "creating zone. Zone Name: {name}"),
    "updateZone": Kind("ZONE.EDIT", "editing zone. Zone Id: {id}"),
    "createPod": Kind("POD.CREATE", "creating pod"),
    "updateConfiguration": Kind("CONFIGURATION.VALUE.EDIT", "updating configuration.  Name: {name} New Value: {value}"),
}
# The server's own alerts, by number (T7:62).
ALERTS = (
    (8, "ALERT.USERVM"),
    (29, "ALERT.OOBM.AUTHERROR"),
    (6, "ALERT.STORAGE.SECONDARY"),
    (2, "ALERT.STORAGE"),
    (10, "ALERT.SERVICE.CONSOLEPROXY"),
    (20, "ALERT.STORAGE.OBJECT"),
    (23, "ALERT.USAGE.SANITY"),
    (13, "ALERT.USAGE"),
    (30, "ALERT.HA.ACTION"),
    (25, "ALERT.STORAGE.LOCAL"),
    (1, "ALERT.CPU"),
    (31, "ALERT.CA.CERT"),
    (24, "ALERT.NETWORK.DIRECTPUBLICIP"),
    (19, "ALERT.SERVICE.SSVM"),
    (3, "ALERT.STORAGE.ALLOCATED"),
    (12, "ALERT.STORAGE.MISC"),
    (15, "ALERT.NETWORK.DOMAINROUTERMIGRATE"),
    (32, "ALERT.VM.SNAPSHOT"),
    (5, "ALERT.NETWORK.PRIVATEIP"),
    (11, "ALERT.NETWORK.ROUTING"),
    (14, "ALERT.MANAGEMENT"),
    (20, "ALERT.USAGE.RESULT"),
    (10, "ALERT.NETWORK.IPV6SUBNET"),
    (27, "ALERT.TYPE.SYNC"),
    (28, "ALERT.UPLOAD.FAILED"),
    (0, "ALERT.MEMORY"),
    (16, "ALERT.SERVICE.CONSOLEPROXYMIGRATE"),
    (17, "ALERT.USERVM.MIGRATE"),
    (18, "ALERT.NETWORK.VLAN"),
    (26, "ALERT.RESOURCE.EXCEED"),
    (32, "ALERT.VR.PRIVATE.IFACE.MTU"),
    (7, "ALERT.COMPUTE.HOST"),
    (33, "ALERT.TYPE.EXTENSION.PATH.NOT.READY"),
    (9, "ALERT.SERVICE.DOMAINROUTER"),
    (21, "ALERT.STORAGE.DELETE"),
    (4, "ALERT.NETWORK.PUBLICIP"),
    (22, "ALERT.RESOURCE.COUNT"),
    (32, "ALERT.VR.PUBLIC.IFACE.MTU"),
    (21, "ALERT.STORAGE.BACKUP"),
)
# Job instance → table of its row.
TABLES = {
    "Host": "hosts",
    "VirtualMachine": "vms",
    "DomainRouter": "vms",
    "SystemVm": "vms",
    "PhysicalNetwork": "physical_networks",
    "StoragePool": "storage_pools",
}
HOST, CONSOLE, STORAGE = 7, 10, 18
NAMES = {HOST: "ALERT.COMPUTE.HOST", CONSOLE: "ALERT.SERVICE.CONSOLEPROXY", STORAGE: "ALERT.STORAGE.SSVM"}


def _write(
    world: World, kind: Kind, text: str, state: str, resource: Any, parent: str = "", level: str = "INFO"
) -> Event:
    event = Event(world.events.next_id(), world.new_uuid(), kind.type, text, state, world.now(), level)
    event.parent_uuid = parent
    if resource is not None:
        name, row = resource
        event.resource_type, event.resource_uuid, event.resource_name = name, row.uuid, getattr(row, "name", "")
        event.account_id = getattr(row, "account_id", None)
    return world.events.add(event)


def changed(world: World, command: str, body: Body) -> None:
    """Write down what a command has done that is no job."""
    kind = CHANGES.get(command)
    if kind is None:
        return
    if command == "updateConfiguration":
        held = body["configuration"]
        text = kind.doing.format(name=held["name"], value="*****" if "password" in held["name"] else held.get("value"))
        _write(world, kind, f"Successfully completed {text}", "Completed", None)
        return
    (name,) = (word for word in ("zone", "pod") if word in body)
    row = world.table(f"{name}s").by_uuid(body[name]["id"])
    text = kind.doing.format(name=getattr(row, "name", ""), id=getattr(row, "id", ""))
    parent = world.new_uuid() if command.startswith("update") else ""
    _write(world, kind, f"Successfully completed {text}", "Completed", (name.capitalize(), row), parent)


def _resource(world: World, work: Work) -> tuple[str, Any] | None:
    if work.instance is None or work.instance[1] is None or work.instance[0] not in TABLES:
        return None
    row = world.table(TABLES[work.instance[0]]).by_uuid(work.instance[1])
    return None if row is None else (work.instance[0], row)


def recorded(world: World, command: Command, work: Work) -> Work:
    """The same work, written down as it goes."""
    kind = EVENTS.get(command.name)
    if kind is None:
        return work
    resource = _resource(world, work)
    parent = _write(world, kind, kind.doing, "Scheduled", resource).uuid

    async def run() -> Body:
        _write(world, kind, kind.doing[:1].upper() + kind.doing[1:], "Started", resource, parent)
        try:
            result = work.run()
            result = await result if inspect.isawaitable(result) else result
        except ApiError:
            _write(world, kind, f"Error while {kind.doing}", "Completed", resource, parent, "ERROR")
            raise
        if command.name == "prepareHostForMaintenance" and resource is not None:
            _write(world, kind, f"starting maintenance for host {describe(resource[1])}", "Started", resource)
        _write(world, kind, f"Successfully completed {kind.doing}", "Completed", resource, parent)
        return result

    return Work(run, work.created, work.instance)


def alert(world: World, number: int, text: str) -> Alert:
    row = Alert(world.alerts.next_id(), world.new_uuid(), number, NAMES[number], text, world.now())
    return world.alerts.add(row)


def drained(world: World, host: Host, left: int) -> None:
    """A drain's end; the words of a failed one are not recorded."""
    zone, pod = world.zones[host.zone_id], world.pods[host.pod_id]
    where = f"host name: {host.name} (id:{host.id}), availability zone: {zone.name}, pod: {pod.name}"
    alert(world, HOST, f"Unable to migrate {left} VMs from {where}" if left else f"Migration Complete for {where}")


def system_vm_up(world: World, vm: Vm) -> None:
    zone, ips = world.zones[vm.zone_id], {nic.traffic_type: nic.ip for nic in vm.nics}
    console = vm.kind == CONSOLE_PROXY
    what, short = ("Console proxy", "proxy") if console else ("Secondary Storage Vm", "secStorageVm")
    text = f"{what} up in zone [{zone.name}], {short} [{vm.name}], "
    text += f"public IP [{ips.get('Public')}], private IP [{ips.get('Management')}]."
    alert(world, CONSOLE if console else STORAGE, text)
