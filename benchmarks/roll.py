# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's own CPU time for each host of a roll through empty hosts, from the first to the last.

By the playbook, without stages and with one stage of one task. Run: python benchmarks/roll.py HOSTS
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from integration.maintenance.site import Site, build
from integration.maintenance.test_playbook import Zone

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox

TICKS = os.sysconf("SC_CLK_TCK")
STAGE = "- name: Do nothing\n  ansible.builtin.debug:\n    msg: nothing\n"


def cpu(pid: int) -> float:
    """Seconds of CPU of a process and of all its children so far, those that run now included."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == pid or int(fields[1]) == pid:
            total += sum(map(int, fields[11:15]))
    return total / TICKS


def rolled(hosts: int, stage: str) -> tuple[list[float], float, int]:
    """CPU seconds at the end of each host, at the end of all, and the calls."""
    with Sandbox(seed=1, speed=50.0) as box, tempfile.TemporaryDirectory() as folder:
        site: Site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=hosts, vms=0)
        box.calls.clear()
        zone, given = Zone(box, site), dict[str, Any]()
        if stage:
            path = Path(folder) / "stage.yml"
            path.write_text(stage, encoding="utf-8")
            given = {"stages": {"maintenance": str(path)}, "stages_on": "controller"}
        process = zone.start(**given)
        reader = threading.Thread(target=lambda: process.communicate(timeout=3600))
        reader.start()
        seen: list[float] = []
        last = 0.0
        while process.poll() is None:
            done = box.calls.counts["cancelHostMaintenance"]
            last = max(last, cpu(process.pid))
            seen += [last] * (done - len(seen))
            time.sleep(0.02)
        reader.join()
        if process.returncode:
            raise SystemExit(f"the roll failed with {process.returncode}")
        return seen, last, len(box.calls)


def main() -> None:
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(f"\n{hosts} empty hosts, one at a time: seconds of CPU of ansible-playbook\n")
    print("| stages | for a host | first ten hosts | last ten hosts | all | API calls |")
    print("|---|---|---|---|---|---|")
    for label, stage in (("none", ""), ("one, of one task", STAGE)):
        at, whole, calls = rolled(hosts, stage)
        steps = [later - sooner for sooner, later in zip(at, at[1:], strict=False)]
        few = max(1, min(10, len(steps) // 2))
        row = (statistics.mean(steps), statistics.mean(steps[:few]), statistics.mean(steps[-few:]))
        print(f"| {label} | " + " | ".join(f"{value:.3f} s" for value in row) + f" | {whole:.1f} s | {calls:,} |")


if __name__ == "__main__":
    main()
