# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan keeps every promise, told from plain data by code that shares nothing with the planner.

A cluster is ``{"hosts": [...], "vms": [...], "order": {...}}`` and a plan ``{"waves": [{"hosts", "moves"}]}``, as
``plain`` makes them of the planner's dataclasses. MHz and bytes.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from .oracle import UNKNOWN, placeable

Plain = dict[str, Any]
KINDS = ("ram", "cpu")
GREEDY = 40  # tries before the solver is asked


def plain(cluster: Any, plan: Any) -> tuple[Plain, Plain]:
    """The cluster and the plan as dictionaries."""
    hosts = [asdict(host) for host in cluster.hosts]
    vms = [asdict(vm) for vm in cluster.vms]
    waves = [{"hosts": list(w.hosts), "moves": [asdict(move) for move in w.moves]} for w in plan.waves]
    return {"hosts": hosts, "vms": vms, "order": asdict(cluster.order)}, {"waves": waves, "done": not plan.stuck}


def may_run(vm: Plain, host: Plain) -> bool:
    """Whether the host suits the VM, whoever else is there."""
    needs = vm["needs"]
    rules = (
        not host["unusable"],
        set(needs["tags"]) <= set(host["tags"]),
        not host["dedicated_to"] or (needs["dedicated"] and host["dedicated_to"] in needs["owners"]),
        bool(host["dedicated_to"]) or not needs["dedicated"],
        host["pools"] is None or set(needs["pools"]) <= set(host["pools"]),
        host["access_groups"] is None or set(needs["access_groups"]) <= set(host["access_groups"]),
        not needs["alike"] or set(needs["access_groups"]) == set(host["access_groups"] or ()),
        not needs["arch"] or not host["arch"] or needs["arch"] == host["arch"],
        host["uefi"] or not needs["uefi"],
        needs["cores"] <= host["cores"] and needs["speed"] <= host["speed"],
    )
    return all(rules)


def may_move(vm: Plain, host: Plain) -> bool:
    """The same for a migration: hosts that are kept for restarts take only VMs whose offering asks for a host tag."""
    return may_run(vm, host) and (not host.get("for_ha") or bool(vm["needs"]["tags"]))


class Replay:
    """The cluster while the plan goes on; ``held`` says on which hosts a VM counts."""

    def __init__(self, cluster: Plain) -> None:
        self.hosts: dict[str, Plain] = {host["id"]: host for host in cluster["hosts"]}
        self.vms: dict[str, Plain] = {vm["id"]: vm for vm in cluster["vms"]}
        self.at: dict[str, str] = {vm["id"]: vm["host"] for vm in cluster["vms"]}
        self.held: dict[str, set[str]] = {name: set() for name in self.hosts}
        for vm, host in self.at.items():
            self.held[host].add(vm)
        self.faults: list[str] = []

    def move(self, vm: str, source: str, target: str) -> None:
        """Start and end one migration; between them the VM counts on both."""
        if self.at[vm] != source:
            self.faults.append(f"{vm} is on {self.at[vm]}, not on {source}")
        if self.vms[vm]["pinned"]:
            self.faults.append(f"{vm} is pinned")
        if not may_move(self.vms[vm], self.hosts[target]):
            self.faults.append(f"{vm} may not run on {target}")
        self.held[target].add(vm)
        self._judge(target, vm)
        self.held[source].discard(vm)
        self.at[vm] = target

    def _judge(self, target: str, vm: str) -> None:
        host, here = self.hosts[target], [self.vms[each] for each in self.held[target]]
        for kind in ("cpu", "ram"):
            if sum(each["size"][kind] for each in here) > host["room"][kind]:
                self.faults.append(f"{target} lacks {kind} when {vm} comes")
        if len(here) > host["most_vms"]:
            self.faults.append(f"{target} has too many VMs when {vm} comes")
        mine = set(self.vms[vm]["apart"])
        if any(mine & set(each["apart"]) for each in here if each["id"] != vm):
            self.faults.append(f"{vm} is not apart on {target}")

    def together(self) -> None:
        """After a wave every strict affinity group is on one host."""
        groups: dict[str, set[str]] = {}
        for vm in self.vms.values():
            if vm["together"]:
                groups.setdefault(vm["together"], set()).add(self.at[vm["id"]])
        self.faults += [f"group {group} is split" for group, places in groups.items() if len(places) > 1]


