# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How good plans are: sound, found where there is one, few moves, against CloudStack's own rule; reasons that help.

Prints tables in Markdown. ``python benchmarks/plan.py [clusters]``; all figures go by seeds and are the same each time.
"""

from __future__ import annotations

import collections
import multiprocessing
import sys
from collections.abc import Iterable
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from planner import server_rule
from planner.blockers import PLANTS, planted
from planner.check import Replay, may_run, plain, violations
from planner.evenness import Evenness, judge
from planner.generate import Cluster, Shape, cluster, shapes, tiny
from planner.oracle import UNKNOWN, Unknown, best_roll, placeable

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import Roll, plan

WORKERS = 2


def planned(item: Cluster) -> Roll:
    return plan(item.hosts, item.vms, item.order)


def table(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    names = list(head)
    print(f"\n### {title}\n\n| {' | '.join(names)} |\n|{'---|' * len(names)}")
    for row in rows:
        print("| " + " | ".join(str(each) for each in row) + " |")
    sys.stdout.flush()


def share(part: float, whole: float) -> str:
    return f"{part / whole:.1%}" if whole else "–"


# 1. Soundness


def _sound(item: Cluster) -> tuple[str, int, int, int, int, int]:
    roll = planned(item)
    faults = violations(*plain(item, roll))
    kind = "one at a time" if item.order.most_at_once == 1 else "several at once"
    return kind, len(faults), int(roll.feasible), roll.moves, len(roll.waves), roll.bounds.waves


def soundness(pool: multiprocessing.pool.Pool, count: int) -> None:
    source = shapes(Random(0))
    items = [cluster(n, next(source)) for n in range(count)]
    found = pool.map(_sound, items, chunksize=4)
    rows = []
    for kind in ("one at a time", "several at once"):
        mine = [each for each in found if each[0] == kind]
        plans = [each for each in mine if each[2]]
        exact = sum(each[4] <= each[5] for each in plans)
        near = sum(each[4] <= each[5] + 1 for each in plans)
        rows.append(
            (
                kind,
                len(mine),
                len(plans),
                sum(each[3] for each in mine),
                sum(each[1] for each in mine),
                share(exact, len(plans)),
                share(near, len(plans)),
            )
        )
    head = ("hosts", "clusters", "with a complete plan", "moves replayed", "violations", "waves = bound", "≤ bound + 1")
    table("Plans judged by the checker (N+0 to N+2)", head, rows)


# 2. Against the exact optimum


def _tiny(item: Cluster) -> tuple[str, int, int, int]:
    """What there was to find; moves of the plan, of the best roll, and the bound."""
    roll = planned(item)
    best = best_roll(plain(item, roll)[0], len(item.order.hosts), may_run)
    if isinstance(best, Unknown) or not best.proved:
        return "unknown", 0, 0, 0
    if best.moves is None:
        return ("false plan" if roll.feasible else "none exists"), 0, 0, 0
    return ("found" if roll.feasible else "missed"), roll.moves, best.moves, roll.bounds.moves


def optimum(pool: multiprocessing.pool.Pool, count: int) -> None:
    rows = []
    for spare in (0, 1):
        found = pool.map(_tiny, list(tiny(count, spare_hosts=spare)), chunksize=2)
        kinds = collections.Counter(each[0] for each in found)
        solved = [each for each in found if each[0] == "found"]
        exists = len(solved) + kinds["missed"]
        equal, above = sum(a == b for _, a, b, _ in solved), sum(c > b for _, _, b, c in solved)
        worst = max((a / b for _, a, b, _ in solved if b), default=1)
        tight = sum(b == c for _, _, b, c in solved)
        row = (f"N+{spare}", count, exists, len(solved), share(len(solved), exists), share(equal, len(solved)))
        rows.append((*row, f"{worst:.2f}", share(tight, len(solved)), above, kinds["false plan"], kinds["unknown"]))
    head = ("spare", "clusters", "a roll exists", "found", "share", "moves = optimum", "worst", "bound tight")
    table("3 to 5 hosts against the exact optimum", (*head, "bound too high", "false plans", "unsolved"), rows)


# 3. Where a plan exists, and its moves; CloudStack's rule on the same clusters


def solver_roll(item: Cluster, orders: int = 6) -> str:
    """Whether a solver finds a roll: every drain exact, in several orders of hosts; "yes", "no roll" or "not found"."""
    data = plain(item, Roll((), planned(item).bounds, {}, ""))[0]
    chance = Random(1)
    for attempt in range(orders):
        state = Replay(data)
        pending = list(item.order.hosts)
        while pending:
            pending.sort(key=lambda name: len(state.held[name]) * (chance.uniform(0.7, 1.3) if attempt else 1))
            for host in pending:
                others = [h for h in data["hosts"] if h["id"] != host]
                kept = {h["id"]: [state.vms[v] for v in state.held[h["id"]]] for h in others}
                found = placeable(others, kept, [state.vms[v] for v in state.held[host]], may_run, 5)
                if isinstance(found, dict):
                    for vm, target in found.items():
                        state.move(vm, host, target)
                    pending.remove(host)
                    break
            else:
                if len(pending) == len(item.order.hosts) and not attempt and found is not UNKNOWN:
                    return "no roll"
                break
        if not pending:
            return "yes"
    return "not found"


MOST_FULLER = 1.05  # wanted of the fullest host after a roll ÷ before it
CELLS = (
    (6, 0.2),
    (8, 0.3),
    (8, 0.6),
    (8, 0.75),
    (8, 0.82),
    (16, 0.6),
    (16, 0.75),
    (16, 0.85),
    (16, 0.9),
    (32, 0.85),
    (32, 0.92),
)


def _cell(hosts: int, use: float, count: int) -> list[Cluster]:
    mixed = (False, False, True)
    return [
        cluster(n, Shape(hosts=hosts, use=use, apart=0.1, mixed=mixed[n % 3], bound=("ram", "cpu")[n % 2]))
        for n in range(count)
    ]


Outcome = tuple[str, float, float, list[tuple[str, str, float]], Evenness]


def _moves(item: Cluster) -> Outcome:
    roll = planned(item)
    if not roll.feasible:
        return solver_roll(item), 0.0, 0.0, [], Evenness(0, 0, 0)
    data = plain(item, roll)[0]
    theirs = []
    for algorithm in server_rule.ALGORITHMS:
        for seed in range(3):
            outcome = server_rule.roll(data, algorithm, seed)
            theirs.append((algorithm, outcome.ended, outcome.moves / len(item.vms)))
    even = judge(*plain(item, roll))
    return "planned", roll.moves / roll.bounds.moves, roll.moves / len(item.vms), theirs, even


def completeness(pool: multiprocessing.pool.Pool, count: int) -> None:
    rows, ratios, totals, even = [], [], collections.Counter[str](), []
    for hosts, use in CELLS:
        found = pool.map(_moves, _cell(hosts, use, count), chunksize=2)
        kinds = collections.Counter(each[0] for each in found)
        totals += kinds
        ours = [each for each in found if each[0] == "planned"]
        ratios += [each[1] for each in ours]
        theirs = [each for item in ours for each in item[3]]
        row = [hosts, f"{use:.0%}", len(found), len(ours), kinds["yes"]]
        row += [f"{_mean(each[2] for each in ours):.3f}", f"{_mean(each[1] for each in ours):.3f}"]
        for algorithm in server_rule.ALGORITHMS:
            runs = [each for each in theirs if each[0] == algorithm]
            aborted = sum(each[1] != "done" for each in runs)
            moves = _mean(each[2] for each in runs if each[1] == "done")
            row.append(f"{share(aborted, len(runs))}, {moves:.2f}")
        rows.append(row)
        even.append(_even_row(hosts, use, [each[4] for each in ours]))
    head = ["hosts", "use", "clusters", "planned", "missed", "moves per VM", "÷ bound"]
    table(
        "Complete rolls, one host at a time, and CloudStack's rule where a plan exists (aborted, moves per VM)",
        head + [f"CloudStack {each}" for each in server_rule.ALGORITHMS],
        rows,
    )
    head = [
        "hosts",
        "use",
        "clusters",
        "before",
        "after",
        "least",
        "after ÷ before",
        "worst",
        "sums allow 1.05",
        "kept",
    ]
    table("The fullest host of those rolls (larger share of CPU and RAM), at the same moves", head, even)
    exists = totals["planned"] + totals["yes"]
    print(f"\nA plan was found for {totals['planned']} of {exists} clusters where one exists ", end="")
    print(
        f"({share(totals['planned'], exists)}); no roll exists in {totals['no roll']} and neither the planner nor ",
        end="",
    )
    print(f"the solver found one in {totals['not found']}.")
    print(f"Moves over the lower bound: mean {_mean(ratios):.4f}, worst {max(ratios):.3f}.")


def _even_row(hosts: int, use: float, found: list[Evenness]) -> list[object]:
    """least: what no roll with the fewest moves ends below, by sums and counts."""
    allowed = [each for each in found if each.allowed(MOST_FULLER)]
    means = [f"{_mean(getattr(each, name) for each in found):.3f}" for name in ("before", "after", "least", "ratio")]
    worst = max((each.ratio for each in allowed), default=float("nan"))
    kept = sum(each.ratio <= MOST_FULLER for each in allowed)
    return [hosts, f"{use:.0%}", len(found), *means, f"{worst:.3f}", len(allowed), kept]


def _mean(values: Iterable[float]) -> float:
    items = list(values)
    return sum(items) / len(items) if items else float("nan")


# 4. Reasons


def _reasons(case: tuple[str, int]) -> tuple[str, bool, bool]:
    code, seed = case
    blocked = planted(code, seed)
    found = [each for reasons in planned(blocked.cluster).stuck.values() for each in reasons]
    named = any(
        each.code == code
        and each.facts
        and each.remedy
        and (not blocked.vm or blocked.vm == each.facts.get("vm") or blocked.vm in str(each.facts.get("vms", "")))
        for each in found
    )
    return code, named, planned(blocked.cured).feasible


def reasons(pool: multiprocessing.pool.Pool, count: int) -> None:
    found = pool.map(_reasons, [(code, seed) for code in PLANTS for seed in range(count)], chunksize=8)
    rows: list[tuple[object, ...]] = []
    for code in PLANTS:
        mine = [each for each in found if each[0] == code]
        rows.append((f"`{code}`", len(mine), sum(each[1] for each in mine), sum(each[2] for each in mine)))
    rows.append(
        ("all", len(found), share(sum(e[1] for e in found), len(found)), share(sum(e[2] for e in found), len(found)))
    )
    table("Planted blockers", ("reason", "clusters", "named, with VM and numbers", "planned after the remedy"), rows)


def main(count: int) -> None:
    with multiprocessing.Pool(WORKERS) as pool:
        optimum(pool, max(10, count // 10))
        completeness(pool, max(6, count // 160))
        reasons(pool, max(5, count // 100))
        soundness(pool, count)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
