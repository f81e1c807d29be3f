# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of a declared zone: pods and public ranges, each in its subnet and none in another's way, and no host's
address within them.

Source: T1:28-33 (what createPod and createVlanIpRange refuse), 4.11.1 documentation, "Adding a Pod".
"""

from __future__ import annotations

import ipaddress
import typing as t
from collections import Counter
from dataclasses import dataclass

from ..zone.hosts import url_name
from ..zone.physical_networks import vlan_tag
from .cluster_names import by_words, of_records
from .problem import Part, Problem
from .server import Held
from .server import text as told
from .shape import KINDS, is_netmask

Address = ipaddress.IPv4Address


@dataclass(frozen=True)
class Range:
    """A declared range with addresses that can be read, lowest first."""

    part: Part
    first: Address
    last: Address
    subnet: ipaddress.IPv4Network

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def address_problems(zone: Part) -> t.Iterator[Problem]:
    """All problems of the pods' and the public ranges' addresses."""
    pods, public = list(zone.parts("pods")), list(zone.parts("public_ip_ranges"))
    for part in public:
        yield from _needed(part)
    guests = [guest for pod in pods for guest in pod.parts("guest_ip_ranges")]
    for part in (*pods, *public, *guests):
        yield from _range_problems(part)
    pod_ranges, public_ranges = _readable(pods), _readable(public)
    yield from _pod_overlaps(pod_ranges)
    yield from _public_overlaps(public_ranges)
    for each in public_ranges:
        yield from (_overlap(each, other) for other in pod_ranges if _share(each, other))
    yield from _guest_overlaps(zone, pod_ranges)


def _needed(part: Part) -> t.Iterator[Problem]:
    """A public range has IPv4 addresses, IPv6 addresses, or both."""
    six = [key for key in ("gateway_ipv6", "cidr_ipv6") if part.text(key)]
    four = [key for key in ("start_ip", "end_ip", "netmask", "gateway") if part.text(key)]
    if four or not six:
        for key, kind in (("start_ip", "address"), ("netmask", "netmask"), ("gateway", "address")):
            if not part.text(key):
                yield part.problem("missing", key, f"{key} is needed", KINDS[kind].expected)
    if len(six) == 1 or (not six and (part.text("start_ipv6") or part.text("end_ipv6"))):
        for key, kind in (("gateway_ipv6", "address6"), ("cidr_ipv6", "cidr6")):
            if not part.text(key):
                yield part.problem("missing", key, f"{key} is needed", KINDS[kind].expected)


def host_address_problems(zone: Part, hosts: t.Sequence[Part], held: Held) -> t.Iterator[Problem]:
    """A host's own address is in its pod's subnet, and in no range that the server gives addresses from.

    A host that is there already is not added again, so that the server refuses nothing.
    """
    joined = {told(each, "name").casefold() for each in held.all("zone_hosts")}
    pods = {each.part.text("name"): each for each in _readable(zone.parts("pods"))}
    declared = list(zone.parts("clusters"))
    clusters = by_words(of_records([each.record for each in declared]), [each.text("pod") for each in declared])
    public = _readable(zone.parts("public_ip_ranges"))
    # Numbers: thousands of hosts are compared with each range.
    spans = [(int(each.first), int(each.last), each) for each in (*pods.values(), *public)]
    for host in hosts:
        address = _address(url_name(host.text("url")))
        if address is None:
            continue
        number = int(address)
        for first, last, each in spans:
            if first <= number <= last:
                where = Problem("", each.part.path, "", "", "").where
                message = f"{address} is in the range {each} of {where}, from which the server allocates addresses"
                yield host.problem("host_in_range", "url", message, "an address outside of all ranges")
        pod = pods.get(clusters.get(host.text("cluster"), ""))
        if pod is not None and address not in pod.subnet:
            message, code = f"{address} is outside {pod.subnet} of pod {pod.part.text('name')}", "host_outside_pod"
            if host.text("name").casefold() in joined:
                yield host.warning(code, "url", message, _inside(pod.subnet))
            else:
                yield host.problem(code, "url", f"{message}, so the server refuses it", _inside(pod.subnet))


def _address(text: str) -> t.Optional[Address]:
    try:
        return Address(text)
    except ValueError:
        return None


def _subnet(part: Part) -> t.Optional[ipaddress.IPv4Network]:
    """The network that most of start, end and gateway are in by the netmask; the start's where they all differ."""
    mask = part.text("netmask")
    if not is_netmask(mask):
        return None
    there = [_address(part.text(key)) for key in ("start_ip", "end_ip", "gateway")]
    networks = Counter(ipaddress.IPv4Network(f"{each}/{mask}", strict=False) for each in there if each is not None)
    return networks.most_common(1)[0][0] if networks else None


def _ends(part: Part) -> t.Optional[tuple[Address, Address]]:
    """Start and end as declared; one address where no end is given. None where either cannot be read."""
    start = _address(part.text("start_ip"))
    end = _address(part.text("end_ip")) if part.text("end_ip") else start
    return None if start is None or end is None else (start, end)


