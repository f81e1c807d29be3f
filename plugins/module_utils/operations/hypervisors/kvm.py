# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What KVM hosts of a cluster are asked beside CloudStack: whether guests can move, which certificates they show."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from ...core.change import Outcome, plain
from ...core.errors import (
    HypervisorError,
    InvalidValue,
    NotAsRead,
    NotFound,
    Reason,
    Refused,
)
from ...core.findings import Fail, at_least, summary
from ...core.hypervisors.kvm.consoles import Console, ConsoleHost, outdated, still_outdated
from ...core.hypervisors.kvm.hosts import KvmHost
from ...core.hypervisors.kvm.migration import Barrier, barriers, questions, ways
from ...core.zone.hosts import Host, HostName, matching
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ...ports.hypervisors import KvmHosts
from .. import lookup

Reach = t.Callable[[t.Sequence[Host]], KvmHosts]
Json = dict[str, object]


@dataclass(frozen=True)
class Where:
    """zone: None for the only one. hosts: names or addresses; empty for all of the cluster."""

    zone: t.Optional[str]
    cluster: str
    hosts: tuple[str, ...] = ()


def check_migration(cloud: Cloud, where: Where, reach: Reach, guests: bool, fail: Fail) -> Outcome:
    """Every pair of hosts both ways; nothing is written. fail: the least severity that is an error, or "never"."""
    cluster, hosts = _hosts(cloud, where)
    with contextlib.closing(reach(hosts)) as kvm:
        seen, unread = kvm.survey(guests)
        found = barriers(seen, kvm.compare(questions(seen)))
        baseline = kvm.baseline(seen)
    bad = at_least(fail, found)
    if bad:
        raise Refused(f"migration in cluster {cluster.name}", [_reason(each) for each in bad])
    return Outcome(
        False,
        result={
            "cluster": cluster.name,
            "hosts": [_host(each) for each in seen],
            "ways": ways(seen, found),
            "barriers": [plain(each) for each in found],
            "baseline": plain(baseline) if baseline else None,
            "unread": [{"host": name, "error": error} for name, error in unread],
            "summary": summary(found),
        },
        warnings=tuple(f"{error}; this host was not checked" for _name, error in unread),
    )


def reload_consoles(cloud: Cloud, where: Where, reach: Reach, force: bool, check_mode: bool) -> Outcome:
    """Consoles show the certificate that their host has. Raises HypervisorError or NotAsRead with those that do not."""
    cluster, hosts = _hosts(cloud, where)
    with contextlib.closing(reach(hosts)) as kvm:
        seen, unread = kvm.consoles()
        wanted = {each.name: outdated(each, force) for each in seen}
        todo = {host: consoles for host, consoles in wanted.items() if consoles}
        after = _reload(kvm, todo) if todo and not check_mode else seen
    own = {each.name: each.wanted for each in seen}
    return Outcome(
        bool(todo),
        before=_shown(todo, lambda host, console: console.shown),
        after=_shown(todo, lambda host, console: own[host]),
        result={
            "cluster": cluster.name,
            "reloaded": [{"host": host, "vm": each.guest} for host, consoles in todo.items() for each in consoles],
            "consoles": [
                {"host": host.name, "vm": each.guest, "certificate": each.shown, "wanted": host.wanted}
                for host in after
                for each in host.consoles
            ],
            "unread": [{"host": name, "error": error} for name, error in unread],
        },
        warnings=tuple(f"{error}; its consoles were not changed" for _name, error in unread),
    )


def _reload(kvm: KvmHosts, todo: t.Mapping[str, t.Sequence[Console]]) -> t.Sequence[ConsoleHost]:
    """All of them, then what is seen afterwards; a guest that was stopped meanwhile is no trouble."""
    failed: list[str] = []
    for host, consoles in todo.items():
        failed += [reason for _guest, reason in kvm.reload_consoles(host, {each.guest for each in consoles})]
    if failed:
        raise HypervisorError("; ".join(failed), call="display-reload")
    after, _unread = kvm.consoles()
    still = {host.name: still_outdated(todo.get(host.name, ()), host) for host in after}
    if any(still.values()):
        raise NotAsRead("consoles", {host: list(guests) for host, guests in still.items() if guests})
    return after


def _shown(
    todo: t.Mapping[str, t.Sequence[Console]], get: t.Callable[[str, Console], t.Optional[str]]
) -> dict[str, object]:
    return {f"{host} {each.guest}": get(host, each) for host, consoles in todo.items() for each in consoles}


def _hosts(cloud: Cloud, where: Where) -> tuple[Cluster, list[Host]]:
    """Those to ask. Raises NotFound, InvalidValue for a cluster of another hypervisor."""
    cluster = lookup.cluster(cloud, where.cluster, lookup.zone(cloud, where.zone))
    if cluster.hypervisor != "KVM":
        raise InvalidValue("cluster", where.cluster, f"a cluster of KVM hosts, but this one uses {cluster.hypervisor}")
    hosts = [each for each in cloud.hosts.all(cluster_id=cluster.id) if each.removed is None]
    chosen = []
    for name in where.hosts:
        found = matching(hosts, HostName(name=name))
        if not found:
            raise NotFound("host", name, f"cluster {cluster.name}", [each.name for each in hosts])
        chosen += [each for each in found if each not in chosen]
    return cluster, chosen or hosts


def _host(host: KvmHost) -> Json:
    return {
        "name": host.name,
        "address": host.seen.address,
        "arch": host.arch,
        "libvirt": ".".join(map(str, host.libvirt)),
        "qemu": ".".join(map(str, host.qemu)),
        "cpu_model": host.cpu_model,
        "virtualisation": host.virt,
        "tls": host.tls,
        "tcp": host.tcp,
        "pools": sorted(each.name for each in host.seen.storage if each.reachable),
        "guests": sorted(each.name for each in host.guests),
    }


def _reason(barrier: Barrier) -> Reason:
    facts = {"source": barrier.source, "target": barrier.target, "vm": barrier.guest, **barrier.facts}
    return Reason(barrier.code, barrier.message, barrier.remedy, facts)
