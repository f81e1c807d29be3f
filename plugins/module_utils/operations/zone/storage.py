# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Primary and secondary storage made so.

Source: 4.11.1 documentation, "Adding Primary Storage", "Adding Secondary Storage".
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.change import Fields, Outcome, State, decide, refuse_another
from ...core.errors import HostcraftError, InvalidValue, MissingValue, NotFound, Reason, Refused
from ...core.masking import without_secret
from ...core.naming import nearest, only
from ...core.zone import shown
from ...core.zone.storage import (
    IMAGE_STORE,
    STORAGE_POOL,
    ImageStore,
    SomeDetails,
    StoragePool,
    access_mark,
    check_pool_url,
    check_store_url,
    reasons_against_pool,
    sent_url,
    store_provider,
    untold_details,
    url_place,
)
from ...core.zone.storage_content import POOL, STORE, reasons_not_to_add, size_warnings
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import ensure, within
from ..waiting import until

POOL_LIMIT = 3600.0  # seconds for a pool to enter or leave maintenance: the VMs on it are stopped

FILED = ("nfs", "smb")  # providers whose stores are a share in a zone
UNTOLD = "is on a server that does not return details of pools"

PoolState = t.Literal["enabled", "disabled", "maintenance"]


class Care(t.NamedTuple):
    """Of a pool that is to enter maintenance.

    guard: raises Refused if the server would stop VMs, or not remove the pool (True) afterwards. prepare: asks the
    server for the maintenance, and leaves the pool as it was where that fails.
    """

    guard: t.Callable[[Cloud, StoragePool, bool], None]
    prepare: t.Callable[[Cloud, StoragePool], StoragePool]


class Seen(t.NamedTuple):
    """What a host has seen on storage that is to be added (``Content.told``), and whether it may be there."""

    content: t.Optional[t.Mapping[str, object]] = None
    allowed: bool = False


NOT_SEEN = Seen()


def _check_content(kind: str, name: str, url: str, seen: Seen) -> tuple[str, ...]:
    """Warnings about its size. Raises Refused."""
    reasons = list(reasons_not_to_add(kind, name, url, seen.content, seen.allowed))
    if reasons:
        raise Refused(f"{kind} {name}", reasons)
    return tuple(size_warnings(kind, name, seen.content))


def ensure_pool(
    cloud: Cloud,
    zone: t.Optional[str],
    places: t.Mapping[str, t.Optional[str]],
    wanted: Fields,
    state: State,
    check_mode: bool,
    pool_state: t.Optional[PoolState] = None,
    seen: Seen = NOT_SEEN,
    *,
    care: Care,
) -> Outcome:
    """``wanted``: fields of core StoragePool and ``storage_url``; places: names by "pod" and "cluster"."""

    def then(found: tuple[Zone, t.Mapping[str, t.Optional[str]]]) -> Outcome:
        place, ids = found
        name = str(wanted["name"])
        fields: dict[str, object] = {**wanted, "zone_id": place.id, **ids}
        if str(wanted.get("scope") or "").casefold() == "zone":
            fields["pod_id"] = fields["cluster_id"] = None
        held = _held(cloud, place, fields)
        told: tuple[str, ...] = ()
        if held is None and state == "present":
            if wanted.get("storage_url") is not None:
                check_pool_url(str(wanted["storage_url"]), wanted.get("provider"))
            told = _check_content(POOL, name, str(wanted.get("storage_url") or ""), seen)
            _check_scope(fields)
            fields["provider"] = _provider(cloud, "primary", wanted.get("provider"))
        elif wanted.get("storage_url"):
            place_of_url = url_place(str(wanted["storage_url"]))
            fields.update({name: value for name, value in place_of_url.items() if getattr(held, name, None)})
        warnings = _access(fields, held) if state == "present" else ()
        if held is not None and (state == "absent" or pool_state == "maintenance"):
            if state == "absent":
                refuse_another(STORAGE_POOL, f"storage pool {name}", fields, held)
            care.guard(cloud, held, state == "absent")
        if state == "absent":
            return _remove_pool(cloud, held, fields, check_mode, care)
        if pool_state in ("enabled", "disabled") and (held is None or held.state != "Maintenance"):
            fields["enabled"] = pool_state == "enabled"
        if held is None and fields.get("storage_url"):
            fields["storage_url"] = sent_url(str(fields["storage_url"]))
        outcome = ensure(
            cloud,
            cloud.storage_pools,
            STORAGE_POOL,
            held,
            fields,
            state,
            check_mode,
            show=shown.storage_pool,
            places={"zone": place.name, **places},
            again=lambda: _made_by_another(cloud, place, {**fields, "storage_url": wanted.get("storage_url")}),
        )
        outcome = replace(outcome, warnings=(*outcome.warnings, *told, *warnings))
        if pool_state is not None and not (check_mode and held is None):
            there = cloud.storage_pools.all(zone_id=place.id)
            current = held if check_mode and held else next(each for each in there if each.id == outcome.result["id"])
            outcome = _pool_brought(cloud, current, pool_state, outcome, check_mode, care)
        return _with_untold(outcome, t.cast("t.Mapping[str, object]", wanted.get("details") or {}), held)

    return within(
        lambda: _places(cloud, zone, places), then, _masked(wanted), state, check_mode, {"zone": zone, **places}
    )


