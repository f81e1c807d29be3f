"""Physical networks, traffic types, service providers and the virtual router element."""

from __future__ import annotations

from typing import Any

from ..errors import denied, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import vlans
from ..world import World
from ..world.networks import PhysicalNetwork, Provider, RouterElement, TrafficType
from .zones import describe as describe_zone

NETWORK = "org.apache.cloudstack.api.command.admin.network"
USAGE = "org.apache.cloudstack.api.command.admin.usage"
ROUTER = "org.apache.cloudstack.api.command.admin.router"
STATES = ("Enabled", "Disabled")
PROVIDER_STATES = ("Enabled", "Disabled", "Shutdown")
TRAFFIC = ("Public", "Guest", "Storage", "Management")
LABELS = ("kvmnetworklabel", "xennetworklabel", "vmwarenetworklabel", "hypervnetworklabel", "ovm3networklabel")
_VPC = ["Vpn", "Dhcp", "Dns", "Gateway", "Lb", "SourceNat", "StaticNat", "PortForwarding", "UserData"]
# Providers that a physical network has from the start, in order of creation: name, services, whether single services
# can be enabled, state, whether it has a virtual router element (T1:23-27).
PROVIDERS: tuple[tuple[str, list[str], bool, str, bool], ...] = (
    ("VirtualRouter", [*_VPC[:4], "Firewall", *_VPC[4:]], True, "Disabled", True),
    ("SecurityGroupProvider", ["SecurityGroup"], False, "Disabled", False),
    ("VpcVirtualRouter", _VPC, True, "Disabled", True),
    ("BaremetalPxeProvider", [], False, "Enabled", False),
    ("InternalLbVm", ["Lb"], True, "Disabled", False),
    ("ConfigDrive", ["Dhcp", "Dns", "UserData"], True, "Enabled", False),
)


def describe(network: PhysicalNetwork) -> str:
    """A physical network inside an error text (T3:7)."""
    return f'PhysicalNetwork {{"id":{network.id},"name":"{network.name}","uuid":"{network.uuid}"}}'


def _one_of(value: str, known: tuple[str, ...], what: str) -> str:
    """The known spelling; ApiError 431 (T1:18)."""
    for name in known:
        if name.lower() == value.lower():
            return name
    raise invalid(f"Unable to resolve {what} '{value}' to a supported value")


# -- physical networks -------------------------------------------------------------------------------------------------


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
    ranges = vlans.parse(call["vlan"]) if call.get("vlan") else []
    if ranges and basic:
        raise invalid(
            f"Can't add vnet range to the physical network in the zone that supports Basic network: {zone.id}"
        )
    given = call.get("broadcastdomainrange") or ("POD" if basic else "ZONE")
    domain = _one_of(given, ("POD", "ZONE"), "broadcastDomainRange")
    network = PhysicalNetwork(
        world.physical_networks.next_id(), world.new_uuid(), call["name"], zone.id, domain,
        list(call.get("isolationmethods", [])), vlans=ranges, speed=call.get("networkspeed", ""),
        tags=list(call.get("tags", [])),
    )  # fmt: skip
    world.physical_networks.add(network)
    _add_providers(world, network)
    return Work(lambda: {"physicalnetwork": view(world, network)}, network.uuid, ("PhysicalNetwork", network.uuid))


def _add_providers(world: World, network: PhysicalNetwork) -> None:
    for name, services, individual, state, element in PROVIDERS:
        provider = world.providers.add(
            Provider(world.providers.next_id(), world.new_uuid(), name, network.id, list(services), individual, state)
        )
        if element:
            number = world.router_elements.next_id()
            world.router_elements.add(RouterElement(number, world.new_uuid(), provider.id))


def _new_vlans(network: PhysicalNetwork, text: str) -> list[tuple[int, int]]:
    """What `vlan=` makes of the ranges held; refused when it takes a VLAN away that is in use (T3:7, T3:25)."""
    if not text:
        if network.used_vlans:
            raise invalid(f"physicalnetwork {describe(network)} has {len(network.used_vlans)} vnets in use")
        return []
    ranges = vlans.parse(text)
    for held in network.vlans:
        used = [v for v in network.used_vlans if held[0] <= v <= held[1]]
        if any(not vlans.covers(ranges, v) for v in used):
            raise invalid(f"physicalnetwork {describe(network)} has allocated vnets in the range {vlans.text([held])}")
    return ranges


@command("updatePhysicalNetwork", NETWORK, id="physical_networks")
def update_physical_network(call: Call) -> Work:
    """T1:20-21; everything is judged in the job."""
    world, network = call.world, call["id"]

    def run() -> Body:
        changes: dict[str, Any] = {}
        if call.get("state"):
            changes["state"] = _one_of(call["state"], STATES, "PhysicalNetwork State")
        if "vlan" in call:
            changes["vlans"] = _new_vlans(network, call["vlan"])
        if "networkspeed" in call:
            changes["speed"] = call["networkspeed"]
        if call.get("tags"):
            changes["tags"] = list(call["tags"])
        world.physical_networks.update(network, **changes)
        return {"physicalnetwork": view(world, network)}

    return Work(run)


