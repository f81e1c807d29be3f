# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of networks: IPv4 subnets, IPv6 networks of shared networks, tiers of VPCs.

Source: 4.11.1 documentation, "IPv6 Support in CloudStack", "Adding Tiers".
"""

from __future__ import annotations

import ipaddress
import typing as t

from ..change import same_word
from ..errors import InvalidValue, MissingValue, Reason
from .network_offerings import NetworkOffering
from .vpcs import Vpc

# What gives VMs of a shared network an IPv6 address (4.11.1 documentation: KVM and XenServer).
WITH_IPV6 = ("KVM", "XenServer", "Simulator")
IPV6 = ("gateway_ipv6", "cidr_ipv6", "start_ipv6", "end_ipv6")


def address(parameter: str, value: object) -> ipaddress.IPv4Address:
    """Raises InvalidValue."""
    try:
        return ipaddress.IPv4Address(str(value))
    except ValueError:
        raise InvalidValue(parameter, value, "an IPv4 address") from None


def subnet_of(gateway: object, netmask: object) -> ipaddress.IPv4Network:
    """Raises InvalidValue."""
    address("gateway", gateway)
    try:
        if "." not in str(netmask):
            raise ValueError(netmask)
        return ipaddress.IPv4Network(f"{gateway}/{netmask}", strict=False)
    except ValueError:
        raise InvalidValue("netmask", netmask, "a netmask such as 255.255.255.0") from None


def _address6(parameter: str, value: object, net: t.Optional[ipaddress.IPv6Network]) -> ipaddress.IPv6Address:
    try:
        found = ipaddress.IPv6Address(str(value))
    except ValueError:
        raise InvalidValue(parameter, value, "an IPv6 address") from None
    if net and found not in net:
        raise InvalidValue(parameter, value, f"an address of cidr_ipv6 {net}")
    return found


def check_ipv6(wanted: t.Mapping[str, object], subject: str, complete: bool = True) -> bool:
    """Whether there are IPv6 addresses. complete: they need their gateway and CIDR. Raises InvalidValue, MissingValue.

    Addresses of another length than 64 bits leave VMs without one: DHCPv6 and the VMs derive them from the prefix.
    """
    given = {name: wanted[name] for name in IPV6 if wanted.get(name)}
    if not given:
        return False
    missing = [name for name in ("gateway_ipv6", "cidr_ipv6") if name not in given]
    if missing and complete:
        raise MissingValue(subject, missing)
    net = None
    if "cidr_ipv6" in given:
        try:
            net = ipaddress.IPv6Network(str(given["cidr_ipv6"]))
        except ValueError:
            raise InvalidValue("cidr_ipv6", given["cidr_ipv6"], "a CIDR such as 2001:db8::/64") from None
        if net.prefixlen != 64:
            raise InvalidValue("cidr_ipv6", given["cidr_ipv6"], "a prefix of 64 bits, such as 2001:db8::/64")
    found = {name: _address6(name, value, net) for name, value in given.items() if name != "cidr_ipv6"}
    start, gateway = found.get("start_ipv6"), found.get("gateway_ipv6")
    end = found.get("end_ipv6", start)
    if start is not None and end is not None:
        if end < start:
            raise InvalidValue("end_ipv6", str(end), f"{start} or a higher address")
        if gateway is not None and start <= gateway <= end:
            raise InvalidValue("gateway_ipv6", str(gateway), f"an address outside of {start}-{end}")
    return True


def without_ipv6(hypervisors: t.Mapping[str, str]) -> list[str]:
    """A warning for clusters whose VMs get no IPv6 address in a shared network. hypervisors: by cluster."""
    found = [f"{name} ({kind})" for name, kind in sorted(hypervisors.items()) if kind and kind not in WITH_IPV6]
    if not found:
        return []
    return [f"CloudStack documents IPv6 in shared networks for KVM and XenServer only, but not for {', '.join(found)}"]


def reasons_against_ipv6(guest_type: str) -> t.Iterator[Reason]:
    if not same_word(guest_type, "Shared"):
        message = f"IPv6 addresses can be given to shared networks only, and this one is {guest_type}"
        remedy = "omit them; an isolated network gets its own with an offering with internet_protocol DualStack"
        yield Reason("ipv6_not_shared", message, remedy)


def reasons_against_tier(
    offering: NetworkOffering, vpc: t.Optional[Vpc], wanted: t.Mapping[str, object], tiers: t.Mapping[str, str]
) -> t.Iterator[Reason]:
    """Why a network cannot be a tier, or cannot be anything else. tiers: CIDRs of the others by name.

    Raises MissingValue, InvalidValue.
    """
    if vpc is None:
        if offering.for_vpc:
            message = f"network offering {offering.name} is for tiers of VPCs"
            yield Reason("vpc_missing", message, "set vpc, or use an offering without for_vpc")
        return
    if not offering.for_vpc:
        message = f"network offering {offering.name} is not for tiers of VPCs"
        yield Reason("not_for_vpc", message, "use an offering with for_vpc, or omit vpc")
    missing = [name for name in ("gateway", "netmask") if not wanted.get(name)]
    if missing:
        raise MissingValue(f"tier {wanted.get('name')} of VPC {vpc.name}", missing)
    own = subnet_of(wanted["gateway"], wanted["netmask"])
    whole = _network(vpc.cidr)
    if whole and not own.subnet_of(whole):
        message = f"{own} is not a part of {whole}, the addresses of VPC {vpc.name}"
        yield Reason("outside_vpc", message, f"use a part of {whole}", {"cidr": str(own), "vpc_cidr": str(whole)})
    for name, cidr in tiers.items():
        other = _network(cidr)
        if other and own.overlaps(other):
            message = f"{own} overlaps {other} of tier {name}"
            yield Reason("tier_overlap", message, f"use another part of {vpc.cidr}", {"tier": name, "cidr": str(other)})


def _network(cidr: t.Optional[str]) -> t.Optional[ipaddress.IPv4Network]:
    """None for what the server tells otherwise."""
    try:
        return ipaddress.IPv4Network(cidr or "", strict=False)
    except ValueError:
        return None
