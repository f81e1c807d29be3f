# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network offerings, whose services each get a provider.

Source: 4.11.1 documentation, "Creating a New Network Offering"; T4:21-33.
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome, State
from ...core.errors import MissingValue, Refused
from ...core.zone import shown
from ...core.zone.network_offerings import (
    NETWORK_OFFERING,
    capabilities_of,
    egress_policy,
    providers_of,
    reasons_against_offering,
)
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure
from .service_offerings import Names, for_creation, limited, limits


def ensure_offering(cloud: Cloud, wanted: Fields, state: State, check_mode: bool) -> Outcome:
    """``wanted``: fields of core NetworkOffering, and "service_offering", the name of that of its routers, "domains"
    and "zones" by name.

    A service without a provider gets the virtual router.
    """
    domains, zones = t.cast(Names, wanted.get("domains")), t.cast(Names, wanted.get("zones"))
    held = limited(cloud, cloud.network_offerings, "network offering", str(wanted["name"]), domains, zones, state)
    routers = {name: value for name, value in wanted.items() if name == "service_offering" and state == "present"}
    wanted = {name: value for name, value in wanted.items() if name != "service_offering"}
    if routers.get("service_offering"):
        wanted["service_offering_id"] = lookup.router_offering(cloud, str(routers["service_offering"])).id
    fields: dict[str, object] = {
        **wanted,
        "egress_default_policy": egress_policy(wanted.get("egress_default_policy")),
    }
    fields.pop("domains", None)
    fields.pop("zones", None)
    if state == "present":
        fields.update(limits(cloud, domains, zones))
        if held is None:
            for_creation(fields)
    services: t.Any = fields.get("supported_services")
    given: t.Any = fields.get("service_providers")
    offered = list(services if services is not None else held.supported_services if held else ())
    abilities = cloud.offers.services() if state == "present" and (services or given) else {}
    if services is not None or given is not None:
        for_vpc = bool(held.for_vpc if held else fields.get("for_vpc"))
        fields["service_providers"] = providers_of(offered, given or (), abilities, for_vpc)
    keepalive = t.cast("t.Optional[bool]", fields.get("keepalive_enabled"))
    if state == "present" and (held is None or keepalive or fields.get("max_connections") is not None):
        pairs: t.Any = fields.get("service_providers") or ()
        most: t.Any = fields.get("max_connections")
        reasons = list(reasons_against_offering(offered, pairs, abilities, most, keepalive))
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
