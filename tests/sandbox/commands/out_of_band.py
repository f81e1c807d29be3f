"""Out-of-band management of hosts (T4:111-125; FIELD_FACTS "Out-of-band management").

Controllers are those that a test has put into `world.bmcs`, else what answers to ipmitool or Redfish (`rules.bmc`).
"""

from __future__ import annotations

from ..errors import ApiError, invalid, refused
from ..registry import Body, Call, Work, command
from ..rules import bmc
from ..rules import out_of_band as rules
from ..world import World
from ..world.hosts import Host
from ..world.security import OutOfBand
from ..world.zones import Cluster, Zone

JAVA = "org.apache.cloudstack.api.command.admin.outofbandmanagement"
DRIVERS = ("ipmitool", "nestedcloudstack", "redfish")
ENUM = "org.apache.cloudstack.outofbandmanagement.OutOfBandManagement.PowerOperation"


@command("configureOutOfBandManagement", JAVA)
def configure(call: Call) -> Body:
    """The password is told as its first letter (T4:114)."""
    world, host = call.world, call["hostid"]
    driver = call["driver"].lower()
    if driver not in DRIVERS:
        raise refused("Out-of-band management driver is not available. Please provide a valid driver name.")
    held = world.out_of_band.get(host.id)
    world.out_of_band[host.id] = OutOfBand(
        driver, call["address"], call["port"], call["username"], call["password"], held is not None and held.enabled
    )
    text = f"Out-of-band management successfully configured for {rules.describe(host)}."
    body = {"hostid": host.uuid, **rules.view(world, host), "description": text, "status": True}
    return {"outofbandmanagement": body}


def _switch_host(call: Call, enabled: bool) -> Work:
    world, host = call.world, call["hostid"]

    def run() -> Body:
        held = world.out_of_band.get(host.id)
        if held is None:
            raise refused(
                "Out-of-band management is not configured for the host. Please configure the host before "
                "enabling/disabling it."
            )
        held.enabled, held.power = enabled, held.power if enabled else "Disabled"
        return {"outofbandmanagement": {"hostid": host.uuid, "enabled": enabled, "status": True}}

    return Work(run, instance=("Host", host.uuid))


def _switch_place(world: World, place: Cluster | Zone, enabled: bool) -> Work:
    """Kept among the details of the place (source: OutOfBandManagementServiceImpl)."""
    kind = "Cluster" if isinstance(place, Cluster) else "Zone"

    def run() -> Body:
        place.details[rules.DETAIL] = str(enabled).lower()
        if not enabled:
            inside = (
                world.hosts.select(cluster_id=place.id) if kind == "Cluster" else world.hosts.select(zone_id=place.id)
            )
            for held in (world.out_of_band.get(host.id) for host in inside):
                if held is not None:
                    held.power = "Disabled"
        return {"outofbandmanagement": {"enabled": enabled, "status": True}}

    return Work(run, instance=(kind, None))


@command("enableOutOfBandManagementForHost", JAVA)
def enable_for_host(call: Call) -> Work:
    return _switch_host(call, True)


@command("disableOutOfBandManagementForHost", JAVA)
def disable_for_host(call: Call) -> Work:
    return _switch_host(call, False)


@command("enableOutOfBandManagementForCluster", JAVA)
def enable_for_cluster(call: Call) -> Work:
    return _switch_place(call.world, call["clusterid"], True)


@command("disableOutOfBandManagementForCluster", JAVA)
def disable_for_cluster(call: Call) -> Work:
    return _switch_place(call.world, call["clusterid"], False)


@command("enableOutOfBandManagementForZone", JAVA)
def enable_for_zone(call: Call) -> Work:
    return _switch_place(call.world, call["zoneid"], True)


@command("disableOutOfBandManagementForZone", JAVA)
def disable_for_zone(call: Call) -> Work:
    return _switch_place(call.world, call["zoneid"], False)


def _failed(host: Host, action: str, said: str) -> ApiError:
    """The server tells a refused login from silence by the tool's words (T5:16, T5:18)."""
    start = f"Out-of-band Management action [{action}] on {rules.describe(host)} failed"
    if "RAKP" in said:
        return refused(f"{start} due to authentication error: {said}. Please check configured credentials.")
    return refused(f"{start} with error: {said}")


@command("issueOutOfBandManagementPowerAction", JAVA)
def issue_power_action(call: Call) -> Work:
    """The answer carries the power from before the action; a later STATUS tells the new one (T5:5-13)."""
    world, host, action = call.world, call["hostid"], call["action"]

    async def run() -> Body:
        if action not in bmc.ACTIONS:
            raise refused(f"No enum constant {ENUM}.{action}")
        held = rules.check_on(world, host)
        try:
            said = await bmc.power(world, held, action)
        except bmc.Silent as error:
            held.power = "Unknown"
            raise (refused(str(error)) if held.driver == "redfish" else _failed(host, action, str(error))) from None
        if action == "STATUS":
            held.power = "On" if "is on" in said else "Off" if "is off" in said else "Unknown"
        body = {
            "hostid": host.uuid,
            **rules.view(world, host),
            "action": action,
            "description": said,
            "status": True,
        }
        return {"outofbandmanagement": body}

    return Work(run, instance=("Host", host.uuid))


@command("changeOutOfBandManagementPassword", JAVA)
def change_password(call: Call) -> Work:
    """On the controller first, then in the configuration (T4:125, T5:22)."""
    world, host = call.world, call["hostid"]
    if "password" in call and not call["password"]:
        raise invalid("The new password must not be empty")

    async def run() -> Body:
        held = rules.check_on(world, host)
        new = call.get("password") or world.new_uuid()[:8]
        try:
            await bmc.set_password(world, held, new)
        except bmc.Silent as error:
            start = f"Failed to change out-of-band management password for {rules.describe(host)}"
            raise refused(f"{start} due to driver error: {error}") from None
        held.password = new
        return {"outofbandmanagement": {"hostid": host.uuid, "status": True}}

    return Work(run, instance=("Host", host.uuid))
