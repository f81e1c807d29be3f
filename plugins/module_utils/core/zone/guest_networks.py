# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest networks: what a given VLAN needs and means.

Source: Working with Hosts, "Assigning VLANs to Isolated Networks"; T3:42-49, T4:21-33.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ..change import Rules, same_address, same_word
from ..errors import InvalidValue, MissingValue, Reason
from ..vlans import ranges as vlans
from ..vlans.holders import KINDS, Holder
from .network_offerings import NetworkOffering
from .physical_networks import vlan_tag

ANEW = "the server cannot change it: delete the network and create it again"
FOR_LIFE = "the server cannot change the VLAN of a network: delete the network and create it again with the other VLAN"


@dataclass(frozen=True)
class Network:
    """A guest network as ``listNetworks`` shows it.

    vlan: its VLAN or VNI as text, of a private VLAN the primary one; None before it has one. isolated_pvlan: the
    secondary one. cidr: as the server shows it, of a network with reserved addresses those of VMs; network_cidr: all.
    """

    id: str
    name: str
    zone_id: str = ""
    physical_network_id: str = ""
    zone: str = ""
    display_text: t.Optional[str] = None
    network_offering_id: str = ""
    network_offering: str = ""
    guest_type: str = ""
    state: str = ""
    vlan: t.Optional[str] = None
    gateway: t.Optional[str] = None
    netmask: t.Optional[str] = None
    cidr: t.Optional[str] = None
    network_cidr: t.Optional[str] = None
    guest_vm_cidr: t.Optional[str] = None
    reserved_ip_range: t.Optional[str] = None
    gateway_ipv6: t.Optional[str] = None
    cidr_ipv6: t.Optional[str] = None
    isolated_pvlan: t.Optional[str] = None
    isolated_pvlan_type: t.Optional[str] = None
    network_domain: t.Optional[str] = None
    acl_type: t.Optional[str] = None
    account: t.Optional[str] = None
    domain: t.Optional[str] = None
    domain_id: str = ""
    project: t.Optional[str] = None
    project_id: str = ""
    vpc: t.Optional[str] = None
    vpc_id: str = ""
    specify_vlan: bool = False
    persistent: bool = False
    created: t.Optional[str] = None

    @property
    def collected(self) -> bool:
        """Whether the server shuts it down when it is idle, and gives its VLAN back to the pool."""
        return not (self.specify_vlan or self.persistent or self.guest_type == "Shared")


def same_vlans(wanted: object, held: object) -> bool:
    """ "500" is "vlan://500", and "untagged" is none."""
    return vlans.told(wanted) == vlans.told(held)


NETWORK = Rules(
    kind="network",
    required=("name", "network_offering_id"),
    fixed={
        **dict.fromkeys(("gateway", "netmask", "gateway_ipv6", "cidr_ipv6", "acl_type"), ANEW),
        **dict.fromkeys(("physical_network_id", "project_id", "vpc_id"), ANEW),
        **dict.fromkeys(("vlan", "isolated_pvlan", "isolated_pvlan_type"), FOR_LIFE),
        "account": ANEW,
    },
    write_only=frozenset(
        (
            "zone_id",
            "domain_id",
            "start_ip",
            "end_ip",
            "start_ipv6",
            "end_ipv6",
            "bypass_vlan_overlap_check",
            "subdomain_access",
            "change_cidr",
            "forced",
        )
    ),
    along=frozenset(("change_cidr", "forced")),
    same={
        **dict.fromkeys(("vlan", "isolated_pvlan"), same_vlans),
        **dict.fromkeys(("acl_type", "account", "isolated_pvlan_type"), same_word),
        **dict.fromkeys(("gateway", "netmask", "gateway_ipv6", "cidr_ipv6"), same_address),
    },
)


def vlans_of(value: object, parameter: str = "vlan") -> tuple[int, ...]:
    """The VLANs or the VNI that a network is to have: "500", "vlan://500", of a layer-2 network "500,510-512".

    None for an untagged one. Raises InvalidValue.
    """
    text = vlan_tag(value)
    if text == "untagged":
        return ()
    if text.isdecimal():
        if not 0 < int(text) <= vlans.HIGHEST_OF["GRE"]:
            raise InvalidValue(parameter, value, "one VLAN from 2 to 4094")
        return (int(text),)
    try:
        found = vlans.parse(text)
    except InvalidValue:
        raise InvalidValue(parameter, value, "a VLAN from 2 to 4094, or a list such as 500,510-512") from None
    return tuple(number for first, last in found for number in range(first, last + 1))


