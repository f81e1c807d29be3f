# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a playbook against a sandbox and tells, task by task, what came of it and what was sent."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integration import forked

from sandbox.server import Sandbox

HERE = Path(__file__).resolve().parent
PREFIX = "hostcraft.cloudstack."
READS = ("list", "query", "find", "get")
# What our own modules warn of in check mode or on removal; every other warning is a fault.
OUR_WARNINGS = ("must exist when the task runs without check mode", "nothing to remove")


@dataclass(frozen=True)
class Task:
    """One task as it ran; ``calls``: the commands that the sandbox received during it, in order."""

    name: str
    action: str
    check_mode: bool
    result: dict[str, Any]
    calls: list[str]

    @property
    def module(self) -> str:
        return self.action.removeprefix(PREFIX) if self.action.startswith(PREFIX) else ""

    @property
    def writes(self) -> list[str]:
        return [call for call in self.calls if not call.startswith(READS)]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The module's results: one for each item of a loop."""
        found: list[dict[str, Any]] = self.result.get("results", [self.result])
        return found

    @property
    def changed(self) -> bool:
        return any(answer["changed"] for answer in self.answers)

    @property
    def codes(self) -> set[str]:
        """The codes of what was refused or went wrong."""
        return {answer["code"] for answer in self.answers if "code" in answer}

    @property
    def asked(self) -> str:
        """What the task asked for, comparable between tasks."""
        arguments = [answer.get("invocation", {}).get("module_args") for answer in self.answers]
        return json.dumps([self.action, arguments], sort_keys=True)


@dataclass(frozen=True)
class Run:
    """What ``ansible-playbook`` printed, and its tasks."""

    status: int
    output: str
    tasks: list[Task]

    @property
    def complaints(self) -> list[str]:
        """Ansible's warnings and deprecations that are not our modules' own; a warning may go over several lines."""
        text = re.sub(r"\n(?!\S*\[|TASK|ok|changed|PLAY|fatal|failed)", " ", self.output)
        lines = [line for line in text.splitlines() if re.search(r"\[(DEPRECATION )?WARNING\]", line)]
        return [line for line in lines if not any(ours in line for ours in OUR_WARNINGS)]


def run(
    sandbox: Sandbox,
    playbook: Path,
    log: Path,
    connection: str = "local",
    inventory: Path | None = None,
    **variables: object,
) -> Run:
    """Run a playbook on this machine by a connection; ``log``: where its tasks are noted.

    inventory: instead of this machine alone; its hosts name their interpreters.
    """
    here = {} if inventory else {"ansible_python_interpreter": forked.python()}
    environment = {
        **os.environ,
        "CLOUDSTACK_ENDPOINT": sandbox.url,
        "CLOUDSTACK_KEY": sandbox.key,
        "CLOUDSTACK_SECRET": sandbox.secret,
        "WIRE_LOG": str(log),
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "plugins" / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "wire",
        "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "plugins" / "connection"),
        "ANSIBLE_NOCOLOR": "1",
        # Ansible takes a key beside a merged mapping for a duplicate; yamllint finds the real ones.
        "ANSIBLE_DUPLICATE_YAML_DICT_KEY": "ignore",
    }
    command = [
        "ansible-playbook",
        f"--inventory={inventory or 'localhost,'}",
        f"--connection={connection}",
        f"--extra-vars={json.dumps({**here, **variables})}",
        str(playbook),
    ]
    ended = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return Run(ended.returncode, ended.stdout, [Task(**json.loads(line)) for line in lines])