def _range_problems(part: Part) -> t.Iterator[Problem]:
    ends, gateway, subnet = _ends(part), _address(part.text("gateway")), _subnet(part)
    if ends is None:
        return
    outside = [
        key for key, each in zip(("start_ip", "end_ip"), ends) if subnet and each not in subnet and part.text(key)
    ]
    for key in outside:
        yield part.problem("outside_subnet", key, f"{part.text(key)} is outside {subnet}", _inside(subnet))
    if ends[0] > ends[1] and not outside:
        message = f"the range ends at {ends[1]}, before it starts at {ends[0]}"
        yield part.problem("reversed_range", "end_ip", message, f"the lower address first: {ends[1]}-{ends[0]}")
    if gateway is None or subnet is None:
        return
    if gateway not in subnet:
        message = f"{gateway} is outside {subnet}, its range's subnet"
        yield part.problem("gateway_outside_subnet", "gateway", message, _inside(subnet))
    elif min(ends) <= gateway <= max(ends):
        message = f"{gateway} is inside the range {ends[0]}-{ends[1]} that it serves"
        yield part.problem("gateway_in_range", "gateway", message, f"an address of {subnet} outside of the range")


def _inside(subnet: t.Optional[ipaddress.IPv4Network]) -> str:
    if subnet is None or subnet.num_addresses <= 2:
        return f"an address of {subnet}"
    return f"an address from {subnet[1]} to {subnet[-2]}"


def _readable(parts: t.Iterable[Part]) -> list[Range]:
    """Those that can be compared with others: a range that leaves its own subnet has a mistake already."""
    found = []
    for part in parts:
        ends, subnet = _ends(part), _subnet(part)
        if ends is not None and subnet is not None and all(each in subnet for each in ends):
            found.append(Range(part, min(ends), max(ends), subnet))
    return found


def _share(one: Range, other: Range) -> bool:
    return one.first <= other.last and other.first <= one.last


def _overlap(later: Range, earlier: Range) -> Problem:
    name = Problem("", earlier.part.path, "", "", "").where
    return later.part.problem(
        "range_overlap",
        "start_ip",
        f"{later} shares addresses with {earlier} of {name}",
        f"a range outside of {earlier}",
    )


def _pairs(ranges: t.Sequence[Range]) -> t.Iterator[tuple[Range, Range]]:
    return ((later, earlier) for n, later in enumerate(ranges) for earlier in ranges[:n])


def _pod_overlaps(ranges: t.Sequence[Range]) -> t.Iterator[Problem]:
    """Pods may share no subnet, even where their ranges keep apart (the server compares the subnets)."""
    for later, earlier in _pairs(ranges):
        if _share(later, earlier):
            yield _overlap(later, earlier)
        elif later.subnet.overlaps(earlier.subnet):
            message = f"its subnet {later.subnet} overlaps {earlier.subnet} of pod {earlier.part.text('name')}"
            yield later.part.problem("subnet_overlap", "netmask", message, "a different subnet for each pod")


def _public_overlaps(ranges: t.Sequence[Range]) -> t.Iterator[Problem]:
    """Ranges of one subnet are on one VLAN, with the same gateway and netmask (the server compares the subnets)."""
    for later, earlier in _pairs(ranges):
        if not later.subnet.overlaps(earlier.subnet):
            continue
        tags = {vlan_tag(each.part.text("vlan")) for each in (later, earlier)}
        terms = {tuple(each.part.text(key) for key in ("gateway", "netmask")) for each in (later, earlier)}
        where = Problem("", earlier.part.path, "", "", "").where
        if _share(later, earlier):
            yield _overlap(later, earlier)
        elif len(tags) > 1 and "untagged" not in tags:
            message = f"its subnet {later.subnet} overlaps {earlier.subnet} of {where}, which is on another VLAN"
            yield later.part.problem("subnet_overlap", "netmask", message, "one subnet for each VLAN")
        elif len(terms) > 1:
            message = f"its gateway and netmask differ from those of {where} in the same subnet"
            yield later.part.problem("subnet_overlap", "netmask", message, "the same gateway and netmask")


def guest_network(cidr: str) -> t.Optional[ipaddress.IPv4Network]:
    """The guest network of a zone, None where it is not given or cannot be read (another check tells)."""
    try:
        return ipaddress.IPv4Network(cidr, strict=False)
    except ValueError:
        return None


def _guest_overlaps(zone: Part, pods: t.Sequence[Range]) -> t.Iterator[Problem]:
    """Guest networks are routed beside the pods', so they cannot have the same addresses."""
    guests = guest_network(zone.text("guest_cidr_address"))
    if guests is None:
        return
    for pod in pods:
        if pod.subnet.overlaps(guests):
            message = f"guest networks {guests} overlap {pod.subnet} of pod {pod.part.text('name')}"
            yield zone.problem("guest_overlap", "guest_cidr_address", message, "a network that no pod uses")