@command("listPhysicalNetworks", NETWORK, id="physical_networks")
def list_physical_networks(call: Call) -> Body:
    rows = call.world.physical_networks.select(**filters(call, id="id", zoneid="zone_id", name="name"))
    return answer(call, "physicalnetwork", keyword(call, rows), lambda row: view(call.world, row))


# -- traffic types -----------------------------------------------------------------------------------------------------


def traffic_view(world: World, traffic: TrafficType) -> Body:
    network = world.physical_networks[traffic.physical_network_id]
    return {
        "id": traffic.uuid,
        "traffictype": traffic.traffic_type,
        "physicalnetworkid": network.uuid,
        **traffic.labels,
    }


@command("addTrafficType", USAGE)
def add_traffic_type(call: Call) -> Work:
    """T1:14-18: one of each kind on a network; only guest traffic may be on several networks of a zone (source)."""
    world, network = call.world, call["physicalnetworkid"]
    kind = _one_of(call["traffictype"], TRAFFIC, "trafficType")
    if any(t.traffic_type == kind for t in world.traffic_types.select(physical_network_id=network.id)):
        raise refused(f"This physical network already supports the traffic type: {kind}")
    if kind != "Guest":
        for other in world.physical_networks.select(zone_id=network.zone_id):
            if any(t.traffic_type == kind for t in world.traffic_types.select(physical_network_id=other.id)):
                raise refused(f"Zone {network.zone_id} already has a physical network that carries {kind} traffic")
    labels = {name: call[name] for name in LABELS if call.get(name)}
    traffic = TrafficType(
        world.traffic_types.next_id(), world.new_uuid(), network.id, kind, labels, call.get("vlan", "")
    )
    world.traffic_types.add(traffic)
    return Work(lambda: {"traffictype": traffic_view(world, traffic)}, traffic.uuid, ("TrafficType", traffic.uuid))


@command("listTrafficTypes", USAGE)
def list_traffic_types(call: Call) -> Body:
    rows = call.world.traffic_types.select(physical_network_id=call["physicalnetworkid"].id)
    return answer(call, "traffictype", rows, lambda row: traffic_view(call.world, row))


# -- service providers -------------------------------------------------------------------------------------------------


def provider_view(world: World, provider: Provider) -> Body:
    return {
        "name": provider.name,
        "physicalnetworkid": world.physical_networks[provider.physical_network_id].uuid,
        "state": provider.state,
        "id": provider.uuid,
        "servicelist": list(provider.services),
        "canenableindividualservice": provider.individual,
    }


@command("listNetworkServiceProviders", NETWORK)
def list_network_service_providers(call: Call) -> Body:
    """Newest first (T1:27)."""
    rows = call.world.providers.select(
        **filters(call, physicalnetworkid="physical_network_id", name="name", state="state")
    )
    return answer(call, "networkserviceprovider", rows[::-1], lambda row: provider_view(call.world, row))


@command("updateNetworkServiceProvider", NETWORK, id="providers")
def update_network_service_provider(call: Call) -> Work:
    """T1:26; a virtual router is enabled only after its element is (source)."""
    world, provider = call.world, call["id"]

    def run() -> Body:
        if call.get("state"):
            state = _one_of(call["state"], PROVIDER_STATES, "Network Service Provider State")
            element = world.router_elements.first(provider_id=provider.id)
            if state == "Enabled" and element is not None and not element.enabled:
                raise refused("Provider is not ready, cannot Enable the provider, please configure the provider first")
            provider.state = state
        if call.get("servicelist"):
            provider.services = list(call["servicelist"])
        return {"networkserviceprovider": provider_view(world, provider)}

    return Work(run)


def element_view(world: World, element: RouterElement) -> Body:
    return {"id": element.uuid, "nspid": world.providers[element.provider_id].uuid, "enabled": element.enabled}


@command("listVirtualRouterElements", ROUTER, id="router_elements")
def list_virtual_router_elements(call: Call) -> Body:
    rows = call.world.router_elements.select(**filters(call, id="id", nspid="provider_id", enabled="enabled"))
    return answer(call, "virtualrouterelement", rows, lambda row: element_view(call.world, row))


@command("configureVirtualRouterElement", ROUTER, id="router_elements")
def configure_virtual_router_element(call: Call) -> Work:
    world, element = call.world, call["id"]

    def run() -> Body:
        world.router_elements.update(element, enabled=call["enabled"])
        return {"virtualrouterelement": element_view(world, element)}

    return Work(run, instance=("None", None))
