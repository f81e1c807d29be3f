"""Physical networks with their traffic types and service providers; public and system networks with address ranges."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class PhysicalNetwork:
    """`vlans`: guest VLAN ranges as (first, last), sorted and merged; `used_vlans`: those that networks hold."""

    id: int
    uuid: str
    name: str
    zone_id: int
    broadcast_domain: str
    isolation: list[str]
    state: str = "Disabled"
    vlans: list[tuple[int, int]] = field(default_factory=list)
    used_vlans: set[int] = field(default_factory=set)
    speed: str = ""
    tags: list[str] = field(default_factory=list)
    domain_id: int | None = None


@dataclass(slots=True)
class TrafficType:
    """`labels`: response field (`kvmnetworklabel`, …) → label."""

    id: int
    uuid: str
    physical_network_id: int
    traffic_type: str
    labels: dict[str, str]
    vlan: str = ""


@dataclass(slots=True)
class Provider:
    id: int
    uuid: str
    name: str
    physical_network_id: int
    services: list[str]
    individual: bool
    state: str = "Disabled"


@dataclass(slots=True)
class RouterElement:
    id: int
    uuid: str
    provider_id: int
    enabled: bool = False


@dataclass(slots=True)
class LoadBalancerElement:
    """The internal load balancer of a provider (`InternalLbVm`)."""

    id: int
    uuid: str
    provider_id: int
    enabled: bool = False


@dataclass(slots=True)
class NetworkOffering:
    """`services`: service → its providers; `rate` in Mbit/s."""

    id: int
    uuid: str
    name: str
    display_text: str
    guest_type: str
    services: dict[str, list[str]]
    created: str
    traffic_type: str = "Guest"
    default: bool = False
    specify_vlan: bool = False
    specify_ip_ranges: bool = False
    conserve_mode: bool = True
    availability: str = "Optional"
    state: str = "Disabled"
    persistent: bool = False
    egress_default: bool = True
    for_vpc: bool = False
    rate: int = 200
    max_connections: int | None = None
    redundant: bool = False
    tags: list[str] = field(default_factory=list)
    # Of its routers, by id; None for the server's own.
    router_offering: int | None = None
    protocol: str = "IPv4"
    keepalive: bool = False
    # Row ids of what it is limited to.
    domain_ids: list[int] = field(default_factory=list)
    zone_ids: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Network:
    """A system network of a zone (its `traffic_type` says which), or a guest network.

    `vlan` is the one asked for, or one of the pool (`used_vlans`) that it holds while it is implemented.
    """

    id: int
    uuid: str
    name: str
    zone_id: int
    traffic_type: str
    system: bool = True
    display_text: str = ""
    offering_id: int | None = None
    physical_network_id: int | None = None
    account_id: int | None = None
    state: str = "Setup"
    gateway: str = ""
    netmask: str = ""
    domain: str = ""
    guest_type: str = ""
    # A shared network is for this domain, and for those below it; another one is its account's.
    for_domain: int | None = None
    subdomains: bool = False
    vlan: int | None = None
    # Further VLANs of a layer-2 network with a list of them, as it was given ("850,860-869"); `vlan` is the first.
    vlan_list: str = ""
    # Of a private VLAN: its type ("i", "c", "p") and its secondary VLAN.
    pvlan: tuple[str, int] | None = None
    gateway6: str = ""
    cidr6: str = ""
    # The part of its addresses that VMs get; "" for all of them.
    guest_vm_cidr: str = ""
    taken_at: str = ""
    used_ips: set[str] = field(default_factory=set)
    created: str = ""
    restart_required: bool = False
    display: bool = True
    details: dict[str, str] = field(default_factory=dict)
    dns1: str = ""
    redundant: bool = False
    # Of a tier.
    vpc_id: int | None = None
    received: int = 0
    sent: int = 0


@dataclass(slots=True)
class VlanRange:
    """IPv4, IPv6 or both; `used_ips` are taken, `account_id` or `domain_id` is whom it is dedicated to."""

    id: int
    uuid: str
    zone_id: int
    network_id: int
    physical_network_id: int
    virtual: bool
    vlan: str
    gateway: str = ""
    netmask: str = ""
    start: str = ""
    end: str = ""
    for_system_vms: bool = False
    pod_id: int | None = None
    gateway6: str = ""
    cidr6: str = ""
    start6: str = ""
    end6: str = ""
    account_id: int | None = None
    used_ips: set[str] = field(default_factory=set)
    domain_id: int | None = None


@dataclass(slots=True)
class VpcOffering:
    """`services`: service → its providers."""

    id: int
    uuid: str
    name: str
    display_text: str
    services: dict[str, list[str]]
    created: str
    default: bool = False
    state: str = "Disabled"
    redundant: bool = False


@dataclass(slots=True)
class Vpc:
    id: int
    uuid: str
    name: str
    display_text: str
    zone_id: int
    cidr: str
    account_id: int
    created: str
    offering_id: int
    domain: str = ""
    redundant: bool = False
    restart_required: bool = False


@dataclass(slots=True)
class PublicIp:
    """A public address that a network or VPC holds; `vm_id`: the VM of its static NAT."""

    id: int
    uuid: str
    ip: str
    range_id: int
    account_id: int
    allocated: str
    network_id: int | None = None
    vpc_id: int | None = None
    source_nat: bool = False
    vm_id: int | None = None
    state: str = "Allocated"
    mac: str = ""


@dataclass(slots=True)
class NetworkRule:
    """Of a public address; `kind`: Firewall, PortForwarding, LoadBalancing or Vpn."""

    id: int
    uuid: str
    kind: str
    ip_id: int
    network_id: int | None
    account_id: int
    protocol: str
    first: int
    last: int
    private_first: int = 0
    private_last: int = 0
    vm_ids: set[int] = field(default_factory=set)
    cidrs: str = ""
    name: str = ""
    algorithm: str = ""
    state: str = "Active"


@dataclass(slots=True)
class PrivateGateway:
    id: int
    uuid: str
    vpc_id: int
    physical_network_id: int
    vlan: int
    address: str
    gateway: str
    netmask: str
    source_nat: bool = False


@dataclass(slots=True)
class DedicatedVlans:
    """Guest VLANs kept for an account; it outlives the ranges of its physical network (T3:38-39)."""

    id: int
    uuid: str
    physical_network_id: int
    account_id: int
    first: int
    last: int


@dataclass(slots=True)
class StorageIpRange:
    """Storage traffic's addresses in a pod."""

    id: int
    uuid: str
    zone_id: int
    pod_id: int
    network_id: int
    gateway: str
    netmask: str
    start: str
    end: str
    vlan: int | None = None
