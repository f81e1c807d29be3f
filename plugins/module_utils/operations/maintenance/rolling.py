# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling through the hosts of a cluster: the plan of the whole, and one wave after the other, resumed where it ended.

Source: Working with Hosts, "Rolling maintenance"; what the server's own does wrong: field facts "Host life cycle".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ...core.change import Outcome, plain
from ...core.errors import Reason, Refused
from ...core.naming import matches, only
from ...core.placement.evacuation import balance, doubts_of, may_stop, without_a_host
from ...core.placement.fleet import Fleet, grouped, hosts_of, vms_of
from ...core.placement.not_drained import blocked, blocks
from ...core.placement.rolling import Order, Roll, fingerprint, plan
from ...core.placement.rules import Vm, VmHost
from ...core.placement.text import duration
from ...core.zone.hosts import Host
from ...core.zone.resource_states import MAINTENANCE
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from .. import lookup
from ..capacity.agreed import agreed
from ..hypervisors.native import Reach, tried
from . import locks, records
from .balancing import level
from .half_way import able_of, enabled_again, left_half_way, lost_of, lost_told
from .migrations import Limits
from .plans import broken_reasons, moves_told, plain_reason, server_balances, shown_plan, strangers, stuck_reasons


@dataclass(frozen=True)
class Request:
    """What is asked of a roll. hosts, first, skip: names; no hosts means all of the cluster.

    seconds_per_gib, seconds_per_host: what the expected time is reckoned from. run: what the record is called, which is
    not continued under another name, or when it is older than ``oldest_record`` seconds.
    reach: opens the cluster's hypervisors, which know their master; it goes first. balance: migrations after the last
    wave are allowed that only bring loads together.
    """

    zone: t.Optional[str]
    cluster: str
    hosts: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    most_at_once: int = 1
    spare_hosts: int = 0
    consent: tuple[str, ...] = ()
    migrations: int = 8
    seconds_per_gib: float = 8.0
    seconds_per_host: float = 900.0
    run: str = ""
    oldest_record: float = 7 * 86400.0
    claim: locks.Claim = field(default_factory=lambda: locks.Claim(locks.Lock("", "")))
    reach: t.Optional[Reach] = None
    balance: bool = False


def show_plan(cloud: Cloud, request: Request) -> Outcome:
    """The whole roll as it would go now; nothing is written. Infeasible plans are told, not raised."""
    cluster = cluster_of(cloud, request)
    fleet = agreed(cloud, cluster)
    scope = tuple(host.id for host in scope_of(fleet, request))
    record = records.read(cloud, cluster, [host.id for host in fleet.hosts])
    pending = tuple(each for each in scope if record is None or each in record.pending)
    masters, reasons = tried(request.reach, cluster, fleet.hosts, pending)
    # The roll begins with what a killed run left.
    known = record or records.Record(request.run, scope)
    half_way = left_half_way(cloud, fleet, known, request.most_at_once)
    begun_on = tuple(host.id for host in half_way)
    lost = lost_of(cloud, fleet, known, pending, half_way)
    # As ``following`` has it.
    able = able_of(pending, lost, half_way) if record else ()
    fleet = enabled_again(cloud, fleet, half_way)
    roll = _planned(fleet, request, able or pending, (*begun_on, *masters))
    shown = shown_plan(cloud, fleet, roll, request)
    reasons += doubts_of(vms_of(fleet), pending, request.consent)
    reasons += broken_reasons(fleet, pending)
    reasons += blocked(fleet, pending)
    reasons += () if able else lost.values()
    reasons += _not_its_own(cloud, fleet, record, request) if request.run else []
    if not roll.feasible:
        # Another run's moves may be all that is in the way.
        reasons += filter(None, [locks.standing(cloud, cluster, request.claim)])
    if reasons:
        shown.result["feasible"] = False
        shown.result["reasons"] += map(plain_reason, reasons)
    unknown = strangers(cloud, fleet, pending, request.consent)
    warnings = (*unknown, *(lost_told(lost) if able else ()), *shown.warnings, *server_balances(cloud, cluster))
    return Outcome(False, result=shown.result, warnings=warnings)


