# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compute offerings created, changed and removed.

Source: 4.11.1 documentation, "Creating a New Compute Offering", "Modifying or Deleting a Service Offering".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, is_set, plain, same_set
from ...core.errors import MissingValue, NotFound, Reason, Refused
from ...core.naming import Named, only
from ...core.zone.offerings import fixed_iops
from ...core.zone.service_offerings import (
    IOPS,
    SERVICE_OFFERING,
    ServiceOffering,
    check_sizes,
    placement_of,
    reasons_against_service_offering,
    unfit_hosts,
)
from ...ports.cloud import Cloud
from ...ports.collection import Collection
from .. import lookup
from ..ensure import ensure

KIND = "service offering"
Names = t.Optional[t.Sequence[str]]
L = t.TypeVar("L", bound=Named)


def limits(cloud: Cloud, domains: Names, zones: Names) -> dict[str, object]:
    """Ids of what an offering is limited to; None where it is not asked for, () for everywhere. Raises NotFound."""
    return {
        "domain_ids": None if domains is None else tuple(cloud.owner_id("domain", each) for each in domains),
        "zone_ids": None if zones is None else tuple(lookup.one(cloud.zones, "zone", each).id for each in zones),
    }


def limited(
    cloud: Cloud, collection: Collection[L], kind: str, name: str, domains: Names, zones: Names, state: State
) -> t.Optional[L]:
    """The offering of that name or id. Of several, the one with these limits; one with others is not removed.

    Domains and zones that are gone are no error for one that is to be absent.
    Raises Ambiguous, NotFound, Refused.
    """
    found = collection.find(name)
    if not found or (state == "present" and len(found) == 1):
        return found[0] if found else None
    if state == "present":
        limits(cloud, domains, zones)
    names = {"domain_ids": domains, "zone_ids": zones}
    given = t.cast("t.Mapping[str, t.Sequence[str]]", is_set(names))
    others = {each.id: [n for n in given if not _has(cloud, n, given[n], getattr(each, n))] for each in found}
    if len(found) > 1:
        found = [each for each in found if not others[each.id]] or found
    held = only(found, kind, name)
    if state == "absent" and others[held.id]:
        raise Refused(f"{kind} {name}", [_other_limits(n, getattr(held, n), names[n]) for n in others[held.id]])
    return held


def _has(cloud: Cloud, field: str, names: t.Sequence[str], held: t.Sequence[str]) -> bool:
    """Whether the limits are these. The server tells removed ones too (source: the joins of disk_offering_view)."""
    ids = [_limit_id(cloud, field, each) for each in names]
    known = [each for each in ids if each is not None]
    if len(known) == len(ids):
        return same_set(known, held)
    there = [each for each in held if _limit_id(cloud, field, each) is not None]
    # Without limits it is everywhere, which is another offering than one of a place that is gone.
    return same_set(known, there) and bool(held)


def _limit_id(cloud: Cloud, field: str, name: str) -> t.Optional[str]:
    """None where there is no domain or zone of that name or id."""
    try:
        return cloud.owner_id("domain", name) if field == "domain_ids" else lookup.one(cloud.zones, "zone", name).id
    except NotFound:
        return None


def _other_limits(field: str, held: t.Sequence[str], wanted: Names) -> Reason:
    what = field.replace("_ids", "s")
    told = f"those with the ids {', '.join(held)}" if held else f"all {what}"
    message = f"its {what} are {told}, not {', '.join(wanted or ()) or 'all'}"
    remedy = f"correct {what} in the task, or remove the parameter"
    return Reason("another_thing", message, remedy, {"field": what, "held": list(held), "wanted": list(wanted or ())})


def for_creation(fields: dict[str, object]) -> None:
    """A new offering is without limits where none are given."""
    for name in ("domain_ids", "zone_ids"):
        fields[name] = fields.get(name) or None


def ensure_service_offering(cloud: Cloud, wanted: Fields, state: State, check_mode: bool) -> Outcome:
    """``wanted``: fields of core ServiceOffering, "domains" and "zones" by name, "implicit_dedication".

    Raises InvalidValue, MissingValue, NotFound, Refused.
    """
    lacking = check_sizes(wanted)
    fields = {**wanted, **placement_of(wanted)}
    fields.pop("implicit_dedication", None)
    domains, zones = t.cast(Names, fields.pop("domains", None)), t.cast(Names, fields.pop("zones", None))
    held = limited(cloud, cloud.service_offerings, KIND, str(wanted["name"]), domains, zones, state)
    if state == "absent":
        return ensure(cloud, cloud.service_offerings, SERVICE_OFFERING, held, fields, state, check_mode, show=show)
    fields.update(limits(cloud, domains, zones))
    if held is None:
        if lacking:
            raise MissingValue(f"{KIND} {wanted['name']}", lacking)
        for_creation(fields)
        planners = cloud.offers.planners() if fields.get("deployment_planner") else ()
        reasons = list(reasons_against_service_offering(fields, planners))
        if reasons:
            raise Refused(f"{KIND} {wanted['name']}", reasons)
        fields.update(
            display_text=fields.get("display_text") or wanted["name"],
            tags=fields.get("storage_tags"),
            is_iops_customized=fixed_iops(fields, *IOPS),
        )
    warnings: list[str] = []
    if wanted.get("implicit_dedication") == "strict":
        warnings = _unfit(cloud, t.cast("tuple[str, ...]", fields.get("zone_ids") or ()))
    outcome = ensure(cloud, cloud.service_offerings, SERVICE_OFFERING, held, fields, state, check_mode, show=show)
    return replace(outcome, warnings=(*warnings, *outcome.warnings))


def _unfit(cloud: Cloud, zone_ids: t.Sequence[str]) -> list[str]:
    """Strict implicit dedication leaves hosts with system VMs or routers out: those of the zones, or of all."""
    scopes = [{"zone_id": each} for each in zone_ids] or [{}]
    busy: dict[str, list[str]] = {}
    names = []
    for scope in scopes:
        names += [each.name for each in cloud.hosts.all(**scope)]
        machines = [(each.host, each.name) for each in cloud.system_vms.all(**scope)]
        machines += [(each.host, each.name) for each in cloud.routers.all(scope)]
        for host, name in machines:
            if host:
                busy.setdefault(host, []).append(name)
    return unfit_hosts(sorted(names), busy)


def show(offering: ServiceOffering) -> Fields:
    return {**plain(offering), "implicit_dedication": offering.implicit_dedication}
