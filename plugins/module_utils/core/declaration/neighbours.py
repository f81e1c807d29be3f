# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared zone beside the other zones of the server, and beside what the server has of this one.

Source: 4.11.1 documentation, "System Reserved IP Addresses" ("must be unique across the cloud"), "Networking in a Zone"
("Public IP addresses from different zones do not overlap"), "Advanced Zone Configuration" (guest CIDRs); T1:28-33.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import replace

from .address_ranges import GUEST, POD, PUBLIC, Pool, network_of, same_range
from .addresses import guest_network
from .problem import ERROR, WARNING, Part, Problem, Severity
from .server import Held, text


def neighbour_problems(
    zone: Part, held: Held, ranges: t.Sequence[Pool], there: t.Sequence[Pool]
) -> t.Iterator[Problem]:
    """ranges: the declared ones. there: those of the server."""
    for mine in ranges:
        for other in there:
            problem = None if same_range(mine, other) else _overlap(mine, other)
            if problem is not None:
                yield problem
    yield from _subnets(zone, held)
    yield from _guest_cidr(zone, held, ranges)


def _overlap(mine: Pool, other: Pool) -> t.Optional[Problem]:
    if mine.part is None or not mine.shares(other) or not _matters(mine, other):
        return None
    key = mine.key
    message = f"{mine} shares addresses with {other} of {other.where}"
    if mine.zone == other.zone:
        code: str = "range_overlap"
        severity: Severity = WARNING if mine.there else ERROR
    else:
        code = "range_of_another_zone"
        severity = WARNING if mine.there or mine.kind != POD else ERROR
    return replace(mine.part.problem(code, key, message, f"a range outside of {other}"), severity=severity)


def _matters(mine: Pool, other: Pool) -> bool:
    if mine.zone == other.zone:
        kinds = {mine.kind, other.kind}
        # A guest network that somebody made has a wire of its own.
        return GUEST not in kinds or mine.kind == GUEST
    return mine.kind == other.kind and mine.kind in (POD, PUBLIC)


def _subnets(zone: Part, held: Held) -> t.Iterator[Problem]:
    """The server compares the subnets of a zone's pods, and refuses the new one."""
    there = held.of_zone("pods", zone.text("name"))
    names = {text(each, "name") for each in there}
    declared = {pod.text("name") for pod in zone.parts("pods")}
    for pod in zone.parts("pods"):
        mine = network_of(pod.record)
        if mine is None or pod.text("name") in names:
            continue
        for each in there:
            its = network_of(each)
            # Of a pod that is declared too another check tells.
            if its is not None and text(each, "name") not in declared and mine.overlaps(its):
                message = f"its subnet {mine} overlaps {its} of pod {text(each, 'name')} on the server"
                yield pod.problem("subnet_overlap", "netmask", message, "a different subnet for each pod")


def _guest_cidr(zone: Part, held: Held, ranges: t.Sequence[Pool]) -> t.Iterator[Problem]:
    guests = guest_network(zone.text("guest_cidr_address"))
    if guests is None:
        return
    name = zone.text("name")
    mine = next((each for each in held.all("zones") if text(each, "name") == name), None)
    same = mine is not None and text(mine, "guest_cidr_address") == zone.text("guest_cidr_address")
    severity: Severity = WARNING if same else ERROR
    for each in ranges:
        if each.kind == PUBLIC and each.network is not None and each.network.overlaps(guests):
            message = f"guest networks {guests} overlap {each.network} of the public range {each.where}"
            problem = zone.problem("guest_overlap", "guest_cidr_address", message, "a network that no range uses")
            yield replace(problem, severity=severity)
    declared = {pod.text("name") for pod in zone.parts("pods")}
    for pod in held.of_zone("pods", name):
        its = network_of(pod)
        if its is not None and text(pod, "name") not in declared and its.overlaps(guests):
            message = f"guest networks {guests} overlap {its} of pod {text(pod, 'name')} on the server"
            problem = zone.problem("guest_overlap", "guest_cidr_address", message, "a network that no pod uses")
            yield replace(problem, severity=severity)
    for other in held.all("zones"):
        yield from _other_guests(zone, guests, text(other, "name"), text(other, "guest_cidr_address"))


def _other_guests(zone: Part, guests: ipaddress.IPv4Network, name: str, cidr: str) -> t.Iterator[Problem]:
    its = guest_network(cidr)
    if its is not None and name != zone.text("name") and its.overlaps(guests):
        message = f"guest networks {guests} overlap {its} of zone {name}, which makes a VPN between them difficult"
        yield zone.warning("guest_cidr_of_another_zone", "guest_cidr_address", message, "other networks in each zone")
