# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's own rolling maintenance on the same plain data: its check of a host, and where its drain lands VMs.

It gets every benefit: no time limits, no colliding migrations, no VM that is stopped when its migration fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from .check import Replay, may_run

Plain = dict[str, Any]
ALGORITHMS = ("random", "firstfit", "firstfitleastconsumed")


@dataclass(frozen=True)
class Outcome:
    """How far it came. ended: "done", "refused" (its check said no) or "stuck" (a VM found no host half way)."""

    ended: str
    moves: int


def roll(cluster: Plain, algorithm: str, seed: int) -> Outcome:
    """Every visited host in an order of chance, each checked and then drained."""
    rng = Random(f"{algorithm} {seed}")
    state = Replay(cluster)
    hosts = list(cluster["order"]["hosts"])
    if not all(_check(state, host) for host in hosts):
        return Outcome("refused", 0)
    rng.shuffle(hosts)
    moves = 0
    for source in hosts:
        if not _check(state, source):
            return Outcome("refused", moves)
        leaving = sorted(state.held[source])
        rng.shuffle(leaving)
        for vm in leaving:
            target = _landing(state, vm, source, algorithm, rng)
            if target is None:
                return Outcome("stuck", moves)
            state.move(vm, source, target)
            moves += 1
    return Outcome("done", moves)


def _check(state: Replay, source: str) -> bool:
    """Each VM alone against today's room of the other hosts: nothing is added up, no affinity at the destination."""
    others = [host for name, host in state.hosts.items() if name != source and not host["unusable"]]
    for name in state.held[source]:
        vm = state.vms[name]
        tags, needs = vm["needs"]["tags"], vm["needs"]
        if not any(
            set(tags) <= set(host["tags"])
            and needs["cores"] <= host["cores"]
            and needs["speed"] <= host["speed"]
            and _room(state, vm, host["id"])
            for host in others
        ):
            return False
    return True


def _room(state: Replay, vm: Plain, host: str) -> bool:
    here = [state.vms[each] for each in state.held[host]]
    room = state.hosts[host]["room"]
    return all(sum(each["size"][kind] for each in here) + vm["size"][kind] <= room[kind] for kind in ("cpu", "ram"))


def _landing(state: Replay, name: str, source: str, algorithm: str, rng: Random) -> str | None:
    """The first host in the algorithm's order that takes the VM by every rule its planner looks at."""
    vm = state.vms[name]
    names = [host for host in state.hosts if host != source]
    if algorithm == "random":
        rng.shuffle(names)
    elif algorithm == "firstfitleastconsumed":
        names.sort(key=lambda host: _share(state, host))
    for host in names:
        foes = {group for each in state.held[host] for group in state.vms[each]["apart"]}
        full = len(state.held[host]) >= state.hosts[host]["most_vms"]
        if may_run(vm, state.hosts[host]) and not full and not foes & set(vm["apart"]) and _room(state, vm, host):
            return host
    return None


def _share(state: Replay, host: str) -> float:
    held = sum(int(state.vms[each]["size"]["ram"]) for each in state.held[host])
    return held / int(state.hosts[host]["room"]["ram"])
