# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs created, changed and removed.

Source: 4.11.1 documentation, "Configuring a Virtual Private Cloud"; T6:221-250.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, plain
from ...core.errors import Refused
from ...core.zone.topology import Zone
from ...core.zone.vpcs import VPC, Vpc, VpcOffering, check_cidr, is_private, reasons_against_vpc, reasons_to_keep_vpc
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within

NON_PRIVATE = "allow.non.rfc1918.compliant.ips"


class VpcPlaces(t.NamedTuple):
    zone: Zone
    offering: t.Optional[VpcOffering]


def ensure_vpc(
    cloud: Cloud, zone: t.Optional[str], offering: t.Optional[str], wanted: Fields, state: State, check_mode: bool
) -> Outcome:
    """``wanted``: fields of core Vpc and those of its creation. Raises Refused (tiers in it), InvalidValue."""
    if state == "present" and wanted.get("cidr"):
        check_cidr(wanted["cidr"])

    def then(found: VpcPlaces) -> Outcome:
        fields: dict[str, object] = {**wanted, "zone_id": found.zone.id}
        fields.update(lookup.owner(cloud, fields))
        name, where = str(fields["name"]), f"zone {found.zone.name}"
        held = lookup.owned(cloud, cloud.vpcs, "VPC", name, fields, where, zone_id=found.zone.id)
        if found.offering:
            fields["vpc_offering_id"] = found.offering.id
        warnings: tuple[str, ...] = ()
        if held is None and state == "present":
            lookup.needs_account(f"VPC {name}", fields)
            fields["display_text"] = fields.get("display_text") or name
            reasons = list(reasons_against_vpc(found.offering)) if found.offering else []
            if reasons:
                raise Refused(f"VPC {fields['name']}", reasons)
            if fields.get("cidr") and not is_private(fields["cidr"]):
                warnings = (f"{fields['cidr']} is not private: the server accepts it only with {NON_PRIVATE}",)
        if held is not None and state == "absent":
            gateways = [each.name for each in cloud.vlans.private_gateways(found.zone.id) if each.vpc_id == held.id]
            kept = list(reasons_to_keep_vpc(held, gateways))
            if kept:
                raise Refused(f"VPC {held.name}", kept)
        places = {"zone": found.zone.name, "vpc_offering": offering}

        def shown(vpc: Vpc) -> Fields:
            """Before 4.15 the server tells the offering by its id alone."""
            known = found.offering
            name = known.name if known and known.id == vpc.vpc_offering_id and not vpc.vpc_offering else ""
            return {**show(vpc), **({"vpc_offering": name} if name else {})}

        outcome = ensure(cloud, cloud.vpcs, VPC, held, fields, state, check_mode, show=shown, places=places)
        return replace(outcome, warnings=(*warnings, *outcome.warnings))

    places = {"zone": zone, "vpc_offering": offering}
    return within(lambda: _places(cloud, zone, offering), then, wanted, state, check_mode, places)


def show(vpc: Vpc) -> Fields:
    return plain(vpc)


def _places(cloud: Cloud, zone: t.Optional[str], offering: t.Optional[str]) -> VpcPlaces:
    place = lookup.zone(cloud, zone)
    return VpcPlaces(place, lookup.one(cloud.vpc_offerings, "VPC offering", offering) if offering else None)
