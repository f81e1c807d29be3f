# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report shows of change: what was done to hosts, and their loads before and after a roll.

Input: what cs_maintenance and cs_maintenance_plan returned. Shares are fractions of a host's effective capacity.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, replace

from ..accounting import total
from ..placement.fleet import Fleet, balances, counts
from ..placement.instances import Instance
from ..placement.text import duration
from ..zone.hosts import Host
from .places import Json, arguments, fleet_of, labels

HARDLY = 1.05  # times as full as before
THRESHOLD = 0.85  # of allocated capacity, the server's default


@dataclass(frozen=True)
class Shift:
    """One host's load before and after a roll."""

    name: str
    cpu: tuple[float, float]
    ram: tuple[float, float]
    vms: tuple[int, int]


@dataclass(frozen=True)
class DoneRow:
    """What was done with one host. seconds: None where nobody measured. problem: why it failed."""

    host: str
    state: str
    moved: int
    stopped: tuple[str, ...]
    started: tuple[str, ...]
    remaining: tuple[str, ...]
    seconds: t.Optional[float]
    problem: str = ""
    reasons: tuple[Json, ...] = ()


@dataclass(frozen=True)
class DonePart:
    sentence: str
    hosts: tuple[DoneRow, ...]
    moves: tuple[Json, ...]


@dataclass(frozen=True)
class ShiftPart:
    """A cluster's hosts before and after, by a roll that is planned or (done) that went.

    sentence: about the fullest host. verdict: "good" where it is hardly fuller than before, "bad" where it comes above
    the cluster's threshold, else "".
    """

    cluster: str
    done: bool
    hosts: tuple[Shift, ...]
    sentence: str = ""
    verdict: str = ""


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def counted(number: int, noun: str) -> str:
    """1 host, 2 hosts."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}".replace(",", "\u202f")


def by_number(host: Host) -> list[t.Union[str, int]]:
    """Sorts kvm2 before kvm10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", host.name)]


def done_part(results: t.Sequence[Json]) -> DonePart:
    rows: dict[str, DoneRow] = {}
    results = [each for each in results if each.get("moved") or "cluster" not in arguments(each)]
    for result in results:
        row = _done_row(result)
        rows[row.host] = _both(rows[row.host], row) if row.host in rows else row
    hosts = tuple(rows.values())
    moves = tuple(move for result in results for move in result.get("moved") or ())
    stopped = sum(len(row.stopped) for row in hosts)
    times = [row.seconds for row in hosts if row.seconds is not None]
    failed = sum(1 for row in hosts if row.problem)
    sentence = f"{counted(len(moves), 'VM')} moved off {counted(len(hosts), 'host')}, {stopped or 'none'} stopped"
    sentence += f", in {duration(sum(times))}" if times else ""
    sentence += f"; {counted(failed, 'host')} failed." if failed else "."
    return DonePart(sentence, hosts, moves)


def _called(result: Json) -> str:
    """The host, or what cs_rolling_maintenance did for the balance of a cluster at the end."""
    its = arguments(result)
    return str(result.get("name") or its.get("name") or (f"balance of {its['cluster']}" if "cluster" in its else "?"))


def _done_row(result: Json) -> DoneRow:
    return DoneRow(
        host=_called(result),
        state=str(result.get("resource_state") or ""),
        moved=len(result.get("moved") or ()),
        stopped=tuple(result.get("stopped") or ()),
        started=tuple(result.get("started") or ()),
        remaining=tuple(result.get("remaining") or ()),
        seconds=result.get("seconds"),
        problem=str(result.get("msg", "failed")) if result.get("failed") else "",
        reasons=tuple((result.get("details") or {}).get("reasons") or ()) if result.get("failed") else (),
    )


def _both(one: DoneRow, other: DoneRow) -> DoneRow:
    """A host that was emptied and brought back is one row, in the state that it ended in."""
    times = [each for each in (one.seconds, other.seconds) if each is not None]
    return DoneRow(
        host=one.host,
        state=other.state or one.state,
        moved=one.moved + other.moved,
        stopped=one.stopped + other.stopped,
        started=one.started + other.started,
        remaining=other.remaining,
        seconds=sum(times) if times else None,
        problem=other.problem,
        reasons=other.reasons,
    )


