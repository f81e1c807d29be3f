"""Management servers: listed, prepared for maintenance or a stop; their database (T5:50-52, T7:1-26)."""

from __future__ import annotations

from ..errors import refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import management as rules
from ..surface import version_key
from ..world import World
from ..world.accounts import ManagementServer
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM

ADMIN = "org.apache.cloudstack.api.command.admin.management"
METRICS = "org.apache.cloudstack.api"
MAINTENANCE = "org.apache.cloudstack.maintenance.command"
ALGORITHMS = ("static", "roundrobin", "shuffle")


def _view(call: Call, server: ManagementServer) -> Body:
    """Agents, jobs and peers came with later releases (management_server.md 6.4)."""
    world, version = call.world, version_key(call.version)
    state = server.state
    if version < (4, 21) and state == rules.PREPARING_STOP:
        state = "PreparingToShutDown"  # its name in 4.19 and 4.20
    body: Body = {"id": server.uuid, "name": server.name, "state": state, "version": server.version}
    if version < (4, 17):
        return body
    body |= {
        "javadistribution": "Debian",
        "javaversion": "17.0.15+6-Debian-1deb12u1",
        "osdistribution": "Debian GNU/Linux 12 (bookworm)",
        "lastserverstart": server.started or world.now(),
        "lastboottime": server.started or world.now(),
        "serviceip": server.address,
        "ipaddress": server.address,
    }
    if call.get("peers"):
        peers = [_peer(server, other, world) for other in world.management_servers if other is not server]
        body |= {"peers": peers} if peers else {}
    if version < (4, 21):
        return body
    agents = rules.agents(world, server)
    counts = {"agentscount": len(agents), "pendingjobscount": rules.jobs(world, server)}
    return {**body, "lastagents": server.before, "agents": agents, **counts}


def _peer(server: ManagementServer, other: ManagementServer, world: World) -> Body:
    """What a server thinks of another (names of the fields from general knowledge, T7:5 has none)."""
    met = other.state not in ("Down",) and other.uuid not in server.unreached
    return {
        "state": "Up" if met else "Down",
        "lastupdated": world.now(),
        "peerid": other.uuid,
        "peername": other.name,
        "peerstate": other.state,
        "peerserviceip": other.address,
        "peerserviceport": "9090",
    }


@command("listManagementServers", ADMIN + ".ListMgmtsCmd", id="management_servers")
def list_management_servers(call: Call) -> Body:
    rows = call.world.management_servers.select(**filters(call, id="id", name="name"))
    return answer(call, "managementserver", keyword(call, rows), lambda row: _view(call, row))


@command("listManagementServersMetrics", f"{METRICS}.ListMgmtsMetricsCmd", id="management_servers")
def list_management_servers_metrics(call: Call) -> Body:
    """The machine's own figures are made up."""
    rows = call.world.management_servers.select(**filters(call, id="id", name="name"))
    threads = {
        "threadsblockedcount": 0,
        "threadsdaemoncount": 15,
        "threadsrunnablecount": 9,
        "threadsteminatedcount": 0,
        "threadstotalcount": 174,
        "threadswaitingcount": 84,
    }

    def one(row: ManagementServer) -> Body:
        return {
            "availableprocessors": 2,
            "agentcount": len(rules.agents(call.world, row)),
            "sessions": 0,
            "heapmemoryused": 512 << 20,
            "heapmemorytotal": 2 << 30,
            **threads,
            "systemmemorytotal": "8.00 GB",
            "systemmemoryfree": "4.00 GB",
            "systemmemoryvirtualsize": "8.00 GB",
            "systemloadaverages": [0.5, 0.5, 0.5],
            "dbislocal": True,
            "usageislocal": False,
            "collectiontime": call.world.now(),
            "kernelversion": "6.1.0",
            **_view(call, row),
        }

    return answer(call, "managementserver", keyword(call, rows), one)


@command("readyForShutdown", MAINTENANCE, managementserverid="management_servers")
def ready_for_shutdown(call: Call) -> Body:
    return _ready(call)


def _ready(call: Call) -> Body:
    """Of a server that is Up too (T7:9); under the command's name (management_server.md 6.5)."""
    world, server = call.world, call["managementserverid"]
    agents, jobs = rules.agents(world, server), rules.jobs(world, server)
    body = {
        "managementserverid": server.uuid,
        "state": server.state,
        "maintenanceinitiated": server.state in (rules.PREPARING, rules.MAINTENANCE),
        "shutdowntriggered": server.state == rules.SHUTTING,
        "readyforshutdown": jobs == 0,
        "pendingjobscount": jobs,
        "agentscount": len(agents),
        "agents": agents,
    }
    return {call.api.name.lower(): body}


