# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report shows, as data: a zone's clusters as they stand, rolls as planned, and rolls as they went.

Shares are fractions of a host's effective capacity; times are seconds.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ..accounting import Balance, joined
from ..capacity import headroom
from ..errors import InvalidValue
from ..placement.fleet import Fleet, balances, vms_of
from ..placement.rolling import fingerprint
from ..placement.text import duration
from ..text import printable
from . import forms
from .certificates import CertificatesPart
from .changes import (
    DonePart,
    ShiftPart,
    by_number,
    counted,
    done_part,
    percent,
    shifts,
)
from .doctor import DoctorPart
from .places import Json, arguments, fleet_of, labels

# Of results that have such a key, and of failed ones.
FORMS: t.Mapping[str, forms.Form] = {"waves": forms.PLAN, "moved": forms.DONE}
FAILED: t.Mapping[str, forms.Form] = {"waves": forms.REFUSED, "moved": forms.DONE}
LEVELS = (0.25, 0.5, 0.75, 0.9)  # where one band of load ends and the next begins
# In words.
KINDS = {
    "Router": "router",
    "ConsoleProxy": "console proxy",
    "SecondaryStorageVm": "secondary storage VM",
    "InternalLb": "internal load balancer",
}


@dataclass(frozen=True)
class HostRow:
    """A host's load. state: what keeps VMs off it, "" when nothing does."""

    name: str
    cpu: float
    ram: float
    vms: int
    state: str = ""


@dataclass(frozen=True)
class ClusterPart:
    """A cluster. borne: whether any one host may fail. spread: how many hosts are in which band of load."""

    name: str
    hypervisor: str
    hosts: tuple[HostRow, ...]
    balance: Balance
    vms: int
    borne: bool
    sentence: str
    spread: str


@dataclass(frozen=True)
class WaveRow:
    """A wave of a plan, from start to end; targets: "3 to kvm2"."""

    number: int
    hosts: tuple[str, ...]
    moves: int
    targets: tuple[str, ...]
    start: int
    end: int
    free_cpu: int
    free_ram: int


@dataclass(frozen=True)
class PlanPart:
    """A roll as planned. note: whether the placement is still the one that it was made for.

    moves: of VMs of users. system: those of system VMs and routers, with their kind and what a router alone serves.
    """

    cluster: str
    feasible: bool
    sentence: str
    note: str
    waves: tuple[WaveRow, ...]
    moves: tuple[Json, ...]
    reasons: tuple[Json, ...]
    system: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Report:
    """The whole page. made: ISO 8601, UTC."""

    title: str
    zone: str
    made: str
    clusters: tuple[ClusterPart, ...]
    plans: tuple[PlanPart, ...]
    shifts: tuple[ShiftPart, ...]
    done: t.Optional[DonePart]
    certificates: t.Optional[CertificatesPart] = None
    doctor: t.Optional[DoctorPart] = None

    @property
    def balance(self) -> Balance:
        return joined(part.balance for part in self.clusters)

    @property
    def hosts(self) -> int:
        return sum(len(part.hosts) for part in self.clusters)

    @property
    def vms(self) -> int:
        return sum(part.vms for part in self.clusters)

    def summary(self) -> list[str]:
        """The report in a few lines."""
        share = self.balance.share()
        loads = f"CPU {percent(share['cpu'])}, RAM {percent(share['ram'])}"
        lines = [f"zone {self.zone}: {counted(self.hosts, 'host')}, {counted(self.vms, 'VM')}, {loads}"]
        lines += [f"doctor: {self.doctor.sentence}"] if self.doctor else []
        lines += [f"cluster {part.name}: {part.sentence}" for part in self.clusters]
        lines += [f"plan of {part.cluster}: {part.sentence}" for part in self.plans]
        lines += [f"done: {self.done.sentence}"] if self.done else []
        lines += [f"certificates: {self.certificates.sentence}"] if self.certificates else []
        return [printable(line) for line in lines]


def level(share: float) -> int:
    """The band of a load, 0 to len(LEVELS)."""
    return sum(1 for limit in LEVELS if share >= limit)


def bands() -> list[str]:
    """The bands of load in words."""
    between = [f"{low * 100:.0f}–{percent(high)}" for low, high in zip(LEVELS, LEVELS[1:])]
    return [f"below {percent(LEVELS[0])}", *between, f"{percent(LEVELS[-1])} and more"]


def taken(name: str, value: object, key: str, source: str) -> tuple[Json, ...]:
    """Results of a module: one, some, or what a loop registered; items that a loop skipped are left out.

    key: what such a result has. Raises InvalidValue for what ``source`` did not return.
    """
    if value in (None, "", [], {}):
        return ()
    if isinstance(value, t.Mapping) and key not in value and isinstance(value.get("results"), list):
        value = value["results"]
    items = value if isinstance(value, (list, tuple)) else [value]
    found: list[Json] = []
    for item in items:
        if isinstance(item, t.Mapping) and isinstance(item.get("results"), list) and key not in item:
            found += taken(name, item, key, source)
        elif isinstance(item, t.Mapping) and (key in item or item.get("failed")):
            wrong = forms.misfit(item, FORMS[key] if key in FORMS and not item.get("failed") else FAILED.get(key, {}))
            if wrong is not None:
                raise InvalidValue(f"{name}.{wrong.place}", wrong.value, f"what {source} returned")
            found.append(item)
        elif not (isinstance(item, t.Mapping) and item.get("skipped")):
            raise InvalidValue(name, type(item).__name__, f"what {source} returned")
    return tuple(found)


