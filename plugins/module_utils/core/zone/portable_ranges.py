# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Portable addresses: ranges of a region, which networks of every zone may take.

Source: 4.11.1 documentation, "Portable IPs"; ConfigurationManagerImpl of apache/cloudstack.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change import Rules, same_address
from ..errors import InvalidValue, Reason
from ..vlans import ranges as vlans
from .network_addresses import address, subnet_of
from .physical_networks import VlanIpRange, same_vlan_tag, vlan_tag
from .pod_ranges import KEPT, overlaps

FREE = "Free"


@dataclass(frozen=True)
class Region:
    """A region as ``listRegions`` shows it. A fresh installation has one."""

    id: str
    name: str
    endpoint: t.Optional[str] = None


@dataclass(frozen=True)
class PortableAddress:
    """One address. state: "Free" or what it is used for; the ids are those of its user."""

    ip_address: str
    state: str = ""
    zone_id: str = ""
    network_id: str = ""
    vpc_id: str = ""
    account_id: str = ""
    domain_id: str = ""


@dataclass(frozen=True)
class PortableRange:
    """A range of portable addresses as ``listPortableIpRanges`` shows it."""

    id: str
    region_id: str = ""
    start_ip: t.Optional[str] = None
    end_ip: t.Optional[str] = None
    gateway: t.Optional[str] = None
    netmask: t.Optional[str] = None
    vlan: t.Optional[str] = None
    addresses: tuple[PortableAddress, ...] = ()

    @property
    def used(self) -> tuple[PortableAddress, ...]:
        return tuple(each for each in self.addresses if each.state != FREE)


PORTABLE_RANGE = Rules(
    kind="portable IP range",
    required=("region_id", "start_ip", "end_ip", "gateway", "netmask"),
    fixed=dict.fromkeys(("end_ip", "gateway", "netmask", "vlan", "region_id"), KEPT),
    same={"vlan": same_vlan_tag, **dict.fromkeys(("start_ip", "end_ip", "gateway", "netmask"), same_address)},
)


def vlan_number(value: object) -> t.Optional[int]:
    """None for an untagged range. Raises InvalidValue."""
    tag = vlan_tag(value)
    if tag == "untagged":
        return None
    if not tag.isdecimal() or not 1 < int(tag) < vlans.HIGHEST:
        raise InvalidValue("vlan", value, "one VLAN from 2 to 4094, or untagged")
    return int(tag)


def reasons_against_range(
    wanted: t.Mapping[str, object], portable: t.Iterable[PortableRange], public: t.Mapping[str, t.Iterable[VlanIpRange]]
) -> t.Iterator[Reason]:
    """Why a range cannot be created. public: address ranges by zone. Raises InvalidValue.

    The server compares it with public ranges only where it has a VLAN, and accepts a range that contains its gateway.
    """
    start, end = address("start_ip", wanted["start_ip"]), address("end_ip", wanted["end_ip"])
    if start > end:
        raise InvalidValue("end_ip", str(end), f"{start} or a higher address")
    gateway, net = address("gateway", wanted["gateway"]), subnet_of(wanted["gateway"], wanted["netmask"])
    outside = [str(each) for each in dict.fromkeys((start, end)) if each not in net]
    if outside:
        message = f"{' and '.join(outside)} is not in {net}, the subnet of gateway {gateway}"
        yield Reason("outside_subnet", message, f"use addresses of {net}, or another gateway and netmask")
    own = {gateway: "its gateway", net.network_address: "the address of the subnet"}
    own[net.broadcast_address] = "the broadcast address of the subnet"
    for each, what in own.items() if net.prefixlen < 31 else ():
        if start <= each <= end:
            message = f"{start}-{end} contains {each}, {what}"
            yield Reason("reserved_address", message, "use a range without it", {"address": str(each)})
    yield from overlaps(portable, str(start), str(end), "portable range")
    for zone, ranges in public.items():
        for found in overlaps(ranges, str(start), str(end), f"a range of zone {zone}:"):
            yield Reason("range_overlap", found.message, "use other addresses", {**found.facts, "zone": zone})


def reasons_against_vlan(
    number: int, public: t.Mapping[str, t.Iterable[VlanIpRange]], pools: t.Mapping[str, t.Iterable[vlans.Range]]
) -> t.Iterator[Reason]:
    """pools: guest VLANs by physical network with its zone."""
    for zone, ranges in public.items():
        taken = [each for each in ranges if vlan_tag(each.vlan) == str(number)]
        for each in taken:
            name = f"{each.start_ip or each.start_ipv6}-{each.end_ip or each.end_ipv6}"
            message = f"VLAN {number} belongs to range {name} of zone {zone}"
            facts = {"vlan": number, "zone": zone, "range_id": each.id}
            yield Reason("vlan_taken", message, "use another VLAN: a portable range has its own", facts)
    for name, ranges_there in pools.items():
        if vlans.contains(ranges_there, number):
            message = f"VLAN {number} is a guest VLAN of physical network {name}"
            remedy = "use another VLAN, or remove it from the guest VLANs (cs_vlan_range, state absent)"
            yield Reason("vlan_of_pool", message, remedy, {"vlan": number, "physical_network": name})


def reasons_to_keep_range(held: PortableRange, networks: t.Mapping[str, str]) -> t.Iterator[Reason]:
    """networks: names by id."""
    for each in held.used:
        network = networks.get(each.network_id, each.network_id)
        place = (
            f"network {network}" if network else f"VPC {each.vpc_id}" if each.vpc_id else f"account {each.account_id}"
        )
        facts = {"ip_address": each.ip_address, "network": network, "account_id": each.account_id}
        message = f"{each.ip_address} is {each.state} for {place}"
        remedy = "release the address first (disassociateIpAddress)"
        yield Reason("address_in_use", message, remedy, facts)
