# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over-provisioning factors of a cluster, or those that new clusters start with: simulated, refused or carried out.

Source: Working with Hosts, "Over-Provisioning and Service Offering Limits"; FIELD_FACTS "Over-provisioning".
"""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass

from ...core.accounting import Amount, Balance, Factors, as_summed, effective, total
from ...core.capacity.memory_factors import ability
from ...core.capacity.overprovisioning import PRECISION, Keeper, Simulation, keepers, of_factors, refusals, simulate
from ...core.change import Outcome
from ...core.errors import Reason, Refused
from ...core.placement.fleet import Fleet, physical
from ...core.placement.instances import Instance
from ...core.zone.resource_states import ENABLED
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from .. import lookup
from ..ensure import within
from ..waiting import until
from ..zone import places
from ..zone.settings import Scope, ensure_setting
from .account import Json, account, amount, factors, keeping
from .restarts import left_stopped, restart, same_factors

SETTINGS: t.Mapping[str, str] = {"cpu": "cpu.overprovisioning.factor", "ram": "mem.overprovisioning.factor"}


@dataclass(frozen=True)
class Request:
    """factors: "cpu" and "ram", None where left alone. reset: back to the global values (globally: the defaults).

    allow: words of core.capacity.overprovisioning.ALLOWANCES. restart_vms: names or ids. timeout: seconds for figures
    to follow.
    """

    factors: t.Mapping[str, t.Optional[float]]
    reset: bool = False
    allow: tuple[str, ...] = ()
    spare_hosts: t.Optional[int] = None
    restart_vms: tuple[str, ...] = ()
    timeout: float = 600.0


def ensure_factors(cloud: Cloud, names: places.Names, request: Request, check_mode: bool) -> Outcome:
    """Of the cluster that ``names`` tell (zone, pod, cluster), else the global values. Raises Refused."""
    if not names.get("cluster"):
        return _global(cloud, request, check_mode)

    def then(where: places.Place) -> Outcome:
        cluster = cloud.clusters.fresh(where.thing)
        return _of_cluster(cloud, cluster, request, check_mode)

    wanted = {
        "cluster": names["cluster"],
        "cpu_factor": request.factors["cpu"],
        "memory_factor": request.factors["ram"],
    }
    return within(lambda: places.place(cloud, names), then, wanted, "present", check_mode, names)


def _global(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Only clusters that are made afterwards take these over; those that are there keep their own (T3:70, T3:97)."""
    wanted = {kind: value for kind, value in request.factors.items() if value is not None}
    reasons = list(of_factors(wanted, allow=request.allow))
    if reasons:
        raise Refused("the global over-provisioning factors", reasons)
    before: Json = {}
    after: Json = {}
    for kind, word in (("cpu", "cpu_factor"), ("ram", "memory_factor")):
        if request.reset or kind in wanted:
            value = None if request.reset else str(wanted[kind])
            done = ensure_setting(cloud, SETTINGS[kind], value, Scope(), check_mode)
            if done.changed:
                before[word], after[word] = float(str(done.before["value"])), float(str(done.after["value"]))
    result = {**factors(_global_factors(cloud)), **after, "cluster": "", "keeping": [], "restarted": [], "advice": []}
    return Outcome(bool(after), before, after, {**result, "clusters": _others(cloud)})


def _global_factors(cloud: Cloud) -> Factors:
    def value(kind: str) -> float:
        held = cloud.settings.find(SETTINGS[kind])
        return held.number() if held and held.value else 1.0

    return Factors(value("cpu"), value("ram"))


def _others(cloud: Cloud) -> list[Json]:
    """Clusters there are, with the factors that they keep."""
    return [{"name": each.name, "zone": each.zone, **factors(each.factors)} for each in cloud.clusters.all()]


