# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges of portable addresses of a region.

Source: 4.11.1 documentation, "Configuring Portable IPs".
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, State, plain
from ...core.errors import MissingValue, Refused
from ...core.zone.physical_networks import VlanIpRange
from ...core.zone.pod_ranges import starting_at
from ...core.zone.portable_ranges import (
    PORTABLE_RANGE,
    PortableRange,
    Region,
    reasons_against_range,
    reasons_against_vlan,
    reasons_to_keep_range,
    vlan_number,
)
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure
from ..vlans.holders import ranges_of


def region_of(cloud: Cloud, name: t.Optional[str]) -> Region:
    """The region of that name or id; without one the only region there is. Raises NotFound, MissingValue."""
    if name:
        return lookup.one(cloud.regions, "region", name)
    regions = cloud.regions.all()
    if len(regions) != 1:
        names = ", ".join(sorted(each.name for each in regions)) or "none"
        raise MissingValue("a portable IP range", ["region"], f"the server has {len(regions)} regions: {names}")
    return regions[0]


def show(held: PortableRange) -> Fields:
    values = plain(held)
    addresses = values.pop("addresses")
    return {**values, "addresses": addresses, "used": len(held.used)}


def ensure_portable_range(
    cloud: Cloud, region: t.Optional[str], wanted: Fields, state: State, check_mode: bool
) -> Outcome:
    """``wanted``: fields of core PortableRange. The range that starts at the wanted address is the one meant.

    Raises Refused (addresses or VLAN of another range, addresses in use), InvalidValue, MissingValue.
    """
    place = region_of(cloud, region)
    there = cloud.portable_ranges.all(region_id=place.id)
    fields = {**wanted, "region_id": place.id}
    held = starting_at(there, fields["start_ip"])
    if held is None and state == "present":
        fields["end_ip"] = fields.get("end_ip") or fields["start_ip"]
        _refuse(cloud, there, fields)
    if held is not None and state == "absent":
        names = {each.id: each.name for each in cloud.networks.all()} if held.used else {}
        kept = list(reasons_to_keep_range(held, names))
        if kept:
            raise Refused(f"portable IP range {held.start_ip}-{held.end_ip}", kept)
    places = {"region": place.name}
    return ensure(
        cloud,
        cloud.portable_ranges,
        PORTABLE_RANGE,
        held,
        fields,
        state,
        check_mode,
        show=lambda each: {**show(each), **places},
        places=places,
    )


def _refuse(cloud: Cloud, there: t.Sequence[PortableRange], wanted: Fields) -> None:
    missing = [name for name in ("gateway", "netmask") if not wanted.get(name)]
    if missing:
        raise MissingValue("portable IP range", missing)
    zones = cloud.zones.all()
    public: dict[str, t.Sequence[VlanIpRange]] = {
        each.name: cloud.vlan_ip_ranges.all(zone_id=each.id) for each in zones
    }
    number = vlan_number(wanted.get("vlan"))
    virtual = {zone: [each for each in ranges if each.for_virtual_network] for zone, ranges in public.items()}
    reasons = list(reasons_against_range(wanted, there, virtual))
    if number is not None:
        pools = {
            f"{network.name} of zone {zone.name}": ranges_of(network)
            for zone in zones
            for network in cloud.physical_networks.all(zone_id=zone.id)
        }
        reasons += reasons_against_vlan(number, public, pools)
    if reasons:
        raise Refused(f"portable IP range {wanted['start_ip']}-{wanted['end_ip']}", reasons)


def listed_portable_ranges(cloud: Cloud, region: t.Optional[str]) -> Outcome:
    """Of one region, or of all."""
    names = {each.id: each.name for each in cloud.regions.all()}
    scope = {"region_id": region_of(cloud, region).id} if region else {}
    found = cloud.portable_ranges.all(**scope)
    shown = [{**show(each), "region": names.get(each.region_id)} for each in found]
    return Outcome(False, result={"portable_ip_ranges": shown})