def report(
    title: str, zone: str, made: str, fleets: t.Sequence[Fleet], plans: t.Sequence[Json], results: t.Sequence[Json]
) -> Report:
    """The page of these clusters. plans, results: of cs_maintenance_plan and cs_maintenance, by ``taken``."""
    called = labels(fleets)
    return Report(
        title=title or f"Maintenance of {zone}",
        zone=zone,
        made=made,
        clusters=tuple(cluster_part(fleet, called[fleet.cluster.id]) for fleet in fleets),
        plans=tuple(_plan_part(plan, fleet_of(fleets, plan), called, bool(results)) for plan in plans),
        shifts=tuple(shifts(fleets, plans, results)),
        done=done_part(results) if results else None,
    )


def cluster_part(fleet: Fleet, called: str = "") -> ClusterPart:
    """A cluster of today; ``fleet`` as reckoned. called: its name on the page."""
    accounts = balances(fleet)
    hosts = tuple(
        HostRow(
            name=host.name,
            cpu=accounts[host.id].share()["cpu"],
            ram=accounts[host.id].share()["ram"],
            vms=len(fleet.on(host.id)),
            state="" if headroom.usable(host) else (host.state if host.state != "Up" else host.resource_state),
        )
        for host in sorted(fleet.hosts, key=by_number)
    )
    failing = headroom.failing(fleet, 1)
    usable = sum(1 for row in hosts if not row.state)
    counts = Counter(level(max(row.cpu, row.ram)) for row in hosts)
    return ClusterPart(
        name=called or fleet.cluster.name,
        hypervisor=fleet.cluster.hypervisor,
        hosts=hosts,
        balance=joined(accounts.values()),
        vms=sum(row.vms for row in hosts),
        borne=bool(usable) and not failing,
        sentence=_spare_sentence(usable, failing, sum(row.vms for row in hosts)),
        spread=", ".join(f"{counted(counts[n], 'host')} {name}" for n, name in enumerate(bands()) if counts[n]),
    )


def _spare_sentence(usable: int, failing: t.Sequence[str], vms: int) -> str:
    """N+1 in words."""
    if not usable:
        return "No host of the cluster accepts VMs."
    if failing:
        return f"Not N+1: if {failing[0]} fails, the other hosts cannot run all of its VMs."
    if not vms:
        return "N+1 holds: the cluster runs no VMs."
    return "N+1 holds: if a host fails, the other hosts can run its VMs."


def _plan_part(plan: Json, fleet: t.Optional[Fleet], called: t.Mapping[str, str], done: bool) -> PlanPart:
    cluster = called[fleet.cluster.id] if fleet else str(plan.get("cluster") or arguments(plan).get("cluster") or "")
    if plan.get("failed"):
        details = plan.get("details") or {}
        sentence = str(plan.get("msg", "the plan failed"))
        return PlanPart(cluster, False, sentence, "", (), (), tuple(details.get("reasons") or ()))
    waves = plan["waves"]
    if plan["feasible"]:
        bound = plan["bounds"]["moves"]
        sentence = f"{counted(len(waves), 'wave')}, {counted(plan['moves'], 'migration')} for "
        sentence += f"{counted(plan['vms'], 'VM')} (at least {bound} in any plan), "
        sentence += f"about {duration(plan['seconds'])}."
    else:
        stuck = len({str(each.get("host", "")) for each in plan["reasons"]})
        sentence = f"Cannot be rolled: {counted(stuck, 'host')} cannot be emptied."
    note = ""
    if fleet is not None and not done and plan.get("fingerprint"):
        same = plan["fingerprint"] == fingerprint(vms_of(fleet))
        note = "" if same else "VMs have moved since this plan was made: make a new plan before it is executed."
    moves = [{"wave": n, **move} for n, wave in enumerate(waves, 1) for move in wave["moves"]]
    users, system = _apart(moves, fleet)
    reasons = tuple(plan["reasons"])
    return PlanPart(cluster, bool(plan["feasible"]), sentence, note, _waves(waves), users, reasons, system)


def _apart(moves: t.Sequence[Json], fleet: t.Optional[Fleet]) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
    """Moves of VMs of users, and those of system VMs and routers; without a fleet nobody knows which is which."""
    known = {vm.id: vm for vm in fleet.instances if vm.kind != "User"} if fleet else {}
    users, system = [], []
    for move in moves:
        vm = known.get(str(move.get("vm_id", "")))
        if vm is None:
            users.append(move)
        else:
            system.append({**move, "kind": KINDS.get(vm.kind, vm.kind), "alone_for": vm.alone_for})
    return tuple(users), tuple(system)


def _waves(waves: t.Sequence[Json]) -> tuple[WaveRow, ...]:
    found, clock = [], 0
    for number, wave in enumerate(waves, 1):
        targets = Counter(str(move["target"]) for move in wave["moves"])
        end = clock + int(wave["seconds"])
        found.append(
            WaveRow(
                number=number,
                hosts=tuple(wave["hosts"]),
                moves=len(wave["moves"]),
                targets=tuple(f"{count} to {name}" for name, count in targets.most_common()),
                start=clock,
                end=end,
                free_cpu=wave["free"]["cpu_mhz"],
                free_ram=wave["free"]["ram_bytes"],
            )
        )
        clock = end
    return tuple(found)