def several_vlans(numbers: t.Mapping[str, t.Sequence[int]], guest_type: str) -> t.Iterator[Reason]:
    """Why a network cannot have a list of VLANs: only a layer-2 network is a trunk, and a private VLAN is one pair."""
    if len(numbers.get("isolated_pvlan", ())) > 1:
        yield Reason("several_vlans", "a private VLAN has one secondary VLAN", "set one VLAN as isolated_pvlan")
    if len(numbers.get("vlan", ())) < 2:
        return
    if guest_type != "L2":
        message = f"only layer-2 networks can have several VLANs, and this one is {guest_type}"
        yield Reason("several_vlans", message, "set one VLAN, or use an offering of guest_ip_type L2")
    if numbers.get("isolated_pvlan"):
        yield Reason("several_vlans", "a private VLAN has one primary VLAN", "set one VLAN, or omit isolated_pvlan")


def private_vlan(numbers: t.Mapping[str, t.Sequence[int]], kind: t.Optional[str]) -> t.Iterator[Reason]:
    """Why a pair cannot be a private VLAN: a promiscuous one has its primary VLAN alone, the others two VLANs."""
    first, second = numbers.get("vlan", ()), numbers.get("isolated_pvlan", ())
    if len(first) != 1 or len(second) != 1:
        return
    if (kind == "promiscuous") != (first == second):
        message = f"private VLAN {first[0]}-{second[0]} cannot be {kind or 'isolated'}"
        remedy = "set isolated_pvlan to the primary VLAN for promiscuous, and to another VLAN for the other types"
        yield Reason("pvlan_pair", message, remedy, {"vlan": first[0], "isolated_pvlan": second[0]})


def check_limits(numbers: t.Mapping[str, t.Sequence[int]], methods: t.Iterable[t.Optional[str]]) -> None:
    """Whether VLANs by parameter can be used on physical networks of these isolation methods, or VNIs.

    The server accepts 1, which switches carry untagged, and numbers above 4094 (measured). Raises InvalidValue.
    """
    given = list(methods)
    highest = max((vlans.highest_of(method) for method in given), default=vlans.HIGHEST)
    tunnel = highest != vlans.HIGHEST
    for parameter, number in ((name, each) for name, those in numbers.items() for each in those):
        if tunnel and not 0 < number <= highest:
            raise InvalidValue(parameter, number, f"one identifier from 1 to {highest}")
        if not tunnel and not 1 < number < vlans.HIGHEST:
            raise InvalidValue(parameter, number, "one VLAN from 2 to 4094 (1 is the default VLAN of switches)")


def reasons_against(
    offering: NetworkOffering,
    numbers: t.Sequence[int],
    holders: t.Iterable[Holder],
    pools: t.Mapping[str, t.Iterable[vlans.Range]],
    suitable: t.Sequence[str],
    bypass: bool,
    basic: bool = False,
) -> t.Iterator[Reason]:
    """Why a network cannot be made of an offering with these VLANs (two of a private one, none).

    pools: guest VLANs by physical network. suitable: enabled offerings that take a VLAN. bypass: the VLAN may be in a
    pool and held by others. basic: the guest network of a basic zone is untagged. Source of the rules: T4:24-28.
    """
    if offering.state != "Enabled":
        remedy = "enable it (cs_network_offering, state enabled)"
        yield Reason("offering_disabled", f"network offering {offering.name} is {offering.state}", remedy)
    if not numbers:
        if offering.specify_vlan and not basic:
            message = f"network offering {offering.name} requires a VLAN (specifyVlan)"
            yield Reason("vlan_missing", message, "set vlan, or use an offering without specify_vlan")
        return
    if not offering.specify_vlan:
        names = ", ".join(sorted(suitable)) or "none exists; create one with cs_network_offering and specify_vlan"
        message = (
            f"network offering {offering.name} accepts no VLAN (specifyVlan is false), but VLAN {numbers[0]} is set"
        )
        remedy = f"use an offering with specify_vlan: {names}"
        yield Reason("vlan_not_taken", message, remedy, {"vlan": numbers[0]})
    if bypass:
        return
    for vlan in numbers:
        yield from _taken(vlan, holders, pools)