def next_wave(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """The hosts to take next: those that a killed run left half way, else the first wave of a fresh plan.

    The plan is made anew each time, so a placement that changed meanwhile is planned with, not against. Takes or renews
    the cluster's lock. Raises Refused with every reason where no host can go.
    """
    cluster = cluster_of(cloud, request)
    if not check_mode:
        locks.take(cloud, cluster, request.claim)
    return Outcome(False, result=begun(cloud, cluster, request, check_mode, Known()).told)


def begun(cloud: Cloud, cluster: Cluster, request: Request, check_mode: bool, known: Known) -> Following:
    """As ``following``; a roll of which nothing has begun and that is refused keeps no lock."""
    try:
        return following(cloud, cluster, request, check_mode, known)
    except Refused as error:
        its_own = not {each.code for each in error.reasons} & NOT_ITS_OWN
        if not check_mode and not (its_own and records.read(cloud, cluster, ())):
            locks.release(cloud, cluster, request.claim)
        raise


@dataclass(frozen=True)
class Known:
    """What a walk knows of its cluster. fleet: a reading of this moment. expected: the placement that its last wave
    was to lead to. lasting: it is written down, for the run that goes on.
    """

    fleet: t.Optional[Fleet] = None
    expected: t.Optional[str] = None
    lasting: bool = True


class Following(t.NamedTuple):
    """The wave that is next. told: as a result. fleet: that it was planned with. expected: the placement after it."""

    told: dict[str, t.Any]
    fleet: Fleet
    record: records.Record
    expected: str


def following(cloud: Cloud, cluster: Cluster, request: Request, check_mode: bool, known: Known) -> Following:
    """As ``next_wave``, under a lock that is held."""
    fleet = agreed(cloud, cluster, known.fleet)
    scope = tuple(host.id for host in scope_of(fleet, request))
    held = records.read(cloud, cluster, [host.id for host in fleet.hosts])
    foreign = _not_its_own(cloud, fleet, held, request)
    if foreign:
        raise Refused(f"cluster {cluster.name}", foreign)
    record = held or records.Record(request.run, scope)
    half_way = left_half_way(cloud, fleet, record, request.most_at_once)
    away = lost_of(cloud, fleet, record, record.pending, half_way)
    if any(host.id in away for host in half_way):
        # Before anything is written: a drain failed on it, so no other host can go.
        raise Refused(f"cluster {cluster.name}", [away[host.id] for host in half_way if host.id in away])
    now = fingerprint(_aimed(fleet))
    result: dict[str, t.Any] = {
        **stands(fleet.hosts, record),
        "drifted": (known.expected or record.placement or now) != now,
        "wave": [h.name for h in half_way],
        "plan": None,
        "age": round(records.age(cloud, record)),
    }
    expected = record.placement
    if not half_way and record.pending:
        masters, unseen = tried(request.reach, cluster, fleet.hosts, record.pending)
        # A roll that has begun goes on with the others, and is refused once these are left.
        able = able_of(record.pending, away, half_way) if held else ()
        roll = _planned(fleet, request, able or record.pending, masters)
        unclear = [*unseen, *doubts_of(vms_of(fleet), record.pending, request.consent)]
        unclear += (*blocked(fleet, record.pending), *(() if able else away.values()))
        unclear += broken_reasons(fleet, record.pending)
        if unclear or not roll.feasible:
            raise Refused(f"cluster {cluster.name}", [*unclear, *stuck_reasons(fleet, roll)])
        shown = shown_plan(cloud, fleet, roll, request).result
        result.update({"wave": _names(fleet, roll.waves[0].hosts), "plan": shown})
        expected = _after(fleet, roll)
    if not check_mode:
        # Only now that there is a plan, so that a refusal leaves no roll behind.
        if held is None:
            starts = records.begin(cloud, cluster, request.run, scope if request.hosts else ())
            record = replace(record, starts=starts)
        if known.lasting:
            records.expect(cloud, cluster, record, expected)
    return Following(result, fleet, record, expected)


NOT_ITS_OWN = frozenset({"other_roll", "old_roll"})


def _not_its_own(cloud: Cloud, fleet: Fleet, record: t.Optional[records.Record], request: Request) -> list[Reason]:
    """Why a record is not gone on with: of another name, or so old that what is done in it was another work."""
    if record is None:
        return []
    seconds = records.age(cloud, record)
    done, left = (", ".join(_names(fleet, ids)) or "none" for ids in ((*record.done, *record.skipped), record.pending))
    facts = {"run": record.run, "age": round(seconds), "host": ""}
    state = f"roll {record.run!r}, started {duration(seconds)} ago, is not finished: done {done}; pending {left}"
    abandon = f"abandon it with state=abandoned, run={record.run!r}"
    if record.run != request.run:
        return [Reason("other_roll", state, f"continue it with run={record.run!r}, or {abandon}", facts)]
    if seconds > request.oldest_record:
        remedy = f"{abandon} and start a new one, or continue it with oldest_record={seconds + 3600:.0f}"
        return [Reason("old_roll", state, remedy, facts)]
    return []


def host_done(cloud: Cloud, request: Request, host: str, skipped: bool, check_mode: bool) -> Outcome:
    """Note that a host is done (or was skipped by its stage script)."""
    return _noted(cloud, request, host, "skipped" if skipped else "done", check_mode)


def host_worked(cloud: Cloud, request: Request, host: str, check_mode: bool) -> Outcome:
    """Note that the work on a host is done: a run that is killed from here on has it only brought back."""
    return _noted(cloud, request, host, "worked", check_mode)


def _noted(cloud: Cloud, request: Request, host: str, fate: records.Fate, check_mode: bool) -> Outcome:
    cluster = cluster_of(cloud, request)
    hosts = cloud.hosts.all(cluster_id=cluster.id, detail="min")
    record = its_own(cloud, cluster, request, [each.id for each in hosts])
    its = named(hosts, host, cluster)
    if its.id not in record.pending or (fate == "worked" and its.id in record.worked):
        return Outcome(False, result={"run": record.run, "host": its.name})
    if not check_mode:
        locks.take(cloud, cluster, request.claim)
        records.settle(cloud, cluster, record, its.id, fate)
    left = [each.name for each in hosts if each.id in record.pending and (fate == "worked" or each.id != its.id)]
    return Outcome(True, {}, {fate: its.name}, {"run": record.run, "host": its.name, "pending": left})


def its_own(cloud: Cloud, cluster: Cluster, request: Request, all_hosts: t.Sequence[str]) -> records.Record:
    """The record of a roll that is under way. Raises Refused where there is none of that name."""
    record = records.read(cloud, cluster, all_hosts)
    if record is None:
        reason = Reason("no_roll", "no roll is running on it", "request the next wave first")
        raise Refused(f"cluster {cluster.name}", [reason])
    _same_name(cluster, record, request)
    return record


def stands(hosts: t.Sequence[Host], record: records.Record) -> dict[str, t.Any]:
    """Where a roll stands, by the names of its hosts."""
    names = {host.id: host.name for host in hosts}

    def called(ids: t.Iterable[str]) -> list[str]:
        return [names.get(each, each) for each in ids]

    return {
        "run": record.run,
        "done": called(record.done),
        "pending": called(record.pending),
        "skipped_hosts": called(record.skipped),
        "worked": called(each for each in record.worked if each in record.pending),
    }


def finish(cloud: Cloud, request: Request, check_mode: bool, abandon: bool = False) -> Outcome:
    """End a roll and give the lock back. Raises Refused while hosts are pending, unless it is abandoned."""
    cluster = cluster_of(cloud, request)
    record = records.read(cloud, cluster, [h.id for h in cloud.hosts.all(cluster_id=cluster.id, detail="min")])
    if record is not None:
        _same_name(cluster, record, request)
    if record is not None and record.pending and not abandon:
        names = ", ".join(_names(cloud.fleets.read(cluster), record.pending))
        reason = Reason(
            "hosts_pending", f"these hosts are still pending: {names}", "run the roll again, or set state=abandoned"
        )
        raise Refused(f"cluster {cluster.name}", [reason])
    moved = _levelled(cloud, cluster, request, check_mode) if request.balance and record and not abandon else []
    if not check_mode:
        if record is not None:
            records.clear(cloud, cluster)
        locks.release(cloud, cluster, request.claim)
    result = {"run": record.run if record else None, "moved": moved}
    return Outcome(record is not None, plain(record) if record else {}, {"moved": moved} if moved else {}, result)


def _levelled(cloud: Cloud, cluster: Cluster, request: Request, check_mode: bool) -> list[dict[str, t.Any]]:
    """What was moved, or would be, so that the hosts are loaded alike after the roll."""
    if check_mode:
        fleet = agreed(cloud, cluster)
        return moves_told(fleet, balance(fleet, (), request.spare_hosts))
    limits = Limits(in_all=request.migrations)
    with locks.held(cloud, cluster, request.claim) as lock:
        return level(cloud, cluster, request.spare_hosts, limits, lock.beat, [])


def _same_name(cluster: Cluster, record: records.Record, request: Request) -> None:
    if record.run != request.run:
        message, remedy = f"the present roll is {record.run!r}, not {request.run!r}", f"use run={record.run!r}"
        raise Refused(f"cluster {cluster.name}", [Reason("other_roll", message, remedy, {"run": record.run})])


def cluster_of(cloud: Cloud, request: Request) -> Cluster:
    return lookup.cluster(cloud, request.cluster, lookup.zone(cloud, request.zone))


def named(hosts: t.Sequence[Host], name: str, cluster: Cluster) -> Host:
    return only(matches(hosts, name), "host", name, f"cluster {cluster.name}", [host.name for host in hosts])


def scope_of(fleet: Fleet, request: Request) -> list[Host]:
    if not request.hosts:
        return list(fleet.hosts)
    return [named(fleet.hosts, name, fleet.cluster) for name in request.hosts]


def _planned(fleet: Fleet, request: Request, pending: tuple[str, ...], masters: tuple[str, ...]) -> Roll:
    """As ``evacuate`` with storage access groups, and with VMs that implicit dedication leaves no host."""
    roll = _planned_for(fleet, vms_of(fleet, alike=True), request, pending, masters)
    vms = vms_of(fleet)
    if not roll.feasible and grouped(fleet):
        roll = _planned_for(fleet, vms, request, pending, masters)
    while not roll.feasible:
        # Which of these are stopped is seen when their host is emptied.
        reasons = [each for its in roll.stuck.values() for each in its]
        stopping = without_a_host([vm for vm in vms if vm.host in pending], reasons, request.consent)
        if not stopping:
            break
        vms = tuple(vm for vm in vms if vm not in stopping)
        roll = _planned_for(fleet, vms, request, pending, masters)
    return roll


def _planned_for(
    fleet: Fleet, machines: t.Sequence[Vm], request: Request, pending: tuple[str, ...], masters: tuple[str, ...]
) -> Roll:
    """VMs that may be stopped do not move, and a host that is out for good takes none."""
    vms = tuple(vm for vm in machines if not (vm.host in pending and may_stop(vm, request.consent)))
    wanted = (named(fleet.hosts, name, fleet.cluster).id for name in request.first)
    first = tuple(dict.fromkeys((*masters, *wanted)))
    order = Order(pending, tuple(each for each in first if each in pending), request.most_at_once, request.spare_hosts)
    return plan(_returning(fleet, pending), vms, order)


def _returning(fleet: Fleet, pending: t.Collection[str]) -> tuple[VmHost, ...]:
    """A host in maintenance that the roll visits, which it does first, is back and enabled once it is done."""
    away = {h.id for h in fleet.hosts if (h.resource_state == MAINTENANCE or blocks(h)) and h.id in pending}
    return tuple(replace(host, unusable="") if host.id in away else host for host in hosts_of(fleet))


def _after(fleet: Fleet, roll: Roll) -> str:
    """The placement that the first wave leads to."""
    targets = {move.vm: move.target for move in roll.waves[0].moves}
    return fingerprint(replace(vm, host=targets.get(vm.id, vm.host)) for vm in _aimed(fleet))


def _aimed(fleet: Fleet) -> list[Vm]:
    """VMs whose placement can be expected: not those whose targets the server chooses on some host."""
    return [vm for vm in vms_of(fleet) if vm.kind == "User" or not fleet.no_motion]


def _names(fleet: Fleet, ids: t.Iterable[str]) -> list[str]:
    names = {host.id: host.name for host in fleet.hosts}
    return [names.get(each, each) for each in ids]
