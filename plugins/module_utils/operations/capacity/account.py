# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What zones, pods, clusters and hosts hold and have left, by the server's accounting of every VM.

Source: Working with Hosts, "Over-Provisioning and Service Offering Limits"; 4.11.1 documentation, "Best Practices".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.accounting import (
    RESOURCES,
    Amount,
    Balance,
    Factors,
    joined,
    largest_vm,
    stranded,
)
from ...core.capacity import headroom
from ...core.capacity.headroom import Size
from ...core.capacity.overprovisioning import Keeper, keepers
from ...core.capacity.thresholds import compared, crossed
from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.placement.fleet import Fleet, balances
from ...core.zone.hosts import Host
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..zone.places import Names, clusters, place
from . import levels
from .agreed import differences

Json = dict[str, t.Any]
DISABLE = "disablethreshold"
THRESHOLDS = (DISABLE, "notificationthreshold")
# A VM that is asked about where none is named: one of a fresh installation's offerings.
MEDIUM = Size(1, 1000, 1 << 30)


@dataclass(frozen=True)
class Question:
    """What is asked of every cluster. spare_hosts: f of N+f. most_vms: the hypervisor's limit of guests a host."""

    size: Size = field(default=MEDIUM)
    spare_hosts: int = 1
    most_vms: t.Optional[int] = None


def capacity_of(cloud: Cloud, names: Names, question: Question) -> Outcome:
    """The place that ``names`` tell, its clusters and hosts, and the sums of its pods."""
    if question.size.demand == Amount():
        raise InvalidValue("size", {"cpu": 0, "memory": 0}, "a VM with some CPU or memory")
    where = place(cloud, names)
    fleets = [(each, cloud.fleets.read(each)) for each in clusters(cloud, where)]
    hosts = [row for _cluster, fleet in fleets for row in _hosts(fleet)]
    if where.scope == "host":
        hosts = [row for row in hosts if row["id"] == where.thing.id]
    pods: dict[str, list[Balance]] = {}
    for cluster, fleet in fleets:
        pods.setdefault(cluster.pod_id, []).extend(balances(fleet).values())
    names_of = {cluster.pod_id: cluster.pod for cluster, _fleet in fleets}
    everything = [balance for rows in pods.values() for balance in rows]
    whole = where.scope == "zone"
    started = _starts_beyond(cloud) if fleets else False
    result = {
        "zones": [{"id": where.zone.id, "name": where.zone.name, **account(joined(everything))}] if whole else [],
        "pods": [{"id": id, "name": names_of[id], **account(joined(rows))} for id, rows in pods.items()]
        if where.scope in ("zone", "pod")
        else [],
        "clusters": [_cluster(cloud, cluster, fleet, question, started) for cluster, fleet in fleets],
        "hosts": hosts,
        **levels.levels(cloud, where),
    }
    warnings = [
        f"cluster {cluster.name}: {each.message}" for cluster, fleet in fleets for each in differences(cloud, fleet)
    ]
    return Outcome(False, result=result, warnings=(*warnings, *levels.warnings(result)))


def amount(value: Amount) -> Json:
    """MHz and bytes."""
    return {"cpu": value.cpu, "memory": value.ram}


def account(balance: Balance) -> Json:
    """A balance as plain data; shares with four decimals."""
    return {
        "capacity": amount(balance.capacity),
        "used": amount(balance.used),
        "reserved": amount(balance.reserved),
        "free": amount(balance.free),
        "share": {RESOURCES[kind]: round(value, 4) for kind, value in balance.share().items()},
    }


def factors(value: Factors) -> Json:
    return {"cpu_factor": value.cpu, "memory_factor": value.ram}


def _hosts(fleet: Fleet) -> list[Json]:
    accounts = balances(fleet)
    return [{**_host(host), "vms": len(fleet.on(host.id)), **account(accounts[host.id])} for host in fleet.hosts]


def _host(host: Host) -> Json:
    return {
        "id": host.id,
        "name": host.name,
        "cluster": host.cluster,
        "pod": host.pod,
        "state": host.state,
        "resource_state": host.resource_state,
        "host_tags": sorted(host.host_tags or ()),
    }


