# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of image stores: browsed, and moved to other stores."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Outcome
from ...core.errors import ApiError, JobLost, NotFound, Reason, Refused, TransportError
from ...core.naming import nearest
from ...core.storage.stores import Entry, Item, refusals
from ...core.zone.storage import ImageStore
from ...ports.cloud import Cloud
from .. import lookup
from ..waiting import until
from .maintenance import pool_of

PAUSE = 5.0  # seconds between looks at a migration whose answer was lost
# How the server's answer to a migration begins that finds nothing. Source: StorageOrchestrator.migrateData.
NOTHING = "No files in Image store"


@dataclass(frozen=True)
class Request:
    """items: names or ids of templates, ISOs and snapshots; () for all. balance: until the stores are alike full."""

    source: str
    destinations: tuple[str, ...]
    zone: t.Optional[str]
    balance: bool = False
    items: tuple[str, ...] = ()


def listed(cloud: Cloud, zone: t.Optional[str], store: str, pool: str, path: str) -> Outcome:
    """What lies at a path of an image store or a pool."""
    kind = "image_store" if store else "pool"
    id = _store(cloud, zone, store).id if store else pool_of(cloud, zone, pool).id
    return Outcome(False, result={"path": path, "objects": [_shown(each) for each in cloud.stores.at(kind, id, path)]})


def _shown(entry: Entry) -> dict[str, object]:
    return {
        "name": entry.name,
        "directory": entry.directory,
        "size": entry.size,
        "updated": entry.updated,
        "of": entry.of,
    }


def _store(cloud: Cloud, zone: t.Optional[str], name: str) -> ImageStore:
    place = lookup.zone(cloud, zone)
    return lookup.one(cloud.image_stores, "image store", name, f"zone {place.name}", zone_id=place.id)


def migrate(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is done; and after, where something is still on the source."""
    source = _store(cloud, request.zone, request.source)
    destinations = [_store(cloud, request.zone, name) for name in request.destinations]
    cloud.stores.needs(bool(request.items))
    there = cloud.stores.items(source.id)
    chosen = _chosen(cloud, request, destinations, there)
    reasons = list(refusals(source, destinations, chosen))
    if request.items and len(destinations) != 1:
        message = "single templates and snapshots can only be moved to one store"
        reasons.append(Reason("one_destination", message, "name one destination", {}))
    if reasons:
        raise Refused(f"image store {source.name}", reasons)
    whole = not (request.items or request.balance)
    closes = whole and not source.read_only
    empty = chosen is not None and not chosen
    if empty and not closes and (check_mode or not whole):
        return Outcome(False, result=_result(source, destinations, chosen, ""))
    before: dict[str, object] = {"items": sorted(each.name for each in chosen or ()), "read_only": source.read_only}
    after: dict[str, object] = {"items": [], "read_only": source.read_only or closes}
    if request.balance:
        before, after = {"balanced": False}, {"balanced": True}
    if check_mode:
        return Outcome(True, before, after, _result(source, destinations, chosen, ""))
    if closes:
        # Or new templates and snapshots come while the others go.
        source = cloud.image_stores.update(source.id, read_only=True)
    # Not only where something is listed: uploaded volumes are on the store too, and are in no listing of it. Also where
    # it is read-only by now: nothing but the server's answer tells that an earlier run came to its end.
    message = _moved(cloud, request, source, destinations, chosen)
    _verify(cloud, request, source, chosen)
    result = _result(source, destinations, chosen, message)
    warnings = () if there is not None else (f"the server does not show what is left on image store {source.name}",)
    if not closes and not chosen and message.startswith(NOTHING):
        return Outcome(False, result=result, warnings=warnings)
    return Outcome(True, before, after, result, warnings)


def _chosen(
    cloud: Cloud, request: Request, destinations: t.Sequence[ImageStore], there: t.Optional[t.Sequence[Item]]
) -> t.Optional[t.Sequence[Item]]:
    """Named ones that are on a destination by now were moved by an earlier run. Raises NotFound for others."""
    if not request.items:
        return there
    arrived = [each for store in destinations for each in cloud.stores.items(store.id) or ()]
    known = [*(there or ()), *arrived]
    for name in request.items:
        if not any(name in (each.name, each.id) for each in known):
            names = [each.name for each in known]
            raise NotFound("template or snapshot", name, f"image store {request.source}", nearest(name, names))
    return [each for each in there or () if each.name in request.items or each.id in request.items]


def _moved(
    cloud: Cloud,
    request: Request,
    source: ImageStore,
    destinations: t.Sequence[ImageStore],
    chosen: t.Optional[t.Sequence[Item]],
) -> str:
    """A lost answer is no failure: what is left on the source tells, once the server no longer moves anything.

    Raises JobLost, TransportError where nothing tells.
    """
    try:
        if request.items:
            return cloud.stores.migrate_items(source.id, destinations[0].id, chosen or ())
        return cloud.stores.migrate(source.id, [each.id for each in destinations], request.balance)
    except (JobLost, TransportError) as error:
        until(
            cloud,
            lambda: cloud.jobs.at_work_on(source.id),
            lambda busy: not busy,
            what=f"the migration off image store {source.name} to end",
            limit=cloud.jobs.limit,
            show=lambda _busy: "under way",
            # The first look waits too: a call that arrived is no job yet.
            pause=lambda: PAUSE,
        )
        if request.balance or not chosen:
            error.add("; the server does not show whether the contents were moved: run again")
            raise
        return error.text if isinstance(error, ApiError) else error.message


def _verify(cloud: Cloud, request: Request, source: ImageStore, chosen: t.Optional[t.Sequence[Item]]) -> None:
    there = cloud.stores.items(source.id)
    if there is None or request.balance:
        return
    wanted = {(each.kind, each.id) for each in chosen or ()}
    left = sorted(each.name for each in there if (each.kind, each.id) in wanted)
    if left:
        message = f"{', '.join(left)} are still on it"
        remedy = "check the log of the management server, then run again"
        raise Refused(f"image store {source.name}", [Reason("not_moved", message, remedy, {"items": left})])


def _result(
    source: ImageStore,
    destinations: t.Sequence[ImageStore],
    items: t.Optional[t.Sequence[Item]],
    message: str,
) -> dict[str, object]:
    return {
        "source": source.name,
        "destinations": [each.name for each in destinations],
        "items": [{"kind": each.kind, "id": each.id, "name": each.name, "size": each.size} for each in items or ()],
        "message": message,
    }
