# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage of a declared zone: what its hypervisors can use, the same tags for all, one kind of secondary storage.

Source: 4.11.1 documentation, "Hypervisor Support for Primary Storage", "Adding Primary Storage" (tag sets, no shared
storage), "Adding Secondary Storage", "Adding an NFS Secondary Staging Store for Each Zone"; T7:249-279, T7:326-329.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..masking import without_secret
from ..zone.storage import PLUGIN_URL, parts_of, plugin_keys
from ..zone.storage_protocols import OF_ZONE, misfit
from .clusters import declared_setting
from .problem import ERROR, WARNING, Part, Path, Problem, Severity
from .server import Held, text

DEFAULT = ("", "defaultprimary")  # the provider that knows the protocols of hypervisors
OBJECTS = ("s3", "swift")
LOCAL_SYSTEM = ("system.vm.use.local.storage", "system.vm.local.storage.required")
SMB_DETAILS = ("user", "password", "domain")


def storage_problems(zone: Part, held: Held) -> t.Iterator[Problem]:
    """All problems of primary and secondary storage."""
    clusters = {each.text("name"): each for each in zone.parts("clusters")}
    there = {text(each, "name") for each in held.of_zone("storage_pools", zone.text("name"))}
    for pool in zone.parts("primary_storage"):
        # What the server has already is no longer refused.
        severity: Severity = WARNING if pool.text("name") in there else ERROR
        for each in _pool_problems(pool, clusters):
            yield each if each.severity == WARNING else replace(each, severity=severity)
    yield from _tag_problems(zone, held)
    yield from _unshared(zone, held)
    yield from _kinds(zone, held)
    yield from _staging(zone, held)


def _pool_problems(pool: Part, clusters: t.Mapping[str, Part]) -> t.Iterator[Problem]:
    provider = pool.text("provider").casefold()
    url = pool.text("url")
    if PLUGIN_URL.match(url):
        if provider in DEFAULT:
            message = "this URL has keys and values, which only the provider of a storage plug-in reads"
            yield pool.problem("missing", "provider", message, "the provider, such as SolidFire")
        elif provider.startswith("solidfire"):
            yield from _plugin_problems(pool)
        return
    if provider not in DEFAULT:
        return
    scheme = parts_of(url).scheme
    cluster = clusters.get(pool.text("cluster"))
    hypervisor = cluster.text("hypervisor") if cluster else pool.text("hypervisor")
    wrong = misfit(scheme, hypervisor)
    if wrong is not None:
        yield (pool.problem if wrong.refused else pool.warning)(wrong.code, "url", wrong.message, wrong.remedy)
    if scheme in ("cifs", "smb"):
        yield from _smb_problems(pool, without_secret(url))
    if not cluster and not pool.text("cluster") and hypervisor and hypervisor not in OF_ZONE:
        message = f"a pool with scope zone cannot serve {hypervisor}"
        yield pool.problem("storage_scope", "hypervisor", message, "scope: cluster, with a pool for each cluster")


def _smb_problems(pool: Part, shown: str) -> t.Iterator[Problem]:
    """The server reads neither from the URL (T7:264-266)."""
    details = pool.items("details")
    missing = [name for name in SMB_DETAILS if not details.get(name)]
    if missing:
        message = f"{shown} needs {', '.join(missing)}, which the server reads from details alone"
        yield pool.problem("missing_details", "details", message, "user, password and domain of the share in details")


def _plugin_problems(pool: Part) -> t.Iterator[Problem]:
    """Source: 4.11.1 documentation, "SolidFire"."""
    keys = plugin_keys(pool.text("url"))
    needed = ("MVIP", "SVIP", "clusterAdminUsername", "clusterAdminPassword")
    missing = [name for name in needed if not keys.get(name.casefold())]
    if missing:
        message = f"the URL has no {', '.join(missing)}"
        yield pool.problem("missing_details", "url", message, "KEY=VALUE pairs with semicolons between them")
    for key in ("capacity_bytes", "capacity_iops"):
        if not pool.get(key):
            yield pool.problem("missing", key, f"{key} is needed by the provider SolidFire", "a whole number above 0")


def _tag_problems(zone: Part, held: Held) -> t.Iterator[Problem]:
    """Every cluster offers the same tags; a pool of the zone counts for all clusters of its hypervisor."""
    clusters = list(zone.parts("clusters"))
    pools = list(zone.parts("primary_storage"))
    if not pools:
        return
    names = {pool.text("name") for pool in pools}
    others = [each for each in held.of_zone("storage_pools", zone.text("name")) if text(each, "name") not in names]
    offered: dict[str, set[str]] = {}
    for cluster in clusters:
        mine = [set(pool.names("tags")) for pool in pools if _serves(cluster, pool.text("cluster"), pool.record)]
        mine += [_held_tags(each) for each in others if _serves(cluster, text(each, "cluster"), each)]
        if mine:
            offered[cluster.text("name")] = set().union(*mine)
    every = set().union(*offered.values())
    for cluster in clusters:
        lacking = sorted(every - offered.get(cluster.text("name"), every))
        if lacking:
            have = sorted({name for name, tags in offered.items() if set(lacking) & tags})
            message = (
                f"cluster {cluster.text('name')} has no primary storage with {_tagged(lacking)}, but {', '.join(have)} "
                "has: VMs with this tag cannot run there"
            )
            yield cluster.warning("storage_tags_differ", "name", message, "the same storage tags in all clusters")


