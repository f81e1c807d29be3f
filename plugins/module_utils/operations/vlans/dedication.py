# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guest VLANs and public ranges kept for an account, a domain or a project.

Source: T3:34-39 (guest VLANs), T3:53-54 (public ranges).
"""

from __future__ import annotations

import typing as t

from ...core.change import Outcome, State, same_address
from ...core.errors import MissingValue, NotAsRead, NotFound, Reason, Refused
from ...core.vlans import ranges as vlans
from ...core.vlans import scheme as vlan_scheme
from ...core.vlans.change import wanted_ranges
from ...core.vlans.dedication import Owner, Plan, dedicate, in_use, release
from ...core.zone.physical_networks import VlanIpRange
from ...ports.cloud import Cloud
from .. import lookup
from .holders import ranges_of


class Asked(t.NamedTuple):
    """Whose it is to be, by names. domain: path, name or id; ROOT where only an account is said."""

    account: t.Optional[str] = None
    domain: t.Optional[str] = None
    project: t.Optional[str] = None


def owner_of(cloud: Cloud, asked: Asked) -> t.Optional[Owner]:
    """None where nobody is named. Raises NotFound."""
    if not (asked.account or asked.domain or asked.project):
        return None
    # The server wants a domain with a project too, and makes no use of it.
    domain = asked.domain or "ROOT"
    domain_id = cloud.owner_id("domain", domain)
    project_id = cloud.owner_id("project", asked.project, asked.domain or "") if asked.project else ""
    if asked.account:
        cloud.owner_id("account", asked.account, domain)
    return Owner(asked.account or "", domain_id, asked.project or "", project_id)


def ensure_guest(
    cloud: Cloud,
    zone: t.Optional[str],
    network: str,
    value: object,
    asked: Asked,
    state: State,
    check_mode: bool,
    scheme: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> Outcome:
    """Raises Refused, MissingValue (nobody named), NotFound, InvalidValue, NotAsRead."""
    entries = vlan_scheme.parse(scheme)
    place = lookup.zone(cloud, zone)
    its = lookup.physical_network(cloud, network, place)
    wanted = wanted_ranges(value, its.isolation_method)
    owner = owner_of(cloud, asked)
    held = cloud.vlans.dedications(its.id)
    subject = f"physical network {its.name}"
    if state == "absent":
        plan = release(subject, wanted, owner, held)
    else:
        if owner is None or not (owner.account or owner.project_id):
            raise MissingValue("a dedication of guest VLANs", ["account or project"])
        plan = dedicate(subject, ranges_of(its), wanted, owner, held, cloud.vlans.taken(its.id))
        off = list(vlan_scheme.against(entries, "dedication", plan.give))
        if off:
            raise Refused(f"dedication of VLANs of {subject}", off)
    result = {"physical_network": its.name, "vlans": vlans.words(plan.after), "kind": "guest"}
    if not plan.changes:
        return Outcome(False, result=result)
    if not check_mode:
        _act(cloud, its.id, subject, plan, owner)
    return Outcome(True, {"vlans": vlans.words(plan.before)}, {"vlans": vlans.words(plan.after)}, result)


def _act(cloud: Cloud, network_id: str, subject: str, plan: Plan, owner: t.Optional[Owner]) -> None:
    """Raises NotAsRead."""
    for each in plan.release:
        cloud.vlans.release(each)
    for low, high in plan.give:
        cloud.vlans.dedicate(network_id, f"{low}-{high}", **(owner.sent() if owner else {}))
    there = cloud.vlans.dedications(network_id)
    shown = vlans.union(*(each.ranges for each in there if owner is None or owner.has(each)))
    if shown != plan.after:
        facts = {"held": vlans.words(shown), "wanted": vlans.words(plan.after)}
        raise NotAsRead(f"dedication of VLANs of {subject}", {"vlans": facts})


def ensure_public(
    cloud: Cloud,
    zone: t.Optional[str],
    start_ip: str,
    asked: Asked,
    state: State,
    check_mode: bool,
    allow_in_use: bool = False,
) -> Outcome:
    """The public range that starts at ``start_ip``. Raises Refused, MissingValue, NotFound, NotAsRead.

    allow_in_use: release it although addresses are in use.
    """
    place = lookup.zone(cloud, zone)
    held = _range_at(cloud.vlan_ip_ranges.all(zone_id=place.id), start_ip)
    if held is None:
        raise NotFound("public range that starts at", start_ip, f"zone {place.name}")
    owner = owner_of(cloud, asked)
    before = _owned(held)
    if state == "absent":
        if not before or (owner is not None and not _is_of(held, owner)):
            return Outcome(False, result=_shown(held))
        return _released(cloud, held, before, check_mode, allow_in_use)
    if owner is None:
        raise MissingValue("a dedication of a public range", ["account, domain or project"])
    if _is_of(held, owner):
        return Outcome(False, result=_shown(held))
    _refuse_public(held, before)
    after = {"account": asked.account, "project": asked.project, "domain_id": owner.domain_id or None}
    told: dict[str, object] = {name: value for name, value in after.items() if value}
    if not check_mode:
        cloud.vlans.dedicate_public(held.id, **owner.sent())
        held = cloud.vlan_ip_ranges.fresh(held)
        if not _is_of(held, owner):
            raise NotAsRead(f"public range {start_ip}", {"owner": {"held": _owned(held), "wanted": told}})
    return Outcome(True, {}, told, {**_shown(held), **told})


def _released(
    cloud: Cloud, held: VlanIpRange, before: dict[str, object], check_mode: bool, allow_in_use: bool
) -> Outcome:
    """With the dedication the server takes the addresses without NAT and rules from their owner (releasePublicIpRange).

    Raises Refused, NotAsRead.
    """
    used = cloud.vlans.addresses(held.id, True)
    if used and not allow_in_use:
        raise Refused(f"public range {held.start_ip}-{held.end_ip}", [in_use(used, held.owner, "or set allow_in_use")])
    if not check_mode:
        cloud.vlans.release_public(held.id)
        held = cloud.vlan_ip_ranges.fresh(held)
        if _owned(held):
            raise NotAsRead(f"public range {held.start_ip}", {"owner": {"held": _owned(held), "wanted": None}})
    return Outcome(True, before, {}, {**_shown(held), **dict.fromkeys(before)})


def _refuse_public(held: VlanIpRange, before: dict[str, object]) -> None:
    name = f"public range {held.start_ip}-{held.end_ip}"
    if not held.for_virtual_network:
        message = f"{held.start_ip}-{held.end_ip} is a range of a shared network, not a public range"
        raise Refused(name, [Reason("not_public", message, "use a public range", {"range_id": held.id})])
    if before:
        remedy = "release it first (state absent)"
        raise Refused(name, [Reason("range_dedicated", f"it is dedicated to {held.owner}", remedy, {**before})])


def _range_at(there: t.Iterable[VlanIpRange], start: str) -> t.Optional[VlanIpRange]:
    for each in there:
        if any(first and same_address(start, first) for first in (each.start_ip, each.start_ipv6)):
            return each
    return None


def _owned(held: VlanIpRange) -> dict[str, object]:
    """Whose it is; nothing for everybody's."""
    told = {"account": held.account, "project": held.project, "domain_id": held.domain_id}
    return {name: value for name, value in told.items() if value}


def _is_of(held: VlanIpRange, owner: Owner) -> bool:
    if owner.project_id:
        return held.project_id == owner.project_id
    return ((held.account or "").casefold(), held.domain_id or "") == (owner.account.casefold(), owner.domain_id)


def _shown(held: VlanIpRange) -> dict[str, object]:
    return {
        "kind": "public",
        "range_id": held.id,
        "start_ip": held.start_ip,
        "end_ip": held.end_ip,
        "account": held.account,
        "project": held.project,
        "domain_id": held.domain_id,
    }
