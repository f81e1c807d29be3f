"""Maintenance, degradation and rolling maintenance of hosts (T2:32-54, T2:80-83, T4:127)."""

from __future__ import annotations

from ..errors import failed, refused
from ..registry import Body, Call, Work, command
from ..rules import capacity, drain, host_states, life
from ..rules.host_states import NoTransition, describe
from ..surface import version_key
from ..world import World
from ..world.hosts import Host
from ..world.settings import setting
from . import host_views

ADMIN = "org.apache.cloudstack.api.command.admin"
# Only this hypervisor's agents can be told to run the steps of a rolling maintenance (T2:80).
ROLLING = "KVM"


def _prepare(world: World, host: Host, version: str) -> None:
    """Ask for maintenance and start the drain; ApiError 530 with the server's reasons (T2:32, T2:41, T2:46).

    Before 4.13 a host in ErrorInMaintenance blocks its cluster, itself too (source: ResourceManagerImpl).
    """
    reason = "Failed to prepare host for maintenance due to: "
    old = version_key(version) < (4, 13)
    blocking = (host_states.PREPARING, host_states.MAINTENANCE_ERROR if old else host_states.PREPARE_ERROR)
    if host.resource_state in host_states.UNRESOLVED:
        raise failed(
            f"{reason}Host is already in state {host.resource_state}. Cannot recall for maintenance until resolved."
        )
    if any(other.resource_state in blocking for other in world.hosts.select(cluster_id=host.cluster_id)):
        raise failed(
            f"{reason}There are other servers attempting migrations for maintenance. Found hosts in "
            "PrepareForMaintenance OR STATUS_UP in cluster " + world.clusters[host.cluster_id].name
        )
    if not old and any(vm.state in ("Error", "Unknown") for vm in world.vms.select(host_id=host.id)):
        raise failed(f"{reason}Host contains VMs in error/unknown/shutdown state. Please fix errors to proceed.")
    if host.state not in ("Up", "Connecting"):
        # The agent is asked first (source: doMaintain, AgentManagerImpl.easySend).
        raise failed(f"{reason}Unable to prepare for maintenance host {host.id}")
    try:
        host_states.move(world, host, "AdminAskMaintenance")
    except NoTransition as error:
        raise failed(f"{reason}Cannot transit resource state of {describe(host)} to Maintenance{error}") from None
    drain.begin(world, host)
    # What CapacityManagerImpl does after EVENT_PREPARE_MAINTENANCE_AFTER: it removes the host's rows.
    host.counted = False


def _counted_again(world: World, host: Host) -> None:
    host.counted = True
    capacity.recalculate(world, host)


@command("prepareHostForMaintenance", f"{ADMIN}.host.PrepareForHostMaintenanceCmd", id="hosts")
def prepare_host_for_maintenance(call: Call) -> Work:
    """The job ends at once, the drain goes on after it (FIELD_FACTS "Host life cycle")."""
    world, host = call.world, call["id"]

    def run() -> Body:
        _prepare(world, host, call.version)
        return {"host": host_views.view(world, host)}

    return Work(run, instance=("Host", host.uuid))


@command("cancelHostMaintenance", f"{ADMIN}.host", id="hosts")
def cancel_host_maintenance(call: Call) -> Work:
    """T2:38, T2:48: it ends in Enabled, whatever the host was before."""
    world, host = call.world, call["id"]

    def run() -> Body:
        if host.resource_state not in host_states.MAINTENANCE_STATES:
            raise failed(
                f"Cannot perform cancelMaintenance when resource state is {host.resource_state}, host: {describe(host)}"
            )
        host_states.move(world, host, "AdminCancelMaintenance")
        _counted_again(world, host)
        return {"host": host_views.view(world, host)}

    return Work(run, instance=("Host", host.uuid))


@command("reconnectHost", f"{ADMIN}.host", id="hosts")
def reconnect_host(call: Call) -> Work:
    """T2:52: the answer still says Up; then the host is Disconnected for a while."""
    world, host = call.world, call["id"]

    def run() -> Body:
        if host.resource_state in host_states.MAINTENANCE_STATES:
            raise failed(f"Unable to reconnect host {describe(host)}: it is in {host.resource_state}")
        if host.state != "Up":
            raise failed(f"Unable to disconnect host {describe(host)} because it is not in the correct state")
        told = host_views.view(world, host)
        world.later("disconnection", lambda: host_states.disconnect(world, host))
        host_states.reconnect_later(world, host)
        return {"host": told}

    return Work(run, instance=("Host", host.uuid))


