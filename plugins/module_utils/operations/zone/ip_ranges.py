# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public and shared address ranges.

Source: Working with Hosts, "VLAN Provisioning"; 4.11.1 documentation, "Adding a Public IP range".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, differences, same_address
from ...core.errors import MissingValue, Reason, Refused
from ...core.vlans import ranges as vlans
from ...core.zone import shown
from ...core.zone.network_addresses import check_ipv6
from ...core.zone.networks import VLAN_IP_RANGE, VlanIpRange, other_terms, overlapping, vlan_tag
from ...core.zone.pod_ranges import overlaps
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..vlans.dedication import in_use
from ..vlans.holders import portable_ranges, ranges_of
from .storage import PRESENT_LACKS


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
        held = _meant(there, fields, state)
        if held is None and state == "present":
            _check_complete(fields)
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
            _refuse(cloud, found.zone, [each for each in there if each is not held], _widened(fields, held))
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


def _check_complete(wanted: Fields) -> None:
    """Gateway and netmask belong together; without both a range of a network has the network's. Raises MissingValue."""
    both = ("gateway", "netmask")
    lacking = [each for each in both if not wanted.get(each)]
    if wanted.get("start_ip") and len(lacking) == 1:
        raise MissingValue("VLAN IP range", lacking, lead=PRESENT_LACKS)


def _meant(there: t.Sequence[VlanIpRange], wanted: Fields, state: State) -> t.Optional[VlanIpRange]:
    """By its first address, on the same network; two networks may hold the same addresses on different VLANs.

    One on another VLAN or in another pod is not removed; it is none that the wanted one could be made of either, which
    the caller refuses. Raises MissingValue, Refused.
    """
    first = wanted.get("start_ip") or wanted.get("start_ipv6") or wanted.get("cidr_ipv6")
    if not first:
        raise MissingValue("VLAN IP range", ["start_ip, start_ipv6 or cidr_ipv6"])
    found = [each for each in _same_network(there, wanted) if _begins(each, wanted)]
    told = {name: wanted.get(name) for name in ("vlan", "pod_id")}
    same = [each for each in found if not differences(told, each, VLAN_IP_RANGE)]
    found = same if state == "absent" else same or found
    if len(found) > 1:
        places = ", ".join(sorted(f"VLAN {vlan_tag(each.vlan)}" for each in found))
        message, remedy = f"several ranges begin there, on {places}", "set vlan, network or physical_network"
        raise Refused(f"VLAN IP range {first}", [Reason("several_ranges", message, remedy)])
    return found[0] if found else None


def _begins(each: VlanIpRange, wanted: Fields) -> bool:
    """Whether it starts where the wanted one does."""
    first, first6 = wanted.get("start_ip"), wanted.get("start_ipv6")
    network6 = wanted.get("cidr_ipv6")
    if first:
        return bool(each.start_ip) and same_address(first, each.start_ip)
    if first6:
        return bool(each.start_ipv6) and same_address(first6, each.start_ipv6)
    return bool(each.cidr_ipv6) and not each.start_ip and same_address(network6, each.cidr_ipv6)


def _same_network(there: t.Sequence[VlanIpRange], wanted: Fields) -> list[VlanIpRange]:
    def same(each: VlanIpRange) -> bool:
        return all(wanted.get(n) in (None, getattr(each, n)) for n in ("network_id", "physical_network_id"))

    return [each for each in there if same(each)]