def _held(cloud: Cloud, place: Zone, fields: Fields) -> t.Optional[StoragePool]:
    """The pool of that name or id. Several may share a name (T7:252): cluster and URL tell them apart.

    One of another cluster is the wanted one if it is the same storage, which the server adds only once.
    """
    name, url = str(fields["name"]), str(fields.get("storage_url") or "")
    found = cloud.storage_pools.find(name, zone_id=place.id)
    if name not in [each.id for each in found]:
        same = [each for each in found if _is_at(each, url)]
        if fields.get("cluster_id"):
            found = [each for each in found if each.cluster_id == fields["cluster_id"]] or same
        if len(found) > 1:
            found = [each for each in found if each in same] or found
    return only(found, "storage pool", name, f"zone {place.name}") if found else None


def _made_by_another(cloud: Cloud, place: Zone, fields: Fields) -> t.Optional[StoragePool]:
    found = _held(cloud, place, fields)
    return found if found is not None and _is_at(found, str(fields.get("storage_url") or "")) else None


def _is_at(pool: StoragePool, url: str) -> bool:
    place = url_place(url) if url else {}
    return bool(place) and all(
        STORAGE_POOL.comparison(name)(value, getattr(pool, name)) for name, value in place.items()
    )


def _access(fields: dict[str, object], held: t.Optional[StoragePool]) -> tuple[str, ...]:
    """Raises Refused where the pool is of another user or secret; a warning where nobody can tell."""
    name, url, details = str(fields["name"]), str(fields.get("storage_url") or ""), fields.get("details")
    reasons = list(reasons_against_pool(name, url, held, t.cast("t.Mapping[str, object]", details or {})))
    if reasons:
        raise Refused(f"storage pool {name}", reasons)
    mark = access_mark(url) if url else ""
    if held is None:
        fields["access_mark"] = mark or None
    else:
        return _unmarked(f"storage pool {name}", mark, held)
    return ()


def _unmarked(pool: str, mark: str, held: StoragePool) -> tuple[str, ...]:
    """A warning where nobody can tell the user and secret to be as declared."""
    if not mark or held.access_mark:
        return ()
    told = held.details is not None and not isinstance(held.details, SomeDetails)
    why = "was not added by this module" if told else UNTOLD
    return (f"{pool} {why}, so the user and secret in its URL cannot be compared",)


def _with_untold(outcome: Outcome, details: t.Mapping[str, object], held: t.Optional[StoragePool]) -> Outcome:
    """Its result names the details that nobody can compare; a warning does so only where the pool is changed."""
    untold = untold_details(details, held.details) if held is not None else []
    outcome = replace(outcome, result={**outcome.result, "not_compared": untold})
    if not untold or held is None or not outcome.changed:
        return outcome
    said = f"storage pool {held.name} {UNTOLD}, so {', '.join(untold)} cannot be compared"
    return replace(outcome, warnings=(*outcome.warnings, said))


