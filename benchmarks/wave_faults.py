# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll with waves of two hosts, one thing going wrong at each of its calls: how it ends, and the next run.

Four hosts, one VM on each, on the sandbox; a drain takes the server 7 s, so that the second host of a wave is emptied
meanwhile. What `planner.instants` looks at before each call counts as a promise. Prints a table for docs/benchmarks.md.
Run: python benchmarks/wave_faults.py [words of a cause]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from fakes.lab import Killed, Lab, Life
from integration.maintenance import test_waves
from integration.maintenance.test_faults import furnish, moves
from integration.maintenance.test_walk import prepared, walk, whole

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
from sandbox.rules import drain

HOSTS = 4
CAUSES: dict[str, dict[str, Any]] = {
    "run killed before the call": {"after": False},
    "run killed after the call": {"after": True},
    "HTTP 503": {"kind": "http", "status": 503},
    "HTTP 503 for 60 calls": {"kind": "http", "status": 503, "times": 60},
    "error 530, never repeated": {"kind": "http", "status": 530},
    "connection lost after the work": {"kind": "drop_after"},
    "server restarted, its jobs failed": {"kind": "restart", "jobs": "fail"},
}


def ended(folder: Path, nth: int, cause: dict[str, Any], tally: Counter[str]) -> None:
    """One fresh cluster with the cause at the n-th call, and the next run where the first does not end the roll."""
    with Lab() as lab:
        furnish(lab, folder, HOSTS, vms=1)
        seen, life = test_waves.watched(lab), Life()
        if "kind" in cause:
            lab.box.faults.add("*", nth=nth, **cause)
        else:
            life = Life(kills_at=nth, after=cause["after"])
        try:
            tally["first"] += walk(lab, life=life, most_at_once=2)["ended"]
        except (HostcraftError, Killed):
            lab.box.faults.clear()
            tally["next"] += walk(lab, most_at_once=2, token="next")["ended"]
        tally["promises"] += len(seen.wrong)
        tally["thrice"] += max(moves(lab).values()) > 2
        tally["again"] += max(prepared(lab).values()) > 1
        whole(lab)


def main() -> int:
    words = " ".join(sys.argv[1:])
    # By its name, because types do not let a function of a module be replaced.
    setattr(drain, "begin", test_waves.slowed(drain.begin))  # noqa: B010
    print("| fault | runs | ended by the first run | by the next | not ended or not whole | promises broken |", end="")
    print(" a host asked for twice | a VM moved more than twice |")
    print("|---|---|---|---|---|---|---|---|")
    whole_table = True
    for name, cause in CAUSES.items():
        if words not in name:
            continue
        tally: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            calls = test_waves.count_calls(Path(folder), HOSTS)
            for nth in range(1, calls + 1):
                try:
                    ended(Path(folder), nth, cause, tally)
                # Whatever it is, it is told with the call, and the others are still tried.
                except (Exception, Killed) as error:
                    tally["wrong"] += 1
                    print(f"{name}, call {nth}: {type(error).__name__}: {error}", file=sys.stderr)
        columns = ("first", "next", "wrong", "promises", "again", "thrice")
        print(f"| {name} | {calls} | " + " | ".join(str(tally[each]) for each in columns) + " |", flush=True)
        whole_table &= not tally["wrong"] and not tally["promises"]
    return 0 if whole_table else 1


if __name__ == "__main__":
    sys.exit(main())
