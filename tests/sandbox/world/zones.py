"""Zones, pods and clusters."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Zone:
    id: int
    uuid: str
    name: str
    network_type: str
    dns1: str
    internal_dns1: str
    token: str
    dns2: str = ""
    internal_dns2: str = ""
    ip6_dns1: str = ""
    ip6_dns2: str = ""
    domain: str = ""
    domain_id: int | None = None
    guest_cidr: str = ""
    allocation_state: str = "Disabled"
    security_groups: bool = False
    local_storage: bool = False
    kind: str = "Core"
    dhcp_provider: str = "VirtualRouter"
    details: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class IpRange:
    """Management addresses of a pod; `vlan` as an URI."""

    start: str
    end: str
    for_system_vms: bool = False
    vlan: str = "vlan://untagged"


@dataclass(slots=True)
class Pod:
    id: int
    uuid: str
    name: str
    zone_id: int
    gateway: str
    netmask: str
    ranges: list[IpRange]
    allocation_state: str = "Enabled"
    # Addresses in use by hosts and system VMs: a pod that holds some cannot be deleted.
    used_ips: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Cluster:
    id: int
    uuid: str
    name: str
    zone_id: int
    pod_id: int
    hypervisor: str
    cluster_type: str = "CloudManaged"
    allocation_state: str = "Enabled"
    managed_state: str = "Managed"
    arch: str = "x86_64"
    details: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class VmwareDatacenter:
    """The one vCenter datacenter of a zone."""

    id: int
    uuid: str
    name: str
    vcenter: str
    zone_id: int
    username: str = ""
    password: str = ""