def _starts_beyond(cloud: Cloud) -> bool:
    """Whether stopped VMs start in a cluster above its disable thresholds; new VMs never do.

    Source: removeClustersCrossingThreshold of FirstFitPlanner, 4.11 to 4.22; a server without the setting compares.
    """
    held = cloud.settings.find("cluster.threshold.enabled")
    return held is not None and str(held.value).lower() == "false"


def _cluster(cloud: Cloud, cluster: Cluster, fleet: Fleet, question: Question, started: bool) -> Json:
    its = joined(balances(fleet).values())
    free = headroom.usable_balances(fleet)
    its_limits = limits(cloud, cluster)
    return {
        "id": cluster.id,
        "name": cluster.name,
        "pod": cluster.pod,
        "hypervisor": cluster.hypervisor,
        "allocation_state": cluster.allocation_state,
        **factors(fleet.factors),
        **account(its),
        "usable": account(joined(free)),
        "thresholds": its_limits,
        "crossed": crossed(compared(fleet), its_limits),
        "stopped_vms_start": started,
        "headroom": _headroom(fleet, question, its_limits),
        "largest_vm": amount(largest_vm(free)),
        "stranded": amount(stranded(free, question.size.demand)),
        "vm_limit": _vm_limit(fleet, question),
        "keeping": [keeping(each) for each in keepers(fleet, fleet.factors)],
        "hosts_by_tag": headroom.by_tag(fleet),
    }


def _headroom(fleet: Fleet, question: Question, its_limits: t.Mapping[str, float]) -> Json:
    lost = headroom.failing(fleet, question.spare_hosts)
    more = headroom.room_for(fleet, question.size)
    words = {kind: f"{word}_{DISABLE}" for kind, word in RESOURCES.items()}
    limits = {kind: its_limits[word] for kind, word in words.items() if word in its_limits}
    return {
        "spare_hosts": question.spare_hosts,
        "holds": not lost,
        "failing": list(lost),
        "more_vms": more,
        "more_vms_below_thresholds": min(more, headroom.below(limits, compared(fleet), question.size)),
        "more_vms_with_spare": headroom.room_for(fleet, question.size, question.spare_hosts),
    }


def _vm_limit(fleet: Fleet, question: Question) -> Json:
    running = sum(len(fleet.on(host.id)) for host in fleet.hosts)
    most = headroom.vm_limit(fleet, question.most_vms, question.spare_hosts)
    return {"running": running, "most": most, "exceeded": None if most is None else running > most}


def limits(cloud: Cloud, cluster: Cluster, kinds: t.Sequence[str] = THRESHOLDS) -> Json:
    """``cluster.cpu.allocated.capacity.disablethreshold`` and its three kin, as fractions; those that are set."""
    found: Json = {}
    for resource in RESOURCES.values():
        for kind in kinds:
            held = cloud.settings.find(f"cluster.{resource}.allocated.capacity.{kind}", "cluster", cluster.id)
            if held is not None and held.value:
                found[f"{resource}_{kind}"] = held.number()
    return found


def disable_thresholds(cloud: Cloud, cluster: Cluster) -> dict[str, float]:
    """``cluster.*.allocated.capacity.disablethreshold`` by resource, those that are set."""
    found = limits(cloud, cluster, (DISABLE,))
    return {name.partition("_")[0]: limit for name, limit in found.items()}


def keeping(keeper: Keeper) -> Json:
    """A VM with old factors: null where it remembers none; what it counts for, and will once it was started anew."""
    return {
        "vm": keeper.vm.name,
        "id": keeper.vm.id,
        "cpu_factor": keeper.remembers.cpu,
        "memory_factor": keeper.remembers.ram,
        "counts": amount(keeper.counts),
        "restarted": amount(keeper.restarted),
    }


def sizes(cpu_number: int, cpu_speed: int, memory: int) -> Size:
    """``memory`` in MiB, as service offerings tell it. Raises InvalidValue for what is below 0."""
    for name, value in (("cpu_number", cpu_number), ("cpu_speed", cpu_speed), ("memory", memory)):
        if value < 0:
            raise InvalidValue(name, value, "0 or more")
    return Size(cpu_number, cpu_speed, memory << 20)
