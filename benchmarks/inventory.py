# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""10,000 hosts as an inventory: API calls, and the CPU of ansible-inventory beside that of the same as a file.

Fails if there are more calls than pages, or if the plugin costs more than BOUND seconds of CPU beyond what Ansible
needs to read the same hosts and variables from JSON. Run: python benchmarks/inventory.py [HOSTS]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("tests", ".venv/collections")]

from cost import cost

from sandbox import fleet
from sandbox.server import Sandbox
from sandbox.snapshot import fill

PAGE, OTHERS = 500, 5  # hosts of a page; calls for three other kinds, and listApis for two of them
BOUND = 20.0


def main(arguments: list[str]) -> int:
    hosts = int(arguments[0]) if arguments else 10_000
    with Sandbox(seed=1, speed=100.0) as server, tempfile.TemporaryDirectory() as name:
        server.run(lambda world: fill(world, fleet.lines(hosts, 0, 1)))
        source = Path(name) / "all.cloudstack_hosts.yml"
        source.write_text("plugin: hostcraft.cloudstack.hosts\n", encoding="utf-8")
        read = cost(server, "ansible-inventory", "--inventory", source, "--list")
        found = json.loads(read.output)["_meta"]["hostvars"]
        plain = Path(name) / "plain.json"
        plain.write_text(json.dumps({"all": {"hosts": found}}), encoding="utf-8")
        floor = cost(server, "ansible-inventory", "--inventory", plain, "--list").cpu
    print("| | CloudStack | the same as a file |")
    print("|---|---|---|")
    print(f"| hosts | {len(found):,} | {len(found):,} |")
    print(f"| API calls | {read.calls} | |")
    print(f"| seconds of CPU | {read.cpu:.1f} | {floor:.1f} |")
    print(f"| MiB | {read.memory} | |")
    hypervisors = sum(each["acs_kind"] == "hypervisor" for each in found.values())
    good = hypervisors == hosts and read.calls <= -(-hosts // PAGE) + OTHERS and read.cpu - floor <= BOUND
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
