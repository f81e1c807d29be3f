# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How full hosts are before and after a plan, and what its moves allow at best, told from plain data.

Shares nothing with the planner, as ``check``. Only clusters all of whose hosts are visited are judged by the bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from .check import KINDS, Plain


class Evenness(NamedTuple):
    """Loads of the fullest host: before, after, and the least that any roll with the fewest moves can end with."""

    before: float
    after: float
    least: float

    @property
    def ratio(self) -> float:
        return self.after / self.before if self.before else 1.0

    def allowed(self, ratio: float) -> bool:
        """Whether the sums allow that ratio."""
        return self.least <= self.before * ratio


def judge(cluster: Plain, plan: Plain) -> Evenness:
    where = {vm["id"]: vm["host"] for vm in cluster["vms"]}
    before = fullest(cluster, where)
    for wave in plan["waves"]:
        where.update({move["vm"]: move["target"] for move in wave["moves"]})
    return Evenness(before, fullest(cluster, where), max(_least(cluster, kind) for kind in KINDS))


def fullest(cluster: Plain, where: Mapping[str, str]) -> float:
    """The larger share of CPU and RAM of the host that has the largest."""
    used: Counter[tuple[str, str]] = Counter()
    for vm in cluster["vms"]:
        for kind in KINDS:
            used[where[vm["id"]], kind] += vm["size"][kind]
    return max(float(used[host["id"], kind] / host["room"][kind]) for host in cluster["hosts"] for kind in KINDS)


def _least(cluster: Plain, kind: str) -> float:
    """Sums and counts alone: the last host ends empty, each other one goes to those that are done."""
    room = {host["id"]: host["room"][kind] for host in cluster["hosts"]}
    load: Counter[str] = Counter()
    count: Counter[str] = Counter()
    for vm in cluster["vms"]:
        load[vm["host"]] += vm["size"][kind]
        count[vm["host"]] += 1
    few = min(count[name] for name in room)
    largest = max((vm["size"][kind] for vm in cluster["vms"]), default=0)
    low, high = 0.0, 4.0
    for _step in range(40):
        share = (low + high) / 2
        starts = [name for name in room if count[name] == few]
        enough = sum(load.values()) <= share * (sum(room.values()) - min(room.values()))
        if enough and any(_chain(room, load, start, share) for start in starts):
            high = share
        else:
            low = share
    return max(high, float(largest / max(room.values())))


def _chain(room: Mapping[str, int], load: Mapping[str, int], start: str, share: float) -> bool:
    """Whether each host's VMs find room on those before it, in the best order there is for that share."""
    others = [name for name in room if name != start]
    gaining = sorted((name for name in others if share * room[name] >= load[name]), key=lambda name: load[name])
    losing = sorted((name for name in others if share * room[name] < load[name]), key=lambda name: -room[name])
    free = share * room[start]
    for name in gaining + losing:
        free -= load[name]
        if free < 0:
            return False
        free += share * room[name]
    return True
