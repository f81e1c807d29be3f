# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Physical networks with their guest VLANs, providers and traffic types.

Source: 4.11.1 documentation, "Adding a Zone"; T1:13-27 (what zone creation needs enabled, and in which order).
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State
from ...core.errors import InvalidValue, Reason, Refused
from ...core.naming import nearest
from ...core.vlans import ranges as vlans
from ...core.zone import shown
from ...core.zone.physical_networks import (
    ELEMENT_OF,
    PHYSICAL_NETWORK,
    TRAFFIC_TYPE,
    Element,
    PhysicalNetwork,
    Provider,
    TrafficType,
)
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from ...ports.collection import Collection
from .. import lookup
from ..ensure import ensure, within
from ..vlans.change import prove
from ..vlans.holders import ranges_of

VlanState = t.Literal["exact", "present"]


def ensure_physical_network(
    cloud: Cloud,
    zone: t.Optional[str],
    wanted: Fields,
    state: State,
    check_mode: bool,
    providers: t.Optional[t.Mapping[str, bool]] = None,
    vlan_state: VlanState = "exact",
) -> Outcome:
    """``wanted``: fields of core PhysicalNetwork; ``vlan`` in any spelling.

    vlan_state: "exact" where ``vlan`` is the whole set, "present" where it is added to what is there; a warning
    then names what "exact" would remove. providers: which network service providers shall be enabled (True) or
    disabled. Raises InvalidValue for VLANs that 802.1Q reserves and for a provider that is not there, with those
    that are; Refused for VLANs that somebody has.
    """

    def then(place: Zone) -> Outcome:
        name = str(wanted["name"])
        held = lookup.maybe(cloud.physical_networks, "physical network", name, f"zone {place.name}", zone_id=place.id)
        fields = {**wanted, "zone_id": place.id}
        warnings: tuple[str, ...] = ()
        if wanted.get("vlan") is not None:
            method = str(wanted.get("isolation_method") or (held.isolation_method if held else None) or "VLAN")
            guests = vlans.usable(wanted["vlan"], method)
            if held is not None and vlan_state == "present":
                more = vlans.difference(ranges_of(held), guests)
                warnings = (_undeclared(held, more),) if more else ()
                guests = vlans.union(guests, more)
            fields["vlan"] = vlans.text(guests)
            if held is not None and state == "present":
                prove(cloud, place, held, fields["vlan"], check_mode)
        if held is not None and providers and state == "present":
            _named(cloud, held.id, providers)
        if held is None and state == "present":
            _refuse(place, name)
        domain = fields.pop("domain", None)
        if held is None and domain and state == "present":
            fields["domain_id"] = cloud.owner_id("domain", str(domain))
        outcome = ensure(
            cloud,
            cloud.physical_networks,
            PHYSICAL_NETWORK,
            held,
            fields,
            state,
            check_mode,
            show=shown.physical_network,
            places={"zone": place.name},
        )
        outcome = replace(outcome, warnings=(*outcome.warnings, *warnings))
        if state == "absent" or not providers or (check_mode and held is None):
            return outcome
        network_id = str(outcome.result["id"])
        return _joined(cloud, network_id, outcome, _providers(cloud, network_id, providers, check_mode), providers)

    return within(lambda: lookup.zone(cloud, zone), then, wanted, state, check_mode, {"zone": zone})


def _refuse(place: Zone, name: str) -> None:
    """The server gives an enabled zone no further physical network (T1:13)."""
    if place.allocation_state == "Enabled":
        message = f"zone {place.name} is enabled, but the server creates physical networks in disabled zones only"
        remedy = f"disable the zone first (cs_zone, name {place.name}, state disabled)"
        raise Refused(f"physical network {name}", [Reason("zone_enabled", message, remedy)])


def _undeclared(held: PhysicalNetwork, more: t.Sequence[vlans.Range]) -> str:
    numbers = ", ".join(vlans.words(more))
    return (
        f"guest VLANs {numbers} of physical network {held.name} are not in the option vlan and were not "
        "removed; to remove them, use cs_vlan_range with state=exact"
    )