def _provider(cloud: Cloud, kind: str, wanted: object) -> t.Optional[str]:
    """The provider in the server's spelling. The server adds a pool of an unknown one with another (measured).

    Raises NotFound with the nearest names.
    """
    if not wanted:
        return None
    there = cloud.offers.storage(kind)
    found = next((each for each in there if each.casefold() == str(wanted).casefold()), None)
    if there and found is None:
        raise NotFound("storage provider", str(wanted), near=nearest(str(wanted), there))
    return found or str(wanted)


def _places(
    cloud: Cloud, zone: t.Optional[str], places: t.Mapping[str, t.Optional[str]]
) -> tuple[Zone, t.Mapping[str, t.Optional[str]]]:
    place = lookup.zone(cloud, zone)
    pod, cluster = places.get("pod"), places.get("cluster")
    its_pod = lookup.pod(cloud, pod, place) if pod else None
    its_cluster = lookup.cluster(cloud, cluster, place, its_pod) if cluster else None
    pod_id = its_pod.id if its_pod else its_cluster.pod_id if its_cluster else None
    return place, {"pod_id": pod_id, "cluster_id": its_cluster.id if its_cluster else None}


def _check_scope(fields: dict[str, object]) -> None:
    """A cluster's pool needs the cluster; a zone's needs the hypervisor and no cluster."""
    scope = str(fields.get("scope") or ("cluster" if fields.get("cluster_id") else "zone")).casefold()
    if scope == "cluster" and not fields.get("cluster_id"):
        raise InvalidValue("scope", "cluster", "a cluster together with it")
    if scope == "zone" and not fields.get("hypervisor"):
        raise InvalidValue(
            "hypervisor", fields.get("hypervisor"), "a hypervisor, which a pool with scope zone requires"
        )
    fields["scope"] = scope
    if scope == "zone":
        fields["pod_id"] = fields["cluster_id"] = None


def _remove_pool(cloud: Cloud, held: t.Optional[StoragePool], wanted: Fields, check_mode: bool, care: Care) -> Outcome:
    """The server removes a pool only in maintenance."""
    if held is not None and held.state != "Maintenance" and not check_mode:
        _to_maintenance(cloud, held, care)
    return ensure(cloud, cloud.storage_pools, STORAGE_POOL, held, wanted, "absent", check_mode, show=shown.storage_pool)


def _pool_brought(
    cloud: Cloud, pool: StoragePool, wanted: PoolState, outcome: Outcome, check_mode: bool, care: Care
) -> Outcome:
    into = wanted == "maintenance" and pool.state != "Maintenance"
    out = wanted != "maintenance" and pool.state not in ("Up", "Disabled")
    if not into and not out:
        return outcome
    final = pool
    if not check_mode:
        final = _to_maintenance(cloud, pool, care) if into else _from_maintenance(cloud, pool)
        if wanted == "disabled" and final.enabled:
            final = cloud.storage_pools.update(pool.id, enabled=False)
    goal = {"maintenance": "Maintenance", "enabled": "Up", "disabled": "Disabled"}[wanted]
    return Outcome(
        True,
        {**outcome.before, "state": pool.state},
        {**outcome.after, "state": goal},
        outcome.result if check_mode else shown.storage_pool(final),
        outcome.warnings,
    )


def _to_maintenance(cloud: Cloud, pool: StoragePool, care: Care) -> StoragePool:
    if pool.state != "PrepareForMaintenance":
        pool = care.prepare(cloud, pool)
    return _settled(cloud, pool, "Maintenance")


def _from_maintenance(cloud: Cloud, pool: StoragePool) -> StoragePool:
    cloud.act("cancel_storage_maintenance", pool.id)
    return _settled(cloud, pool, "Up")


def _settled(cloud: Cloud, pool: StoragePool, goal: str) -> StoragePool:
    final = until(
        cloud,
        lambda: cloud.storage_pools.fresh(pool),
        lambda seen: seen.state in (goal, "ErrorInMaintenance", "Removed"),
        what=f"storage pool {pool.name} to be in {goal}",
        limit=POOL_LIMIT,
        show=lambda seen: seen.state,
    )
    if final.state != goal:
        reason = Reason(
            "pool_state", f"it ended in state {final.state} instead of {goal}", "check the log of the management server"
        )
        raise Refused(f"storage pool {pool.name}", [reason])
    return final


