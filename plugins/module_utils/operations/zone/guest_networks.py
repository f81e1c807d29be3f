# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest networks with a VLAN of their own or one of the pool, and the offerings that they need.

Source: Working with Hosts, "Assigning VLANs to Isolated Networks"; T4:21-33.
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, State, plain
from ...core.errors import MissingValue, NotAsRead, Refused
from ...core.naming import only
from ...core.vlans import ranges as vlans
from ...core.vlans import scheme as vlan_scheme
from ...core.zone import shown
from ...core.zone.guest_networks import (
    NETWORK,
    Network,
    check_limits,
    needs_of,
    reasons_against,
    reasons_against_reservation,
    reasons_to_keep,
    vlan_of,
    without_isolation,
)
from ...core.zone.network_offerings import (
    NETWORK_OFFERING,
    NetworkOffering,
    capabilities_of,
    egress_policy,
    providers_of,
    reasons_against_offering,
)
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..vlans.holders import gather, ranges_of

# States in which a network that was given its VLAN may be: it keeps the VLAN in all of them (T2:7, T4:24).
VLANS = ("vlan", "isolated_pvlan")
WITH_VLAN = ("Setup", "Implementing", "Implemented")


def ensure_offering(cloud: Cloud, wanted: Fields, state: State, check_mode: bool) -> Outcome:
    """``wanted``: fields of core NetworkOffering, and "service_offering", the name of that of its routers.

    A service without a provider gets the virtual router.
    """
    held = lookup.maybe(cloud.network_offerings, "network offering", str(wanted["name"]))
    routers = {name: value for name, value in wanted.items() if name == "service_offering" and state == "present"}
    wanted = {name: value for name, value in wanted.items() if name != "service_offering"}
    if routers.get("service_offering"):
        wanted["service_offering_id"] = lookup.router_offering(cloud, str(routers["service_offering"])).id
    fields = {**wanted, "egress_default_policy": egress_policy(wanted.get("egress_default_policy"))}
    services: t.Any = fields.get("supported_services")
    given: t.Any = fields.get("service_providers")
    offered = list(services if services is not None else held.supported_services if held else ())
    abilities = cloud.offers.services() if state == "present" and (services or given) else {}
    if services is not None or given is not None:
        for_vpc = bool(held.for_vpc if held else fields.get("for_vpc"))
        fields["service_providers"] = providers_of(offered, given or (), abilities, for_vpc)
    if state == "present" and (held is None or fields.get("max_connections") is not None):
        pairs: t.Any = fields.get("service_providers") or ()
        most: t.Any = fields.get("max_connections")
        reasons = list(reasons_against_offering(offered, pairs, abilities, most))
        chosen: t.Any = fields.get("service_capabilities")
        if held is None and chosen:
            fields["service_capabilities"], missing = capabilities_of(offered, chosen)
            reasons += missing
        if reasons:
            raise Refused(f"network offering {fields['name']}", reasons)
    if held is None and state == "present":
        if not fields.get("guest_ip_type"):
            # What an offering of a network with services is made of; one of type L2 has none.
            usual = ("display_text", "guest_ip_type", "supported_services", "service_providers")
            subject = f"network offering {fields['name']}"
            raise MissingValue(subject, [name for name in usual if fields.get(name) is None])
        fields["display_text"] = fields.get("display_text") or fields["name"]
        fields["traffic_type"] = fields.get("traffic_type") or "Guest"
    show_it = shown.network_offering
    return ensure(cloud, cloud.network_offerings, NETWORK_OFFERING, held, fields, state, check_mode, show=show_it)


class NetworkPlaces(t.NamedTuple):
    zone: Zone
    physical_network_id: t.Optional[str]
    offering: t.Optional[NetworkOffering]


def ensure_network(
    cloud: Cloud,
    zone: t.Optional[str],
    places: t.Mapping[str, t.Optional[str]],
    wanted: Fields,
    state: State,
    check_mode: bool,
    scheme: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> Outcome:
    """``wanted``: fields of core Network and those of its creation; places: "physical_network", "network_offering".

    Raises Refused (the VLAN cannot be given, is held, or is another than the network has; VMs are on a network that
    is to go), MissingValue, InvalidValue.
    """
    entries = vlan_scheme.parse(scheme)
    numbers = {name: number for name in VLANS if (number := vlan_of(wanted.get(name), name)) is not None}

    def then(found: NetworkPlaces) -> Outcome:
        fields: dict[str, object] = {**wanted, "zone_id": found.zone.id}
        fields["physical_network_id"] = found.physical_network_id
        owner = lookup.owner(cloud, fields)
        fields.update(owner)
        held = _held(cloud, found.zone, str(fields["name"]), str(owner.get("project_id") or ""))
        if found.offering:
            fields["network_offering_id"] = found.offering.id
        if held is None and state == "present":
            fields["display_text"] = fields.get("display_text") or fields["name"]
            _refuse(cloud, found, fields, numbers, entries)
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
        return outcome

    return within(lambda: _places(cloud, zone, places), then, wanted, state, check_mode, {"zone": zone, **places})


def _held(cloud: Cloud, zone: Zone, name: str, project_id: str) -> t.Optional[Network]:
    """The network of that name or id, of that project or of none: projects may have networks of one name."""
    there = [each for each in cloud.networks.find(name, zone_id=zone.id) if each.project_id == project_id]
    return only(there, "network", name, f"zone {zone.name}") if there else None


def show(network: Network) -> Fields:
    return {**plain(network), "collected": network.collected}


def _places(cloud: Cloud, zone: t.Optional[str], places: t.Mapping[str, t.Optional[str]]) -> NetworkPlaces:
    place = lookup.zone(cloud, zone)
    physical, offering = places.get("physical_network"), places.get("network_offering")
    return NetworkPlaces(
        place,
        lookup.physical_network(cloud, physical, place).id if physical else None,
        lookup.one(cloud.network_offerings, "network offering", offering) if offering else None,
    )


def _refuse(
    cloud: Cloud,
    found: NetworkPlaces,
    wanted: Fields,
    numbers: t.Mapping[str, int],
    scheme: t.Sequence[vlan_scheme.Entry],
) -> None:
    """Raises Refused with every reason against a new network, InvalidValue for a VLAN that is none."""
    if found.offering is None:
        return
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
    asked = list(dict.fromkeys(numbers.values()))
    reasons = list(reasons_against(found.offering, asked, holders, pools, suitable, bypass, basic))
    if found.zone.network_type == "Advanced":
        reasons += without_isolation(found.offering, {each.name: each.isolation_method for each in ours})
    if numbers:
        reasons += vlan_scheme.against(scheme, "fixed_network", vlans.of(asked))
    if reasons:
        raise Refused(f"network {wanted['name']}", reasons)


def _verify_state(shown: Fields) -> None:
    """A network that was given its VLAN has it from the start, and is never collected. Raises NotAsRead."""
    if shown.get("state") not in WITH_VLAN:
        facts = {"held": shown.get("state"), "wanted": WITH_VLAN[0]}
        raise NotAsRead(f"network {shown.get('name')}", {"state": facts})