def violations(cluster: Plain, plan: Plain, failures: bool = True) -> list[str]:
    """Everything that is wrong with a plan; empty for a sound one. failures: look at N+f too."""
    replay = Replay(cluster)
    order = cluster["order"]
    for wave in plan["waves"]:
        out = set(wave["hosts"])
        if not 1 <= len(out) <= order["most_at_once"] or len(out) != len(wave["hosts"]):
            replay.faults.append(f"a wave of {wave['hosts']}")
        for move in wave["moves"]:
            if move["source"] not in out or move["target"] in out:
                replay.faults.append(f"{move['vm']} goes from {move['source']} to {move['target']} while {out} go out")
            replay.move(move["vm"], move["source"], move["target"])
        replay.faults += [f"{host} is not empty" for host in out if replay.held[host]]
        replay.together()
        if failures:
            replay.faults += _unborne(replay, out, order["spare_hosts"])
    replay.faults += _visits(plan, order)
    return replay.faults


def _visits(plan: Plain, order: Plain) -> Iterator[str]:
    """Each host once, and the first ones before all others, in their order and one by one."""
    visited = [host for wave in plan["waves"] for host in wave["hosts"]]
    if len(set(visited)) != len(visited) or not set(visited) <= set(order["hosts"]):
        yield f"visits {visited}"
    if plan["done"] and set(visited) != set(order["hosts"]):
        yield f"does not visit {set(order['hosts']) - set(visited)}"
    first = [host for host in order["first"] if host in order["hosts"]]
    for n, wave in enumerate(plan["waves"]):
        if n < len(first) and wave["hosts"] != [first[n]]:
            yield f"wave {n} is {wave['hosts']} and not {first[n]} alone"


def _unborne(replay: Replay, out: Collection[str], spare: int) -> Iterator[str]:
    """Failures of that many hosts that leave VMs without a place.

    The end of a wave is the worst instant: before it, a VM that has yet to leave still has its own host as well.
    """
    running = [name for name in replay.hosts if name not in out]
    for failing in itertools.combinations(running, min(spare, len(running))):
        lost = [replay.vms[each] for name in failing for each in replay.held[name]]
        if lost and not bears(replay, set(failing) | set(out), lost):
            yield f"with {sorted(out)} out, the failure of {failing} is not borne"


def bears(replay: Replay, away: Collection[str], lost: list[Plain]) -> bool:
    """Whether lost VMs find new places off ``away`` while all others stay: greedy first, else exact."""
    left = [host for name, host in replay.hosts.items() if name not in away]
    kept = {host["id"]: [replay.vms[each] for each in replay.held[host["id"]]] for host in left}
    if _greedy(left, kept, lost):
        return True
    found = placeable(left, kept, lost, may_run)
    if found is UNKNOWN:
        raise RuntimeError("the solver ran out of time")
    return bool(found)


def _greedy(hosts: list[Plain], kept: Mapping[str, list[Plain]], lost: list[Plain]) -> bool:
    """Whether one of many simple ways finds a place for all; only a yes means something."""
    wholes: dict[str, list[Plain]] = {}
    for vm in lost:
        wholes.setdefault(vm["together"] or "alone " + vm["id"], []).append(vm)
    chance = random.Random(0)
    suited = {vm["id"]: {h["id"] for h in hosts if may_run(vm, h)} for vm in lost}
    for attempt in range(GREEDY):
        noise = 0.4 if attempt > 3 else 0.0
        keys = {
            name: (any(vm["apart"] for vm in vms), sum(vm["size"][KINDS[attempt % 2]] for vm in vms))
            for name, vms in wholes.items()
        }
        order = sorted(wholes, key=lambda name: (keys[name][0], keys[name][1] * (1 + chance.uniform(-noise, noise))))
        if _fill(hosts, kept, [wholes[name] for name in reversed(order)], suited, bool(attempt & 2)):
            return True
    return False


def _fill(
    hosts: list[Plain],
    kept: Mapping[str, list[Plain]],
    wholes: list[list[Plain]],
    suited: Mapping[str, set[str]],
    tight: bool,
) -> bool:
    rooms = {h["id"]: [h["room"][k] - sum(v["size"][k] for v in kept[h["id"]]) for k in KINDS] for h in hosts}
    slots = {h["id"]: h["most_vms"] - len(kept[h["id"]]) for h in hosts}
    groups = {name: {g for vm in vms for g in vm["apart"]} for name, vms in kept.items()}
    for vms in wholes:
        ram, cpu = (sum(vm["size"][kind] for vm in vms) for kind in KINDS)
        mine = [group for vm in vms for group in vm["apart"]]
        able = [
            name
            for name in set.intersection(*(suited[vm["id"]] for vm in vms))
            if rooms[name][0] >= ram and rooms[name][1] >= cpu and slots[name] >= len(vms)
            if not groups[name].intersection(mine)
        ]
        if not able or len(set(mine)) < len(mine):
            return False
        name = min(able, key=lambda each: (rooms[each][0] if tight else -rooms[each][0], each))
        rooms[name] = [rooms[name][0] - ram, rooms[name][1] - cpu]
        slots[name] -= len(vms)
        groups[name].update(mine)
    return True
