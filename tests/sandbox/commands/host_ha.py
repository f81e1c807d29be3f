"""High availability of hosts (T4:97-110)."""

from __future__ import annotations

from ..errors import bad_parameter, invalid, refused
from ..paging import answer
from ..registry import Body, Call, Work, command
from ..rules import host_ha as machine
from ..rules import out_of_band as rules
from ..world.hosts import Host
from ..world.security import HostHa

JAVA = "org.apache.cloudstack.api.command.admin.ha"
PROVIDERS = {"KVM": "KVMHAProvider", "Simulator": "SimulatorHAProvider"}
SUPPORTED = (*PROVIDERS, "Unknown")


@command("listHostHAProviders", JAVA)
def list_host_ha_providers(call: Call) -> Body:
    given = call["hypervisor"].lower()
    known = next((name for name in SUPPORTED if name.lower() == given), None)
    if known is None:
        raise bad_parameter(
            f"Invalid or unsupported host hypervisor type provided. Supported types are: [{', '.join(SUPPORTED)}]"
        )
    rows = [PROVIDERS[known]] if known in PROVIDERS else []
    return answer(call, "haprovider", rows, lambda name: {"haprovider": name})


@command("listHostHAResources", JAVA)
def list_host_ha_resources(call: Call) -> Body:
    """Configured ones only (T4:99)."""
    world = call.world
    rows = [h for number in sorted(world.host_ha) if (h := world.hosts.get(number)) and call.get("hostid", h) is h]
    return answer(call, "hostha", rows, lambda host: {"hostid": host.uuid, **rules.ha_view(world, host)})


@command("configureHAForHost", JAVA)
def configure(call: Call) -> Work:
    """The name is kept as it was written (T4:102)."""
    world, host, given = call.world, call["hostid"], call["provider"]

    def run() -> Body:
        known = {name.lower(): kind for kind, name in PROVIDERS.items()}
        if given.lower() not in known:
            raise refused(f"Given HA provider [{given}] does not exist.")
        if known[given.lower()] != host.hypervisor:
            raise refused(f"Given HA provider [{given}] does not support the hypervisor {host.hypervisor}.")
        held = world.host_ha.setdefault(host.id, HostHa(given))
        held.provider = given
        return {"hostha": {"hostid": host.uuid, "haprovider": given}}

    return Work(run)


def _switch(call: Call, host: Host, enabled: bool) -> Work:
    world = call.world

    def run() -> Body:
        held = world.host_ha.get(host.id)
        if held is None:
            raise invalid(f"HAProvider is not provided for the resource [{host.id}], failing configuration.")
        held.enabled = enabled
        if enabled:
            machine.watch(world)
        else:
            held.state = machine.DISABLED
        return {"hostha": {"hostid": host.uuid, "haenable": enabled, "status": True}}

    return Work(run)


@command("enableHAForHost", JAVA)
def enable_for_host(call: Call) -> Work:
    return _switch(call, call["hostid"], True)


@command("disableHAForHost", JAVA)
def disable_for_host(call: Call) -> Work:
    return _switch(call, call["hostid"], False)


def _place(call: Call, name: str, enabled: bool) -> Work:
    """`success` tells whether it is enabled now: a successful disabling says false (T4:105-109)."""
    place = call[name]

    def run() -> Body:
        place.details[rules.HA_DETAIL] = str(enabled).lower()
        return {"success": enabled}

    return Work(run)


@command("enableHAForCluster", JAVA)
def enable_for_cluster(call: Call) -> Work:
    return _place(call, "clusterid", True)


@command("disableHAForCluster", JAVA)
def disable_for_cluster(call: Call) -> Work:
    return _place(call, "clusterid", False)


@command("enableHAForZone", JAVA)
def enable_for_zone(call: Call) -> Work:
    return _place(call, "zoneid", True)


@command("disableHAForZone", JAVA)
def disable_for_zone(call: Call) -> Work:
    return _place(call, "zoneid", False)


@command("configureSimulatorHAProviderState", JAVA.replace("admin.ha", "admin.ha.simulator"))
def configure_simulator(call: Call) -> Body:
    """Of the simulator's provider, which this server's hosts do not go on with (T5:32-34)."""
    return {"success": True}
