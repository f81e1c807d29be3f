"""Service providers of physical networks, with the router and load balancer elements behind them (T1:23-27)."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules.words import one_of
from ..world import World
from ..world.networks import LoadBalancerElement, PhysicalNetwork, Provider, RouterElement
from ..world.table import Table

NETWORK = "org.apache.cloudstack.api.command.admin.network"
ROUTER = "org.apache.cloudstack.api.command.admin.router"
OVS = "org.apache.cloudstack.api.command.admin.ovs"
BALANCER = "org.apache.cloudstack.api.command.admin.internallb"
STATES = ("Enabled", "Disabled", "Shutdown")
_VPC = ["Vpn", "Dhcp", "Dns", "Gateway", "Lb", "SourceNat", "StaticNat", "PortForwarding", "UserData"]
# Providers that a physical network has from the start, in order of creation: name, services, whether single services
# can be enabled, state (T1:23-27).
DEFAULTS: tuple[tuple[str, list[str], bool, str], ...] = (
    ("VirtualRouter", [*_VPC[:4], "Firewall", *_VPC[4:]], True, "Disabled"),
    ("SecurityGroupProvider", ["SecurityGroup"], False, "Disabled"),
    ("VpcVirtualRouter", _VPC, True, "Disabled"),
    ("BaremetalPxeProvider", [], False, "Enabled"),
    ("InternalLbVm", ["Lb"], True, "Disabled"),
    ("ConfigDrive", ["Dhcp", "Dns", "UserData"], True, "Enabled"),
)
# Others that can be added (names documented; services not recorded).
OTHERS: dict[str, list[str]] = {
    "BaremetalDhcpProvider": ["Dhcp"],
    "BaremetalUserdataProvider": ["UserData"],
    "JuniperSRX": ["Firewall", "SourceNat", "StaticNat", "PortForwarding"],
    "NetScaler": ["Lb"],
    "NiciraNvp": ["Connectivity"],
    "Nsx": ["Dhcp", "Dns", "SourceNat", "StaticNat", "PortForwarding", "Lb", "NetworkACL"],
    "Ovs": ["Connectivity"],
    "PaloAlto": ["Firewall", "SourceNat", "StaticNat", "PortForwarding"],
    "Tungsten": ["Dhcp", "Dns", "SourceNat", "StaticNat", "PortForwarding", "Lb"],
}
ROUTERS = ("VirtualRouter", "VpcVirtualRouter")


def _add(world: World, network: PhysicalNetwork, name: str, services: list[str], single: bool, state: str) -> Provider:
    provider = Provider(world.providers.next_id(), world.new_uuid(), name, network.id, list(services), single, state)
    world.providers.add(provider)
    if name in ROUTERS:
        world.router_elements.add(RouterElement(world.router_elements.next_id(), world.new_uuid(), provider.id))
    elif name == "Ovs":
        world.ovs_elements.add(RouterElement(world.ovs_elements.next_id(), world.new_uuid(), provider.id))
    elif name == "InternalLbVm":
        number = world.balancer_elements.next_id()
        world.balancer_elements.add(LoadBalancerElement(number, world.new_uuid(), provider.id))
    return provider


def add_defaults(world: World, network: PhysicalNetwork) -> None:
    for name, services, single, state in DEFAULTS:
        _add(world, network, name, services, single, state)
    # Not recorded (source: NetworkServiceImpl; the wizard of zones configures its element before it enables it).
    if "GRE" in network.isolation:
        _add(world, network, "Ovs", OTHERS["Ovs"], True, "Disabled")


def _elements(world: World, provider: Provider) -> list[RouterElement | LoadBalancerElement]:
    return [
        *world.router_elements.select(provider_id=provider.id),
        *world.ovs_elements.select(provider_id=provider.id),
        *world.balancer_elements.select(provider_id=provider.id),
    ]


def remove(world: World, provider: Provider) -> None:
    """With the elements behind it."""
    for router in list(world.router_elements.select(provider_id=provider.id)):
        world.router_elements.remove(router)
    for switch in list(world.ovs_elements.select(provider_id=provider.id)):
        world.ovs_elements.remove(switch)
    for balancer in list(world.balancer_elements.select(provider_id=provider.id)):
        world.balancer_elements.remove(balancer)
    world.providers.remove(provider)


def view(world: World, provider: Provider) -> Body:
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
    return answer(call, "networkserviceprovider", rows[::-1], lambda row: view(call.world, row))


@command("addNetworkServiceProvider", NETWORK, destinationphysicalnetworkid="physical_networks")
def add_network_service_provider(call: Call) -> Work:
    """Disabled at first; one of a name on a physical network (texts not recorded)."""
    world, network, given = call.world, call["physicalnetworkid"], call["name"]
    defaults = {name: (services, single) for name, services, single, _ in DEFAULTS}
    known = next((name for name in (*defaults, *OTHERS) if name.lower() == given.lower()), None)
    if known is None:
        raise invalid(f"Invalid Network Service Provider {given}")
    if world.providers.select(physical_network_id=network.id, name=known):
        raise refused(f"The '{known}' provider already exists on physical network : {network.id}")
    services, single = defaults.get(known) or (OTHERS[known], True)
    chosen = [s for s in services if s in call["servicelist"]] if call.get("servicelist") else services
    provider = _add(world, network, known, chosen, single, "Disabled")
    return Work(
        lambda: {"networkserviceprovider": view(world, provider)},
        provider.uuid,
        ("PhysicalNetworkServiceProvider", provider.uuid),
    )


@command("updateNetworkServiceProvider", NETWORK, id="providers")
def update_network_service_provider(call: Call) -> Work:
    """T1:26; a provider with an element behind it is enabled only after that is (source)."""
    world, provider = call.world, call["id"]

    def run() -> Body:
        if call.get("state"):
            state = one_of(call["state"], STATES, "Network Service Provider State")
            elements = _elements(world, provider)
            if state == "Enabled" and elements and not any(element.enabled for element in elements):
                raise refused("Provider is not ready, cannot Enable the provider, please configure the provider first")
            provider.state = state
        if call.get("servicelist"):
            provider.services = list(call["servicelist"])
        return {"networkserviceprovider": view(world, provider)}

    return Work(run)


@command("deleteNetworkServiceProvider", NETWORK, id="providers")
def delete_network_service_provider(call: Call) -> Work:
    """Refused while networks are served by it (source)."""
    world, provider = call.world, call["id"]

    def serves(offering_id: int | None) -> bool:
        offering = world.network_offerings.get(offering_id)
        return offering is not None and any(provider.name in names for names in offering.services.values())

    def run() -> Body:
        networks = world.networks.select(physical_network_id=provider.physical_network_id)
        if any(serves(network.offering_id) for network in networks):
            raise refused(
                "Provider is not deletable because there are active networks using this provider, please upgrade "
                "these networks to new network offerings"
            )
        remove(world, provider)
        return {"success": True}

    return Work(run)


def element_view(world: World, element: RouterElement | LoadBalancerElement) -> Body:
    return {"id": element.uuid, "nspid": world.providers[element.provider_id].uuid, "enabled": element.enabled}


def _configured(call: Call, elements: Table[Any], key: str) -> Work:
    element = call["id"]

    def run() -> Body:
        elements.update(element, enabled=call["enabled"])
        return {key: element_view(call.world, element)}

    return Work(run, instance=("None", None))


@command("listVirtualRouterElements", ROUTER, id="router_elements")
def list_virtual_router_elements(call: Call) -> Body:
    rows = call.world.router_elements.select(**filters(call, id="id", nspid="provider_id", enabled="enabled"))
    return answer(call, "virtualrouterelement", rows, lambda row: element_view(call.world, row))


@command("configureVirtualRouterElement", ROUTER, id="router_elements")
def configure_virtual_router_element(call: Call) -> Work:
    return _configured(call, call.world.router_elements, "virtualrouterelement")


@command("listOvsElements", OVS, id="ovs_elements")
def list_ovs_elements(call: Call) -> Body:
    rows = call.world.ovs_elements.select(**filters(call, id="id", nspid="provider_id", enabled="enabled"))
    return answer(call, "ovselement", rows, lambda row: element_view(call.world, row))


@command("configureOvsElement", OVS, id="ovs_elements")
def configure_ovs_element(call: Call) -> Work:
    return _configured(call, call.world.ovs_elements, "ovselement")


@command("createInternalLoadBalancerElement", BALANCER)
def create_internal_load_balancer_element(call: Call) -> Work:
    """One of a provider (text not recorded)."""
    world, provider = call.world, call["nspid"]
    if world.balancer_elements.select(provider_id=provider.id):
        raise refused(f"There is already an internal load balancer element with provider id {provider.id}")
    number = world.balancer_elements.next_id()
    element = world.balancer_elements.add(LoadBalancerElement(number, world.new_uuid(), provider.id))
    return Work(lambda: {"internalloadbalancerelement": element_view(world, element)}, element.uuid, ("None", None))


@command("listInternalLoadBalancerElements", BALANCER, id="balancer_elements")
def list_internal_load_balancer_elements(call: Call) -> Body:
    rows = call.world.balancer_elements.select(**filters(call, id="id", nspid="provider_id", enabled="enabled"))
    return answer(call, "internalloadbalancerelement", rows, lambda row: element_view(call.world, row))


@command("configureInternalLoadBalancerElement", BALANCER, id="balancer_elements")
def configure_internal_load_balancer_element(call: Call) -> Work:
    return _configured(call, call.world.balancer_elements, "internalloadbalancerelement")
