# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long plans take on one core, and how much memory: one cluster of 100 hosts, and a zone of 10,000.

Prints a table in Markdown. ``python benchmarks/plan_speed.py [clusters of the zone]``.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from planner.generate import GIB

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import Order, plan
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Vm, VmHost

SIZES = ((1, 2), (2, 4), (2, 8), (4, 8), (4, 16))


def site(hosts: int, vms: int, use: float, apart: float, seed: int) -> tuple[list[VmHost], list[Vm]]:
    """Exactly that many hosts and VMs; rooms follow from the VMs and the wanted use of RAM."""
    rng = Random(seed)
    sizes = [rng.choices(SIZES, (6, 6, 4, 4, 3))[0] for _ in range(vms)]
    gib = int(sum(size[1] for size in sizes) / use / hosts)
    room = Amount(gib * 1200, gib * GIB)
    machines = [VmHost(f"h{n}", f"host{n:05}", room) for n in range(hosts)]
    free = [gib] * hosts
    found, groups = [], [set[str]() for _ in machines]
    for n, (cores, ram) in enumerate(sorted(sizes, key=lambda size: -size[1])):
        at = max(rng.sample(range(hosts), min(4, hosts)), key=free.__getitem__)
        free[at] -= ram
        group = f"g{n % (vms // 20 + 1)}"
        rule = (group,) if rng.random() < apart and group not in groups[at] else ()
        groups[at].update(rule)
        found.append(Vm(f"v{n}", f"vm{n}", f"h{at}", Amount(cores * 2000, ram * GIB), apart=rule))
    return machines, found


def _measured(name: str, clusters: int, hosts: int, vms: int, use: float, spare: int, most: int) -> None:
    spent, moves, bound, waves, fewest, planned = 0.0, 0, 0, 0, 0, 0
    rolls = []  # kept, as whoever plans a zone keeps them
    for machines, guests in [site(hosts, vms, use, 0.1, seed) for seed in range(clusters)]:
        order = Order(tuple(host.id for host in machines), most_at_once=most, spare_hosts=spare)
        begun = time.process_time()
        roll = plan(machines, guests, order)
        spent += time.process_time() - begun
        rolls.append(roll)
        planned += roll.feasible
        moves, bound = moves + roll.moves, bound + roll.bounds.moves
        waves, fewest = waves + len(roll.waves), fewest + roll.bounds.waves
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row: tuple[object, ...]
    counts = f"{clusters * hosts:,} / {clusters * vms:,}"
    row = (name, counts, f"{use:.0%}", f"N+{spare}", most, f"{planned} of {clusters}", f"{spent:.2f} s")
    print(
        "| "
        + " | ".join(str(each) for each in (*row, f"{moves / bound:.3f}", f"{waves / fewest:.2f}", f"{memory:.0f} MiB"))
        + " |"
    )
    sys.stdout.flush()


def main(zone: int) -> None:
    head = (
        "what",
        "hosts / VMs",
        "RAM used",
        "spare",
        "at once",
        "planned",
        "CPU time",
        "moves ÷ bound",
        "waves ÷ bound",
        "peak memory",
    )
    print(f"\n### Speed of plans, pure Python, one core\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    _measured("one cluster", 1, 100, 2000, 0.7, 0, 1)
    _measured("one cluster", 1, 100, 2000, 0.7, 1, 1)
    _measured("one cluster", 1, 100, 2000, 0.85, 1, 4)
    _measured("one cluster", 1, 100, 2000, 0.7, 2, 1)
    _measured("one cluster", 1, 100, 2000, 0.85, 2, 1)
    _measured(f"a zone of {zone} clusters", zone, 50, 1500, 0.75, 1, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
