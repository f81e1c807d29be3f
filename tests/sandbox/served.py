"""Networks with their routers for a world from a file: a zone's traffic, its system VMs, and networks of three kinds.

One line of a snapshot: `{"kind": "networks", "zone": "zurich", "redundant": 20, "single": 10, "vpc": 10}`. The routers
are of the zone's installed template, an older one than the server's release; every fourth network is of the account
`acme`.
"""

from __future__ import annotations

from typing import Any

from .commands import providers
from .commands.zones import SYSTEM_NETWORKS
from .errors import ApiError
from .rules import nics, routers, system_vms
from .world import World
from .world.accounts import Account, Domain
from .world.networks import Network, NetworkOffering, PhysicalNetwork, TrafficType, VlanRange, Vpc
from .world.storage import ImageStore
from .world.vms import CONSOLE_PROXY, STORAGE_VM
from .world.zones import Zone

ISOLATED, TIER = "DefaultIsolatedNetworkOfferingWithSourceNatService", "DefaultIsolatedNetworkOfferingForVpcNetworks"
REDUNDANT = "Redundant routers"
PUBLIC = ("192.0.0.1", "255.255.0.0", "192.0.0.2", "192.0.255.250")
VLANS = [(2, 4000)]
KINDS = ("redundant", "single", "vpc")


def add(world: World, zone: Zone, line: dict[str, Any]) -> None:
    """ValueError where they do not fit on the zone's hosts."""
    physical = _carry(world, zone)
    owners = [world.admin, world.admin, world.admin, _acme(world)]
    for kind in (CONSOLE_PROXY, STORAGE_VM):
        system_vms.make(world, zone, kind)
    number = 0
    for kind in KINDS:
        for _ in range(line.get(kind, 0)):
            number += 1
            try:
                _network(world, zone, physical, kind, f"{kind}{number}", owners[number % len(owners)])
            except ApiError as error:
                raise ValueError(f"{line} does not fit in zone {zone.name}: {error.text}") from None
    for vm in world.vms:
        # They have run since long: what is looked at is settled.
        vm.started = 0.0


def _carry(world: World, zone: Zone) -> PhysicalNetwork:
    """A physical network with all traffic, its routers' providers enabled; public addresses, secondary storage."""
    for traffic in SYSTEM_NETWORKS:
        world.networks.add(Network(world.networks.next_id(), world.new_uuid(), "", zone.id, traffic))
    physical = PhysicalNetwork(
        world.physical_networks.next_id(), world.new_uuid(), "physical1", zone.id, "ZONE", ["VLAN"], "Enabled", VLANS
    )
    world.physical_networks.add(physical)
    for traffic in ("Management", "Guest", "Public"):
        row = TrafficType(world.traffic_types.next_id(), world.new_uuid(), physical.id, traffic, {})
        world.traffic_types.add(row)
    providers.add_defaults(world, physical)
    for provider in world.providers.select(physical_network_id=physical.id):
        provider.state = "Enabled"
    network = nics.system_network(world, zone, "Public")
    world.vlan_ranges.add(
        VlanRange(
            world.vlan_ranges.next_id(), world.new_uuid(), zone.id, network.id if network else 0, physical.id, True,
            "vlan://4001", *PUBLIC,
        )
    )  # fmt: skip
    store = ImageStore(
        world.image_stores.next_id(), world.new_uuid(), "secondary1", "nfs://192.0.2.9/secondary", "nfs", "NFS",
        zone.id, "ZONE",
    )  # fmt: skip
    world.image_stores.add(store)
    return physical


def _acme(world: World) -> Account:
    domain = Domain(world.domains.next_id(), world.new_uuid(), "customers", "ROOT/customers", world.admin.domain_id)
    world.domains.add(domain)
    account = Account(world.accounts.next_id(), world.new_uuid(), "acme", domain.id, world.new_uuid())
    return world.accounts.add(account)


def _offering(world: World, kind: str) -> NetworkOffering:
    """Redundant routers come by an offering of their own, made with the first network of that kind."""
    wanted = {"redundant": REDUNDANT, "single": ISOLATED, "vpc": TIER}[kind]
    found = world.network_offerings.first(name=wanted)
    if found is not None:
        return found
    like = _offering(world, "single")
    number, uuid = world.network_offerings.next_id(), world.new_uuid()
    made = NetworkOffering(number, uuid, wanted, wanted, like.guest_type, dict(like.services), world.now())
    made.state, made.redundant = "Enabled", True
    return world.network_offerings.add(made)


def _network(world: World, zone: Zone, physical: PhysicalNetwork, kind: str, name: str, owner: Account) -> None:
    offering, vpc = _offering(world, kind), None
    if kind == "vpc":
        vpcs = world.vpc_offerings.select(redundant=False)
        number, uuid = world.vpcs.next_id(), world.new_uuid()
        vpc = Vpc(number, uuid, name, name, zone.id, "10.1.0.0/16", owner.id, world.now(), vpcs[0].id)
        vpc.domain = f"cs{owner.id:x}cloud.internal"
        world.vpcs.add(vpc)
    number, uuid = world.networks.next_id(), world.new_uuid()
    network = Network(
        number, uuid, f"{name}-tier" if vpc else name, zone.id, "Guest", False, name, offering.id, physical.id, owner.id
    )
    network.guest_type, network.gateway, network.netmask = "Isolated", "10.1.1.1", "255.255.255.0"
    network.domain, network.created, network.state = f"cs{owner.id:x}cloud.internal", world.now(), "Allocated"
    network.redundant, network.vpc_id = offering.redundant, vpc.id if vpc else None
    world.networks.add(network)
    nics.implement(world, network)
    routers.ensure(world, network)
