# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies an inventory with a playbook of the collection to a sandbox, and reads the recap and what is then there."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration.forked import COLD

from sandbox.server import Sandbox
from sandbox.world import World

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
INVENTORIES = PLAYBOOKS / "inventories"
READS = ("list", "query")
RECAP = re.compile(r"^localhost +: ok=\d+ +changed=(\d+) +unreachable=(\d+) +failed=(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """How a run ended; changed: the recap's figure."""

    status: int
    output: str

    @property
    def changed(self) -> int:
        found = RECAP.search(self.output)
        assert found, self.output
        return int(found.group(1))


def start(
    sandbox: Sandbox, inventory: Path, *options: str, playbook: str = "site.yml", command: str = COLD
) -> subprocess.Popen[str]:
    """The playbook as a process in a group of its own."""
    environment = {
        **os.environ,
        "CLOUDSTACK_ENDPOINT": sandbox.url,
        "CLOUDSTACK_KEY": sandbox.key,
        "CLOUDSTACK_SECRET": sandbox.secret,
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    }
    return subprocess.Popen(
        [command, "-i", str(inventory), *options, str(PLAYBOOKS / playbook)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        cwd=PLAYBOOKS,
    )


def play(sandbox: Sandbox, inventory: Path, *options: str, playbook: str = "site.yml") -> Run:
    with start(sandbox, inventory, *options, playbook=playbook, command="ansible-playbook") as process:
        output, _ = process.communicate()
    return Run(process.returncode, output)


def writes(sandbox: Sandbox) -> list[str]:
    """The commands received that do not only read."""
    return [call.command for call in sandbox.calls if not call.command.startswith(READS)]


def there(sandbox: Sandbox) -> dict[str, Any]:
    """What stands in the sandbox, by names, so that two sandboxes can be compared."""

    def read(world: World) -> dict[str, Any]:
        clusters = {row.id: row.name for row in world.clusters}
        networks = {row.id: row.name for row in world.physical_networks}
        return {
            "zones": [(row.name, row.allocation_state, row.dns1) for row in world.zones],
            "networks": sorted((row.name, str(row.vlans), row.state) for row in world.physical_networks),
            "traffic": sorted((networks[row.physical_network_id], row.traffic_type) for row in world.traffic_types),
            "pods": sorted((row.name, row.gateway, str(row.ranges)) for row in world.pods),
            "public": sorted((row.start, row.end, row.vlan) for row in world.vlan_ranges),
            "clusters": sorted((row.name, row.hypervisor, str(row.details)) for row in world.clusters),
            "hosts": sorted(
                (row.name, clusters[row.cluster_id], tuple(row.tags), row.resource_state, row.annotation)
                for row in world.hosts
            ),
            "pools": sorted((row.name, row.scope, row.path) for row in world.storage_pools),
            "stores": sorted((row.name, row.url) for row in world.image_stores),
        }

    return sandbox.run(read)