def _of_cluster(cloud: Cloud, cluster: Cluster, request: Request, check_mode: bool) -> Outcome:
    now = cluster.factors
    new = _wanted(cloud, now, request)
    if new != now:
        # Between its own looks at the hosts the server's figures are behind what a change would make of them.
        cloud.capacities.of_cluster(cluster.id, latest=True)
    told = cloud.fleets.read(cluster)
    sim = simulate(told, new)
    left = left_stopped(cloud, cluster, check_mode)
    named, reasons = _restarts(sim, told, request.restart_vms, left)
    restarts = [*left, *(keeper.vm for keeper in named)]
    if sim.new != sim.old:
        reasons = [*refusals(sim, cluster.hypervisor, request.allow, request.spare_hosts), *reasons]
    if reasons:
        raise Refused(f"over-provisioning of cluster {cluster.name}", reasons)
    changed = sim.new != sim.old
    before = {**factors(sim.old), "capacity": amount(sim.before.capacity)} if changed else {}
    after = {**factors(sim.new), "capacity": amount(sim.after.capacity)} if changed else {}
    if restarts:
        before, after = {**before, "restarted": []}, {**after, "restarted": [each.name for each in restarts]}
    advice = _advice(cluster, sim, told) if changed else []
    warnings = tuple(advice) if any(told.on(host.id) for host in told.hosts) else ()
    if not check_mode:
        if changed:
            _write(cloud, cluster, sim, request)
        for each in restarts:
            restart(cloud, cluster, each, sim.new)
    result = _result(cluster, sim, [each.name for each in restarts], advice)
    return Outcome(bool(changed or restarts), before, after, result, warnings)


def _wanted(cloud: Cloud, now: Factors, request: Request) -> Factors:
    if request.reset:
        return _global_factors(cloud)
    cpu, ram = request.factors["cpu"], request.factors["ram"]
    return Factors(now.cpu if cpu is None else cpu, now.ram if ram is None else ram)


def _restarts(
    sim: Simulation, told: Fleet, names: t.Sequence[str], left: t.Sequence[Instance]
) -> tuple[list[Keeper], list[Reason]]:
    """In the order asked for; those that have the new factors already are left alone. left: by a killed run."""
    running = [vm for host in told.hosts for vm in told.on(host.id) if vm.kind == "User"]
    found: list[Keeper] = []
    reasons = []
    for name in names:
        if any(name in (vm.id, vm.name) for vm in left):
            continue
        hits = [vm for vm in running if name in (vm.id, vm.name)]
        if len(hits) != 1:
            message = f"{len(hits)} running VMs of the cluster have the name {name}"
            remedy = (
                "use the id of one"
                if hits
                else "remove it from the list: a stopped VM gets the new factors when it is started"
            )
            reasons.append(Reason("restart_vm", message, remedy, {"vm_name": name, "matches": [v.id for v in hits]}))
        found += [keeper for keeper in sim.keepers if keeper.vm in hits and len(hits) == 1]
    return found, reasons


def _advice(cluster: Cluster, sim: Simulation, told: Fleet) -> list[str]:
    found = [f"do not deploy VMs in cluster {cluster.name} until its capacities are recalculated"]
    if sim.keepers:
        found.append(f"{len(sim.keepers)} VMs keep their old factors until they are stopped and started")
    needs = ability(cluster.hypervisor).needs
    if sim.new.ram > 1 and needs:
        found.append(f"a memory factor above 1 needs {needs}")
    return found


def _write(cloud: Cloud, cluster: Cluster, sim: Simulation, request: Request) -> None:
    """One setting after the other, then wait until every listing shows what was foretold."""
    for kind in ("cpu", "ram"):
        value = getattr(sim.new, kind)
        if value == getattr(sim.old, kind):
            continue
        if request.reset:
            cloud.settings.reset(SETTINGS[kind], "cluster", cluster.id)
        else:
            cloud.settings.write(SETTINGS[kind], str(value), "cluster", cluster.id)
    cloud.progress(
        f"cluster {cluster.name}: waiting for the recalculation of capacities; do not deploy VMs in the "
        "cluster until it is done"
    )
    until(
        cloud,
        lambda: _lagging(cloud, cluster, sim),
        lambda behind: not behind,
        what=f"the capacities of cluster {cluster.name} to be recalculated",
        limit=request.timeout,
        show="; ".join,
    )


