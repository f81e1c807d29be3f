"""Routers stopped, started, destroyed, resized, upgraded, checked (T4:62-73, T6:162-188, T6:262-273)."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import failed, invalid
from ..registry import Body, Call, Command, Work, command
from ..rules import health, life, routers, system_vms
from ..world import World
from ..world.settings import setting
from ..world.vms import ROUTER, Vm
from .guest_networks import whose
from .routers import view
from .system_vm_life import gone

ROUTERS = "org.apache.cloudstack.api.command.admin.router"
NO_RESULTS = (
    "No health check results found for the router. This could happen for a newly created router. Please wait for "
    "periodic results to populate or manually call for checks to execute."
)


def _router(call: Call) -> Vm:
    vm: Vm = call["id"]
    if vm not in call.world.vms:
        raise gone(vm)
    if vm.kind != ROUTER:
        raise invalid(f"Unable to find router by id {vm.uuid}")
    return vm


def _act(call: Call, act: Callable[[World, Vm], None]) -> Work:
    """A job that changes the router and answers with it; what is no router is refused in it (T6:181)."""
    world, vm = call.world, call["id"]
    if vm not in world.vms:
        raise gone(vm)

    def run() -> Body:
        if vm.kind != ROUTER:
            raise invalid("Can't find router by id")
        act(world, vm)
        return {"router": view(world, vm)}

    return Work(run, instance=("DomainRouter", vm.uuid))


def _reboot(world: World, vm: Vm) -> None:
    """It gets a new control address and scripts (T4:63); a stopped one is refused (T6:165)."""
    if vm.state != "Running":
        where = f"Resource [DataCenter:{vm.zone_id}] is unreachable: "
        raise failed(f"{where}Unable to reboot domR, it is not in right state {vm.state}")
    system_vms.stop(world, vm)
    system_vms.start(world, vm)


@command("stopRouter", ROUTERS, id="vms")
def stop_router(call: Call) -> Work:
    return _act(call, system_vms.stop)


@command("startRouter", ROUTERS, id="vms")
def start_router(call: Call) -> Work:
    return _act(call, system_vms.start)


@command("rebootRouter", ROUTERS, id="vms")
def reboot_router(call: Call) -> Work:
    return _act(call, _reboot)


@command("destroyRouter", ROUTERS, id="vms")
def destroy_router(call: Call) -> Work:
    """The answer shows it Destroyed and without addresses (T6:214)."""
    world, vm = call.world, _router(call)

    def run() -> Body:
        system_vms.bury(world, vm)
        vm.nics = ()
        return {"router": view(world, vm)}

    return Work(run, instance=("DomainRouter", vm.uuid))


@command("changeServiceForRouter", ROUTERS, id="vms")
def change_service_for_router(call: Call) -> Body:
    """Only of a stopped router, unless it has that offering already; to any offering of system VMs (T6:168-174)."""
    world, vm, offering = call.world, _router(call), call["serviceofferingid"]
    if not offering.system:
        what = f'Service offering {{"id":{offering.id},"name":"{offering.name}","uuid":"{offering.uuid}"}}'
        raise invalid(f"Cannot upgrade router vm to a non system service offering {what}.")
    if vm.state != "Stopped" and offering.id != vm.offering_id:
        raise invalid(f"Unable to upgrade router {life.describe(vm)} in state {vm.state}: it must be stopped")
    vm.offering_id, vm.cores, vm.mhz, vm.memory = offering.id, offering.cores, offering.mhz, offering.memory
    return {"router": view(world, vm)}


UPGRADE = Command("rebootRouter", reboot_router, {}, f"{ROUTERS}.RebootRouterCmd", "rebootrouter")
SCOPES = {"zoneid": "zone_id", "podid": "pod_id"}


def _in_scope(call: Call, vm: Vm) -> bool:
    world = call.world
    if "clusterid" in call:
        host = world.hosts.get(vm.host_id)
        return host is not None and host.cluster_id == call["clusterid"].id
    for param, field in SCOPES.items():
        if param in call:
            return bool(getattr(vm, field) == call[param].id)
    account = world.accounts.get(vm.account_id) or world.system
    if call.get("account"):
        return account.id == whose(call).id
    return "domainid" in call and account.domain_id == call["domainid"].id


@command("upgradeRouterTemplate", ROUTERS, id="vms")
def upgrade_router_template(call: Call) -> Body:
    """A job for each router below the least version: it starts again from the template of its zone (source).

    Without any scope nothing happens; an account without its domain does (T6:262-273).
    """
    world = call.world
    places = ("id", "zoneid", "podid", "clusterid", "account")
    if sum(param in call for param in places) > 1:
        raise invalid(
            "Multiple parameters not supported. Specify only one among routerId/zoneId/podId/clusterId/accountId/"
            "domainId"
        )
    if call.get("account") and "domainid" in call:
        known = (row.domain_id == call["domainid"].id for row in world.accounts.select(name=call["account"]))
        if not any(known):
            raise invalid(f"Account :{call['account']} does not exist in domain: {call['domainid'].uuid}")
    if "id" in call:
        rows = [call["id"]] if call["id"] in world.vms else []
    else:
        rows = [vm for vm in world.vms.select(kind=ROUTER) if _in_scope(call, vm)]
    due = [vm for vm in rows if vm.kind == ROUTER and routers.requires_upgrade(world, vm)]
    jobs = [{"jobid": call.jobs.start(UPGRADE, _upgrade(world, vm)).uuid} for vm in due]
    return {"count": len(jobs), "asyncjobs": jobs} if jobs else {}


def _upgrade(world: World, vm: Vm) -> Work:
    async def run() -> Body:
        system_vms.stop(world, vm)
        routers.renew_template(world, vm)
        await world.pause("router")
        system_vms.start(world, vm)
        vm.software_version = routers.SOFTWARE
        return {"router": view(world, vm)}

    return Work(run, instance=("DomainRouter", vm.uuid))


@command("getRouterHealthCheckResults", ROUTERS, routerid="vms")
def get_router_health_check_results(call: Call) -> Body:
    """The simulator's routers give none (T4:66-67)."""
    world, vm = call.world, call["routerid"]
    lead, fresh = "Failed to get health check results due to: ", bool(call.get("performfreshchecks"))
    if vm not in world.vms:
        raise gone(vm)
    if vm.kind != ROUTER:
        raise invalid("Can't find router by routerId")
    if setting(world, "router.health.checks.enabled", "Zone", vm.zone_id) != "true":
        raise failed(f"{lead}Router health checks are not enabled for router {vm.name}")
    if fresh and vm.hypervisor == "Simulator":
        raise failed(
            f"{lead}Unable to perform fresh checks on router - Basic tests failed - Unsupported command issued: "
            "com.cloud.agent.api.routing.GetRouterMonitorResultsCommand.  Are you sure you got the right type of "
            "server?"
        )
    if fresh and vm.state != "Running":
        raise failed(f"{lead}Unable to perform fresh checks on router - it is in state {vm.state}")
    results = health.results(world, vm, fresh)
    if not results:
        raise failed(lead + NO_RESULTS)
    return {"routerhealthchecks": {"routerid": vm.uuid, "healthchecks": results}}
