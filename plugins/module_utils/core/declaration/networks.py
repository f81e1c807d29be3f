# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Physical networks of a declared zone: guest VLANs, VLANs of public ranges, traffic types.

Source: FIELD_FACTS "Guest VLAN ranges" (the server takes 0 and 4095), T1:13-27, T1:33.
"""

from __future__ import annotations

import typing as t

from ..errors import InvalidValue
from ..vlans import ranges as vlans
from ..zone.physical_networks import vlan_tag
from .problem import Part, Path, Problem, choice_of, shown
from .shape import TRAFFIC

RIGHT_VLAN = f"1 to {vlans.HIGHEST - 1}"
# What an advanced zone cannot work without; a basic zone has no public traffic of its own.
NEEDED_TRAFFIC = {"Advanced": ("Management", "Guest", "Public"), "Basic": ("Management", "Guest")}


def network_problems(zone: Part) -> t.Iterator[Problem]:
    """All problems of physical networks, their traffic, and of what public ranges say of them."""
    networks = list(zone.parts("physical_networks"))
    for network in networks:
        yield from _guest_vlan_problems(network)
        yield from _isolation_problems(zone, network)
    yield from _traffic_problems(zone, networks)
    by_name = {network.text("name"): network for network in networks}
    for public in zone.parts("public_ip_ranges"):
        name = public.text("physical_network")
        if name and name not in by_name:
            message = f"physical network {name!r} is not declared"
            yield public.problem("unknown_physical_network", "physical_network", message, choice_of(name, by_name))
        yield from _public_vlan_problems(public, by_name.get(name))


def _isolation_problems(zone: Part, network: Part) -> t.Iterator[Problem]:
    """Without a method, which cannot be set later, a physical network takes no shared networks (measured)."""
    guests = any(each.text("traffic_type") == "Guest" for each in network.parts("traffic_types"))
    if guests and (zone.text("network_type") or "Advanced") == "Advanced" and "isolation_method" not in network.record:
        message = "guest traffic needs an isolation method, which cannot be set later"
        remedy = "isolation_method: VLAN; for a network that exists without one, isolation_method: ''"
        yield network.problem("missing_isolation_method", "isolation_method", message, remedy)


def _pieces(network: Part) -> list[tuple[Path, str]]:
    """Each part of the guest VLANs with its own path: of a list its item, of a text the text."""
    value = network.get("vlan")
    if isinstance(value, (list, tuple)):
        return [((*network.path, "vlan", n), piece) for n, each in enumerate(value) for piece in shown(each).split(",")]
    text = network.text("vlan")
    return [((*network.path, "vlan"), piece) for piece in text.split(",")] if text else []


def _highest(network: Part) -> int:
    """VXLAN and its kin number by 24 bits and reserve nothing."""
    return vlans.HIGHEST if (network.text("isolation_method") or "VLAN") == "VLAN" else vlans.HIGHEST_VNI


def _guest_vlan_problems(network: Part) -> t.Iterator[Problem]:
    highest = _highest(network)
    for path, piece in _pieces(network):
        value = piece.strip()
        try:
            ranges = vlans.parse(value, highest=highest)
        except InvalidValue as error:
            expected = str(error.details["expected"])
            yield Problem("bad_vlan", path, value, f"{value!r} is not a range of VLANs", expected)
            continue
        if not ranges:
            yield Problem("bad_vlan", path, value, "an empty item between two commas", RIGHT_VLAN)
        elif highest == vlans.HIGHEST:
            for vlan in vlans.reserved_in(ranges):
                message = f"VLAN {vlan} is reserved by IEEE 802.1Q (the server itself accepts it)"
                yield Problem("reserved_vlan", path, value, message, RIGHT_VLAN)


def _guest_vlans(network: Part) -> tuple[vlans.Range, ...]:
    """Those that can be read."""
    found: list[vlans.Range] = []
    for _path, piece in _pieces(network):
        try:
            found += vlans.parse(piece, highest=vlans.HIGHEST_VNI)
        except InvalidValue:
            continue
    return tuple(found)


def _public_vlan_problems(public: Part, network: t.Optional[Part]) -> t.Iterator[Problem]:
    tag = vlan_tag(public.text("vlan"))
    if tag == "untagged":
        return
    if not tag.isdecimal() or not 0 < int(tag) < vlans.HIGHEST:
        code = "reserved_vlan" if tag in map(str, vlans.RESERVED) else "bad_vlan"
        reason = "is reserved by IEEE 802.1Q" if code == "reserved_vlan" else "is not a single VLAN"
        yield public.problem(code, "vlan", f"{tag} {reason}", f"{RIGHT_VLAN}, or untagged")
    elif network is not None and _highest(network) == vlans.HIGHEST:
        for low, high in _guest_vlans(network):
            if low <= int(tag) <= high:
                message = f"VLAN {tag} is one of the guest VLANs {low}-{high} of {network.text('name')}"
                yield public.problem("vlan_in_guest_range", "vlan", message, "a VLAN that no guest network can get")


def _traffic_problems(zone: Part, networks: t.Sequence[Part]) -> t.Iterator[Problem]:
    """Every needed type somewhere; only guest traffic on several networks (they are told apart by tags)."""
    seen: dict[str, Part] = {}
    for network in networks:
        here: set[str] = set()
        for traffic in network.parts("traffic_types"):
            kind = traffic.text("traffic_type")
            if kind in here or (kind in seen and kind != "Guest"):
                held = seen[kind].text("name")
                message = f"{kind} traffic is already declared on {held}"
                yield traffic.problem("double_traffic_type", "traffic_type", message, "one declaration in a zone")
            here.add(kind)
            seen.setdefault(kind, network)
    kind_of_zone = zone.text("network_type") or "Advanced"
    # A misspelt type is most likely the one that seems to be missing; its shape has told.
    needed = NEEDED_TRAFFIC.get(kind_of_zone, ()) if networks and set(seen) <= set(TRAFFIC) else ()
    for kind in needed:
        if kind not in seen:
            message = f"no physical network carries {kind} traffic"
            remedy = f"a traffic type {kind}, which a zone of type {kind_of_zone} needs"
            yield Problem("missing_traffic_type", (*zone.path, "physical_networks"), "", message, remedy, zone.host)
