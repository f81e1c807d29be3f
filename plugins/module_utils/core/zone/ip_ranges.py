# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public and shared address ranges: which one is meant, what a new one must not overlap, and which may be removed.

Source: Working with Hosts, "VLAN Provisioning"; 4.11.1 documentation, "Adding a Public IP range".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..change import Fields, State, differences, same_address
from ..errors import MissingValue, Reason, Refused
from ..vlans import ranges as vlans
from .physical_networks import VLAN_IP_RANGE, VlanIpRange, other_terms, overlapping, vlan_tag
from .pod_ranges import Ends, overlaps


def check_complete(wanted: Fields) -> None:
    """Gateway and netmask belong together; without both a range of a network has the network's. Raises MissingValue."""
    both = ("gateway", "netmask")
    lacking = [each for each in both if not wanted.get(each)]
    if wanted.get("start_ip") and len(lacking) == 1:
        raise MissingValue("VLAN IP range", lacking, lead=MissingValue.PRESENT)


def meant(there: t.Sequence[VlanIpRange], wanted: Fields, state: State) -> t.Optional[VlanIpRange]:
    """By its first address, on the same network; two networks may hold the same addresses on different VLANs.

    One on another VLAN or in another pod is not removed; it is none that the wanted one could be made of either, which
    the caller refuses. Raises MissingValue, Refused.
    """
    first = wanted.get("start_ip") or wanted.get("start_ipv6") or wanted.get("cidr_ipv6")
    if not first:
        raise MissingValue("VLAN IP range", ["start_ip, start_ipv6 or cidr_ipv6"])
    found = [each for each in same_network(there, wanted) if _begins(each, wanted)]
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


def same_network(there: t.Sequence[VlanIpRange], wanted: Fields) -> list[VlanIpRange]:
    """Those on the wanted network and physical network, as far as it names them."""

    def same(each: VlanIpRange) -> bool:
        return all(wanted.get(n) in (None, getattr(each, n)) for n in ("network_id", "physical_network_id"))

    return [each for each in there if same(each)]


def address_reasons(near: t.Sequence[VlanIpRange], wanted: Fields) -> list[Reason]:
    """Ranges of the same network that have some of the addresses."""
    first, last = wanted.get("start_ip"), wanted.get("end_ip")
    return [_overlap(each) for each in (overlapping(near, str(first), str(last)) if first else [])]


def ipv6_reasons(near: t.Sequence[VlanIpRange], wanted: Fields) -> list[Reason]:
    first, last = wanted.get("start_ipv6"), wanted.get("end_ipv6")
    six = [_Six(each.start_ipv6, each.end_ipv6) for each in near]
    return list(overlaps(six, str(first), str(last), "the range")) if first else []


def portable_reasons(portable: t.Iterable[Ends], wanted: Fields) -> list[Reason]:
    found = overlaps(portable, str(wanted.get("start_ip")), str(wanted.get("end_ip")), "the portable range")
    return [replace(each, remedy="use other addresses") for each in found]


def guest_vlan_reason(tag: str, network: str, guests: t.Iterable[vlans.Range]) -> t.Optional[Reason]:
    """A public range is on no VLAN that the server may give to a guest network. guests: VLANs of a physical network."""
    if not vlans.contains(guests, int(tag)):
        return None
    message = f"VLAN {tag} is a guest VLAN of physical network {network}"
    remedy = "use another VLAN, or remove it from the guest VLANs (cs_vlan_range, state absent)"
    return Reason("vlan_of_pool", message, remedy, {"vlan": tag, "physical_network": network})


def widened(wanted: Fields, held: VlanIpRange) -> Fields:
    """A range as an update would leave it, on its own network; its VLAN stays, so that is not judged again."""
    names = ("start_ip", "end_ip", "start_ipv6", "end_ipv6")
    ends = {name: wanted.get(name) or getattr(held, name) for name in names}
    return {**ends, "network_id": held.network_id, "physical_network_id": held.physical_network_id}


def dedicated_reason(held: VlanIpRange, wanted: Fields) -> t.Optional[Reason]:
    """A dedicated public range is removed only where the task names its owner."""
    named = [name for name in ("account", "domain_id", "project_id") if wanted.get(name)]
    theirs = named and all(VLAN_IP_RANGE.comparison(name)(wanted[name], getattr(held, name)) for name in named)
    if not held.for_virtual_network or not held.owner or theirs:
        return None
    facts = {"account": held.account, "project": held.project, "domain_id": held.domain_id}
    remedy = "release it first (cs_vlan_dedication, state absent), or set its owner in the task"
    return Reason("range_dedicated", f"it is dedicated to {held.owner}", remedy, facts)


def subnet_reasons(there: t.Sequence[VlanIpRange], wanted: Fields) -> t.Iterator[Reason]:
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
