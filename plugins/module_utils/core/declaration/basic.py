# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic zones: one physical network, one guest network, and guest addresses of every pod.

Source: 4.11.1 documentation, "Basic Zone Configuration", "Basic Zone Network Traffic Types" ("there can be only one
physical network", "The administrator must configure the IP range for each pod").
"""

from __future__ import annotations

import typing as t

from .address_ranges import GUEST, Pool
from .problem import Part, Problem
from .server import Held

CODE = "basic_zone"


def basic_problems(zone: Part, held: Held, ranges: t.Sequence[Pool]) -> t.Iterator[Problem]:
    """ranges: the declared ones."""
    pods = list(zone.parts("pods"))
    network = zone.get("guest_network")
    if (zone.text("network_type") or "Advanced") != "Basic":
        yield from _only_basic(zone, pods)
        return
    networks = list(zone.parts("physical_networks"))
    for extra in networks[1:]:
        message = f"a basic zone has one physical network, which is {networks[0].text('name')}"
        yield extra.problem(CODE, "name", message, "all traffic types on one physical network")
    guests = [pod for pod in pods if any(pod.parts("guest_ip_ranges"))]
    if guests and network is None:
        message = "guest addresses of pods belong to the guest network of the zone, which is not declared"
        yield zone.problem("missing", "guest_network", message, "guest_network with name and network_offering")
    for pod in pods if network is not None else ():
        if pod not in guests and not _has_guests(held, zone, pod):
            message = f"pod {pod.text('name')} has no guest addresses, so no VM starts there"
            yield pod.warning("no_guest_addresses", "guest_ip_ranges", message, "guest addresses of each pod")
    yield from _overlaps(ranges)


def _only_basic(zone: Part, pods: t.Sequence[Part]) -> t.Iterator[Problem]:
    message = "only a basic zone has it; use cs_network for guest networks of an advanced zone"
    if zone.get("guest_network") is not None:
        yield zone.problem(CODE, "guest_network", message, "network_type: Basic, or no guest_network")
    for pod in pods:
        if any(pod.parts("guest_ip_ranges")):
            yield pod.problem(CODE, "guest_ip_ranges", message, "network_type: Basic, or no guest_ip_ranges")


def _has_guests(held: Held, zone: Part, pod: Part) -> bool:
    """Whether the server has some, as far as it tells; a pod that is there is not judged."""
    return any(each.get("name") == pod.text("name") for each in held.of_zone("pods", zone.text("name")))


def _overlaps(ranges: t.Sequence[Pool]) -> t.Iterator[Problem]:
    """Guest addresses may be of the pod's own subnet, and of no other range."""
    for n, guest in enumerate(ranges):
        if guest.kind != GUEST or guest.part is None:
            continue
        for m, other in enumerate(ranges):
            if (other.kind != GUEST or m < n) and guest.shares(other):
                message = f"{guest} shares addresses with {other} of {other.where}"
                yield guest.part.problem("range_overlap", guest.key, message, f"a range outside of {other}")
