# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest networks with a VLAN of their own or one of the pool.

Source: Working with Hosts, "Assigning VLANs to Isolated Networks"; T4:21-33.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, plain
from ...core.errors import MissingValue, NotAsRead, Refused
from ...core.vlans import ranges as vlans
from ...core.vlans import scheme as vlan_scheme
from ...core.zone.guest_networks import (
    NETWORK,
    Network,
    check_limits,
    needs_of,
    private_vlan,
    reasons_against,
    reasons_against_reservation,
    reasons_to_keep,
    several_vlans,
    vlans_of,
    without_isolation,
)
from ...core.zone.network_addresses import check_ipv6, reasons_against_ipv6, reasons_against_tier, without_ipv6
from ...core.zone.network_changes import Move, reasons_against_move, warnings_of_move
from ...core.zone.network_offerings import NetworkOffering
from ...core.zone.topology import Zone
from ...core.zone.vpcs import Vpc
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..vlans.holders import gather, ranges_of

# States in which a network that was given its VLAN may be: it keeps the VLAN in all of them (T2:7, T4:24).
VLANS = ("vlan", "isolated_pvlan")
WITH_VLAN = ("Setup", "Implementing", "Implemented")


class NetworkPlaces(t.NamedTuple):
    zone: Zone
    owner: Fields
    physical_network_id: t.Optional[str]
    offering: t.Optional[NetworkOffering]
    vpc: t.Optional[Vpc] = None


