"""Public addresses that networks and VPCs hold: the one of source NAT, and those that people take (T6:146-148)."""

from __future__ import annotations

from dataclasses import replace

from ..world import World
from ..world.networks import Network, PublicIp, Vpc
from ..world.vms import Nic
from . import nics


def take(world: World, served: Network | Vpc, source_nat: bool = False) -> PublicIp:
    """The zone's next free address; ApiError 533 when all are taken."""
    nic = nics.public(world, world.zones[served.zone_id])
    held = nics.public_range(world, served.zone_id, nic.ip)
    tier = served if isinstance(served, Network) else None
    row = PublicIp(
        world.public_ips.next_id(), world.new_uuid(), nic.ip, held.id if held else 0,
        served.account_id or world.admin.id, world.now(), None if tier is None else tier.id,
        served.id if isinstance(served, Vpc) else None, source_nat,
    )  # fmt: skip
    row.mac = nic.mac
    return world.public_ips.add(row)


def of(world: World, served: Network | Vpc) -> list[PublicIp]:
    if isinstance(served, Network):
        return list(world.public_ips.select(network_id=served.id))
    return list(world.public_ips.select(vpc_id=served.id))


def source_nat(world: World, served: Network | Vpc) -> Nic:
    """A router's side of it: every router of the network has the same address (T6:202)."""
    found = next((row for row in of(world, served) if row.source_nat), None) or take(world, served, source_nat=True)
    network = nics.system_network(world, world.zones[served.zone_id], "Public")
    held = world.vlan_ranges[found.range_id]
    blank = Nic(world.new_uuid(), network.id if network else 0, found.ip, found.mac, "", "", "Public", True)
    return replace(blank, gateway=held.gateway, netmask=held.netmask)


def give_back(world: World, row: PublicIp) -> None:
    for rule in list(world.network_rules.select(ip_id=row.id)):
        world.network_rules.remove(rule)
    held = world.vlan_ranges.get(row.range_id)
    if held is not None:
        held.used_ips.discard(row.ip)
    world.public_ips.remove(row)
