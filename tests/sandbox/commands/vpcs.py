"""VPCs and their offerings (T6:221-250)."""

from __future__ import annotations

import ipaddress

from ..errors import failed, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import network_services, public_addresses, routers, system_vms
from ..world import World
from ..world.networks import Vpc, VpcOffering
from ..world.settings import setting
from ..world.zones import Zone
from .accounts import suffix_of
from .guest_networks import account_view, in_project, whose
from .guest_networks import view as network_view

ADMIN = "org.apache.cloudstack.api.command.admin.vpc"
USER = "org.apache.cloudstack.api.command.user.vpc"


def _offering_view(offering: VpcOffering) -> Body:
    return {
        "id": offering.uuid,
        "name": offering.name,
        "displaytext": offering.display_text,
        "created": offering.created,
        "isdefault": offering.default,
        "state": offering.state,
        "service": network_services.of_vpc(offering.services),
        "distributedvpcrouter": False,
        "supportsregionLevelvpc": False,
        "fornsx": False,
        "internetprotocol": "IPv4",
        "specifyasnumber": False,
    }


@command("listVPCOfferings", USER, id="vpc_offerings")
def list_vpc_offerings(call: Call) -> Body:
    rows = call.world.vpc_offerings.select(**filters(call, id="id", name="name", state="state", isdefault="default"))
    return answer(call, "vpcoffering", keyword(call, rows), _offering_view)


def view(world: World, vpc: Vpc) -> Body:
    zone, offering = world.zones[vpc.zone_id], world.vpc_offerings[vpc.offering_id]
    return {
        "id": vpc.uuid,
        "name": vpc.name,
        "displaytext": vpc.display_text,
        "state": "Enabled",
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "service": network_services.of_vpc(offering.services),
        "cidr": vpc.cidr,
        "vpcofferingid": offering.uuid,
        "vpcofferingname": offering.name,
        "created": vpc.created,
        **account_view(world, vpc.account_id),
        "network": [network_view(world, tier) for tier in routers.tiers(world, vpc)],
        "restartrequired": vpc.restart_required,
        "networkdomain": vpc.domain,
        "tags": [],
        "fordisplay": True,
        "distributedvpcrouter": False,
        "regionlevelvpc": False,
        "redundantvpcrouter": vpc.redundant,
        "publicmtu": 1500,
        "hasannotations": False,
    }


def _check_providers(world: World, zone: Zone, offering: VpcOffering) -> None:
    """Each of its providers is enabled somewhere in the zone (T6:222)."""
    physical = [network.id for network in world.physical_networks.select(zone_id=zone.id)]
    enabled = {
        row.name for number in physical for row in world.providers.select(physical_network_id=number)
        if row.state == "Enabled"
    }  # fmt: skip
    for name in sorted({name for providers in offering.services.values() for name in providers}):
        if name not in enabled:
            raise invalid(f"Provider {name} should be enabled in at least one physical network of the zone specified")


@command("createVPC", f"{ADMIN}.CreateVPCCmdByAdmin")
def create_vpc(call: Call) -> Work:
    """Its router runs at once, before the first tier (T6:232)."""
    world, zone, offering = call.world, call["zoneid"], call["vpcofferingid"]
    if offering.state != "Enabled":
        raise invalid(f"Unable to find VPC offering {offering.name} in Enabled state")
    try:
        cidr = str(ipaddress.IPv4Network(call.get("cidr") or "10.1.0.0/16", strict=False))
    except ValueError:
        raise invalid(f"Invalid CIDR {call.get('cidr')} is specified") from None
    _check_providers(world, zone, offering)
    text, account = call.get("displaytext") or call["name"], whose(call)
    row = Vpc(
        world.vpcs.next_id(), world.new_uuid(), call["name"], text, zone.id, cidr, account.id, world.now(), offering.id
    )
    suffix = setting(world, "guest.domain.suffix", "Zone", zone.id)
    row.domain = call.get("networkdomain") or suffix_of(world, account, zone) or f"cs{account.id:x}{suffix}"
    row.redundant = offering.redundant
    world.vpcs.add(row)

    def run() -> Body:
        if call.get("start", True):
            routers.ensure(world, row)
        return {"vpc": view(world, row)}

    return Work(run, created=row.uuid, instance=("None", None))


@command("listVPCs", USER, id="vpcs")
def list_vpcs(call: Call) -> Body:
    """Newest first, as networks are."""
    chosen = filters(call, id="id", name="name", zoneid="zone_id", vpcofferingid="offering_id")
    chosen.update(filters(call, restartrequired="restart_required"))
    rows = call.world.vpcs.select(lambda row: in_project(call, row.account_id), **chosen)
    return answer(call, "vpc", keyword(call, rows[::-1]), lambda row: view(call.world, row))


@command("updateVPC", f"{ADMIN}.UpdateVPCCmdByAdmin", id="vpcs")
def update_vpc(call: Call) -> Work:
    world, vpc = call.world, call["id"]

    def run() -> Body:
        vpc.name, vpc.display_text = call.get("name") or vpc.name, call.get("displaytext") or vpc.display_text
        return {"vpc": view(world, vpc)}

    return Work(run, instance=("Vpc", None))


@command("deleteVPC", USER, id="vpcs")
def delete_vpc(call: Call) -> Work:
    """Refused while it has tiers (text from the source)."""
    world, vpc = call.world, call["id"]

    def run() -> Body:
        if routers.tiers(world, vpc):
            raise failed(f"Can't delete VPC {vpc.name} as it has {len(routers.tiers(world, vpc))} networks")
        for router in routers.of(world, vpc):
            system_vms.discard(world, router)
        for address in public_addresses.of(world, vpc):
            public_addresses.give_back(world, address)
        world.vpcs.remove(vpc)
        return {"success": True}

    return Work(run, instance=("Vpc", None))
