# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play that delegates, or runs files of others, has no connection: delegated tasks take over the play's.

So tasks that have to run on the controller say so themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from unit.architecture.registration import ON_THE_HOST

ROOT = Path(__file__).resolve().parents[3]
PREFIX, INCLUDES = "hostcraft.cloudstack.", ("include_tasks", "import_tasks", "include_role", "import_role")
# It looks at names of variables, and delegates nothing.
OWN = "tasks/variables.yml"
# They speak to a hypervisor from where they run.
FROM_THE_CONTROLLER = ("cs_vsphere_", "cs_xenserver_")
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))


def tasks_of(items: list[Any] | None, above: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tasks of a list and of its blocks, with what they inherit of connection and delegation."""
    for item in items or ():
        inherited = {**above, **{key: item[key] for key in ("connection", "delegate_to") if key in item}}
        if any(key in item for key in ("block", "rescue", "always")):
            for part in ("block", "rescue", "always"):
                yield from tasks_of(item.get(part), inherited)
        else:
            yield {**inherited, **item}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def word(task: dict[str, Any], *names: str) -> Any:
    return next((task[key] for key in task if key.rpartition(".")[2] in names), None)


def reaches_others(play: dict[str, Any]) -> bool:
    """Whether it delegates or includes, itself or by a role of its own."""
    roles = [entry if isinstance(entry, str) else entry["role"] for entry in play.get("roles") or ()]
    for part in ("pre_tasks", "tasks", "post_tasks", "handlers"):
        for task in tasks_of(play.get(part), {}):
            role = word(task, "include_role", "import_role")
            if word(task, *INCLUDES) == OWN:
                continue
            if role:
                roles.append(role["name"])
            elif "delegate_to" in task or word(task, *INCLUDES):
                return True
    files = [path for name in roles for path in (ROOT / "roles" / name.rpartition(".")[2] / "tasks").glob("*.yml")]
    found = [task for path in files for task in tasks_of(read(path), {})]
    return any("delegate_to" in str(task) for task in found)


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_play_with_a_connection_reaches_no_other_host(path: Path) -> None:
    for play in read(path):
        assert not ("connection" in play and reaches_others(play)), f"{play['name']}: {path}"


def controllers(module: str) -> bool:
    return module.startswith(FROM_THE_CONTROLLER) or module not in ON_THE_HOST


def strays(items: list[Any], above: dict[str, Any]) -> list[str]:
    """Tasks for the controller that would go wherever the play goes."""
    found = []
    for task in tasks_of(items, above):
        module = next((key[len(PREFIX) :] for key in task if key.startswith(PREFIX + "cs_")), None)
        said = (task.get("vars") or {}).get("ansible_connection") or task.get("connection")
        if module and controllers(module) and said != "local":
            found.append(str(task["name"]))
    return found


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_tasks_of_the_api_say_that_they_run_on_the_controller(path: Path) -> None:
    for play in read(path):
        parts = [task for part in ("pre_tasks", "tasks", "post_tasks") for task in play.get(part) or ()]
        assert strays(parts, {key: play[key] for key in ("connection",) if key in play}) == []


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "playbooks" / "tasks").glob("*.yml")),
        *sorted((ROOT / "roles" / "rolling_maintenance" / "tasks").glob("*.yml")),
    ],
    ids=lambda path: path.stem,
)
def test_so_do_files_of_tasks(path: Path) -> None:
    assert strays(read(path), {}) == []


def test_the_roll_delegates_to_names_of_the_inventory_alone() -> None:
    """What the server calls a host is looked up first."""
    for path in (ROOT / "roles" / "rolling_maintenance" / "tasks").glob("*.yml"):
        for task in tasks_of(read(path), {}):
            target = task.get("delegate_to") or (word(task, "include_tasks") or {})
            if isinstance(target, dict):
                target = (target.get("apply") or {}).get("delegate_to", "")
            if "include_tasks" not in str(target) and isinstance(target, str) and "{{" in target:
                known = ("rolling_maintenance_targets[", "files[", "rolling_maintenance_stage_file")
                assert any(word_ in target for word_ in known), f"{path.name}: {target}"
