# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters that roll at the same time beside one cluster: seconds by the playbook on the sandbox, and CPU time.

Run: python benchmarks/clusters.py CLUSTERS [seconds of a migration]
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from integration.maintenance.site import build, more_clusters
from integration.maintenance.test_playbook import Zone

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox

HOSTS, VMS = 3, 2


def cpu(of: int) -> float:
    used = resource.getrusage(of)
    return used.ru_utime + used.ru_stime


def rolled(clusters: int, at_once: int, migration: float) -> tuple[float, float, float, int]:
    """Seconds of the whole playbook, CPU of Ansible and of the sandbox, and API calls."""
    with Sandbox(seed=1, speed=50.0) as box:
        site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=HOSTS, vms=VMS)
        names = ["c1", *(f"c{number}" for number in range(2, clusters + 1))]
        more_clusters(site, names[1:], HOSTS, VMS)
        box.calls.clear()
        box.world.speed = box.world.durations["migration"] / migration
        os.environ["ANSIBLE_FORKS"] = str(at_once)
        began, ansible, own = time.monotonic(), cpu(resource.RUSAGE_CHILDREN), cpu(resource.RUSAGE_SELF)
        status, output = Zone(box, site).run(clusters=names, max_clusters=at_once)
        if status:
            raise SystemExit(output)
        took = time.monotonic() - began
        used = cpu(resource.RUSAGE_CHILDREN) - ansible, cpu(resource.RUSAGE_SELF) - own
        return took, *used, len(box.calls)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    migration = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    print(f"\nClusters of {HOSTS} hosts with {VMS} VMs each, {migration:g} s a migration, by the playbook\n")
    print("| clusters | at once | seconds | beside one | CPU of Ansible | CPU of the sandbox | API calls |")
    print("|---|---|---|---|---|---|---|")
    alone = 0.0
    for clusters, at_once in ((1, 1), (count, count)):
        seconds, ansible, sandbox, calls = rolled(clusters, at_once, migration)
        alone = alone or seconds
        row = f"{seconds:.0f} | {seconds / alone:.2f} | {ansible:.1f} s | {sandbox:.1f} s | {calls:,}"
        print(f"| {clusters} | {at_once} | {row} |", flush=True)


if __name__ == "__main__":
    main()
