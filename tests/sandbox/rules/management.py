"""Management servers drained and stopped: their agents move, their jobs end (management_server.md 6.5)."""

from __future__ import annotations

from ..world import World
from ..world.accounts import ManagementServer
from ..world.vms import CONSOLE_PROXY, STORAGE_VM
from . import troubles

UP, DOWN, MAINTENANCE, READY = "Up", "Down", "Maintenance", "ReadyToShutDown"
PREPARING, PREPARING_STOP, SHUTTING = "PreparingForMaintenance", "PreparingForShutDown", "ShuttingDown"
CLOSED = (MAINTENANCE, READY, PREPARING, PREPARING_STOP, SHUTTING)
REFUSAL = "Maintenance or Shutdown has been initiated on this management server. Can not accept new jobs"


def agents(world: World, server: ManagementServer) -> list[str]:
    """Hosts, and the system VMs with an agent of their own; only of a server that runs."""
    if server.state == DOWN:
        return []
    hosts = [host.uuid for host in world.hosts if host.state == "Up"]
    kinds = (CONSOLE_PROXY, STORAGE_VM)
    all_ = hosts + [vm.uuid for kind in kinds for vm in world.vms.select(kind=kind) if vm.state == "Running"]
    return [each for each in all_ if world.agent_servers.get(each, world.server.id) == server.id] + server.given


def jobs(world: World, server: ManagementServer) -> int:
    return server.jobs + (sum(job.status == 0 for job in world.jobs) if server is world.server else 0)


def drain(world: World, server: ManagementServer, forced: bool) -> None:
    """Agents go to another server; with no job left it is in maintenance, else after a time Up again."""
    server.state = PREPARING

    def look(left: int) -> None:
        if server.state != PREPARING:
            return
        if not troubles.befalls(world, troubles.AGENTS_STAY, server.name, server.uuid):
            _give_away(world, server)
        if not agents(world, server) and jobs(world, server) == 0:
            server.state = MAINTENANCE
        elif left == 0:
            server.state = MAINTENANCE if forced else UP
        else:
            world.later("server drain", lambda: look(left - 1))

    world.later("server drain", lambda: look(50))


def _give_away(world: World, server: ManagementServer) -> None:
    other = next((row for row in world.management_servers if row is not server and row.state == UP), None)
    if other is None:
        return
    server.before = agents(world, server) or server.before
    other.given += server.given
    server.given = []
    for each in agents(world, server):
        world.agent_servers[each] = other.id


def rebalance(world: World, server: ManagementServer) -> None:
    for each in server.before:
        for other in world.management_servers:
            if each in other.given:
                other.given.remove(each)
                server.given.append(each)
        if each in world.agent_servers:
            world.agent_servers[each] = server.id
    server.before = []


def settle(world: World, server: ManagementServer) -> None:
    """No more jobs are taken; with none left it is ready."""
    server.state = PREPARING_STOP

    def look() -> None:
        if server.state == PREPARING_STOP:
            if jobs(world, server) == 0:
                server.state = READY
            else:
                world.later("server drain", look)

    world.later("server drain", look)


def stop(world: World, server: ManagementServer) -> None:
    server.state = SHUTTING

    def down() -> None:
        server.state = DOWN

    world.later("server stop", down)
