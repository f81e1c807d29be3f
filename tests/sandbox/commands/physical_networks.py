"""Physical networks (T1:13, T1:20-22, T3:1-32, T4:1-20)."""

from __future__ import annotations

from typing import Any

from ..errors import denied, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import vlans
from ..rules.words import describe, one_of
from ..world import World
from ..world.networks import PhysicalNetwork
from . import providers
from .zones import describe as describe_zone

NETWORK = "org.apache.cloudstack.api.command.admin.network"
STATES = ("Enabled", "Disabled")


def view(world: World, network: PhysicalNetwork) -> Body:
    zone = world.zones[network.zone_id]
    body: Body = {
        "id": network.uuid,
        "name": network.name,
        "broadcastdomainrange": network.broadcast_domain,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "state": network.state,
    }
    if network.vlans:
        body["vlan"] = vlans.text(network.vlans)
    if network.isolation:
        body["isolationmethods"] = ",".join(network.isolation)
    if network.speed:
        body["networkspeed"] = network.speed
    if network.tags:
        body["tags"] = ",".join(network.tags)
    return body


@command("createPhysicalNetwork", NETWORK)
def create_physical_network(call: Call) -> Work:
    """T1:13; only in a zone that is not enabled (T3:32)."""
    world, zone = call.world, call["zoneid"]
    if zone.allocation_state == "Enabled":
        raise denied(f"Cannot create PhysicalNetwork since the Zone is currently enabled, zone: {describe_zone(zone)}")
    basic = zone.network_type == "Basic"
    if basic and world.physical_networks.select(zone_id=zone.id):
        raise refused(
            f"Cannot add the physical network to basic zone id: {zone.id}, there is a physical network already "
            "existing in this basic Zone"
        )
    ranges = vlans.parse(call["vlan"], vlans.highest(call.get("isolationmethods", []))) if call.get("vlan") else []
    if ranges and basic:
        raise invalid(
            f"Can't add vnet range to the physical network in the zone that supports Basic network: {zone.id}"
        )
    given = call.get("broadcastdomainrange") or ("POD" if basic else "ZONE")
    domain = one_of(given, ("POD", "ZONE"), "broadcastDomainRange")
    network = PhysicalNetwork(
        world.physical_networks.next_id(), world.new_uuid(), call["name"], zone.id, domain,
        list(call.get("isolationmethods", [])), vlans=ranges, speed=call.get("networkspeed", ""),
        tags=list(call.get("tags", [])),
    )  # fmt: skip
    world.physical_networks.add(network)
    providers.add_defaults(world, network)
    return Work(lambda: {"physicalnetwork": view(world, network)}, network.uuid, ("PhysicalNetwork", network.uuid))


def _new_vlans(world: World, network: PhysicalNetwork, text: str) -> vlans.Ranges:
    """What `vlan=` makes of the ranges held; refused when it takes VLANs away that are in use (T3:7, T3:25).

    A dedicated range that goes as a whole is lost without a word (T3:38); one that would be cut is refused (source).
    """
    if not text:
        if network.used_vlans:
            raise invalid(f"physicalnetwork {describe(network)} has {len(network.used_vlans)} vnets in use")
        return []
    wanted = vlans.parse(text, vlans.highest(network.isolation))
    for first, last in vlans.minus(network.vlans, wanted):
        if vlans.blocked(first, last, network.used_vlans):
            raise invalid(f"physicalnetwork {describe(network)} has allocated vnets in the range {first}-{last}")
        for kept in world.dedicated_vlans.select(physical_network_id=network.id):
            if kept.first <= first <= kept.last or kept.first <= last <= kept.last:
                raise invalid(
                    f"Vnet range {kept.first}-{kept.last} is dedicated to an account. The specified range "
                    f"{first}-{last} overlaps with the dedicated range  Please release the overlapping dedicated range "
                    "before deleting the range"
                )
    return wanted


@command("updatePhysicalNetwork", NETWORK, id="physical_networks")
def update_physical_network(call: Call) -> Work:
    """T1:20-21; everything is judged in the job."""
    world, network = call.world, call["id"]

    def run() -> Body:
        changes: dict[str, Any] = {}
        if call.get("state"):
            changes["state"] = one_of(call["state"], STATES, "PhysicalNetwork State")
        if "vlan" in call:
            changes["vlans"] = _new_vlans(world, network, call["vlan"])
        if "networkspeed" in call:
            changes["speed"] = call["networkspeed"]
        if "tags" in call.raw:
            changes["tags"] = [tag for tag in call.get("tags", []) if tag]
        world.physical_networks.update(network, **changes)
        return {"physicalnetwork": view(world, network)}

    return Work(run)


@command("listPhysicalNetworks", NETWORK, id="physical_networks")
def list_physical_networks(call: Call) -> Body:
    rows = call.world.physical_networks.select(**filters(call, id="id", zoneid="zone_id", name="name"))
    return answer(call, "physicalnetwork", keyword(call, rows), lambda row: view(call.world, row))


@command("deletePhysicalNetwork", NETWORK, id="physical_networks")
def delete_physical_network(call: Call) -> Work:
    """With its address ranges, traffic types and providers (the incumbent's own target for ranges relies on it);
    refused while something lives on it (texts not recorded)."""
    world, network = call.world, call["id"]

    def run() -> Body:
        ranges = list(world.vlan_ranges.select(physical_network_id=network.id))
        for rows, words in (
            ([each for each in ranges if each.used_ips], "IP addresses allocated"),
            (world.networks.select(physical_network_id=network.id), "networks associated"),
        ):
            if rows:
                raise refused(f"The Physical Network is not deletable because there are {words}")
        for each in ranges:
            world.vlan_ranges.remove(each)
        for traffic in list(world.traffic_types.select(physical_network_id=network.id)):
            world.traffic_types.remove(traffic)
        for provider in list(world.providers.select(physical_network_id=network.id)):
            providers.remove(world, provider)
        for kept in list(world.dedicated_vlans.select(physical_network_id=network.id)):
            world.dedicated_vlans.remove(kept)
        world.physical_networks.remove(network)
        return {"success": True}

    return Work(run)
