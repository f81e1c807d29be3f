# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones, pods and clusters: the places that hosts stand in. Field names are those of the parameters and returns."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ..accounting import Factors
from ..addresses import is_address
from ..change import Rules, same_address, same_flag, same_word

REPLACE = "remove it and create it again"


@dataclass(frozen=True)
class Zone:
    """A zone as ``listZones`` shows it."""

    id: str
    name: str
    network_type: str = ""
    dns1: t.Optional[str] = None
    dns2: t.Optional[str] = None
    internal_dns1: t.Optional[str] = None
    internal_dns2: t.Optional[str] = None
    dns1_ipv6: t.Optional[str] = None
    dns2_ipv6: t.Optional[str] = None
    network_domain: t.Optional[str] = None
    guest_cidr_address: t.Optional[str] = None
    dhcp_provider: t.Optional[str] = None
    domain: t.Optional[str] = None
    domain_id: str = ""
    securitygroups_enabled: t.Optional[bool] = None
    is_edge: t.Optional[bool] = None
    local_storage_enabled: t.Optional[bool] = None
    allocation_state: str = ""
    zone_token: t.Optional[str] = None


@dataclass(frozen=True)
class IpRange:
    """A range of addresses of a pod; addresses as text, for_system_vms as the server tells it."""

    start_ip: str
    end_ip: str
    for_system_vms: bool = False
    vlan: t.Optional[str] = None


@dataclass(frozen=True)
class Pod:
    """A pod as ``listPods`` shows it. start_ip/end_ip are the first range, which the pod was created with."""

    id: str
    name: str
    zone_id: str
    zone: str = ""
    gateway: t.Optional[str] = None
    netmask: t.Optional[str] = None
    start_ip: t.Optional[str] = None
    end_ip: t.Optional[str] = None
    ip_ranges: tuple[IpRange, ...] = ()
    allocation_state: str = ""


@dataclass(frozen=True)
class Cluster:
    """A cluster as ``listClusters`` shows it. Over-provisioning factors as the server writes them ("2.0")."""

    id: str
    name: str
    zone_id: str
    pod_id: str
    zone: str = ""
    pod: str = ""
    hypervisor: str = ""
    cluster_type: str = ""
    allocation_state: str = ""
    managed_state: str = ""
    cpu_overcommit_ratio: t.Optional[str] = None
    memory_overcommit_ratio: t.Optional[str] = None
    arch: t.Optional[str] = None
    ovm3_vip: t.Optional[str] = None

    @property
    def factors(self) -> Factors:
        """Its over-provisioning factors of today."""
        return Factors(float(self.cpu_overcommit_ratio or 1), float(self.memory_overcommit_ratio or 1))


Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]


def subnet_of(gateway: object, netmask: object) -> t.Optional[Network]:
    """The network of a gateway; None where either cannot be read."""
    try:
        return ipaddress.ip_network(f"{gateway}/{netmask}", strict=False)
    except ValueError:
        return None


def is_outside(address: t.Optional[str], network: t.Optional[Network]) -> bool:
    """False as well where either is not known."""
    if network is None or not address or not is_address(address):
        return False
    return ipaddress.ip_address(address) not in network


ZONE = Rules(
    kind="zone",
    required=("name", "network_type", "dns1"),
    fixed={
        "network_type": REPLACE,
        "securitygroups_enabled": REPLACE,
        "is_edge": REPLACE,
        "domain": REPLACE,
    },
    write_only=frozenset(("domain_id",)),
    same={
        "is_edge": same_flag,
        **dict.fromkeys(("network_type", "allocation_state", "dhcp_provider"), same_word),
        **dict.fromkeys(("dns1", "dns2", "internal_dns1", "internal_dns2", "dns1_ipv6", "dns2_ipv6"), same_address),
    },
)
POD = Rules(
    kind="pod",
    required=("name", "zone_id", "start_ip", "netmask", "gateway"),
    same={"allocation_state": same_word},
)
CLUSTER = Rules(
    kind="cluster",
    required=("name", "zone_id", "pod_id", "hypervisor", "cluster_type"),
    fixed={"pod_id": REPLACE, "hypervisor": REPLACE},
    # The incumbent's own target notes servers that take the type and show the old one.
    unproven=frozenset(("cluster_type",)),
    write_only=frozenset(
        (
            "url",
            "username",
            "password",
            "guest_vswitch_name",
            "guest_vswitch_type",
            "public_vswitch_name",
            "public_vswitch_type",
            "vms_ip_address",
            "vms_username",
            "vms_password",
            "ovm3_pool",
            "ovm3_cluster",
        )
    ),
    same=dict.fromkeys(("hypervisor", "cluster_type", "allocation_state", "managed_state", "arch"), same_word),
)

# A cluster's managed states besides Managed and Unmanaged (server: Managed.ManagedState): this one passes by itself,
# into Unmanaged or into PrepareUnmanagedError, which stays until somebody asks again.
MANAGED_STATES_PASSING = ("PrepareUnmanaged",)
