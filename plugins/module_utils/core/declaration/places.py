# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and places of a declared zone: clusters in pods, hosts in clusters, storage, settings; nothing twice."""

from __future__ import annotations

import typing as t
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from ..masking import MASK, is_secret_name
from ..zone.hosts import url_name
from .cluster_names import by_words, of_records
from .problem import PREFIX, Part, Problem, choice_of, shown
from .shape import HYPERVISORS, is_url

# Over-provisioning factors: the server takes 0.5 too (FIELD_FACTS "Over-provisioning"), which hides real capacity.
FACTORS = ("cpu.overprovisioning.factor", "mem.overprovisioning.factor", "storage.overprovisioning.factor")
NAMED = ("physical_networks", "pods", "vmware_datacenters", "clusters", "primary_storage", "secondary_storage")
S3_DETAILS = ("accesskey", "secretkey", "bucket", "endpoint")
IN_VCENTER = "VMware"


def place_problems(zone: Part, hosts: t.Sequence[Part]) -> t.Iterator[Problem]:
    """All problems of names and references, of the zone and its hosts."""
    for key in NAMED:
        for group in _groups(zone, key):
            yield from _doubles(group, "name", "duplicate_name", str.casefold)
    yield from _cluster_problems(zone)
    clusters = _clusters(zone)
    for host in hosts:
        yield from _host_problems(clusters, host)
    yield from _host_doubles(hosts)
    yield from _storage_problems(zone)
    for part, key in ((zone, "settings"), (zone, "zone_settings"), *((c, "settings") for c in zone.parts("clusters"))):
        yield from _setting_problems(part, key)


def _groups(zone: Part, key: str) -> t.Iterable[list[Part]]:
    """Within which a name is there once: clusters within their pod."""
    found: dict[str, list[Part]] = {}
    for part in zone.parts(key):
        found.setdefault(part.text("pod") if key == "clusters" else "", []).append(part)
    return found.values()


def _clusters(zone: Part) -> dict[str, Part]:
    """By all that hosts and pools may call them."""
    parts = list(zone.parts("clusters"))
    return by_words(of_records([each.record for each in parts]), parts)


def _doubles(parts: t.Sequence[Part], key: str, code: str, same: t.Callable[[str], str]) -> t.Iterator[Problem]:
    """The second and later parts of the same value."""
    seen: dict[str, Part] = {}
    for part in parts:
        value = same(part.text(key))
        if value and value in seen:
            first = seen[value]
            where = first.host or Problem("", first.path, "", "", "").where
            what = shown(part.text(key))
            message = f"{what!r} is already declared at {where}"
            yield Problem(code, (*part.path, key), what, message, f"another {key}", part.host)
        seen.setdefault(value, part)


def _unknown(part: Part, key: str, kind: str, names: t.Collection[str]) -> t.Iterator[Problem]:
    """The named pod or cluster is declared; unset is not unknown."""
    name = part.text(key)
    if name and name not in names:
        yield part.problem(
            f"unknown_{kind}", key, f"{kind.replace('_', ' ')} {name!r} is not declared", choice_of(name, names)
        )


def _names(zone: Part, key: str) -> list[str]:
    return [each.text("name") for each in zone.parts(key)]


def _cluster_problems(zone: Part) -> t.Iterator[Problem]:
    for cluster in zone.parts("clusters"):
        yield from _unknown(cluster, "pod", "pod", _names(zone, "pods"))
        if cluster.text("hypervisor") != IN_VCENTER:
            continue
        if not cluster.text("url"):
            right = "http://VCENTER/DATACENTER/CLUSTER"
            yield cluster.problem(
                "missing_url", "url", "a VMware cluster needs the URL of the cluster in vCenter", right
            )
        if not any(zone.parts("vmware_datacenters")):
            yield zone.problem(
                "missing_datacenter",
                "vmware_datacenters",
                f"cluster {cluster.text('name')} is VMware and the zone has no vCenter datacenter",
                "the datacenter's name, vcenter, username and password",
            )
    datacenters = list(zone.parts("vmware_datacenters"))
    for extra in datacenters[1:]:
        message = f"the zone already has the datacenter {datacenters[0].text('name')}"
        yield extra.problem("second_datacenter", "name", message, "one datacenter in each zone")