def _lagging(cloud: Cloud, cluster: Cluster, sim: Simulation) -> list[str]:
    """Which listings still show something else: they follow at different moments (T3:96-106)."""
    fleet = cloud.fleets.read(cloud.clusters.fresh(cluster))
    found = [] if same_factors(fleet.factors, sim.new) else ["listClusters does not show the new factors"]
    foretold = {change.host.id: change.after.capacity for change in sim.hosts}
    for host in fleet.hosts:
        shown = Amount(host.cpu_with_overprovisioning or 0, host.memory_with_overprovisioning or 0)
        if host.id in foretold and not _close(shown, foretold[host.id]):
            found.append(f"listHosts does not show the new capacity of {host.name}")
    if fleet.hosts and not found:
        said = cloud.capacities.of_cluster(cluster.id, latest=True)
        if said is None or not any(_same(said, fleet, only) for only in (None, ENABLED)):
            found.append("listCapacity shows other sums than listHosts")
    return found


def _same(said: Balance, fleet: Fleet, state: t.Optional[str]) -> bool:
    """Whether listCapacity is the sum over the hosts: all, or those of a resource state."""
    hosts = [host for host in fleet.hosts if state in (None, host.resource_state)]
    capacity = total(Amount(h.cpu_with_overprovisioning or 0, h.memory_with_overprovisioning or 0) for h in hosts)
    held = total(Amount(h.cpu_allocated or 0, h.memory_allocated or 0) for h in hosts)
    rough = sum(fleet.rough.get(host.id, 0) for host in hosts)
    summed = effective(total(physical(host) for host in hosts), as_summed(fleet.factors))
    return (_close(said.capacity, capacity) or _close(said.capacity, summed)) and _close(said.used, held, rough)


def _close(one: Amount, other: Amount, rough: int = 0) -> bool:
    """rough: MHz by which listings may be off, as those that tell CPU in shares."""
    pairs = ((one.cpu, other.cpu, 1 + rough), (one.ram, other.ram, 1))
    return all(math.isclose(a, b, rel_tol=PRECISION, abs_tol=slack) for a, b, slack in pairs)


def _result(cluster: Cluster, sim: Simulation, restarted: t.Sequence[str], advice: t.Sequence[str]) -> Json:
    return {
        "cluster": cluster.name,
        "id": cluster.id,
        **factors(sim.new),
        "simulation": {
            "before": account(sim.before),
            "after": account(sim.after),
            "hosts": [
                {"name": each.host.name, "before": account(each.before), "after": account(each.after)}
                for each in sim.hosts
            ],
        },
        "keeping": [keeping(each) for each in sim.keepers if each.vm.name not in restarted],
        "restarted": list(restarted),
        "advice": list(advice),
    }


def listed_factors(cloud: Cloud, zone: t.Optional[str], name: t.Optional[str]) -> Outcome:
    """The factors of every cluster, of a zone's or of one, with the VMs that keep others; and the global values."""
    place = lookup.zone(cloud, zone) if zone or name else None
    scope = {"zone_id": place.id} if place else {}
    found = lookup.clusters(cloud, name, **scope) if name else cloud.clusters.all(**scope)
    rows = []
    for cluster in found:
        told = cloud.fleets.read(cloud.clusters.fresh(cluster))
        kept = [keeping(each) for each in keepers(told, told.factors)]
        rows.append(
            {"cluster": cluster.name, "id": cluster.id, "zone": cluster.zone, **factors(told.factors), "keeping": kept}
        )
    return Outcome(False, result={"clusters": rows, **factors(_global_factors(cloud))})
