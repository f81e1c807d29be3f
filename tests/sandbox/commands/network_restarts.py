"""restartNetwork, restartVPC (T4:71-73, T6:189-220, T6:241-248)."""

from __future__ import annotations

from ..errors import invalid
from ..registry import Body, Call, Work, command
from ..rules import routers
from ..world import World
from ..world.networks import Network

USER = "org.apache.cloudstack.api.command.user"


@command("restartNetwork", f"{USER}.network", id="networks")
def restart_network(call: Call) -> Work:
    """What cannot be is told in the job (T6:120, T6:241)."""
    network = call["id"]

    async def run() -> Body:
        if network.state not in ("Implemented", "Setup"):
            raise invalid("Network is not in the right state to be restarted. Correct states are: Implemented, Setup")
        if network.vpc_id is not None and call.get("cleanup"):
            raise invalid("Cannot restart a VPC tier with cleanup, please restart the whole VPC.")
        if network.vpc_id is not None and call.get("makeredundant"):
            raise invalid("Cannot make a VPC tier redundant, please restart the whole VPC.")
        return await _restarted(call, network)

    return Work(run, instance=("Network", None))


@command("restartVPC", f"{USER}.vpc", id="vpcs")
def restart_vpc(call: Call) -> Work:
    world, vpc = call.world, call["id"]

    async def run() -> Body:
        body = await _restarted(call, vpc)
        redundant = world.vpc_offerings.first(redundant=True)
        if vpc.redundant and redundant is not None:
            # It has that offering from then on (T6:249).
            vpc.offering_id = redundant.id
        return body

    return Work(run, instance=("Vpc", None))


async def _restarted(call: Call, served: routers.Served) -> Body:
    """With `cleanup` its routers are other VMs afterwards, at the same address; `livepatch` counts without only."""
    world, cleanup = call.world, bool(call.get("cleanup"))
    if call.get("makeredundant"):
        # Two new routers, whatever `cleanup` says (T6:200).
        served.redundant = cleanup = True
    if call.get("livepatch") and not cleanup:
        for vm in routers.of(world, served):
            routers.patch(world, vm)
    elif _has_routers(world, served):
        if cleanup:
            await routers.recreate(world, served)
        else:
            routers.ensure(world, served)
    served.restart_required = False
    return {"success": True}


def _has_routers(world: World, served: routers.Served) -> bool:
    return not isinstance(served, Network) or routers.is_served(world, served)