def _tagged(tags: t.Sequence[str]) -> str:
    return f"the tag {tags[0]}" if len(tags) == 1 else f"the tags {', '.join(tags)}"


def _serves(cluster: Part, name: str, pool: t.Mapping[str, t.Any]) -> bool:
    if name:
        return name == cluster.text("name")
    return text(pool, "hypervisor") in (cluster.text("hypervisor"), "Any")


def _held_tags(pool: t.Mapping[str, t.Any]) -> set[str]:
    tags = pool.get("storage_tags")
    return {str(each) for each in tags} if isinstance(tags, (list, tuple)) else set()


def without_pools(zone: Part) -> list[Part]:
    """Clusters for which no primary storage is declared."""
    pools = list(zone.parts("primary_storage"))
    return [
        cluster
        for cluster in zone.parts("clusters")
        if not any(_serves(cluster, pool.text("cluster"), pool.record) for pool in pools)
    ]


def _unshared(zone: Part, held: Held) -> t.Iterator[Problem]:
    """Without shared storage no VM starts, unless local disks are used, those of system VMs included."""
    there = held.of_zone("storage_pools", zone.text("name"))
    if not held.known("storage_pools") and zone.get("primary_storage") is None:
        return  # it may be there
    shared = [each for each in there if text(each, "scope") != "host"]
    lacking = [each for each in without_pools(zone) if not any(_serves(each, text(p, "cluster"), p) for p in shared)]
    _name, value = declared_setting(zone, *LOCAL_SYSTEM)
    system = (held.setting(*LOCAL_SYSTEM) if value is None else value) or ""
    local = zone.get("local_storage_enabled") is True
    for cluster in lacking if not (local and system.casefold() == "true") else ():
        wanted = [] if local else ["local_storage_enabled: true"]
        wanted += [] if system.casefold() == "true" else [f"the setting {LOCAL_SYSTEM[0]}: true"]
        message = f"cluster {cluster.text('name')} has no shared primary storage, so no VM starts there"
        yield cluster.warning("no_shared_storage", "name", message, f"primary storage, or {' and '.join(wanted)}")


def kind_of_store(provider: str, url: str) -> str:
    """nfs, s3, swift …: what a provider stores on; a share of SMB is told by its URL too."""
    told = provider.casefold()
    scheme = url.partition("://")[0].casefold()
    return "smb" if told == "smb" or scheme == "cifs" else told or "nfs"


def _kinds(zone: Part, held: Held) -> t.Iterator[Problem]:
    """The server refuses a store of another provider than those it has (T7:326-329)."""
    declared = list(zone.parts("secondary_storage"))
    names = {store.text("name") for store in declared}
    first: t.Optional[tuple[str, str]] = None
    for each in held.all("image_stores"):
        if first is None and text(each, "name") not in names:
            kind = kind_of_store(text(each, "provider") or text(each, "provider_name"), text(each, "url"))
            first = (kind, f"{text(each, 'name')} on the server")
    for store in declared:
        kind = kind_of_store(store.text("provider"), store.text("url"))
        if first is None:
            first = (kind, store.where)
        elif kind != first[0]:
            message = (
                f"secondary storage is {first[0].upper()} ({first[1]}), and all secondary storage of a region must be "
                "of one kind"
            )
            yield store.problem("secondary_storage_kinds", "provider", message, first[0].upper())


def _staging(zone: Part, held: Held) -> t.Iterator[Problem]:
    """Hosts cannot mount object storage: templates reach them by an NFS staging store in every zone."""
    declared = list(zone.parts("staging_stores"))
    kinds = {kind_of_store(store.text("provider"), store.text("url")) for store in zone.parts("secondary_storage")}
    objects = sorted(kinds & set(OBJECTS))
    for store in declared:
        if parts_of(store.text("url")).scheme != "nfs":
            yield store.problem("staging_protocol", "url", "a staging store is on NFS", "nfs://SERVER/PATH")
    if objects and not declared and not held.of_zone("staging_stores", zone.text("name")):
        there = {text(each, "name") for each in held.all("image_stores")}
        new = any(store.text("name") not in there for store in zone.parts("secondary_storage"))
        message = f"secondary storage is {objects[0].upper()}, which needs an NFS staging store in every zone"
        at: Path = (*zone.path, "staging_stores")
        remedy = "a staging store such as nfs://10.0.0.5/export/staging"
        yield Problem("staging_store_missing", at, "", message, remedy, "", ERROR if new else WARNING)
