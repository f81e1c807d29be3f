# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a role, host_network unless told otherwise, by ansible-playbook and tells what came of it, host by host."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """changed, failed: numbers of tasks. answers: results of the failed tasks, or of all with a change."""

    changed: int
    failed: int
    answers: list[Json]

    @property
    def codes(self) -> set[str]:
        """The codes of every reason that was given."""
        reasons = [reason for answer in self.answers for reason in answer.get("details", {}).get("reasons", ())]
        return {reason["code"] for reason in reasons}


def run(
    directory: Path,
    hosts: dict[str, Json],
    variables: Json,
    *options: str,
    role: str = "host_network",
    seconds: float = 300,
) -> dict[str, Outcome]:
    """One run of a role on all hosts at once. hosts: connection variables, and layouts of their own, by name."""
    book, inventory = directory / "play.json", directory / "inventory.json"
    play = {"hosts": "all", "gather_facts": False, "roles": [f"hostcraft.cloudstack.{role}"], "vars": variables}
    book.write_text(json.dumps([play]), encoding="utf-8")
    # Connections of its own: another host may have had the address. Short, because it is the path of a socket.
    own = {"ansible_control_path_dir": str(directory / "cp")}
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": own}}), encoding="utf-8")
    ended = subprocess.run(
        ["ansible-playbook", "-i", str(inventory), *options, str(book)],
        env={
            **os.environ,
            "ANSIBLE_STDOUT_CALLBACK": "ansible.posix.json",
        },
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    try:
        told = json.loads(ended.stdout[ended.stdout.index("{") :])
    except ValueError:
        raise AssertionError(ended.stdout + ended.stderr) from None
    tasks = [task["hosts"] for play in told["plays"] for task in play["tasks"]]
    return {
        name: Outcome(
            changed=stats["changed"],
            failed=stats["failures"] + stats["unreachable"],
            answers=[task[name] for task in tasks if name in task and _counts(task[name])],
        )
        for name, stats in told["stats"].items()
    }


def _counts(answer: Json) -> bool:
    return bool(answer.get("failed") or answer.get("changed") or answer.get("unreachable"))