def shifts(fleets: t.Sequence[Fleet], plans: t.Sequence[Json], results: t.Sequence[Json]) -> t.Iterator[ShiftPart]:
    """What went is taken back from the placement of now; what is planned is added to it."""
    done = [move for result in results for move in result.get("moved") or ()]
    called = labels(fleets)
    about = [(plan, fleet_of(fleets, plan)) for plan in plans]
    for fleet in fleets:
        now = fleet
        its = [plan for plan, where in about if where is fleet]
        planned = [move for plan in its for move in _planned(plan)]
        if done:
            back = [{"vm": m["vm"], "source": m["target"], "target": m["source"]} for m in reversed(done)]
            before, after = moved(now, back), now
        else:
            before, after = now, moved(now, planned)
        if before is not after:
            rows = _shift_rows(now, before, after)
            limit = _threshold(its)
            yield ShiftPart(called[fleet.cluster.id], bool(done), rows, *_fullest(rows, limit))


def _planned(plan: Json) -> t.Iterator[Json]:
    for wave in plan.get("waves") or ():
        yield from wave["moves"]
    yield from plan.get("balance") or ()


def _threshold(plans: t.Sequence[Json]) -> float:
    """The lowest of a cluster's, as its plans tell them."""
    its = ((plan.get("distribution") or {}).get("thresholds") or {} for plan in plans)
    limits = (each.get(kind) for each in its for kind in ("cpu", "memory"))
    return min((limit for limit in limits if limit is not None), default=THRESHOLD)


def _fullest(rows: t.Sequence[Shift], limit: float) -> tuple[str, str]:
    """The larger of the shares of CPU and RAM counts."""

    def top(side: int) -> tuple[float, str]:
        return max(((max(row.cpu[side], row.ram[side]), row.name) for row in rows), default=(0.0, ""))

    (before, first), (after, then) = top(0), top(1)
    sentence = f"Fullest host: {first} with {percent(before)} before, {then} with {percent(after)} after"
    if after >= limit > before:
        return f"{sentence}, which is above the cluster's threshold of {percent(limit)}.", "bad"
    return f"{sentence}.", "good" if after <= before * HARDLY else ""


def moved(fleet: Fleet, moves: t.Sequence[Json]) -> Fleet:
    """The fleet after some moves in order; the same object where none is of its VMs. Two VMs may share a name."""
    ids = {host.name: host.id for host in fleet.hosts}
    where = {vm.id: vm.host_id for vm in fleet.instances}
    named: dict[str, list[Instance]] = {}
    for vm in fleet.instances:
        named.setdefault(vm.name, []).append(vm)
    touched = False
    for move in moves:
        source, target = ids.get(str(move["source"])), ids.get(str(move["target"]))
        its = next((vm for vm in named.get(str(move["vm"]), ()) if where[vm.id] == source), None)
        if its is not None and target is not None:
            where[its.id] = target
            touched = True
    if not touched:
        return fleet
    return replace(fleet, instances=tuple(replace(vm, host_id=where[vm.id]) for vm in fleet.instances))


def _shift_rows(now: Fleet, before: Fleet, after: Fleet) -> tuple[Shift, ...]:
    accounts = balances(now)

    def load(fleet: Fleet, host_id: str) -> dict[str, float]:
        used = total(counts(vm, fleet.factors) for vm in fleet.on(host_id))
        return replace(accounts[host_id], used=used).share()

    rows = []
    for host in sorted(now.hosts, key=by_number):
        one, other = load(before, host.id), load(after, host.id)
        vms = (len(before.on(host.id)), len(after.on(host.id)))
        rows.append(Shift(host.name, (one["cpu"], other["cpu"]), (one["ram"], other["ram"]), vms))
    return tuple(rows)
