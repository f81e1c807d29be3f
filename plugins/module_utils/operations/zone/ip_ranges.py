# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public and shared address ranges.

Source: Working with Hosts, "VLAN Provisioning"; 4.11.1 documentation, "Adding a Public IP range".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State
from ...core.errors import Refused
from ...core.vlans.dedication import in_use
from ...core.zone import shown
from ...core.zone.ip_ranges import (
    address_reasons,
    check_complete,
    dedicated_reason,
    guest_vlan_reason,
    ipv6_reasons,
    meant,
    portable_reasons,
    same_network,
    subnet_reasons,
    widened,
)
from ...core.zone.network_addresses import check_ipv6
from ...core.zone.physical_networks import VLAN_IP_RANGE, VlanIpRange, vlan_tag
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..vlans.holders import portable_ranges, ranges_of


class RangePlaces(t.NamedTuple):
    """Where a range belongs: ids, None where not asked for."""

    zone: Zone
    ids: t.Mapping[str, t.Optional[str]]


def ensure_range(
    cloud: Cloud,
    zone: t.Optional[str],
    places: t.Mapping[str, t.Optional[str]],
    wanted: Fields,
    state: State,
    check_mode: bool,
) -> Outcome:
    """``wanted``: fields of core VlanIpRange; places: names by "physical_network", "network", "pod".

    The range that starts at the wanted address is the one meant. Raises Refused when another range has some of the
    addresses, naming it.
    """

    def then(found: RangePlaces) -> Outcome:
        there = cloud.vlan_ip_ranges.all(zone_id=found.zone.id)

        def show(each: VlanIpRange) -> Fields:
            return {**shown.vlan_ip_range(each), "zone": found.zone.name, "network": places.get("network")}

        fields = {**wanted, "zone_id": found.zone.id, **found.ids}
        fields.update(lookup.owner(cloud, fields))
        held = meant(there, fields, state)
        if held is None and state == "present":
            check_complete(fields)
            check_ipv6(fields, "VLAN IP range", complete=False)
            fields["end_ip"] = fields.get("end_ip") or fields.get("start_ip")
            fields["end_ipv6"] = fields.get("end_ipv6") or fields.get("start_ipv6")
            if fields.get("for_virtual_network") is None:
                fields["for_virtual_network"] = not (fields["network_id"] or fields["pod_id"])
            _refuse(cloud, found.zone, there, fields, new=True)
        elif held is not None and state == "absent":
            _refuse_removal(cloud, held, fields)
        elif held is not None:
            if held.start_ip:
                fields.update({end: fields.get(end) or getattr(held, end) for end in ("start_ip", "end_ip")})
            _refuse(cloud, found.zone, [each for each in there if each is not held], widened(fields, held))
        outcome = ensure(
            cloud,
            cloud.vlan_ip_ranges,
            VLAN_IP_RANGE,
            held,
            fields,
            state,
            check_mode,
            show=show,
            places={"zone": found.zone.name, **places},
        )
        its_id = found.ids["physical_network_id"]
        return replace(outcome, result={**outcome.result, **({"physical_network": its_id} if its_id else {})})

    return within(lambda: _places(cloud, zone, places), then, wanted, state, check_mode, {"zone": zone, **places})


def _places(cloud: Cloud, zone: t.Optional[str], places: t.Mapping[str, t.Optional[str]]) -> RangePlaces:
    place = lookup.zone(cloud, zone)
    network, physical, pod = (places.get(kind) for kind in ("network", "physical_network", "pod"))
    scope = {"zone_id": place.id}
    return RangePlaces(
        place,
        {
            "network_id": lookup.one(cloud.networks, "network", network, **scope).id if network else None,
            "physical_network_id": lookup.physical_network(cloud, physical, place).id if physical else None,
            "pod_id": lookup.pod(cloud, pod, place).id if pod else None,
        },
    )


def _refuse(cloud: Cloud, zone: Zone, there: t.Sequence[VlanIpRange], wanted: Fields, new: bool = False) -> None:
    """Raises Refused: another range has some of the addresses, or the VLAN is one of the guests'."""
    near = same_network(there, wanted)
    reasons = address_reasons(near, wanted)
    first, last = wanted.get("start_ip"), wanted.get("end_ip")
    if first and new:
        told = {reason.facts["range_id"] for reason in reasons}
        # The server takes the network's VLAN where none is named.
        vlan = wanted.get("vlan") or _vlan_of(cloud, zone, wanted.get("network_id"))
        reasons += subnet_reasons([each for each in there if each.id not in told], {**wanted, "vlan": vlan})
    reasons += ipv6_reasons(near, wanted)
    if first:
        reasons += portable_reasons(portable_ranges(cloud), wanted)
    tag = vlan_tag(wanted.get("vlan"))
    if wanted.get("for_virtual_network") and tag.isdecimal():
        networks = cloud.physical_networks.all(zone_id=zone.id)
        reasons += filter(None, (guest_vlan_reason(tag, each.name, ranges_of(each)) for each in networks))
    if reasons:
        ends = (first or wanted.get("start_ipv6"), last or wanted.get("end_ipv6"))
        raise Refused(f"VLAN IP range {ends[0]}-{ends[1]}", reasons)


def _refuse_removal(cloud: Cloud, held: VlanIpRange, wanted: Fields) -> None:
    """Raises Refused: a dedicated public range goes only where the task names its owner, and unused."""
    subject = f"VLAN IP range {held.start_ip or held.start_ipv6}-{held.end_ip or held.end_ipv6}"
    reason = dedicated_reason(held, wanted)
    if reason is not None:
        raise Refused(subject, [reason])
    # The server refuses for any other range, and takes an account's addresses without NAT and rules from it.
    used = cloud.vlans.addresses(held.id, bool(held.for_virtual_network)) if held.account or held.project else ()
    if used:
        raise Refused(subject, [in_use(used, held.owner)])


def _vlan_of(cloud: Cloud, zone: Zone, network_id: object) -> t.Optional[str]:
    """The VLAN of a network; None where there is no network, and nothing is asked."""
    networks = cloud.networks.all(zone_id=zone.id) if network_id else ()
    return next((each.vlan for each in networks if each.id == network_id), None)
