"""Portable ranges of a region (not recorded; checks and texts from ConfigurationManagerImpl of apache/cloudstack)."""

from __future__ import annotations

import ipaddress

from ..errors import ApiError, invalid
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules.addresses import is_ip, overlap, subnet
from ..world import World
from ..world.regions import REGION, REGION_ENDPOINT, REGION_NAME, PortableRange

JAVA = "org.apache.cloudstack.api.command.admin.region"
UNTAGGED = "untagged"


@command("listRegions", "org.apache.cloudstack.api.command.user.region")
def list_regions(call: Call) -> Body:
    rows = [REGION] if call.get("id", REGION) == REGION and call.get("name", REGION_NAME) == REGION_NAME else []
    portable = len(call.world.portable_ranges) > 0
    body = {"name": REGION_NAME, "endpoint": REGION_ENDPOINT, "gslbserviceenabled": True}
    return answer(call, "region", rows, lambda row: {"id": row, **body, "portableipserviceenabled": portable})


def _address(world: World, row: PortableRange, ip: str) -> Body:
    network = world.networks.get(row.used.get(ip))
    body: Body = {"regionid": row.region, "ipaddress": ip, "state": "Allocated" if network else "Free"}
    if network is not None:
        zone, account = world.zones[network.zone_id], world.accounts.get(network.account_id) or world.admin
        body.update(zoneid=zone.uuid, networkid=network.uuid, accountid=account.uuid, allocated=world.now())
        body["domainid"] = world.domains[account.domain_id].uuid
    return body


def _view(world: World, row: PortableRange, addresses: bool = True) -> Body:
    body: Body = {
        "id": row.uuid, "regionid": row.region, "vlan": row.vlan, "gateway": row.gateway, "netmask": row.netmask,
        "startip": row.start, "endip": row.end,
    }  # fmt: skip
    if addresses:
        first, last = int(ipaddress.IPv4Address(row.start)), int(ipaddress.IPv4Address(row.end))
        each = (str(ipaddress.IPv4Address(number)) for number in range(first, last + 1))
        body["portableipaddress"] = [_address(world, row, ip) for ip in each]
    return body


def overlapping(world: World, start: str, end: str) -> ApiError | None:
    """What a range of addresses is refused with where a portable one has some of them."""
    if any(overlap(start, end, row.start, row.end) for row in world.portable_ranges):
        return invalid(
            f"Ip range: {start}-{end} overlaps with a portable IP range already configured in the region {REGION}"
        )
    return None


def _check_vlan(world: World, vlan: str, start: str, end: str) -> None:
    """Public ranges are looked at only where there is a VLAN (source)."""
    if vlan == UNTAGGED:
        return
    if not vlan.isdigit() or not 0 <= int(vlan) <= 4095:
        raise invalid(f"Invalid vlan id {vlan}")
    for row in world.vlan_ranges:
        zone = world.zones[row.zone_id]
        if row.vlan.removeprefix("vlan://") == vlan:
            raise invalid(
                f"Found a VLAN id {vlan} already existing in zone {zone.uuid} that conflicts with VLAN id of the "
                "portable ip range being configured"
            )
        if row.virtual and row.start and overlap(start, end, row.start, row.end):
            raise invalid(f"Ip range: {start}-{end} overlaps with a public IP range already configured in {zone.name}")


@command("createPortableIpRange", JAVA)
def create_portable_ip_range(call: Call) -> Work:
    world, start, end = call.world, call["startip"], call["endip"]
    if call["regionid"] != REGION:
        raise invalid(f"Invalid region ID: {call['regionid']}")
    if not is_ip(start) or not is_ip(end) or ipaddress.IPv4Address(start) > ipaddress.IPv4Address(end):
        raise invalid(f"Invalid portable ip  range: {start}-{end}")
    net = subnet(call["gateway"], call["netmask"])
    for name, address in (("start", start), ("end", end)):
        if ipaddress.IPv4Address(address) not in net:
            raise invalid(
                f"Please ensure that your {name} IP is in the same subnet as your portable IP range's gateway and as "
                "per the IP range's netmask."
            )
    taken = overlapping(world, start, end)
    if taken:
        raise taken
    vlan = call.get("vlan") or UNTAGGED
    _check_vlan(world, vlan, start, end)
    row = PortableRange(
        world.portable_ranges.next_id(), world.new_uuid(), REGION, start, end, call["gateway"], call["netmask"], vlan
    )
    world.portable_ranges.add(row)
    return Work(lambda: {"portableiprange": _view(world, row, addresses=False)}, created=row.uuid)


@command("listPortableIpRanges", JAVA, id="portable_ranges")
def list_portable_ip_ranges(call: Call) -> Body:
    rows = call.world.portable_ranges.select(**filters(call, id="id", regionid="region"))
    return answer(call, "portableiprange", rows, lambda row: _view(call.world, row))


@command("deletePortableIpRange", JAVA, id="portable_ranges")
def delete_portable_ip_range(call: Call) -> Work:
    world, row = call.world, call["id"]

    def run() -> Body:
        if row.used:
            raise invalid("Can't delete portable IP range as there are IP's assigned.")
        world.portable_ranges.remove(row)
        return {"success": True}

    return Work(run)