@command("declareHostAsDegraded", f"{ADMIN}.host", id="hosts")
def declare_host_as_degraded(call: Call) -> Work:
    """T2:53; only a host that does not answer (texts of the refusals are not recorded)."""
    world, host = call.world, call["id"]

    def run() -> Body:
        if host.resource_state == host_states.DEGRADED:
            raise refused(f"{describe(host)} was already marked as Degraded.")
        if host.state not in ("Disconnected", "Alert"):
            raise refused(f"{describe(host)} must be in state Alert or Disconnected, it is {host.state}.")
        try:
            host_states.move(world, host, "DeclareHostDegraded")
        except NoTransition as error:
            raise refused(f"Unable to declare {describe(host)} as Degraded: {error}") from None
        life.restart_elsewhere(world, host)
        return {"host": host_views.view(world, host)}

    return Work(run, instance=("Host", host.uuid))


@command("cancelHostAsDegraded", f"{ADMIN}.host", id="hosts")
def cancel_host_as_degraded(call: Call) -> Work:
    """T2:54."""
    world, host = call.world, call["id"]

    def run() -> Body:
        if host.resource_state != host_states.DEGRADED:
            raise refused(f"{describe(host)} is not Degraded, it is {host.resource_state}.")
        host_states.move(world, host, "EnableDegradedHost")
        return {"host": host_views.view(world, host)}

    return Work(run, instance=("Host", host.uuid))


_SCOPES = ("podids", "clusterids", "zoneids", "hostids")
_INSTANCES = {"podids": "Pod", "clusterids": "Cluster", "zoneids": "Zone", "hostids": "Host"}


def _rolling_hosts(call: Call, scope: str) -> list[Host]:
    fields = {"podids": "pod_id", "clusterids": "cluster_id", "zoneids": "zone_id"}
    if scope == "hostids":
        return list(call[scope])
    return [host for row in call[scope] for host in call.world.hosts.select(**{fields[scope]: row.id})]


async def _roll(world: World, host: Host, version: str) -> str:
    """One host's turn: drain, maintenance, back; the reason when it does not get there.

    Its cluster is disabled meanwhile, which blocks the drain of a host with VMs (FIELD_FACTS "Host life cycle").
    """
    cluster = world.clusters[host.cluster_id]
    before, cluster.allocation_state = cluster.allocation_state, "Disabled"
    try:
        _prepare(world, host, version)
        while host.resource_state == host_states.PREPARING:
            await world.pause("migration")
        reached = host.resource_state == host_states.MAINTENANCE
        host_states.move(world, host, "AdminCancelMaintenance")
        _counted_again(world, host)
        return "" if reached else "Maintenance state expected but got ErrorInPrepareForMaintenance"
    finally:
        cluster.allocation_state = before


@command(
    "startRollingMaintenance",
    f"{ADMIN}.resource",
    podids="pods",
    clusterids="clusters",
    zoneids="zones",
    hostids="hosts",
)
def start_rolling_maintenance(call: Call) -> Work:
    """T2:80-83: other hypervisors than KVM are passed over in silence; of two scopes the wider one counts."""
    world = call.world
    given = [scope for scope in _SCOPES if call.get(scope)]
    if not given:
        raise refused("Parameters podId, clusterId, zoneId, hostId are mutually exclusive, please set only one of them")
    scope = given[0]
    least = int(float(setting(world, "kvm.rolling.maintenance.ping.interval")))

    skipped: list[Body] = []

    def result(success: bool, details: str, updated: list[Body]) -> Body:
        return {
            "rollingmaintenance": {
                "success": success,
                "details": details,
                "hostsupdated": updated,
                "hostsskipped": skipped,
            }
        }

    async def run() -> Body:
        if "timeout" in call and call["timeout"] <= least:
            return result(
                False,
                "The timeout value provided must be greater or equal than the ping interval defined in "
                "'kvm.rolling.maintenance.ping.interval'",
                [],
            )
        updated: list[Body] = []
        for host in _rolling_hosts(call, scope):
            if host.hypervisor != ROLLING:
                continue
            if not host.scripts:
                why = "There is no maintenance script on the host"
                skipped.append({"hostid": host.uuid, "hostname": host.name, "reason": why})
                continue
            began = world.now()
            trouble = await _roll(world, host, call.version)
            if trouble:
                return result(False, f"{host.name}: {trouble}", updated)
            updated.append({"hostid": host.uuid, "hostname": host.name, "startdate": began, "enddate": world.now()})
        return result(True, "OK", updated)

    one = call[scope][0].uuid if scope == "hostids" else None
    return Work(run, instance=(_INSTANCES[scope], one))
