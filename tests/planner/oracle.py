# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact answers by CP-SAT about plain data: whether VMs can be placed, whether a roll exists, its fewest moves.

Sizes are scaled down to MiB with the rounding that can only make an answer stricter for nobody: demands are whole MiB
in generated clusters, rooms are rounded down.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ortools.sat.python import cp_model

Plain = dict[str, Any]
MIB = 1 << 20


class Unknown:
    """The solver stopped before it knew."""


UNKNOWN = Unknown()


def _solver(seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = seconds
    return solver


def _room(host: Plain, kind: str) -> int:
    value = int(host["room"][kind])
    return value // MIB if kind == "ram" else value


def _size(vm: Plain, kind: str) -> int:
    value = int(vm["size"][kind])
    if kind == "ram" and value % MIB:
        raise ValueError("demands are whole MiB here")
    return value // MIB if kind == "ram" else value


def placeable(
    hosts: list[Plain],
    kept: Mapping[str, list[Plain]],
    lost: list[Plain],
    may_run: Callable[[Plain, Plain], bool],
    seconds: float = 20,
) -> dict[str, str] | Unknown | None:
    """A host for each lost VM beside those that are kept; None when there is none."""
    model = cp_model.CpModel()
    x = {(vm["id"], host["id"]): model.new_bool_var("") for vm in lost for host in hosts if may_run(vm, host)}
    for vm in lost:
        options = [x[vm["id"], host["id"]] for host in hosts if (vm["id"], host["id"]) in x]
        if not options:
            return None
        model.add_exactly_one(options)
    for host in hosts:
        name = host["id"]
        mine = [(vm, x[vm["id"], name]) for vm in lost if (vm["id"], name) in x]
        for kind in ("cpu", "ram"):
            free = _room(host, kind) - sum(_size(vm, kind) for vm in kept[name])
            if free < 0:
                model.add(sum(var for _, var in mine) == 0)
            else:
                model.add(sum(_size(vm, kind) * var for vm, var in mine) <= free)
        model.add(sum(var for _, var in mine) <= max(0, host["most_vms"] - len(kept[name])))
        for group in {group for vm in lost for group in vm["apart"]}:
            there = sum(group in vm["apart"] for vm in kept[name])
            model.add(sum(var for vm, var in mine if group in vm["apart"]) <= max(0, 1 - there))
    _keep_together(model, x, hosts, lost)
    solver = _solver(seconds)
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {vm: host for (vm, host), var in x.items() if solver.value(var)}
    return None if status == cp_model.INFEASIBLE else UNKNOWN


def _keep_together(
    model: cp_model.CpModel, x: Mapping[tuple[str, str], Any], hosts: list[Plain], lost: list[Plain]
) -> None:
    ordered = sorted((vm for vm in lost if vm["together"]), key=lambda vm: str(vm["together"]))
    for _, members in itertools.groupby(ordered, key=lambda vm: vm["together"]):
        head, *rest = list(members)
        for vm, host in itertools.product(rest, hosts):
            a, b = x.get((head["id"], host["id"])), x.get((vm["id"], host["id"]))
            model.add((0 if a is None else a) == (0 if b is None else b))


@dataclass
class Best:
    """The fewest moves of a roll in ``waves`` waves. moves None: no such roll exists. proved: nothing beats it."""

    moves: int | None
    proved: bool


class _Roll:
    """All rolls of a cluster in a fixed number of waves, as one model."""

    def __init__(self, cluster: Plain, waves: int, may_run: Callable[[Plain, Plain], bool]) -> None:
        self.model = cp_model.CpModel()
        self.hosts: list[Plain] = cluster["hosts"]
        self.vms: list[Plain] = cluster["vms"]
        self.order: Plain = cluster["order"]
        self.waves = waves
        self.may = {(vm["id"], host["id"]): may_run(vm, host) for vm in self.vms for host in self.hosts}
        new = self.model.new_bool_var
        self.out = {(h["id"], t): new("") for h in self.hosts for t in range(1, waves + 1)}
        self.x = {(v["id"], h["id"], t): new("") for v in self.vms for h in self.hosts for t in range(waves + 1)}
        self.moved: list[Any] = []
        self._visit()
        self._start()
        for t in range(1, waves + 1):
            self._step(t)
            self._rooms(t)
            if self.order["spare_hosts"] == 1:
                self._failures(t)
        self.model.minimize(sum(self.moved))

    def _visit(self) -> None:
        for host in self.hosts:
            times = sum(self.out[host["id"], t] for t in range(1, self.waves + 1))
            self.model.add(times == (1 if host["id"] in self.order["hosts"] else 0))
        for t in range(1, self.waves + 1):
            self.model.add(sum(self.out[h["id"], t] for h in self.hosts) <= self.order["most_at_once"])
        for t, name in enumerate(self.order["first"], 1):
            self.model.add(self.out[name, t] == 1)
            self.model.add(sum(self.out[h["id"], t] for h in self.hosts) == 1)

    def _start(self) -> None:
        for vm in self.vms:
            for host in self.hosts:
                self.model.add(self.x[vm["id"], host["id"], 0] == (1 if vm["host"] == host["id"] else 0))

    def _step(self, t: int) -> None:
        """VMs of hosts that go out leave, all others stay."""
        add = self.model.add
        for vm in self.vms:
            v = vm["id"]
            self.model.add_exactly_one(self.x[v, h["id"], t] for h in self.hosts)
            for host in self.hosts:
                h = host["id"]
                before, now, out = self.x[v, h, t - 1], self.x[v, h, t], self.out[h, t]
                add(now == 0).only_enforce_if(out)
                self.model.add_bool_or(before.negated(), out, now)
                left = self.model.new_bool_var("")
                add(left >= before + out - 1)
                self.moved.append(left)
                if vm["pinned"]:
                    self.model.add_bool_or(before.negated(), out.negated())
                if not self.may[v, h]:
                    self.model.add_bool_or(before, now.negated())
        for one, two in itertools.combinations([vm for vm in self.vms if vm["together"]], 2):
            if one["together"] == two["together"]:
                for host in self.hosts:
                    add(self.x[one["id"], host["id"], t] == self.x[two["id"], host["id"], t])

    def _rooms(self, t: int) -> None:
        for host in self.hosts:
            if not host["unusable"]:
                self._room(host, [(vm, self.x[vm["id"], host["id"], t]) for vm in self.vms])

    def _room(self, host: Plain, terms: list[tuple[Plain, Any]], unless: Any = None) -> None:
        limits = [
            self.model.add(sum(_size(vm, k) * var for vm, var in terms) <= _room(host, k)) for k in ("cpu", "ram")
        ]
        limits.append(self.model.add(sum(var for _, var in terms) <= host["most_vms"]))
        for group in {group for vm in self.vms for group in vm["apart"]}:
            limits.append(self.model.add(sum(var for vm, var in terms if group in vm["apart"]) <= 1))
        if unless is not None:
            for limit in limits:
                limit.only_enforce_if(unless.negated())

    def _failures(self, t: int) -> None:
        """The VMs of any one host that is not out have places on the others."""
        for gone in self.hosts:
            g = gone["id"]
            y = {(vm["id"], h["id"]): self.model.new_bool_var("") for vm in self.vms for h in self.hosts}
            for vm in self.vms:
                v = vm["id"]
                for host in self.hosts:
                    h = host["id"]
                    if h == g or not self.may[v, h]:
                        self.model.add(y[v, h] == 0)
                    self.model.add(y[v, h] <= self.x[v, g, t])
                    self.model.add(y[v, h] + self.out[h, t] <= 1)
                here = self.x[v, g, t]
                self.model.add(sum(y[v, h["id"]] for h in self.hosts) == here).only_enforce_if(self.out[g, t].negated())
            for one, two in itertools.combinations([vm for vm in self.vms if vm["together"]], 2):
                if one["together"] == two["together"]:
                    for host in self.hosts:
                        self.model.add(y[one["id"], host["id"]] == y[two["id"], host["id"]])
            for host in self.hosts:
                if host["id"] != g and not host["unusable"]:
                    terms = [(vm, self.x[vm["id"], host["id"], t]) for vm in self.vms]
                    terms += [(vm, y[vm["id"], host["id"]]) for vm in self.vms]
                    self._room(host, terms)


def best_roll(
    cluster: Plain, waves: int, may_run: Callable[[Plain, Plain], bool], seconds: float = 20
) -> Best | Unknown:
    """The fewest moves of any roll in exactly that many waves; only VMs of hosts that go out move."""
    roll = _Roll(cluster, waves, may_run)
    solver = _solver(seconds)
    status = solver.solve(roll.model)
    if status == cp_model.INFEASIBLE:
        return Best(None, True)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return UNKNOWN
    return Best(round(solver.objective_value), status == cp_model.OPTIMAL)
