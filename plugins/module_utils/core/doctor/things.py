# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about hosts, places, storage, alerts and settings as CloudStack lists them."""

from __future__ import annotations

import typing as t
from collections import Counter

from ..events.alerts import Alert
from ..findings import Finding
from ..maintenance.server_roll import PING_INTERVAL, STAGE_TIMEOUT, does_nothing
from ..servers.host_setting import HOST_SETTING, of_this_machine
from ..zone.hosts import Host
from ..zone.storage import ImageStore, StoragePool
from ..zone.topology import Cluster, Pod, Zone
from .figures import names
from .table import HOSTS, OPEN_ALERTS, SETTINGS, STORAGE

LARGE = 6 * 10**12
AGENTS = ("KVM", "LXC")  # hypervisors whose agent is of the management servers' release
SITES, MANAGEMENT = "secstorage.allowed.internal.sites", "management.network.cidr"
LOCAL_VMS = "system.vm.use.local.storage"
OF_SETTINGS = (HOST_SETTING, SITES, MANAGEMENT, STAGE_TIMEOUT, PING_INTERVAL)


def hosts(found: t.Sequence[Host], versions: t.Collection[str]) -> t.Iterator[Finding]:
    """versions: of the management servers that are up."""
    for each in found:
        seen = f"{each.name} in cluster {each.cluster or each.cluster_id}"
        if "Error" in each.resource_state or each.resource_state == "Degraded":
            yield HOSTS.found("host_in_error", f"{seen}: {each.resource_state}", each.name)
        elif each.resource_state != "Enabled":
            yield HOSTS.found("host_out", f"{seen}: {each.resource_state}", each.name)
        elif each.state != "Up":
            yield HOSTS.found("host_not_up", f"{seen}: {each.state or 'state unknown'}", each.name)
    clusters: dict[str, list[Host]] = {}
    for each in found:
        clusters.setdefault(each.cluster_id, []).append(each)
    for its in clusters.values():
        known = Counter(each.hypervisor_version for each in its if each.hypervisor_version)
        if len(known) > 1:
            told = ", ".join(f"{count} hosts {version}" for version, count in sorted(known.items()))
            called = its[0].cluster or its[0].cluster_id
            yield HOSTS.found("hypervisor_versions_differ", f"cluster {called}: {told}", called)
    for wanted in versions if len(versions) == 1 else ():
        old = [each for each in found if each.hypervisor in AGENTS and each.version and each.version != wanted]
        if old:
            told = names(f"{each.name} {each.version}" for each in old)
            yield HOSTS.found("agent_version_differs", f"servers {wanted}, {len(old)} hosts: {told}", hosts=len(old))


def places(zone: Zone, pods: t.Iterable[Pod], clusters: t.Iterable[Cluster]) -> t.Iterator[Finding]:
    """A place inside of one that is disabled is told too: enabling the outer one does not enable it."""
    rows: list[tuple[str, t.Union[Zone, Pod, Cluster]]] = [("zone", zone)]
    rows += [("pod", pod) for pod in pods]
    rows += [("cluster", cluster) for cluster in clusters]
    for kind, each in rows:
        if each.allocation_state == "Disabled":
            yield HOSTS.found("place_disabled", f"{kind} {each.name} of zone {zone.name}", each.name, kind=kind)


def storage(
    zone: Zone, pools: t.Sequence[StoragePool], stores: t.Sequence[ImageStore], local_vms: str
) -> t.Iterator[Finding]:
    """local_vms: the setting system.vm.use.local.storage of the zone."""
    for pool in pools:
        seen = f"{pool.name} of zone {zone.name} is {pool.state or 'in an unknown state'}"
        if "Error" in pool.state:
            yield STORAGE.found("pool_in_error", seen, pool.name)
        elif pool.state != "Up":
            yield STORAGE.found("pool_out", seen, pool.name)
        if (pool.disk_size_total or 0) > LARGE and pool.scope.casefold() != "host":
            size = (pool.disk_size_total or 0) / 10**12
            yield STORAGE.found("pool_large", f"{pool.name} of zone {zone.name}: {size:.1f} TB", pool.name)
    if zone.allocation_state != "Enabled":
        return
    up = [pool for pool in pools if pool.state == "Up"]
    if not up:
        yield STORAGE.found("no_primary_storage", f"zone {zone.name}: {len(pools)} pools", zone.name)
    elif all(pool.scope.casefold() == "host" for pool in up) and local_vms.casefold() != "true":
        yield SETTINGS.found("local_system_vms", f"zone {zone.name}: {LOCAL_VMS} is {local_vms or 'empty'}", zone.name)
    if not any(not store.read_only for store in stores):
        told = f"zone {zone.name}: {len(stores)} stores, all read-only" if stores else f"zone {zone.name} has no store"
        yield STORAGE.found("no_secondary_storage", told, zone.name)


def open_alerts(alerts: t.Sequence[Alert]) -> t.Iterator[Finding]:
    """One finding for each type, the most frequent first; alerts come newest first."""
    kinds: dict[str, list[Alert]] = {}
    for each in alerts:
        kinds.setdefault(each.name or str(each.type), []).append(each)
    for kind, its in sorted(kinds.items(), key=lambda row: (-len(row[1]), row[0])):
        told = f"{len(its)} of type {kind}, the last one at {its[0].sent or 'an unknown time'}: {its[0].description}"
        yield OPEN_ALERTS.found("alerts_open", told, kind, alerts=len(its))


def settings(held: t.Mapping[str, str], clusters: t.Iterable[Cluster]) -> t.Iterator[Finding]:
    """held: global values of OF_SETTINGS; a setting that the server does not have is not in it."""
    if HOST_SETTING in held and of_this_machine(held[HOST_SETTING]):
        yield SETTINGS.found("agents_sent_to_localhost", f"host is {held[HOST_SETTING] or 'empty'}")
    open_ = [each.strip() for each in held.get(SITES, "").split(",") if each.strip().endswith("/0")]
    if open_:
        yield SETTINGS.found("downloads_unprotected", f"{SITES} has {', '.join(open_)}")
    stage, ping = (_number(held.get(name)) for name in (STAGE_TIMEOUT, PING_INTERVAL))
    if stage is not None and ping is not None and does_nothing(stage, ping):
        yield SETTINGS.found("roll_timeout_short", f"{STAGE_TIMEOUT} is {stage:g}, {PING_INTERVAL} is {ping:g}")
    if MANAGEMENT in held and not held[MANAGEMENT].strip():
        yield SETTINGS.found("management_network_unset", f"{MANAGEMENT} is empty")
    over = [f"{each.name} of {each.zone}: {each.factors.ram}" for each in clusters if float(each.factors.ram) > 1]
    if over:
        yield SETTINGS.found("memory_overprovisioned", names(over), clusters=len(over))


def _number(text: t.Optional[str]) -> t.Optional[float]:
    try:
        return float(text) if text else None
    except ValueError:
        return None