def _refuse(cloud: Cloud, zone: Zone, there: t.Sequence[VlanIpRange], wanted: Fields, new: bool = False) -> None:
    """Raises Refused: another range has some of the addresses, or the VLAN is one of the guests'."""
    near = _same_network(there, wanted)
    first, last = wanted.get("start_ip"), wanted.get("end_ip")
    first6, last6 = wanted.get("start_ipv6"), wanted.get("end_ipv6")
    reasons = [_overlap(each) for each in (overlapping(near, str(first), str(last)) if first else [])]
    if first and new:
        told = {reason.facts["range_id"] for reason in reasons}
        # The server takes the network's VLAN where none is named.
        vlan = wanted.get("vlan") or _vlan_of(cloud, zone, wanted.get("network_id"))
        reasons += _terms([each for each in there if each.id not in told], {**wanted, "vlan": vlan})
    if first6:
        six = [_Six(each.start_ipv6, each.end_ipv6) for each in near]
        reasons += overlaps(six, str(first6), str(last6), "the range")
    if first:
        portable = overlaps(portable_ranges(cloud), str(first), str(last), "the portable range")
        reasons += [replace(each, remedy="use other addresses") for each in portable]
    tag = vlan_tag(wanted.get("vlan"))
    if wanted.get("for_virtual_network") and tag.isdecimal():
        for network in cloud.physical_networks.all(zone_id=zone.id):
            if vlans.contains(ranges_of(network), int(tag)):
                message = f"VLAN {tag} is a guest VLAN of physical network {network.name}"
                remedy = "use another VLAN, or remove it from the guest VLANs (cs_vlan_range, state absent)"
                facts = {"vlan": tag, "physical_network": network.name}
                reasons.append(Reason("vlan_of_pool", message, remedy, facts))
    if reasons:
        raise Refused(f"VLAN IP range {first or first6}-{last or last6}", reasons)


def _widened(wanted: Fields, held: VlanIpRange) -> Fields:
    """A range as an update would leave it, on its own network; its VLAN stays, so that is not judged again."""
    names = ("start_ip", "end_ip", "start_ipv6", "end_ipv6")
    ends = {name: wanted.get(name) or getattr(held, name) for name in names}
    return {**ends, "network_id": held.network_id, "physical_network_id": held.physical_network_id}


def _refuse_removal(cloud: Cloud, held: VlanIpRange, wanted: Fields) -> None:
    """Raises Refused: a dedicated public range goes only where the task names its owner, and unused."""
    subject = f"VLAN IP range {held.start_ip or held.start_ipv6}-{held.end_ip or held.end_ipv6}"
    named = [name for name in ("account", "domain_id", "project_id") if wanted.get(name)]
    theirs = named and all(VLAN_IP_RANGE.comparison(name)(wanted[name], getattr(held, name)) for name in named)
    if held.for_virtual_network and held.owner and not theirs:
        facts = {"account": held.account, "project": held.project, "domain_id": held.domain_id}
        remedy = "release it first (cs_vlan_dedication, state absent), or set its owner in the task"
        reason = Reason("range_dedicated", f"it is dedicated to {held.owner}", remedy, facts)
        raise Refused(subject, [reason])
    # The server refuses for any other range, and takes an account's addresses without NAT and rules from it.
    used = cloud.vlans.addresses(held.id, bool(held.for_virtual_network)) if held.account or held.project else ()
    if used:
        raise Refused(subject, [in_use(used, held.owner)])


def _vlan_of(cloud: Cloud, zone: Zone, network_id: object) -> t.Optional[str]:
    """The VLAN of a network; None where there is no network, and nothing is asked."""
    networks = cloud.networks.all(zone_id=zone.id) if network_id else ()
    return next((each.vlan for each in networks if each.id == network_id), None)


def _terms(there: t.Sequence[VlanIpRange], wanted: Fields) -> t.Iterator[Reason]:
    """One subnet of public addresses is on one VLAN, with one gateway and netmask."""
    remedy = "use another subnet, or the VLAN, gateway and netmask of that range"
    for each, message in other_terms(
        there, wanted, lambda each: bool(wanted.get("for_virtual_network") or each.for_virtual_network)
    ):
        facts = {"range_id": each.id, "gateway": each.gateway, "netmask": each.netmask, "vlan": each.vlan}
        yield Reason("subnet_overlap", message, remedy, facts)


class _Six(t.NamedTuple):
    """The IPv6 ends of a range."""

    start_ip: t.Optional[str]
    end_ip: t.Optional[str]


def _overlap(each: VlanIpRange) -> Reason:
    return Reason(
        "range_overlap",
        f"it overlaps {each.start_ip}-{each.end_ip} on VLAN {each.vlan}",
        f"start it at {each.start_ip} to change that range, or use addresses outside of it",
        {"range_id": each.id, "start_ip": each.start_ip, "end_ip": each.end_ip, "vlan": each.vlan},
    )
