# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges from which the server allocates addresses, IPv4 and IPv6, declared and on the server.

Source: 4.11.1 documentation, "System Reserved IP Addresses", "Basic Zone Network Traffic Types", "IPv6 Support in
CloudStack".
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, replace

from ..untyped import mappings
from ..zone.physical_networks import vlan_tag
from .problem import Part, Record
from .server import Held, text

Address = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
PUBLIC, POD, GUEST = "public", "pod", "guest"
RANGE_KEYS = (("start_ip", "end_ip"), ("start_ipv6", "end_ipv6"))


@dataclass(frozen=True)
class Pool:
    """One range. kind: PUBLIC, POD (reserved system addresses), or GUEST of a basic zone's pod.

    where: the place in the declaration, or the words for one of the server. part: the declared one. pod: the name of a
    pod whose range it is. key: where its first address stands. there: whether the server has a declared one already.
    """

    kind: str
    first: Address
    last: Address
    where: str
    part: t.Optional[Part] = None
    zone: str = ""
    vlan: str = ""
    pod: str = ""
    key: str = "start_ip"
    network: t.Optional[Network] = None
    there: bool = False

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def __contains__(self, address: object) -> bool:
        held = address if isinstance(address, (ipaddress.IPv4Address, ipaddress.IPv6Address)) else None
        return (
            held is not None and held.version == self.first.version and int(self.first) <= int(held) <= int(self.last)
        )

    @property
    def size(self) -> int:
        return int(self.last) - int(self.first) + 1

    def shares(self, other: Pool) -> bool:
        """Whether some address is in both."""
        if self.first.version != other.first.version:
            return False
        return int(self.first) <= int(other.last) and int(other.first) <= int(self.last)


def address_of(value: str) -> t.Optional[Address]:
    """An address, also one in the brackets of a URL; None for a name."""
    try:
        return ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return None


def network_of(record: Record, six: bool = False) -> t.Optional[Network]:
    """The network of a range by its netmask or its CIDR for IPv6."""
    told = text(record, "cidr_ipv6") if six else f"{text(record, 'gateway')}/{text(record, 'netmask')}"
    try:
        found = ipaddress.ip_network(told, strict=False) if "/" in told else None
    except ValueError:
        return None
    return found if found is not None and found.version == (6 if six else 4) else None


def declared_pools(zone: Part, held: t.Sequence[Pool] = ()) -> list[Pool]:
    """Of the declaration: those whose ends can be read. held: those of the server."""
    found: list[Pool] = []
    for pod in zone.parts("pods"):
        found += _of(POD, pod, zone, pod.text("name"))
        for guest in pod.parts("guest_ip_ranges"):
            found += _of(GUEST, guest, zone, pod.text("name"))
    for public in zone.parts("public_ip_ranges"):
        found += _of(PUBLIC, public, zone)
    return [replace(each, there=any(same_range(each, other) for other in held)) for each in found]


def same_range(one: Pool, other: Pool) -> bool:
    """The modules know a pod by its name, and any other range by its first address."""
    if (one.kind, one.zone) != (other.kind, other.zone):
        return False
    return one.pod == other.pod if one.kind == POD else (one.vlan, one.first) == (other.vlan, other.first)


def _of(kind: str, part: Part, zone: Part, pod: str = "") -> list[Pool]:
    return [
        Pool(kind, first, last, part.where, part, zone.text("name"), vlan_tag(part.text("vlan")), pod, key, network)
        for key, first, last, network in _ends(part.record)
    ]


def _ends(record: Record) -> t.Iterator[tuple[str, Address, Address, t.Optional[Network]]]:
    for start, end in RANGE_KEYS:
        first = address_of(text(record, start))
        last = address_of(text(record, end)) if text(record, end) else first
        if first is None or last is None or first.version != last.version or int(first) > int(last):
            continue
        yield start, first, last, network_of(record, start != "start_ip")


def held_pools(held: Held) -> list[Pool]:
    """Of the server: system addresses of its pods, and public ranges and ranges of guest networks, of all zones."""
    found: list[Pool] = []
    for pod in held.all("pods"):
        name, zone = text(pod, "name"), text(pod, "zone")
        for each in mappings(pod.get("ip_ranges")) or [pod]:
            where = f"pod {name} of zone {zone} on the server"
            found += _told(POD, {**pod, **each}, zone, where, name)
    for each in held.all("vlan_ip_ranges"):
        zone = _zone_name(held, each)
        kind = GUEST if text(each, "pod_id") or each.get("for_virtual_network") is False else PUBLIC
        found += _told(kind, each, zone, f"a range of zone {zone} on the server")
    return found


def _told(kind: str, record: Record, zone: str, where: str, pod: str = "") -> list[Pool]:
    return [
        Pool(kind, first, last, where, None, zone, vlan_tag(text(record, "vlan")), pod, key, network)
        for key, first, last, network in _ends(record)
    ]


def _zone_name(held: Held, each: Record) -> str:
    if text(each, "zone"):
        return text(each, "zone")
    names = (text(zone, "name") for zone in held.all("zones") if text(zone, "id") == text(each, "zone_id"))
    return next(names, "")