def _cancel(call: Call, what: str, *states: str) -> Body:
    server = call["managementserverid"]
    if server.state not in states:
        raise refused(f"Management server is not in the right state to cancel {what}")
    server.state = "Up"
    return _ready(call)


@command("cancelShutdown", MAINTENANCE, managementserverid="management_servers")
def cancel_shutdown(call: Call) -> Body:
    return _cancel(call, "shutdown", rules.PREPARING_STOP, rules.READY)


@command("cancelMaintenance", MAINTENANCE, managementserverid="management_servers")
def cancel_maintenance(call: Call) -> Body:
    """With `rebalance` the agents that left come back."""
    body, server = _cancel(call, "maintenance", rules.PREPARING, rules.MAINTENANCE), call["managementserverid"]
    if call.get("rebalance", True):
        rules.rebalance(call.world, server)
    return body


@command("prepareForMaintenance", MAINTENANCE, managementserverid="management_servers")
def prepare_for_maintenance(call: Call) -> Body:
    """The algorithm is judged first (T7:14-19)."""
    world, server = call.world, call["managementserverid"]
    if call.get("algorithm", "static") not in ALGORITHMS:
        raise refused(f"Invalid algorithm {call['algorithm']}, valid values are: [{', '.join(ALGORITHMS)}]")
    if sum(row.state == "Up" for row in world.management_servers) < 2:
        raise refused("Prepare for maintenance not supported, there is only one active management server")
    _check(world, server, "prepare for maintenance")
    rules.drain(world, server, bool(call.get("forced", False)))
    return _ready(call)


def _check(world: World, server: ManagementServer, what: str) -> None:
    """One at a time, and only one that is Up (management_server.md 6.5; the first text measured, not recorded)."""
    others = [row for row in world.management_servers if row is not server]
    if any(row.state in (rules.PREPARING, rules.PREPARING_STOP) for row in others):
        raise refused(
            f"Cannot {what}, there are other management servers preparing for "
            + ("maintenance/shutdown" if "maintenance" in what else "shutdown/maintenance")
        )
    if server.state != "Up":
        raise refused(f"Management server is not in the right state to {what}")


@command("prepareForShutdown", MAINTENANCE, managementserverid="management_servers")
def prepare_for_shutdown(call: Call) -> Body:
    """On a real server alone it did not answer within 300 s (measured once); here it does."""
    _check(call.world, call["managementserverid"], "prepare for shutdown")
    rules.settle(call.world, call["managementserverid"])
    return _ready(call)


@command("triggerShutdown", MAINTENANCE, managementserverid="management_servers")
def trigger_shutdown(call: Call) -> Body:
    """The program of another than the answering server ends: its state says so."""
    rules.stop(call.world, call["managementserverid"])
    return _ready(call)


@command("listDbMetrics", METRICS)
def list_db_metrics(call: Call) -> Body:
    figures = {"connections": 459, "uptime": 4664, "queries": 1220708, "dbloadaverages": [578.0, 849.0, 862.0]}
    named = {"hostname": "localhost", "replicas": ["localhost", "localhost"]}
    told = {"version": "10.11.19-MariaDB-0+deb12u1", "versioncomment": "Debian 12"}
    return {"dbMetrics": {"collectiontime": call.world.now(), **named, **figures, **told}}


@command("listInfrastructure", METRICS)
def list_infrastructure(call: Call) -> Body:
    world = call.world
    system = [vm for kind in (CONSOLE_PROXY, STORAGE_VM) for vm in world.vms.select(kind=kind)]
    body = {
        "zones": len(world.zones),
        "pods": len(world.pods),
        "clusters": len(world.clusters),
        "hosts": len(world.hosts),
        "storagepools": len(world.storage_pools),
        "imagestores": len(world.image_stores),
        "systemvms": len(system),
        "routers": len(world.vms.select(kind=ROUTER)),
        "managementservers": len(world.management_servers),
        "alerts": len(world.alerts),
    }
    return {
        "infrastructure": {**body, **dict.fromkeys(("backuprepositories", "objectstores", "ilbvms", "cpusockets"), 0)}
    }