def _host_problems(clusters: t.Mapping[str, Part], host: Part) -> t.Iterator[Problem]:
    name = host.text("cluster")
    if not name:
        yield host.problem("host_without_cluster", "cluster", "the host has no cluster", choice_of("", clusters))
    yield from _unknown(host, "cluster", "cluster", clusters)
    cluster = clusters.get(name)
    wanted = cluster.text("hypervisor") if cluster else ""
    held = host.text("hypervisor")
    if wanted in HYPERVISORS and held in HYPERVISORS and held != wanted:
        message = f"cluster {name} has the hypervisor {wanted}, not {held}"
        yield host.problem("hypervisor_mismatch", "hypervisor", message, wanted)


def _host_doubles(hosts: t.Sequence[Part]) -> t.Iterator[Problem]:
    """A host is one by its name and by its address or URL (the simulator alone takes a URL twice, T1:44)."""
    named = list(_doubles(hosts, "name", "duplicate_host", str.casefold))
    yield from named
    again = {problem.path[0] for problem in named}
    rest = [host for host in hosts if host.path[0] not in again and is_url(host.get("url"))]
    yield from _doubles(rest, "url", "duplicate_host", _machine)


def _machine(url: str) -> str:
    """One machine has one agent, so the address alone tells it; below a vCenter or simulator the whole URL does."""
    return (url_name(url) if not urlsplit(url).path.strip("/") else url.rstrip("/")).casefold()


def _storage_problems(zone: Part) -> t.Iterator[Problem]:
    clusters = _clusters(zone)
    for pool in zone.parts("primary_storage"):
        scope = pool.text("scope") or ("cluster" if pool.text("cluster") else "zone")
        yield from _unknown(pool, "cluster", "cluster", clusters)
        if scope == "cluster" and not pool.text("cluster"):
            yield pool.problem(
                "storage_scope", "cluster", "a pool with scope cluster needs a cluster", choice_of("", clusters)
            )
        if scope == "zone" and not pool.text("hypervisor"):
            right = "a hypervisor whose hosts use it, such as KVM"
            yield pool.problem("storage_scope", "hypervisor", "a pool with scope zone needs a hypervisor", right)
        if scope == "zone" and pool.text("cluster"):
            message = "a pool with scope zone cannot have a cluster"
            yield pool.problem("storage_scope", "cluster", message, "scope: cluster, or no cluster")
    for store in zone.parts("secondary_storage"):
        if (store.text("provider") or "NFS").casefold() in ("nfs", "smb") and not store.text("url"):
            yield store.problem("missing", "url", "url is needed", "a URL such as nfs://10.0.0.5/export/secondary")
        needed = S3_DETAILS if store.text("provider").casefold() == "s3" else ()
        details = store.get("details")
        missing = [name for name in needed if not (isinstance(details, t.Mapping) and details.get(name))]
        if missing and not isinstance(details, t.Mapping):
            yield store.problem("missing", "details", "S3 is configured with details", ", ".join(S3_DETAILS))
    for key in ("primary_storage", "secondary_storage"):
        yield from _doubles(list(zone.parts(key)), "url", "duplicate_url", lambda url: url.rstrip("/"))


def _setting_problems(part: Part, key: str) -> t.Iterator[Problem]:
    settings = part.get(key)
    for name, value in settings.items() if isinstance(settings, t.Mapping) else ():
        path = (*part.path, key, str(name))
        if value is None or isinstance(value, (list, tuple, t.Mapping)):
            seen = MASK if is_secret_name(str(name)) else shown(value)
            yield Problem(
                "setting_type", path, seen, f"{seen!r} is not a single value", "a text, a number, true or false"
            )
        elif str(name) in FACTORS and _below_one(value):
            message = f"a factor of {value} would hide existing capacity"
            yield Problem("factor_below_one", path, shown(value), message, "1 or more")


def _below_one(value: object) -> bool:
    try:
        factor = Decimal(str(value))
        return not factor.is_finite() or factor < 1
    except InvalidOperation:
        return True


def host_part(index: int, record: t.Mapping[str, t.Any], name: str) -> Part:
    """A host of the inventory as a part; its problems name the host, and the variable with its prefix."""
    return Part((index,), record, name or f"{PREFIX}host {index}")
