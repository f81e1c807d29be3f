# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The drain of a host with one thing going wrong at each of its calls, on the sandbox: how each run ends, and the next.

Prints a table for docs/benchmarks.md. Four hosts of 8 GiB with two VMs of 1 GiB on each; h0 goes into maintenance. For
each cause there is a fresh cluster for every call that an undisturbed drain makes.
Run: python benchmarks/drain_faults.py [words of a cause]
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from fakes.lab import Killed, Lab, Life
from integration.maintenance.site import ask, placement
from integration.maintenance.test_faults import FOLLOWER, furnish, host, moves

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused
from sandbox.errors import ApiError
from sandbox.rules import host_states
from sandbox.rules import life as machines
from sandbox.server import Received
from unit.sandbox.worlds import new_vm, run_on

Plant = Callable[[Lab, int], Life]


def fault(kind: str, **more: Any) -> Plant:
    """At the n-th call, of whatever command."""

    def plant(lab: Lab, nth: int) -> Life:
        lab.box.faults.add("*", kind, nth=nth, **more)
        return Life()

    return plant


def killed(lab: Lab, nth: int, after: bool) -> Life:
    return Life(kills_at=nth, after=after)


def meanwhile(act: Callable[[Lab], object]) -> Plant:
    """Somebody does something just before the n-th call."""

    def plant(lab: Lab, nth: int) -> Life:
        count = 0

        def on_call(_call: Received) -> None:
            nonlocal count
            count += 1
            if count == nth:
                act(lab)

        lab.on_call = on_call
        return Life()

    return plant


def lost(lab: Lab, name: str) -> None:
    """The agent is gone, and with it what is asked of it."""
    lab.box._lose_agent(name)
    if name == "h0":
        lab.box.faults.add("migrateVirtualMachine", "job_failed", times=99, text="agent is not connected")


def fills(lab: Lab) -> None:
    for _ in range(5):
        with suppress(ApiError):
            run_on(lab.box.world, host(lab, "h1"), 1)


def comes(lab: Lab) -> None:
    if host(lab).resource_state in ("Enabled", "Disabled"):
        machines.start(lab.box.world, new_vm(lab.box.world), host(lab))


def cancels(lab: Lab) -> None:
    if host(lab).resource_state in ("PrepareForMaintenance", "Maintenance"):
        host_states.move(lab.box.world, host(lab), "AdminCancelMaintenance")


CAUSES: dict[str, Plant] = {
    "HTTP 503": fault("http", status=503),
    "HTTP 503 for 60 calls": fault("http", status=503, times=60),
    "error 530, never repeated": fault("http", status=530),
    "connection lost before the work": fault("drop"),
    "connection lost after the work": fault("drop_after"),
    "server restarted, its jobs unknown": fault("restart"),
    "server restarted, its jobs failed": fault("restart", jobs="fail"),
    "run killed before the call": partial(killed, after=False),
    "run killed after the call": partial(killed, after=True),
    "agent of the host lost": meanwhile(partial(lost, name="h0")),
    "agent of a destination lost": meanwhile(partial(lost, name="h1")),
    "destination filled": meanwhile(fills),
    "VM started on the host": meanwhile(comes),
    "host enabled": meanwhile(lambda lab: lab.box.world.hosts.update(host(lab), resource_state="Enabled")),
    "maintenance cancelled": meanwhile(cancels),
}


@dataclass
class Tally:
    """ends: how first runs end. states: of the host then, where they do not succeed."""

    runs: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    not_done: int = 0
    stopped: int = 0
    twice: int = 0


def one(lab: Lab, plant: Plant, nth: int, tally: Tally) -> None:
    before = placement(lab.box.world)
    life = plant(lab, nth)
    try:
        ask(lab, life=life)
        end = "done"
    except Killed:
        end = "killed"
    except Refused as error:
        end = f"refused ({error.reasons[0].code})"
    except HostcraftError as error:
        end = error.code
    tally.runs += 1
    tally.ends[end] += 1
    if end != "done":
        tally.states[host(lab).resource_state] += 1
    lab.on_call = lambda call: None
    lab.box.faults.clear()
    for each in lab.box.world.hosts:
        if each.lost:
            lab.run(partial(host_states.found, lab.box.world, each))
    lab.cloud().clock.sleep(60)
    try:
        ask(lab, claim=FOLLOWER, token="next")
    except HostcraftError as error:
        tally.not_done += 1
        print(f"the run after {nth}: {error.message}", file=sys.stderr)
    tally.not_done += host(lab).resource_state != "Maintenance"
    tally.stopped += sum(where == "Stopped" and vm in before for vm, where in placement(lab.box.world).items())
    tally.twice += sum(count > 1 for count in moves(lab).values())


def told(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "–"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Lab() as lab:
            furnish(lab, Path(folder))
            life = Life()
            ask(lab, life=life)
        print(f"a drain without faults of 2 VMs makes {life.calls} calls\n")
        head = ("fault", "runs", "result of the first run", "host after it", "not done by the next run")
        print("| " + " | ".join((*head, "VMs stopped", "VMs moved twice")) + " |\n|" + "---|" * 7)
        chosen = " ".join(sys.argv[1:])
        for cause, plant in ((name, each) for name, each in CAUSES.items() if chosen in name):
            tally = Tally()
            for nth in range(1, life.calls + 1):
                with Lab() as lab:
                    furnish(lab, Path(folder))
                    one(lab, plant, nth, tally)
            row = (tally.runs, told(tally.ends), told(tally.states), tally.not_done, tally.stopped, tally.twice)
            print(f"| {cause} | " + " | ".join(map(str, row)) + " |", flush=True)


if __name__ == "__main__":
    main()
