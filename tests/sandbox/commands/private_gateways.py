"""Private gateways of VPCs, which have VLANs (not recorded; fields as the API publishes them)."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules.vlans import covers
from ..world import World
from ..world.networks import PhysicalNetwork, PrivateGateway, Vpc
from .guest_networks import account_view, in_project

USER = "org.apache.cloudstack.api.command.user.vpc"
ADMIN = "org.apache.cloudstack.api.command.admin.vpc"


def _gateway_view(world: World, row: PrivateGateway) -> Body:
    vpc = world.vpcs[row.vpc_id]
    zone = world.zones[vpc.zone_id]
    return {
        "id": row.uuid,
        "gateway": row.gateway,
        "netmask": row.netmask,
        "vlan": f"vlan://{row.vlan}",
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "vpcid": vpc.uuid,
        "vpcname": vpc.name,
        "ipaddress": row.address,
        "physicalnetworkid": world.physical_networks[row.physical_network_id].uuid,
        **account_view(world, vpc.account_id),
        "state": "Ready",
        "sourcenatsupported": row.source_nat,
        "hasannotations": False,
    }


def _physical(call: Call, vpc: Vpc) -> PhysicalNetwork:
    given: PhysicalNetwork | None = call.get("physicalnetworkid")
    return given or call.world.physical_networks.select(zone_id=vpc.zone_id)[0]


@command("createPrivateGateway", ADMIN)
def create_private_gateway(call: Call) -> Work:
    """Refused where the VLAN is in the guest VLANs, unless the check is bypassed (source)."""
    world, vpc, text = call.world, call["vpcid"], call.get("vlan", "").removeprefix("vlan://")
    if not text.isdigit():
        raise invalid(f"Invalid vlan {text}")
    physical = _physical(call, vpc)
    if covers(physical.vlans, int(text)) and not call.get("bypassvlanoverlapcheck"):
        raise invalid(f"The VLAN tag to use for new guest network, {text} is already being used for dynamic vlan")
    row = PrivateGateway(
        world.private_gateways.next_id(), world.new_uuid(), vpc.id, physical.id, int(text),
        call["ipaddress"], call["gateway"], call["netmask"], bool(call.get("sourcenatsupported")),
    )  # fmt: skip
    world.private_gateways.add(row)
    return Work(lambda: {"privategateway": _gateway_view(world, row)}, created=row.uuid)


@command("listPrivateGateways", USER, id="private_gateways")
def list_private_gateways(call: Call) -> Body:
    world, vlan = call.world, call.get("vlan", "").removeprefix("vlan://")

    def passes(row: PrivateGateway) -> bool:
        return in_project(call, world.vpcs[row.vpc_id].account_id) and vlan in ("", str(row.vlan))

    rows = world.private_gateways.select(passes, **filters(call, id="id", vpcid="vpc_id"))
    return answer(call, "privategateway", rows, lambda row: _gateway_view(world, row))


@command("deletePrivateGateway", ADMIN, id="private_gateways")
def delete_private_gateway(call: Call) -> Work:
    world, row = call.world, call["id"]

    def run() -> Body:
        world.private_gateways.remove(row)
        return {"success": True}

    return Work(run)
