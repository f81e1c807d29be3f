# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones that nobody declared: exported, ``site.yml --check`` changes nothing, and they are as declared.

One is a snapshot with many hosts and VMs, the other is made by the modules of ngine_io.cloudstack (incumbent_zone.yml).
Fails if a playbook fails, changes something, finds a difference, writes to the server or needs too many API calls.
Run: python benchmarks/export.py [HOSTS] [VMS]
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("tests", ".venv/collections")]

from cost import Cost, cost
from site_zone import network

from sandbox.server import Sandbox
from sandbox.snapshot import fill, generate
from unit.sandbox.client import Api

CALLS = 200  # of site --check
READS = ("list", "query", "login", "logout")


def snapshot(hosts: int, vms: int) -> Callable[[Sandbox], str]:
    def make(server: Sandbox) -> str:
        server.run(lambda world: fill(world, generate(hosts, vms)))
        network(Api(server))
        return "z1"

    return make


def incumbent(server: Sandbox) -> str:
    """By the real modules, which read neither our configuration nor our collections."""
    access = {"ENDPOINT": server.url, "KEY": server.key, "SECRET": server.secret}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ANSIBLE_")}
    environment |= {f"CLOUDSTACK_{key}": value for key, value in access.items()}
    command = [str(ROOT / ".venv/peer/bin/ansible-playbook"), str(ROOT / "benchmarks/incumbent_zone.yml")]
    command += ["-e", "zone=peer"]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return "peer"


def proven(title: str, make: Callable[[Sandbox], str]) -> bool:
    """Prints a row of each playbook. Whether all is as it should be."""
    good = True
    with Sandbox(seed=1, speed=100.0) as server, tempfile.TemporaryDirectory() as name:
        zone, folder = make(server), Path(name) / "inventory"
        words = ("-e", f"export_zone_name={zone}", "-e", f"export_zone_dest={folder}")
        steps: dict[str, tuple[tuple[object, ...], Callable[[Cost], bool]]] = {
            "export_zone": (words, lambda its: True),
            "site --check": (("-i", folder, "--check"), lambda its: "changed=0 " in its.output and its.calls <= CALLS),
            "compare_zone": (
                ("-i", folder, "-e", "compare_zone_fail=note"),
                lambda its: "objects: as declared" in its.output,
            ),
        }
        for step, (options, right) in steps.items():
            playbook = ROOT / f"playbooks/{step.split()[0]}.yml"
            found = cost(server, "ansible-playbook", playbook, *map(str, options))
            wrote = [call.command for call in server.calls if not call.command.startswith(READS)]
            fine = found.status == 0 and right(found) and not wrote
            told = "as it should be" if fine else f"WRONG {wrote[:5]}"
            print(f"| {title} | {step} | {found.cpu:.1f} | {found.memory} | {found.calls} | {told} |", flush=True)
            if not fine:
                print(re.sub(r"\n{2,}", "\n", found.output)[-4000:])
            good = good and fine
    return good


def main(arguments: list[str]) -> int:
    hosts, vms = (int(each) for each in (arguments + ["10000", "30000"][len(arguments) :])[:2])
    print("| zone | playbook | seconds of CPU | MiB | API calls | |")
    print("|---|---|---|---|---|---|")
    zones = {
        "made by ngine_io.cloudstack": incumbent,
        f"snapshot of {hosts:,} hosts, {vms:,} VMs": snapshot(hosts, vms),
    }
    good = [proven(title, make) for title, make in zones.items()]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
