# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Physical networks, traffic types, their providers and address ranges."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ..change import Rules, same_address, same_set, same_word
from ..vlans.holders import owner_of
from ..vlans.ranges import same_vlans
from .topology import REPLACE


@dataclass(frozen=True)
class PhysicalNetwork:
    """A physical network as ``listPhysicalNetworks`` shows it. vlan: the canonical text ("100-200,500-500")."""

    id: str
    name: str
    zone_id: str
    zone: str = ""
    state: str = ""
    vlan: t.Optional[str] = None
    isolation_method: t.Optional[str] = None
    broadcast_domain_range: t.Optional[str] = None
    network_speed: t.Optional[str] = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrafficType:
    """A traffic type of a physical network with the label that each hypervisor looks for."""

    id: str
    traffic_type: str
    physical_network_id: str
    kvm_networklabel: t.Optional[str] = None
    xen_networklabel: t.Optional[str] = None
    vmware_networklabel: t.Optional[str] = None
    hyperv_networklabel: t.Optional[str] = None
    ovm3_networklabel: t.Optional[str] = None


# What each hypervisor looks for.
LABELS: t.Mapping[str, t.Callable[[TrafficType], t.Optional[str]]] = {
    "KVM": lambda each: each.kvm_networklabel,
    "XenServer": lambda each: each.xen_networklabel,
    "VMware": lambda each: each.vmware_networklabel,
}


@dataclass(frozen=True)
class Provider:
    """A network service provider ("VirtualRouter") on a physical network."""

    id: str
    name: str
    physical_network_id: str
    state: str = ""
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """The element behind a provider, which must be enabled before the provider can be (T1:24-26)."""

    id: str
    provider_id: str
    enabled: bool = False


@dataclass(frozen=True)
class VlanIpRange:
    """A public or shared range of addresses as ``listVlanIpRanges`` shows it; vlan without its "vlan://"."""

    id: str
    zone_id: str = ""
    physical_network_id: str = ""
    network_id: str = ""
    pod_id: str = ""
    vlan: t.Optional[str] = None
    gateway: t.Optional[str] = None
    netmask: t.Optional[str] = None
    start_ip: t.Optional[str] = None
    end_ip: t.Optional[str] = None
    gateway_ipv6: t.Optional[str] = None
    cidr_ipv6: t.Optional[str] = None
    start_ipv6: t.Optional[str] = None
    end_ipv6: t.Optional[str] = None
    for_virtual_network: t.Optional[bool] = None
    for_system_vms: t.Optional[bool] = None
    account: t.Optional[str] = None
    domain: t.Optional[str] = None
    domain_id: t.Optional[str] = None
    project: t.Optional[str] = None
    project_id: t.Optional[str] = None

    @property
    def owner(self) -> str:
        """Whom it is dedicated to: "account acme of ROOT/customers", "domain ROOT/customers"; "" for everybody."""
        return owner_of(self.account or "", self.project or "", self.domain or self.domain_id or "")


PHYSICAL_NETWORK = Rules(
    kind="physical network",
    required=("name", "zone_id"),
    fixed={"isolation_method": REPLACE, "broadcast_domain_range": REPLACE},
    write_only=frozenset(("domain_id",)),
    same={
        "vlan": same_vlans,
        "tags": same_set,
        "state": same_word,
        "isolation_method": same_word,
        "broadcast_domain_range": same_word,
    },
)
TRAFFIC_TYPE = Rules(
    kind="traffic type",
    required=("traffic_type", "physical_network_id"),
    write_only=frozenset(("isolation_method", "vlan")),
    same={"traffic_type": same_word},
)


def same_vlan_tag(wanted: object, held: object) -> bool:
    """One VLAN of an address range: "vlan://50", "50" and 50 are the same, "untagged" and none too."""
    return vlan_tag(wanted) == vlan_tag(held)


def vlan_tag(text: object) -> str:
    """The tag alone: "50", or "untagged"."""
    tag = str(text if text is not None else "").strip().casefold()
    tag = tag[len("vlan://") :] if tag.startswith("vlan://") else tag
    return tag or "untagged"


_ADDRESSES = ("gateway", "netmask", "start_ip", "end_ip", "gateway_ipv6", "cidr_ipv6", "start_ipv6", "end_ipv6")
VLAN_IP_RANGE = Rules(
    kind="VLAN IP range",
    required=("zone_id",),
    fixed=dict.fromkeys(
        (
            "vlan",
            "physical_network_id",
            "network_id",
            "pod_id",
            "for_virtual_network",
            "account",
            "domain_id",
            "project_id",
        ),
        "the server cannot change it: remove the range and create it again",
    ),
    # Of an account's range, the server counts the new addresses by both ends of the task (updateVlanAndPublicIpRange).
    along=frozenset(("start_ip", "end_ip")),
    same={"vlan": same_vlan_tag, "account": same_word, **dict.fromkeys(_ADDRESSES, same_address)},
)


def overlapping(ranges: t.Iterable[VlanIpRange], start_ip: str, end_ip: str) -> list[VlanIpRange]:
    """The IPv4 ranges that share an address with ``start_ip``-``end_ip``."""
    first, last = int(ipaddress.IPv4Address(start_ip)), int(ipaddress.IPv4Address(end_ip))
    found = []
    for each in ranges:
        try:
            begin = int(ipaddress.IPv4Address(each.start_ip or ""))
            end = int(ipaddress.IPv4Address(each.end_ip or each.start_ip or ""))
        except ValueError:
            # It has no IPv4 addresses.
            continue
        if begin <= last and first <= end:
            found.append(each)
    return found


def other_terms(
    ranges: t.Iterable[VlanIpRange], wanted: t.Mapping[str, t.Any], public: t.Callable[[VlanIpRange], bool]
) -> t.Iterator[tuple[VlanIpRange, str]]:
    """Ranges of the zone whose subnet overlaps a new one's, on another VLAN or with another gateway or netmask.

    With the reason. public: whether one of both is public, and not of a shared network. Source:
    checkZoneVlanIpOverlap of ConfigurationManagerImpl.
    """
    subnet = _network(wanted.get("gateway"), wanted.get("netmask"))
    for each in ranges:
        its = _network(each.gateway, each.netmask)
        if subnet is None or its is None or not subnet.overlaps(its):
            continue
        tags = {vlan_tag(wanted.get("vlan")), vlan_tag(each.vlan)}
        if len(tags) > 1 and "untagged" not in tags:
            if public(each):
                yield each, f"its subnet {subnet} overlaps {its} of {each.start_ip}-{each.end_ip} on VLAN {each.vlan}"
        elif not same_address(wanted["gateway"], each.gateway) or subnet != its:
            told = f"{each.gateway} and netmask {each.netmask}"
            yield each, f"{each.start_ip}-{each.end_ip} of the same subnet has gateway {told}"


def _network(gateway: t.Optional[str], netmask: t.Optional[str]) -> t.Optional[ipaddress.IPv4Network]:
    try:
        return ipaddress.IPv4Network(f"{gateway}/{netmask}", strict=False) if gateway and netmask else None
    except ValueError:
        return None


# Which element must be enabled before its provider can be (T1:24-26).
ELEMENT_OF = {
    "VirtualRouter": "virtual_router_elements",
    "VpcVirtualRouter": "virtual_router_elements",
    "InternalLbVm": "internal_lb_elements",
    # The OVS Plugin: a physical network isolated by GRE has it.
    "Ovs": "ovs_elements",
}
