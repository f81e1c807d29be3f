# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone, pod, cluster or host kept for a domain or for one account of it (T2:74-79)."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State
from ...core.errors import ApiError, HostcraftError, MissingValue, NotAsRead, Reason, Refused
from ...core.zone.dedication import SCOPES, Dedication, Neighbour, Owner, Tenant, against, decide, replaced, strangers
from ...ports.cloud import Cloud
from ..ensure import SETTLE, within
from ..waiting import until
from .places import Names, Place, place


class Wanted(t.NamedTuple):
    """domain: its path, name or id. account: of that domain, else the whole domain. move: another owner gives way."""

    domain: t.Optional[str] = None
    account: t.Optional[str] = None
    move: bool = False


def ensure_dedication(cloud: Cloud, names: Names, wanted: Wanted, state: State, check_mode: bool) -> Outcome:
    """Of the innermost place that ``names`` tell. Raises Refused with every reason, and then nothing was done."""
    if not any(names.values()):
        raise MissingValue("a choice of the place", ["zone"])

    def then(where: Place) -> Outcome:
        return _ensure(cloud, where, wanted, state, check_mode)

    fields = {"domain": wanted.domain, "account": wanted.account}
    return within(lambda: place(cloud, names), then, fields, state, check_mode, names)


def _ensure(cloud: Cloud, where: Place, asked: Wanted, state: State, check_mode: bool) -> Outcome:
    """With an owner named, only that owner's dedication is made absent."""
    named = _owner(cloud, asked) if asked.domain or asked.account else None
    wanted = named if state == "present" else None
    held = _held(cloud, where)
    if state == "absent" and named is not None and held is not None and not held.is_of(named):
        return Outcome(False, result=_shown(cloud, held))
    steps, warnings = _steps(cloud, where, held, wanted, asked.move)
    if not steps:
        return Outcome(False, result=_shown(cloud, held) if held else {})
    before = {"domain_id": held.domain_id, "account_id": held.account_id} if held else {}
    after = {"domain_id": wanted.domain_id, "account_id": wanted.account_id} if wanted else {}
    if check_mode:
        told = {**_place_fields(where), **after, "domain": wanted.domain, "account": wanted.account} if wanted else {}
        return Outcome(True, before, after, told, warnings)
    if "release" in steps:
        cloud.dedications.release(where.scope, where.thing.id)
    if wanted is not None:
        _give(cloud, where, wanted, held)
    seen = _verified(cloud, where, wanted)
    return Outcome(True, before, after, _shown(cloud, seen) if seen else {}, warnings)


