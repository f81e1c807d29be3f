"""Physical networks with their traffic types and service providers; public and system networks with address ranges."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class PhysicalNetwork:
    """`vlans`: guest VLAN ranges as (first, last), sorted and merged; `used_vlans`: VLANs of implemented networks."""

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
class Network:
    """A system network of a zone (its `traffic_type` says which), or a guest network.

    A guest network is "Allocated" until its first VM starts: then it holds a VLAN of its physical network and a router.
    """

    id: int
    uuid: str
    name: str
    zone_id: int
    traffic_type: str
    system: bool = True
    display_text: str = ""
    state: str = "Setup"
    guest_type: str = ""
    gateway: str = ""
    netmask: str = ""
    vlan: int | None = None
    specify_vlan: bool = False
    physical_network_id: int | None = None
    offering_id: int | None = None
    account_id: int | None = None
    created: str = ""
    # Addresses that NICs hold.
    used_ips: set[str] = field(default_factory=set)


@dataclass(slots=True)
class VlanRange:
    id: int
    uuid: str
    zone_id: int
    network_id: int
    physical_network_id: int
    virtual: bool
    vlan: str
    gateway: str
    netmask: str
    start: str
    end: str
    for_system_vms: bool = False
    pod_id: int | None = None