def _taken(
    vlan: int, holders: t.Iterable[Holder], pools: t.Mapping[str, t.Iterable[vlans.Range]]
) -> t.Iterator[Reason]:
    for name, ranges in pools.items():
        if vlans.contains(ranges, vlan):
            message = f"VLAN {vlan} is a guest VLAN that physical network {name} allocates automatically"
            remedy = "remove it from the guest VLANs (cs_vlan_range, state absent), or set bypass_vlan_overlap_check"
            yield Reason("vlan_of_pool", message, remedy, {"vlan": vlan, "physical_network": name})
    for holder in holders:
        if holder.kind not in ("physical_network", "dedication") and vlans.contains(holder.ranges, vlan):
            message = f"VLAN {vlan} belongs to {holder.called()}"
            facts = holder.facts([(vlan, vlan)])
            yield Reason("vlan_taken", message, f"use another VLAN, or {KINDS[holder.kind].remedy}", facts)


def without_isolation(offering: NetworkOffering, methods: t.Mapping[str, t.Optional[str]]) -> t.Iterator[Reason]:
    """Why a shared network of an advanced zone cannot be created. methods: isolation methods by physical network.

    The server answers "Unable to convert network offering with specified id to network profile" (measured).
    """
    if offering.guest_ip_type == "Shared" and methods and not any(methods.values()):
        names = ", ".join(sorted(methods))
        message = f"physical network {names} has no isolation method, but a shared network requires one"
        remedy = "the method cannot be set later: create a physical network with isolation_method VLAN and use it"
        yield Reason("no_isolation_method", message, remedy, {"physical_networks": sorted(methods)})


@dataclass(frozen=True)
class NetworkUser:
    """A user's VM with a NIC on a network."""

    id: str
    name: str
    state: str = ""
    owner: str = ""


def reasons_to_keep(users: t.Iterable[NetworkUser]) -> t.Iterator[Reason]:
    """Why a network cannot go: the server deletes none before the last of its VMs is expunged."""
    for each in users:
        facts = {"vm": each.name, "id": each.id, "state": each.state, "owner": each.owner}
        message = f"VM {each.name} ({', '.join(fact for fact in (each.state, each.owner) if fact)}) is connected to it"
        yield Reason("network_in_use", message, "remove the VM's NIC from it, or expunge the VM", facts)


def reasons_against_reservation(network: t.Optional[Network], wanted: str) -> t.Iterator[Reason]:
    """Why VMs cannot be kept to a part of a network's addresses. network: None for one that is to be created.

    Source: 4.11.1 documentation, "IP Reservation in Isolated Guest Networks". Raises InvalidValue for what is no CIDR.
    """
    try:
        part = ipaddress.IPv4Network(wanted)
    except ValueError:
        raise InvalidValue("guest_vm_cidr", wanted, "a CIDR such as 10.1.1.0/26") from None
    if network is None or network.guest_vm_cidr == wanted:
        if network is None:
            message = (
                "addresses can only be reserved in a network that is implemented, and this network does not exist yet"
            )
            yield Reason("not_implemented", message, "create it without guest_vm_cidr, and start a VM in it first")
        return
    if network.guest_type != "Isolated":
        message = f"addresses can be reserved in isolated networks only, and this one is {network.guest_type}"
        yield Reason("not_isolated", message, "omit guest_vm_cidr")
        return
    if network.state != "Implemented":
        message = f"addresses can only be reserved in a network that is Implemented, but it is {network.state}"
        yield Reason("not_implemented", message, "start a VM in it, or use a persistent network offering")
    try:
        whole = ipaddress.IPv4Network(network.network_cidr or "")
        gateway = ipaddress.IPv4Address(network.gateway or "")
    except ValueError:
        return
    if not part.subnet_of(whole):
        message = f"{part} is not a part of the network's addresses {whole}"
        yield Reason("outside_network", message, f"a part of {whole}, or {whole} to end the reservation")
    elif gateway not in part:
        message = f"{part} does not contain the gateway {gateway}"
        yield Reason("without_gateway", message, f"a part of {whole} with {gateway}")


def needs_of(offering: NetworkOffering, wanted: t.Mapping[str, object], basic: bool = False) -> None:
    """Raises MissingValue: addresses that a shared network cannot be made without. Those of a basic zone are pods'."""
    if offering.guest_ip_type == "Shared" and not basic:
        missing = [name for name in ("gateway", "netmask", "start_ip", "end_ip") if not wanted.get(name)]
        if missing and not wanted.get("cidr_ipv6"):
            raise MissingValue(f"shared network {wanted.get('name')}", missing)
