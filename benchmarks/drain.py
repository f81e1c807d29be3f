# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of 8 hosts at 62.5 % of its RAM rolled by CloudStack's own drains and by ours, on the sandbox.

Prints tables for docs/benchmarks.md: hosts drained, moves per VM, VMs stopped, seconds (of the sandbox's time, where a
migration takes two), API calls; and the same cluster with waves of several hosts, emptied one by one and together.
Run: python benchmarks/drain.py
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from fakes.lab import Lab
from integration.maintenance import test_waves

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import HostName
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks, rolling, walking
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.ahead import Ahead
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.foretelling import Request
from sandbox.rules import drain
from sandbox.world.hosts import Host
from unit.sandbox.worlds import lay_out, run_on

HOSTS, VMS, SEEDS = 8, 5, 20
BOUND = (HOSTS * VMS + VMS) / (HOSTS * VMS)


@dataclass
class Result:
    drained: int
    moves_per_vm: float
    stopped: int
    seconds: float
    calls: int


def measured(seed: int, roll: Callable[[Lab], int], migration: float = 2.0) -> Result:
    """One roll through a fresh cluster."""
    with Lab(seed=seed) as lab, tempfile.TemporaryDirectory() as folder:

        def fill() -> None:
            for host in lay_out(lab.box.world, HOSTS, Path(folder)):
                run_on(lab.box.world, host, VMS)

        lab.run(fill)
        lab.box.world.durations["migration"] = migration
        moved = _watch(lab)
        began = lab.loop.time()
        drained = roll(lab)
        stopped = sum(vm.state != "Running" for vm in lab.box.world.vms)
        return Result(drained, len(moved) / (HOSTS * VMS), stopped, lab.loop.time() - began, len(lab.box.calls))


def _watch(lab: Lab) -> list[int]:
    """The VMs that change their host from now on, once for each time: whoever moves them."""
    moved: list[int] = []
    vms = lab.box.world.vms
    update = vms.update

    def spied(row: Any, **fields: Any) -> Any:
        if fields.get("host_id") not in (None, row.host_id):
            moved.append(row.id)
        return update(row, **fields)

    vms.update = spied  # type: ignore[method-assign]
    return moved


def of_the_server(lab: Lab) -> int:
    """prepareHostForMaintenance, Maintenance or an error, cancelHostMaintenance, host by host."""
    client, drained = lab.client(), 0
    for host in list(lab.box.world.hosts):
        client.run("prepareHostForMaintenance", {"id": host.uuid})
        while _state(lab, host) == "PrepareForMaintenance":
            client.clock.sleep(1.0)
        drained += _state(lab, host) == "Maintenance"
        client.run("cancelHostMaintenance", {"id": host.uuid})
    return drained


def _state(lab: Lab, host: Host) -> str:
    return lab.box.world.hosts[host.id].resource_state


def ours(lab: Lab, most_at_once: int = 1) -> int:
    """As the playbook rolls without stages: by one task."""
    claim = locks.Claim(locks.Lock("roll/1", "operator@admin", "process 1"), keep=True)
    asked = rolling.Request(None, "c0", run="roll", claim=claim, most_at_once=most_at_once)
    told: Any = walking.walk(lab.cloud(), asked, Request(HostName(""), None, claim), walking.Step(), False).result
    return sum(row["resource_state"] == "Maintenance" for row in told["host_results"])


def row(label: str, roll: Callable[[Lab], int]) -> str:
    results = [measured(seed, roll) for seed in range(SEEDS)]
    drained = [each.drained for each in results]
    ratio = [each.moves_per_vm for each in results]
    return (
        f"| {label} | {statistics.mean(drained):.1f} of {HOSTS} (worst {min(drained)}) | "
        f"{statistics.mean(ratio):.3f} (worst {max(ratio):.3f}) | {max(each.stopped for each in results)} | "
        f"{statistics.mean(each.seconds for each in results):.0f} | "
        f"{statistics.mean(each.calls for each in results):.0f} |"
    )


def waves() -> None:
    """Waves of several hosts, emptied one by one and together."""
    print("\n| hosts at once | a migration | moves | one by one | together | bound | API calls |")
    print("|---|---|---|---|---|---|---|")
    for most in (1, 2, 3):
        for migration in (2.0, 10.0, 30.0):
            with patch.object(Ahead, "begin", lambda *_given: None):
                before = measured(0, partial(ours, most_at_once=most), migration)
            after = measured(0, partial(ours, most_at_once=most), migration)
            moves = round(after.moves_per_vm * HOSTS * VMS)
            bound = 1.3 * moves * migration / (2 * most) + HOSTS * test_waves.PREPARED
            times = f"{before.seconds:.0f} s | {after.seconds:.0f} s | {bound:.0f} s"
            print(f"| {most} | {migration:.0f} s | {moves} | {times} | {before.calls}, {after.calls} |", flush=True)


def main() -> None:
    print(f"{HOSTS} hosts of 8 GiB, {VMS} VMs of 1 GiB on each; {SEEDS} seeds; lower bound {BOUND:.3f} moves per VM\n")
    print("| | hosts drained | moves per VM | VMs stopped | seconds | API calls |")
    print("|---|---|---|---|---|---|")
    print(row("CloudStack's own drain, host by host", of_the_server))
    print(row("`cs_rolling_maintenance` with `state=advanced`", ours))
    # The server takes as long for an empty host as a real one does.
    with patch.object(drain, "begin", test_waves.slowed(drain.begin)):
        waves()


if __name__ == "__main__":
    main()
