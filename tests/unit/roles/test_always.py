# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be undone in any case: Ansible runs no ``always`` for a host that became unreachable in the block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from unit.roles.role_tasks import ROOT, content, walk

FILES = [
    str(file.relative_to(ROOT))
    for folder in ("playbooks", "roles")
    for file in sorted((ROOT / folder).rglob("*.yml"))
    if folder == "playbooks" or "tasks" in file.parts
]
# Run by the controller, whatever the host.
OF_CONTROLLER = {f"ansible.builtin.{name}" for name in ("fail", "assert", "debug", "set_fact", "meta")}
INCLUDES = {f"ansible.builtin.{name}" for name in ("include_tasks", "include_role", "import_tasks")}


def here(task: dict[str, Any]) -> bool:
    """Whether a task does not connect to the play's host."""
    local = task.get("connection") == "local" or task.get("delegate_to") == "localhost"
    return local or bool((OF_CONTROLLER | INCLUDES) & set(task)) or "block" in task


def guarded(path: str) -> Iterator[dict[str, Any]]:
    """Blocks with an ``always`` that changes something elsewhere than on the host itself."""
    loaded = content(path)
    for task in walk(loaded if isinstance(loaded, list) else []):
        if any(here(each) and not (OF_CONTROLLER & set(each)) for each in task.get("always", [])):
            yield task


def test_there_are_such_blocks() -> None:
    assert {path for path in FILES if list(guarded(path))} >= {
        "playbooks/recover_agents.yml",
        "playbooks/fence_drill.yml",
        "playbooks/upgrade_xenserver_pool.yml",
    }


@pytest.mark.parametrize("path", FILES)
def test_no_host_is_lost_before_an_always(path: str) -> None:
    """An unreachable host is ignored, and the next task of the block fails for it."""
    for block in guarded(path):
        tasks = list(walk(block["block"]))
        for task, following in zip(tasks, [*tasks[1:], {}], strict=True):
            if here(task):
                continue
            assert task.get("ignore_unreachable") is True, task["name"]
            assert "ansible.builtin.fail" in following, task["name"]
            assert following["when"] == f"{task['register']} is unreachable", task["name"]