def _masked(wanted: Fields) -> Fields:
    url = wanted.get("storage_url")
    return {**wanted, "storage_url": without_secret(str(url))} if url else wanted


def ensure_image_store(
    cloud: Cloud,
    zone: t.Optional[str],
    wanted: Fields,
    state: State,
    check_mode: bool,
    recreate: bool = False,
    seen: Seen = NOT_SEEN,
) -> Outcome:
    """``wanted``: fields of core ImageStore and ``details``. recreate: replace it where a fixed field differs."""

    def place() -> t.Optional[Zone]:
        """Object storage serves every zone, so for it none is guessed."""
        filed = str(wanted.get("provider") or "NFS").casefold() in FILED
        return lookup.zone(cloud, zone) if zone or filed else None

    def then(found: t.Optional[Zone]) -> Outcome:
        name = str(wanted["name"])
        scope: dict[str, object] = {"zone_id": found.id} if found else {}
        held = lookup.maybe(cloud.image_stores, "image store", name, f"zone {found.name}" if found else "", **scope)
        fields = {**wanted, **scope}
        collection, show = cloud.image_stores, shown.image_store
        replaced = recreate and held is not None and state == "present" and _differs_for_good(fields, held)
        if state == "present" and (held is None or replaced):
            _check_store(name, fields)
        parents = {"zone": found.name} if found else {}
        if state == "present" and (held is None or recreate):
            fields["provider"] = _provider(cloud, "image", store_provider(wanted.get("provider")))
        told: tuple[str, ...] = ()
        if state == "present" and (held is None or replaced):
            told = _check_content(STORE, name, str(fields.get("url") or ""), seen)
        if replaced:
            gone = ensure(cloud, collection, IMAGE_STORE, held, fields, "absent", check_mode, show=show)
            try:
                made = ensure(
                    cloud, collection, IMAGE_STORE, None, fields, "present", check_mode, show=show, places=parents
                )
            except HostcraftError as error:
                raise _put_back(cloud, held, error) from error
            return Outcome(True, gone.before, made.after, made.result, warnings=told)
        outcome = ensure(cloud, collection, IMAGE_STORE, held, fields, state, check_mode, show=show, places=parents)
        return replace(outcome, warnings=(*outcome.warnings, *told))

    return within(place, then, wanted, state, check_mode, {"zone": zone}, cloud.image_stores)


def _put_back(cloud: Cloud, held: t.Optional[ImageStore], error: HostcraftError) -> HostcraftError:
    """The store that was removed for one that the server does not add. Keys and passwords are not known of others."""
    what = f"image store {held.name if held else ''} was removed, and the new one could not be added: {error.message}"
    told = "the old one was added again"
    try:
        if held is None or str(held.protocol).casefold() != "nfs":
            told = f"add it again: {held.url if held else ''}"
        elif not cloud.image_stores.find(held.name):
            cloud.image_stores.create(name=held.name, provider=held.provider, url=held.url, zone_id=held.zone_id)
            if held.read_only:
                its = cloud.image_stores.find(held.name)[0]
                cloud.image_stores.update(its.id, read_only=True)
    except HostcraftError as other:
        told = f"the old one could not be added again either: {other.message}"
    found = HostcraftError(f"{what}; {told}")
    found.secrets = error.secrets
    return found


def _check_store(name: str, fields: Fields) -> None:
    """Raises MissingValue; only object storage is reached without a URL."""
    lacking = [each for each in ("url", "provider") if not fields.get(each)]
    if "provider" in lacking or (lacking and str(fields["provider"]).casefold() in FILED):
        raise MissingValue(f"image store {name}", lacking, lead=MissingValue.PRESENT)
    if str(fields["provider"]).casefold() in FILED:
        check_store_url(str(fields["url"]))


def _differs_for_good(fields: Fields, held: object) -> bool:
    try:
        decide(IMAGE_STORE, "", fields, held, "present")
    except Refused:
        return True
    return False
