# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheme of VLANs of a declared zone: its own mistakes, and what the declaration says against it.

Source: Working with Hosts, "VLAN Allocation Example".
"""

from __future__ import annotations

import typing as t

from ..errors import InvalidValue
from ..vlans import ranges as vlans
from ..vlans import scheme as vlan_scheme
from ..zone.physical_networks import vlan_tag
from .problem import Part, Problem


def scheme_problems(zone: Part) -> t.Iterator[Problem]:
    """Guest VLANs and VLANs of public ranges that the scheme keeps for something else; nothing without a scheme."""
    entries: list[vlan_scheme.Entry] = []
    for part in zone.parts("vlan_scheme"):
        try:
            (entry,) = vlan_scheme.parse([part.record])
            vlan_scheme.refuse_double(entry, entries)
        except InvalidValue as error:
            key = "purpose" if part.text("purpose") not in vlan_scheme.PURPOSES else "vlans"
            expected = str(error.details["expected"])
            yield part.problem("bad_scheme", key, f"{error.details['value']} is not allowed there", expected)
            continue
        entries.append(entry)
    for network in zone.parts("physical_networks"):
        if vlans.numbered_as_vlans(network.text("isolation_method")):
            yield from _off(network, entries, "pool", _ranges(network.get("vlan")))
    for public in zone.parts("public_ip_ranges"):
        tag = vlan_tag(public.text("vlan"))
        yield from _off(public, entries, "public_range", _ranges(tag if tag.isdecimal() else None))


def _ranges(value: object) -> tuple[vlans.Range, ...]:
    """None where it cannot be read, as another check tells."""
    try:
        return vlans.parse(value)
    except InvalidValue:
        return ()


def _off(
    part: Part, entries: t.Sequence[vlan_scheme.Entry], use: str, ranges: tuple[vlans.Range, ...]
) -> t.Iterator[Problem]:
    for reason in vlan_scheme.against(entries, use, ranges):
        yield part.problem(reason.code, "vlan", reason.message, reason.remedy)