def _named(cloud: Cloud, network_id: str, wanted: t.Mapping[str, bool]) -> list[tuple[Provider, bool]]:
    """The providers of these names; all are known before the first is written. Raises InvalidValue."""
    there = {each.name.casefold(): each for each in cloud.providers.all(physical_network_id=network_id)}
    for name, enabled in wanted.items():
        if name.casefold() not in there:
            names = [each.name for each in there.values()]
            close = " or ".join(nearest(name, names)) or ", ".join(sorted(names))
            raise InvalidValue("nsps_enabled" if enabled else "nsps_disabled", name, close)
    return [(there[name.casefold()], enabled) for name, enabled in wanted.items()]


def _providers(cloud: Cloud, network_id: str, wanted: t.Mapping[str, bool], check_mode: bool) -> Outcome:
    before, after = {}, {}
    for provider, enabled in _named(cloud, network_id, wanted):
        goal = "Enabled" if enabled else "Disabled"
        if provider.state == goal:
            continue
        before[provider.name], after[provider.name] = provider.state, goal
        if not check_mode:
            _set_provider(cloud, provider, enabled)
    return Outcome(bool(after), before, after)


def _set_provider(cloud: Cloud, provider: Provider, enabled: bool) -> None:
    """An element is enabled before its provider and disabled after it."""
    goal = "Enabled" if enabled else "Disabled"
    if enabled:
        _set_element(cloud, provider, True)
    cloud.providers.update(provider.id, state=goal)
    if not enabled:
        _set_element(cloud, provider, False)


def _set_element(cloud: Cloud, provider: Provider, enabled: bool) -> None:
    kind = ELEMENT_OF.get(provider.name)
    if kind is None:
        return
    elements: Collection[Element] = getattr(cloud, kind)
    for element in elements.all(provider_id=provider.id):
        if element.enabled != enabled:
            elements.update(element.id, enabled=enabled)


def _joined(cloud: Cloud, network_id: str, network: Outcome, providers: Outcome, asked: t.Iterable[str]) -> Outcome:
    return Outcome(
        network.changed or providers.changed,
        {**network.before, **({"providers": providers.before} if providers.before else {})},
        {**network.after, **({"providers": providers.after} if providers.after else {})},
        {**network.result, **_provider_names(cloud, network_id, providers.after, asked)},
        network.warnings,
    )


def with_providers(cloud: Cloud, network: PhysicalNetwork) -> Fields:
    """A physical network's values with the names of its enabled and disabled providers."""
    return {**shown.physical_network(network), **_provider_names(cloud, network.id, {})}


def _provider_names(cloud: Cloud, network_id: str, goals: Fields, asked: t.Iterable[str] = ()) -> Fields:
    """Names by state, those that were asked for as they were spelled; ``goals``: states that check mode predicts."""
    spelled = {name.casefold(): name for name in asked}
    there = cloud.providers.all(physical_network_id=network_id)
    states = {spelled.get(each.name.casefold(), each.name): goals.get(each.name, each.state) for each in there}
    return {
        "nsps_enabled": sorted(name for name, state in states.items() if state == "Enabled"),
        "nsps_disabled": sorted(name for name, state in states.items() if state == "Disabled"),
    }


def ensure_traffic_type(
    cloud: Cloud, zone: t.Optional[str], network: str, wanted: Fields, state: State, check_mode: bool
) -> Outcome:
    """``wanted``: fields of core TrafficType; a label of "" means the hypervisor's default."""

    def parents() -> PhysicalNetwork:
        """Before 4.15 the server does not tell the zone's name with it."""
        its_zone = lookup.zone(cloud, zone)
        found = lookup.physical_network(cloud, network, its_zone)
        return replace(found, zone=found.zone or its_zone.name)

    def then(place: PhysicalNetwork) -> Outcome:
        there: t.Sequence[TrafficType] = cloud.traffic_types.all(physical_network_id=place.id)
        name = str(wanted["traffic_type"]).casefold()
        held = next((each for each in there if each.traffic_type.casefold() == name), None)
        fields = {**wanted, "physical_network_id": place.id}

        def show(each: TrafficType) -> Fields:
            return shown.traffic_type(each, place)

        outcome = ensure(
            cloud,
            cloud.traffic_types,
            TRAFFIC_TYPE,
            held,
            fields,
            state,
            check_mode,
            show=show,
            places={"zone": place.zone, "physical_network": place.name},
        )
        # People read the name in the difference, playbooks the id in the result.
        ids = {"physical_network": place.id, "physical_network_name": place.name}
        return replace(outcome, result={**outcome.result, **ids})

    return within(
        parents,
        then,
        wanted,
        state,
        check_mode,
        {"zone": zone, "physical_network": network},
    )
