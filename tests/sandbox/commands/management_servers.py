"""Management servers: listed, prepared for maintenance or a stop; their database (T5:50-52, T7:1-26)."""

from __future__ import annotations

from ..errors import refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.accounts import ManagementServer
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM

ADMIN = "org.apache.cloudstack.api.command.admin.management"
METRICS = "org.apache.cloudstack.api"
MAINTENANCE = "org.apache.cloudstack.maintenance.command"
ALGORITHMS = ("static", "roundrobin", "shuffle")
PREPARING, SHUTTING, READY = "PreparingForMaintenance", "PreparingForShutDown", "Maintenance"


def _agents(world: World) -> list[str]:
    """Hosts, and the system VMs with an agent of their own."""
    hosts = [host.uuid for host in world.hosts if host.state == "Up"]
    kinds = (CONSOLE_PROXY, STORAGE_VM)
    return hosts + [vm.uuid for kind in kinds for vm in world.vms.select(kind=kind) if vm.state == "Running"]


def _view(world: World, server: ManagementServer) -> Body:
    agents = _agents(world) if server is world.server else []
    return {
        "id": server.uuid,
        "name": server.name,
        "state": server.state,
        "version": "4.22.0.0-SNAPSHOT",
        "javadistribution": "Debian",
        "javaversion": "17.0.15+6-Debian-1deb12u1",
        "osdistribution": "Debian GNU/Linux 12 (bookworm)",
        "lastserverstart": world.now(),
        "lastboottime": world.now(),
        "serviceip": "127.0.0.1",
        "ipaddress": "127.0.0.1",
        "lastagents": [],
        "agents": agents,
        "agentscount": len(agents),
        "pendingjobscount": sum(job.status == 0 for job in world.jobs),
    }


@command("listManagementServers", ADMIN + ".ListMgmtsCmd", id="management_servers")
def list_management_servers(call: Call) -> Body:
    rows = call.world.management_servers.select(**filters(call, id="id", name="name"))
    return answer(call, "managementserver", keyword(call, rows), lambda row: _view(call.world, row))


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
            "agentcount": len(_agents(call.world)),
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
            **_view(call.world, row),
        }

    return answer(call, "managementserver", keyword(call, rows), one)


@command("readyForShutdown", MAINTENANCE, managementserverid="management_servers")
def ready_for_shutdown(call: Call) -> Body:
    return _ready(call)


def _ready(call: Call) -> Body:
    """Of a server that is Up too (T7:9)."""
    world, server = call.world, call["managementserverid"]
    shown = _view(world, server)
    body = {
        "managementserverid": server.uuid,
        "state": server.state,
        "maintenanceinitiated": server.state in (PREPARING, READY),
        "shutdowntriggered": False,
        "readyforshutdown": shown["pendingjobscount"] == 0,
    }
    return {"readyforshutdown": {**body, **{k: shown[k] for k in ("pendingjobscount", "agentscount", "agents")}}}


def _cancel(call: Call, what: str, *states: str) -> Body:
    server = call["managementserverid"]
    if server.state not in states:
        raise refused(f"Management server is not in the right state to cancel {what}")
    server.state = "Up"
    return _ready(call)


@command("cancelShutdown", MAINTENANCE, managementserverid="management_servers")
def cancel_shutdown(call: Call) -> Body:
    return _cancel(call, "shutdown", SHUTTING)


@command("cancelMaintenance", MAINTENANCE, managementserverid="management_servers")
def cancel_maintenance(call: Call) -> Body:
    return _cancel(call, "maintenance", PREPARING, READY)


@command("prepareForMaintenance", MAINTENANCE, managementserverid="management_servers")
def prepare_for_maintenance(call: Call) -> Body:
    """The algorithm is judged first (T7:14-19)."""
    world, server = call.world, call["managementserverid"]
    if call.get("algorithm", "static") not in ALGORITHMS:
        raise refused(f"Invalid algorithm {call['algorithm']}, valid values are: [{', '.join(ALGORITHMS)}]")
    if sum(row.state == "Up" for row in world.management_servers) < 2:
        raise refused("Prepare for maintenance not supported, there is only one active management server")
    server.state = PREPARING
    return _ready(call)


@command("prepareForShutdown", MAINTENANCE, managementserverid="management_servers")
def prepare_for_shutdown(call: Call) -> Body:
    """On a real server alone it did not answer within 300 s (measured once); here it does."""
    call["managementserverid"].state = SHUTTING
    return _ready(call)


@command("triggerShutdown", MAINTENANCE, managementserverid="management_servers")
def trigger_shutdown(call: Call) -> Body:
    """The program does not end; the state says what it would do (not recorded)."""
    call["managementserverid"].state = "ReadyToShutDown"
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
