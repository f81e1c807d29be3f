# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network offerings: their services, and who provides each (T3:42-44, T4:21-23)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from types import MappingProxyType

from ..change import Rules, same_set, same_word
from ..errors import InvalidValue, Reason
from ..naming import nearest

OTHER = "the server cannot change it: create another offering"


@dataclass(frozen=True)
class NetworkOffering:
    """A network offering as ``listNetworkOfferings`` shows it. service_providers: {service, provider}, one a pair."""

    id: str
    name: str
    display_text: t.Optional[str] = None
    guest_ip_type: str = ""
    traffic_type: str = "Guest"
    state: str = ""
    specify_vlan: bool = False
    specify_ip_ranges: bool = False
    persistent: bool = False
    conserve_mode: t.Optional[bool] = None
    egress_default_policy: t.Optional[bool] = None
    for_vpc: bool = False
    is_default: bool = False
    availability: t.Optional[str] = None
    network_rate: t.Optional[int] = None
    max_connections: t.Optional[int] = None
    service_offering_id: str = ""
    internet_protocol: str = ""
    domain_ids: tuple[str, ...] = ()
    zone_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    supported_services: tuple[str, ...] = ()
    service_providers: tuple[t.Mapping[str, str], ...] = ()


def egress_policy(value: object) -> t.Optional[bool]:
    """Whether networks reach out: allow, deny, or a truth value as YAML and --extra-vars have it."""
    if value is None or value == "":
        return None
    words = {"allow": True, "true": True, "yes": True, "deny": False, "false": False, "no": False}
    found = words.get(str(value).casefold())
    if found is None:
        raise InvalidValue("egress_default_policy", value, "allow or deny")
    return found


def same_words(wanted: t.Iterable[str], held: t.Iterable[str]) -> bool:
    return same_set([each.casefold() for each in wanted], [each.casefold() for each in held])


def same_pairs(wanted: t.Iterable[t.Mapping[str, str]], held: t.Iterable[t.Mapping[str, str]]) -> bool:
    """Providers by service, in any order and case."""

    def pairs(each: t.Iterable[t.Mapping[str, str]]) -> set[tuple[str, str]]:
        return {(one["service"].casefold(), one["provider"].casefold()) for one in each}

    return pairs(wanted) == pairs(held)


_OFFERING_FIXED = (
    "guest_ip_type",
    "traffic_type",
    "specify_vlan",
    "specify_ip_ranges",
    "persistent",
    "conserve_mode",
    "egress_default_policy",
    "for_vpc",
    "network_rate",
    "service_offering_id",
    "internet_protocol",
    "supported_services",
    "service_providers",
)
NETWORK_OFFERING = Rules(
    kind="network offering",
    required=("name", "guest_ip_type"),
    fixed=dict.fromkeys(_OFFERING_FIXED, OTHER),
    # The server tells all that a provider can, and not what was chosen; neither does it tell whether connections stay.
    write_only=frozenset(("service_capabilities", "keepalive_enabled")),
    along=frozenset(("keepalive_enabled",)),
    same={
        **dict.fromkeys(("guest_ip_type", "traffic_type", "state", "availability", "internet_protocol"), same_word),
        **dict.fromkeys(("domain_ids", "zone_ids"), same_set),
        "supported_services": same_words,
        "service_providers": same_pairs,
        "tags": same_set,
    },
)
Abilities = t.Mapping[str, t.Sequence[str]]  # providers by service, as the server offers them; empty where unknown
ROUTER, VPC_ROUTER = "VirtualRouter", "VpcVirtualRouter"


def providers_of(
    services: t.Iterable[str],
    given: t.Iterable[t.Mapping[str, str]],
    abilities: Abilities = MappingProxyType({}),
    for_vpc: bool = False,
) -> list[dict[str, str]]:
    """A provider for every service (without one it has none, T3:42): where none is given the virtual router, for VPCs
    theirs; a service that the router cannot provide gets the only provider there is.
    """
    said = [{"service": each["service"], "provider": each["provider"]} for each in given]
    named = {each["service"].casefold() for each in said}
    router = VPC_ROUTER if for_vpc else ROUTER
    rest = []
    for service in services:
        if service.casefold() not in named:
            can = _able(service, abilities)
            rest.append({"service": service, "provider": can[0] if len(can) == 1 and router not in can else router})
    return said + rest


def capabilities_of(
    services: t.Iterable[str], given: t.Iterable[t.Mapping[str, str]]
) -> tuple[list[dict[str, str]], list[Reason]]:
    """Chosen capabilities as they are sent, and why one cannot be chosen: its service is not offered."""
    offered = {each.casefold() for each in services}
    sent, reasons = [], []
    for each in given:
        service, name, value = each["service"], each["capability"], str(each["value"])
        if service.casefold() not in offered:
            message = f"capability {name} is of service {service}, which is not in supported_services"
            reasons.append(Reason("service_not_offered", message, f"add {service} to supported_services", dict(each)))
        value = value.lower() if value.lower() in ("true", "false") else value
        sent.append({"service": service, "capabilitytype": name, "capabilityvalue": value})
    return sent, reasons


def _able(service: str, abilities: Abilities) -> t.Sequence[str]:
    return next((can for name, can in abilities.items() if name.casefold() == service.casefold()), ())


def reasons_against_offering(
    services: t.Sequence[str],
    pairs: t.Iterable[t.Mapping[str, str]],
    abilities: Abilities,
    max_connections: t.Optional[int],
    keepalive_enabled: t.Optional[bool] = None,
) -> t.Iterator[Reason]:
    """Why the server would refuse an offering of these services, or make another one of it."""
    offered = {each.casefold() for each in services}
    if keepalive_enabled and "lb" not in offered:
        message = "keepalive_enabled applies to the load balancer, but Lb is not in supported_services"
        yield Reason("needs_load_balancer", message, "omit keepalive_enabled, or add Lb to supported_services")
    if max_connections is not None and "lb" not in offered:
        message = "max_connections applies to the load balancer, but Lb is not in supported_services"
        yield Reason("needs_load_balancer", message, "omit max_connections, or add Lb to supported_services")
    if not abilities:
        return
    known = {each.casefold(): each for each in abilities}
    for service in services:
        if service.casefold() not in known:
            near = " or ".join(nearest(service, abilities)) or ", ".join(sorted(abilities))
            yield Reason(
                "unknown_service", f"the server has no service {service!r}", f"use {near}", {"service": service}
            )
    for pair in pairs:
        service, provider = pair["service"], pair["provider"]
        if service.casefold() not in offered:
            message = f"provider {provider} is set for service {service}, which is not in supported_services"
            yield Reason("service_not_offered", message, f"add {service} to supported_services", dict(pair))
        elif service.casefold() in known:
            can = _able(service, abilities)
            if provider.casefold() not in [each.casefold() for each in can]:
                message = f"provider {provider} does not provide service {service}"
                remedy = f"use {' or '.join(can)}" if can else f"omit {service}: the server has no provider for it"
                yield Reason("provider_cannot", message, remedy, dict(pair))
