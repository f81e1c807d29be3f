# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters that roll at the same time beside one cluster: seconds by the playbook on the sandbox.

Run: python benchmarks/clusters.py CLUSTERS [seconds of a migration]
"""

from __future__ import annotations

import os
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


def rolled(clusters: int, at_once: int, migration: float) -> tuple[float, int]:
    """Seconds of the whole playbook, and API calls."""
    with Sandbox(seed=1, speed=50.0) as box:
        site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=HOSTS, vms=VMS)
        names = ["c1", *(f"c{number}" for number in range(2, clusters + 1))]
        more_clusters(site, names[1:], HOSTS, VMS)
        box.calls.clear()
        box.world.speed = box.world.durations["migration"] / migration
        os.environ["ANSIBLE_FORKS"] = str(at_once)
        began = time.monotonic()
        status, output = Zone(box, site).run(clusters=names, max_clusters=at_once)
        if status:
            raise SystemExit(output)
        return time.monotonic() - began, len(box.calls)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    migration = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    print(f"\nClusters of {HOSTS} hosts with {VMS} VMs each, {migration:g} s a migration, by the playbook\n")
    print("| clusters | at once | seconds | beside one | API calls |")
    print("|---|---|---|---|---|")
    alone = 0.0
    for clusters, at_once in ((1, 1), (count, count)):
        seconds, calls = rolled(clusters, at_once, migration)
        alone = alone or seconds
        print(f"| {clusters} | {at_once} | {seconds:.0f} | {seconds / alone:.2f} | {calls:,} |", flush=True)


if __name__ == "__main__":
    main()
