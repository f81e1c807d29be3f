"""Out-of-band management of hosts (T4:111-125; FIELD_FACTS "Out-of-band management").

A controller answers only where a test has put one (`world.bmcs`).
"""

from __future__ import annotations

from ..errors import invalid, refused
from ..registry import Body, Call, Work, command
from ..rules import out_of_band as rules
from ..world import World
from ..world.hosts import Host
from ..world.security import Bmc, OutOfBand
from ..world.zones import Cluster, Zone

JAVA = "org.apache.cloudstack.api.command.admin.outofbandmanagement"
DRIVERS = ("ipmitool", "nestedcloudstack", "redfish")
ACTIONS = {"STATUS": None, "ON": "On", "OFF": "Off", "CYCLE": "On", "RESET": "On", "SOFT": "Off"}
REDFISH_PORT = "443"
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
    kind = "Cluster" if isinstance(place, Cluster) else "Zone"

    def run() -> Body:
        if enabled:
            world.out_of_band_off.discard((kind, place.id))
        else:
            world.out_of_band_off.add((kind, place.id))
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


def _check_on(world: World, host: Host) -> OutOfBand:
    """The host's configuration; ApiError 530 when it is off here, for its cluster or for its zone (T4:112, T4:119)."""
    held = world.out_of_band.get(host.id)
    for kind, place in (("zone", ("Zone", host.zone_id)), ("cluster", ("Cluster", host.cluster_id))):
        if place in world.out_of_band_off:
            raise refused(f"Out-of-band management is disabled for the host's {kind}. Aborting Operation.")
    if held is None or not held.enabled:
        raise refused("Out-of-band management is disabled or not configured for the host. Aborting Operation.")
    return held


def _controller(world: World, held: OutOfBand) -> Bmc | None:
    """The controller that answers and accepts the credentials. Redfish asks on 443 whatever is configured."""
    port = REDFISH_PORT if held.driver == "redfish" else held.port
    found = world.bmcs.get((held.address, port))
    known = found is not None and (found.username, found.password) == (held.username, held.password)
    return found if known else None


def _tool_error(world: World, held: OutOfBand, what: str) -> str:
    """The tool's command line, password and all, and what it says of a controller that does not let it in (T4:125)."""
    value = world.settings.value
    path, interface = value("outofbandmanagement.ipmitool.path"), value("outofbandmanagement.ipmitool.interface")
    retries = value("outofbandmanagement.ipmitool.retries")
    line = (
        f"{path} -I {interface} -R {retries} -v -H {held.address} -p {held.port} -U {held.username} "
        f"-P {held.password} {what}"
    )
    said = (
        "Loading IANA PEN Registry...\nGet Auth Capabilities error\nError issuing Get Channel Authentication "
        "Capabilities request\nError: Unable to establish IPMI v2 / RMCP+ session\n"
    )
    return f"Command [{line}], error [{said}]."


@command("issueOutOfBandManagementPowerAction", JAVA)
def issue_power_action(call: Call) -> Work:
    """The answer carries the power from before the action; a later STATUS tells the new one (FIELD_FACTS)."""
    world, host, action = call.world, call["hostid"], call["action"]

    def run() -> Body:
        if action not in ACTIONS:
            raise refused(f"No enum constant {ENUM}.{action}")
        held = _check_on(world, host)
        bmc = _controller(world, held)
        if bmc is None:
            said = _tool_error(world, held, f"chassis power {action.lower()}")
            raise refused(
                f"Out-of-band Management action ({action}) on {rules.describe(host)} failed with error: {said}"
            )
        if action == "STATUS":
            held.power = bmc.power
        told = held.power
        bmc.power = ACTIONS[action] or bmc.power
        body = {"hostid": host.uuid, "powerstate": told, "action": action, "status": True}
        return {"outofbandmanagement": body}

    return Work(run, instance=("Host", host.uuid))


@command("changeOutOfBandManagementPassword", JAVA)
def change_password(call: Call) -> Work:
    """On the controller first, then in the configuration (T4:125)."""
    world, host = call.world, call["hostid"]
    if "password" in call and not call["password"]:
        raise invalid("The new password must not be empty")

    def run() -> Body:
        held = _check_on(world, host)
        bmc = _controller(world, held)
        if bmc is None:
            said = _tool_error(world, held, "user list")
            raise refused(
                f"Failed to change out-of-band management password for {rules.describe(host)} due to driver error: "
                f"Failed to find IPMI user [{held.username}] to change password. {said}"
            )
        held.password = bmc.password = call.get("password") or world.new_uuid()[:8]
        return {"outofbandmanagement": {"hostid": host.uuid, "status": True}}

    return Work(run, instance=("Host", host.uuid))