def ensure_network(
    cloud: Cloud,
    zone: t.Optional[str],
    places: t.Mapping[str, t.Optional[str]],
    wanted: Fields,
    state: State,
    check_mode: bool,
    scheme: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> Outcome:
    """``wanted``: fields of core Network and those of its creation; places: "physical_network", "network_offering",
    "vpc".

    Raises Refused (the VLAN cannot be given, is held, or is another than the network has; VMs are on a network that
    is to go; another offering does not fit), MissingValue, InvalidValue.
    """
    entries = vlan_scheme.parse(scheme)
    numbers = {name: found for name in VLANS if (found := vlans_of(wanted.get(name), name))}

    def then(found: NetworkPlaces) -> Outcome:
        fields: dict[str, object] = {**wanted, "zone_id": found.zone.id}
        fields["physical_network_id"] = found.physical_network_id
        fields.update(found.owner)
        move = Move(bool(fields.pop("change_cidr", None)), bool(fields.pop("forced", None)))
        fields["vpc_id"] = found.vpc.id if found.vpc else None
        scope = {"zone_id": found.zone.id, **({"vpc_id": found.vpc.id} if found.vpc else {})}
        where = f"zone {found.zone.name}"
        held = lookup.owned(cloud, cloud.networks, "network", str(fields["name"]), fields, where, **scope)
        if found.offering:
            fields["network_offering_id"] = found.offering.id
        warnings: list[str] = []
        if held is None and state == "present":
            fields["display_text"] = fields.get("display_text") or fields["name"]
            _refuse(cloud, found, fields, numbers, entries)
            if fields.get("cidr_ipv6"):
                clusters = cloud.clusters.all(zone_id=found.zone.id)
                warnings = without_ipv6({each.name: each.hypervisor for each in clusters})
        elif held is not None and state == "present":
            warnings = _check_move(cloud, held, found.offering, fields, move)
        if fields.get("guest_vm_cidr") and state == "present":
            reserved = list(reasons_against_reservation(held, str(fields["guest_vm_cidr"])))
            if reserved:
                raise Refused(f"network {fields['name']}", reserved)
        if held is not None and state == "absent":
            kept = list(reasons_to_keep(cloud.vlans.users(held.id)))
            if kept:
                raise Refused(f"network {held.name}", kept)
        outcome = ensure(
            cloud,
            cloud.networks,
            NETWORK,
            held,
            fields,
            state,
            check_mode,
            show=show,
            places={"zone": found.zone.name, **places},
        )
        if outcome.changed and state == "present" and numbers and not check_mode:
            _verify_state(outcome.result)
        result = outcome.result
        if found.vpc and result.get("vpc_id") == found.vpc.id:
            # Before 4.15 the server tells the VPC of a network by its id alone.
            result = {**result, "vpc": found.vpc.name}
        return replace(outcome, result=result, warnings=(*warnings, *outcome.warnings))

    names = {"zone": zone, **places}
    return within(lambda: _places(cloud, zone, places, wanted), then, wanted, state, check_mode, names, cloud.networks)


def _check_move(
    cloud: Cloud, held: Network, offering: t.Optional[NetworkOffering], fields: dict[str, object], move: Move
) -> list[str]:
    """Warnings of a change to another offering, with which its own parameters are sent. Raises Refused."""
    if offering is None or offering.id == held.network_offering_id:
        return []
    fields.update({"change_cidr": move.change_cidr or None, "forced": move.forced or None})
    old = next(iter(cloud.network_offerings.find(held.network_offering_id)), None)
    if old is not None:
        move = move._replace(users=cloud.vlans.users(held.id) if move.change_cidr else ())
        reserved = fields.get("guest_vm_cidr") is not None
        reasons = list(reasons_against_move(held, old, offering, move, reserved))
        if reasons:
            raise Refused(f"network {held.name}", reasons)
    return warnings_of_move(held, move)


def show(network: Network) -> Fields:
    return {**plain(network), "collected": network.collected}


def _places(
    cloud: Cloud, zone: t.Optional[str], places: t.Mapping[str, t.Optional[str]], wanted: Fields
) -> NetworkPlaces:
    place, owner = lookup.zone(cloud, zone), lookup.owner(cloud, wanted)
    physical, offering, vpc = (places.get(name) for name in ("physical_network", "network_offering", "vpc"))
    return NetworkPlaces(
        place,
        owner,
        lookup.physical_network(cloud, physical, place).id if physical else None,
        lookup.one(cloud.network_offerings, "network offering", offering) if offering else None,
        # The server takes none but that of the network's owner.
        lookup.one_owned(cloud, cloud.vpcs, "VPC", vpc, {**wanted, **owner}, f"zone {place.name}", zone_id=place.id)
        if vpc
        else None,
    )


def _refuse(
    cloud: Cloud,
    found: NetworkPlaces,
    wanted: Fields,
    numbers: t.Mapping[str, t.Sequence[int]],
    scheme: t.Sequence[vlan_scheme.Entry],
) -> None:
    """Raises Refused with every reason against a new network, InvalidValue for a VLAN that is none."""
    if found.offering is None:
        return
    if found.offering.guest_ip_type != "Shared" or wanted.get("acl_type") == "Account":
        lookup.needs_account(f"network {wanted['name']}", wanted)
    basic = found.zone.network_type == "Basic"
    needs_of(found.offering, wanted, basic)
    if "isolated_pvlan" in numbers and "vlan" not in numbers:
        raise MissingValue(f"network {wanted['name']} on a private VLAN", ["vlan"])
    shared = found.offering.guest_ip_type == "Shared"
    networks = cloud.physical_networks.all(zone_id=found.zone.id) if numbers or shared else ()
    ours = [each for each in networks if found.physical_network_id in (None, each.id)]
    check_limits(numbers, [each.isolation_method for each in ours])
    bypass = bool(wanted.get("bypass_vlan_overlap_check"))
    holders = gather(cloud, found.zone, networks) if numbers and not bypass else []
    suitable: list[str] = []
    if numbers and not found.offering.specify_vlan:
        kind = found.offering.guest_ip_type
        offerings = cloud.network_offerings.all(specify_vlan=True, state="Enabled")
        suitable = [each.name for each in offerings if each.guest_ip_type == kind]
    pools = {each.name: ranges_of(each) for each in networks}
    asked = list(dict.fromkeys(number for those in numbers.values() for number in those))
    reasons = list(reasons_against(found.offering, asked, holders, pools, suitable, bypass, basic))
    if found.zone.network_type == "Advanced":
        reasons += without_isolation(found.offering, {each.name: each.isolation_method for each in ours})
    reasons += several_vlans(numbers, found.offering.guest_ip_type)
    reasons += private_vlan(numbers, t.cast("t.Optional[str]", wanted.get("isolated_pvlan_type")))
    if check_ipv6(wanted, f"network {wanted['name']}"):
        reasons += reasons_against_ipv6(found.offering.guest_ip_type)
    tiers = {each.name: each.cidr or "" for each in found.vpc.tiers} if found.vpc else {}
    reasons += reasons_against_tier(found.offering, found.vpc, wanted, tiers)
    if numbers:
        reasons += vlan_scheme.against(scheme, "fixed_network", vlans.of(asked))
    if reasons:
        raise Refused(f"network {wanted['name']}", reasons)


def _verify_state(shown: Fields) -> None:
    """A network that was given its VLAN has it from the start, and is never collected. Raises NotAsRead."""
    if shown.get("state") not in WITH_VLAN:
        facts = {"held": shown.get("state"), "wanted": WITH_VLAN[0]}
        raise NotAsRead(f"network {shown.get('name')}", {"state": facts})
