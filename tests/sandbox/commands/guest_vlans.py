"""Guest VLANs kept for accounts, and the state of each VLAN (T3:34-41)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import invalid
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..world import World
from ..world.accounts import Account
from ..world.networks import DedicatedVlans, Network, PhysicalNetwork
from .guest_networks import account_view
from .guest_networks import view as network_view

NETWORK = "org.apache.cloudstack.api.command.admin.network"
USER = "org.apache.cloudstack.api.command.user.network"


def owner(call: Call) -> Account:
    """The project, or the account named by `account` and `domainid`; ApiError 431 for one that is not there (text not
    recorded).
    """
    if call.get("projectid") is not None:
        return call.world.accounts[call["projectid"].account_id]
    name, domain = call.get("account"), call.get("domainid")
    for account in call.world.accounts:
        if account.name == name and (domain is None or account.domain_id == domain.id):
            return account
    raise invalid(f"Unable to find account {name}")


def view(world: World, row: DedicatedVlans) -> Body:
    """Physical network and zone are told by their row numbers (T3:34)."""
    return {
        "id": row.uuid,
        **account_view(world, row.account_id),
        "guestvlanrange": f"{row.first}-{row.last}",
        "physicalnetworkid": row.physical_network_id,
        "zoneid": world.physical_networks[row.physical_network_id].zone_id,
    }


def _range(text: str) -> tuple[int, int]:
    ends = text.split("-")
    if len(ends) != 2:
        raise invalid(
            f"Invalid format for parameter value vlan {text} .Vlan should be specified as 'startvlan-endvlan'"
        )
    if not (ends[0].isdigit() and ends[1].isdigit()):
        raise invalid(f"Unable to parse guest vlan range {text}")
    return int(ends[0]), int(ends[1])


@command("dedicateGuestVlanRange", NETWORK)
def dedicate_guest_vlan_range(call: Call) -> Body:
    """Inside one range of the physical network (T3:37), not dedicated already (T3:36)."""
    world, network, text = call.world, call["physicalnetworkid"], call["vlanrange"]
    account = owner(call)
    first, last = _range(text)
    if not any(a <= first <= last <= b for a, b in network.vlans):
        raise invalid(f"Unable to find guest vlan by range {text}")
    for row in world.dedicated_vlans.select(physical_network_id=network.id):
        if row.first <= last and first <= row.last:
            raise invalid(f"Vlan range is already dedicated. Cannot dedicate guest vlan range {text}")
    number = world.dedicated_vlans.next_id()
    row = DedicatedVlans(number, world.new_uuid(), network.id, account.id, first, last)
    return {"dedicatedguestvlanrange": view(world, world.dedicated_vlans.add(row))}


@command("listDedicatedGuestVlanRanges", NETWORK, id="dedicated_vlans")
def list_dedicated_guest_vlan_ranges(call: Call) -> Body:
    world = call.world

    def passes(row: DedicatedVlans) -> bool:
        if "zoneid" in call and world.physical_networks[row.physical_network_id].zone_id != call["zoneid"].id:
            return False
        if call.get("guestvlanrange") and call["guestvlanrange"] != f"{row.first}-{row.last}":
            return False
        return not call.get("account") or row.account_id == owner(call).id

    chosen = filters(call, id="id", physicalnetworkid="physical_network_id")
    rows = world.dedicated_vlans.select(passes, **chosen)
    return answer(call, "dedicatedguestvlanrange", rows, lambda row: view(world, row))


@command("releaseDedicatedGuestVlanRange", NETWORK, id="dedicated_vlans")
def release_dedicated_guest_vlan_range(call: Call) -> Work:
    """Also when its physical network no longer has those VLANs (T3:39)."""
    world, row = call.world, call["id"]

    def run() -> Body:
        world.dedicated_vlans.remove(row)
        return {"success": True}

    return Work(run)


class Vlan(NamedTuple):
    physical: PhysicalNetwork
    tag: int
    networks: list[Network]


def _vlans(call: Call) -> Iterator[Vlan]:
    world = call.world
    for physical in world.physical_networks.select(**filters(call, physicalnetworkid="id", zoneid="zone_id")):
        users: dict[int, list[Network]] = {}
        for network in world.networks.select(physical_network_id=physical.id):
            if network.vlan in physical.used_vlans:
                users.setdefault(network.vlan or 0, []).append(network)
        for first, last in physical.vlans:
            for tag in range(first, last + 1):
                if not call.get("allocatedonly") or tag in physical.used_vlans:
                    yield Vlan(physical, tag, users.get(tag, []))


def _vlan_view(world: World, number: int, vlan: Vlan) -> Body:
    physical, taken = vlan.physical, vlan.tag in vlan.physical.used_vlans
    body: Body = {"id": number, "vlan": str(vlan.tag)}
    kept = [
        row
        for row in world.dedicated_vlans.select(physical_network_id=physical.id)
        if row.first <= vlan.tag <= row.last
    ]
    if vlan.networks or kept:
        body.update(account_view(world, vlan.networks[0].account_id if vlan.networks else kept[0].account_id))
    zone = world.zones[physical.zone_id]
    body.update(
        zoneid=zone.uuid,
        zonename=zone.name,
        physicalnetworkid=physical.uuid,
        physicalnetworkname=physical.name,
        isdedicated=bool(kept),
        allocationstate="Allocated" if taken else "Free",
        network=[network_view(world, network) for network in vlan.networks],
    )
    if taken:
        body["taken"] = next((network.taken_at for network in vlan.networks if network.taken_at), world.now())
    return body


@command("listGuestVlans", USER)
def list_guest_vlans(call: Call) -> Body:
    """T3:40-41; a real server numbers them in no order that means anything."""
    found = [vlan for vlan in _vlans(call) if call.get("vnet") in (None, "", str(vlan.tag))]
    rows = [(vlan.tag, vlan) for vlan in found if call.get("id") in (None, vlan.tag)]
    return answer(call, "guestvlan", rows, lambda pair: _vlan_view(call.world, *pair))
