# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of Molecule's scenarios, played on booted hosts by tests."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hosts import Fleet

SCENARIOS = Path(__file__).resolve().parents[4] / "extensions" / "molecule"


@dataclass(frozen=True)
class Play:
    status: int
    output: dict[str, Any]
    seconds: float

    @property
    def changed(self) -> int:
        return sum(int(host["changed"]) for host in self.output["stats"].values())

    @property
    def results(self) -> list[dict[str, Any]]:
        return [result for play in self.output["plays"] for task in play["tasks"] for result in task["hosts"].values()]

    @property
    def text(self) -> str:
        return json.dumps([result for result in self.results if result.get("failed")], indent=1)


@dataclass(frozen=True)
class Hosts:
    """Booted machines, and how playbooks reach them."""

    fleet: Fleet
    inventory: Path
    room: Path

    def play(self, playbook: Path, *arguments: str) -> Play:
        environment = {
            **os.environ,
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "MOLECULE_EPHEMERAL_DIRECTORY": str(self.room),
        }
        command = ["ansible-playbook", f"--inventory={self.inventory}", *arguments, str(playbook)]
        started = time.monotonic()
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert "{" in ended.stdout, ended.stdout + ended.stderr
        output = json.loads(ended.stdout[ended.stdout.index("{") :])
        return Play(ended.returncode, output, time.monotonic() - started)


def hosts_of(fleet: Fleet, room: Path, groups: Mapping[str, Sequence[str]]) -> Hosts:
    """An inventory of booted machines, in groups as a scenario has them."""
    inventory = fleet.inventory()
    inventory["all"]["children"] = {name: {"hosts": {host: {} for host in hosts}} for name, hosts in groups.items()}
    path = room / "inventory.json"
    path.write_text(json.dumps(inventory), encoding="utf-8")
    return Hosts(fleet, path, room)