def _steps(
    cloud: Cloud, where: Place, held: t.Optional[Dedication], wanted: t.Optional[Owner], move: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What to do, and warnings. Everything that the server would refuse is asked for before the first write."""
    if wanted is None or (held is not None and held.is_of(wanted)):
        return decide(where.subject, held, wanted, (), move), ()
    neighbours = _neighbours(cloud, where, wanted)
    owner = _called(held, cloud.dedications.names()) if held else ""
    others = _strangers(cloud, where, wanted)
    steps = decide(where.subject, held, wanted, others, move, owner, neighbours.reasons)
    return steps, tuple(_replaced(each) for each in neighbours.replaced)


def _give(cloud: Cloud, where: Place, wanted: Owner, held: t.Optional[Dedication]) -> None:
    """Dedicate; what was released for it goes back to its owner when the server refuses."""
    try:
        cloud.dedications.give(where.scope, where.thing.id, wanted)
    except ApiError as error:
        seen = _held(cloud, where)
        if seen is not None and seen.is_of(wanted):
            return  # a lost job that did its work
        if held is None:
            raise
        names = cloud.dedications.names()
        former = Owner(held.domain_id, names.get(held.domain_id, ""), held.account_id, names.get(held.account_id, ""))
        facts = {"domain_id": former.domain_id, "account_id": former.account_id}
        message = f"the server refused the dedication to {wanted.name}: {error.text}"
        try:
            cloud.dedications.give(where.scope, where.thing.id, former)
            _verified(cloud, where, former)
        except HostcraftError as lost:
            remedy = f"dedicate it to {former.name} again; it is not dedicated now ({lost.message})"
            raise Refused(where.subject, [Reason("move_failed", message, remedy, facts)]) from None
        remedy = f"remove the resources that the server names and run again; it is still dedicated to {former.name}"
        raise Refused(where.subject, [Reason("move_refused", message, remedy, facts)]) from None


class _Neighbours(t.NamedTuple):
    reasons: t.Sequence[Reason]
    replaced: t.Sequence[Neighbour]


def _neighbours(cloud: Cloud, where: Place, wanted: Owner) -> _Neighbours:
    """The dedications around a place and inside of it, judged for a new owner."""
    names = cloud.dedications.names()
    at = SCOPES.index(where.scope)
    places = {scope: getattr(where.thing, f"{scope}_id", "") for scope in SCOPES[:at]}
    around, inside = [], []
    for scope in SCOPES[:at]:
        around += [_neighbour(each, names) for each in cloud.dedications.all(scope, places[scope])]
    for scope in SCOPES[at + 1 :]:
        found = cloud.dedications.all(scope)
        here = _ids_inside(cloud, where, scope) if found else {}
        inside += [_neighbour(each, names) for each in found if each.place_id in here]
    around = [replace(each, family=cloud.dedications.family(each.held.domain_id)) for each in around]
    family = cloud.dedications.family(wanted.domain_id) if inside else ()
    return _Neighbours(list(against(where.scope, wanted, family, around, inside)), replaced(wanted, inside))


def _ids_inside(cloud: Cloud, where: Place, scope: str) -> t.Collection[str]:
    inside = {f"{where.scope}_id": where.thing.id}
    if where.scope != "zone":
        inside["zone_id"] = where.zone.id
    if scope == "host":
        return {each.id for each in cloud.hosts.all(detail="min", **inside)}
    found: t.Sequence[t.Any] = cloud.pods.all(**inside) if scope == "pod" else cloud.clusters.all(**inside)
    return {each.id for each in found}


def _neighbour(held: Dedication, names: t.Mapping[str, str]) -> Neighbour:
    return Neighbour(held, f"{held.scope} {held.place or held.place_id}", _called(held, names))


def _called(held: Dedication, names: t.Mapping[str, str]) -> str:
    domain = names.get(held.domain_id, held.domain_id)
    if not held.account_id:
        return f"domain {domain}"
    return f"account {names.get(held.account_id, held.account_id)} of domain {domain}"


def _replaced(each: Neighbour) -> str:
    return f"{each.name} is dedicated to {each.owner}: the server ends this dedication, because the new one includes it"


def _owner(cloud: Cloud, asked: Wanted) -> Owner:
    """ROOT is the domain of an account where none is said."""
    name = asked.domain or "ROOT"
    id = cloud.owner_id("domain", name)
    if not asked.account:
        return Owner(id, name)
    return Owner(id, name, cloud.owner_id("account", asked.account, name), asked.account)


def _held(cloud: Cloud, where: Place) -> t.Optional[Dedication]:
    return next(iter(cloud.dedications.all(where.scope, where.thing.id)), None)


def _strangers(cloud: Cloud, where: Place, wanted: Owner) -> t.Sequence[Tenant]:
    family = () if wanted.account else cloud.dedications.family(wanted.domain_id)
    return strangers(cloud.dedications.tenants(where.scope, where.thing.id), wanted, family)


def _verified(cloud: Cloud, where: Place, wanted: t.Optional[Owner]) -> t.Optional[Dedication]:
    """Read again until it is so."""
    began = cloud.clock.now()

    def done(seen: t.Optional[Dedication]) -> bool:
        fine = seen is None if wanted is None else seen is not None and seen.is_of(wanted)
        if not fine and cloud.clock.now() - began > SETTLE:
            raise NotAsRead(where.subject, {"owner": {"held": seen, "wanted": wanted}})
        return fine

    return until(
        cloud,
        lambda: _held(cloud, where),
        done,
        what=f"the dedication of {where.subject} to show",
        limit=SETTLE * 2,
        show=lambda seen: "dedicated" if seen else "not dedicated",
    )


def _place_fields(where: Place) -> Fields:
    return {"scope": where.scope, "place": where.thing.name, "place_id": where.thing.id}


def _shown(cloud: Cloud, held: Dedication, names: t.Optional[t.Mapping[str, str]] = None) -> Fields:
    known = cloud.dedications.names() if names is None else names
    return {
        "scope": held.scope,
        "place": held.place,
        "place_id": held.place_id,
        "domain_id": held.domain_id,
        "domain": known.get(held.domain_id, ""),
        "account_id": held.account_id,
        "account": known.get(held.account_id, ""),
        "affinity_group_id": held.affinity_group_id,
    }


def listed_dedications(cloud: Cloud, scope: t.Optional[str], owner: t.Optional[str]) -> Outcome:
    """All dedications, those of a scope, those of a domain (by path, name or id)."""
    wanted = cloud.owner_id("domain", owner) if owner else ""
    names = cloud.dedications.names()
    found = [each for kind in ([scope] if scope else SCOPES) for each in cloud.dedications.all(kind)]
    rows = [_shown(cloud, each, names) for each in found if wanted in ("", each.domain_id)]
    return Outcome(False, result={"dedications": rows})
