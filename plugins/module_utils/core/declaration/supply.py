# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a zone has addresses enough to start with.

Source: 4.11.1 documentation, "System Reserved IP Addresses" (one for each host; in an advanced zone one for each
customer and about 10 for system VMs).
"""

from __future__ import annotations

import typing as t

from .address_ranges import POD, PUBLIC, Pool, same_range
from .problem import Part, Problem
from .server import Held, text

FOR_SYSTEM_VMS = 10  # private addresses of an advanced zone's system VMs
LEAST_PUBLIC = 3  # one for each of the two system VMs, and one router


def supply_problems(
    zone: Part, hosts: t.Sequence[Part], held: Held, ranges: t.Sequence[Pool], there: t.Sequence[Pool]
) -> t.Iterator[Problem]:
    """ranges: the declared ones. there: those of the server. Addresses that the server has in use do not count."""
    name = zone.text("name")
    others = [each for each in there if each.zone == name and not any(same_range(each, mine) for mine in ranges)]
    advanced = (zone.text("network_type") or "Advanced") == "Advanced"
    joined = {text(each, "name").casefold() for each in held.all("zone_hosts")}
    new = [host for host in hosts if host.text("name").casefold() not in joined]
    yield from _private(zone, new, held, [*ranges, *others], advanced)
    if advanced and (held.known("vlan_ip_ranges") or zone.get("public_ip_ranges") is not None):
        yield from _public(zone, held, [*ranges, *others])


def _private(
    zone: Part, hosts: t.Sequence[Part], held: Held, ranges: t.Sequence[Pool], advanced: bool
) -> t.Iterator[Problem]:
    """hosts: those that the server does not have yet."""
    pods = {each.text("name"): each.text("pod") for each in zone.parts("clusters")}
    total, last = 0, None
    for pod in zone.parts("pods"):
        name = pod.text("name")
        mine = [each.size for each in ranges if each.kind == POD and each.pod == name]
        if not mine:
            return  # the range cannot be read, as another check tells
        total, last = total + sum(mine), pod
        count = sum(1 for host in hosts if pods.get(host.text("cluster")) == name)
        used = _used(held, "private_addresses", name)
        if sum(mine) - used < max(count, 1):
            message = f"pod {name} has {_left(sum(mine), used, 'private')} for {count} {'new ' if used else ''}hosts"
            yield pod.warning("few_private_addresses", "end_ip", message, "at least one address for each host")
    if advanced and last is not None and total < FOR_SYSTEM_VMS:
        message = f"the pods have {total} private addresses, but system VMs and routers need about {FOR_SYSTEM_VMS}"
        remedy = f"about {FOR_SYSTEM_VMS} and one for each customer"
        yield last.warning("few_private_addresses", "end_ip", message, remedy)


def _public(zone: Part, held: Held, ranges: t.Sequence[Pool]) -> t.Iterator[Problem]:
    total = sum(each.size for each in ranges if each.kind == PUBLIC and each.first.version == 4)
    used = _used(held, "public_addresses", zone.text("name"))
    if total < LEAST_PUBLIC or total - used < 1:
        message = f"the zone has {_left(total, used, 'public')}, but two system VMs and each router need one"
        remedy = "another range" if used else f"at least {LEAST_PUBLIC} addresses"
        yield zone.warning("few_public_addresses", "public_ip_ranges", message, remedy)


def _used(held: Held, resource: str, place: str) -> int:
    """0 where the server does not tell."""
    for each in held.all("resources"):
        if (text(each, "resource"), text(each, "place")) == (resource, place) and text(each, "used").isdecimal():
            return int(text(each, "used"))
    return 0


def _left(total: int, used: int, kind: str) -> str:
    return f"{max(total - used, 0)} of {total} {kind} addresses left" if used else f"{total} {kind} addresses"
