# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In a delegated task, facts are of the host that the play runs on: hostvars has those of the other one.

The same is true of every file that is included with delegation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PREFIX = "hostcraft.cloudstack."
FILES = sorted([*(ROOT / "playbooks").rglob("*.yml"), *(ROOT / "roles").glob("*/tasks/**/*.yml")])
PARTS = ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always")
INJECTED = (
    "distribution|os_family|pkg_mgr|python_version|service_mgr|architecture|hostname|fqdn|nodename|domain|kernel|"
    "selinux|default_ipv|all_ipv|interfaces|memtotal_mb|processor|mounts|env|user_id|machine|system|lsb|virtualization"
)
FACT = re.compile(rf"(?<![\w.\]])ansible_(?:facts\b(?P<python>\.python\b)?|(?:{INJECTED})\w*)")


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each)


def included(path: Path, task: dict[str, Any]) -> tuple[Path | None, str]:
    """The file that a task includes, and to whom it delegates its tasks."""
    for key, said in task.items():
        kind = key.rpartition(".")[2]
        if kind not in ("include_tasks", "import_tasks", "include_role", "import_role"):
            continue
        its = said if isinstance(said, dict) else {"file": said}
        to = (its.get("apply") or {}).get("delegate_to") or (task.get("apply") or {}).get("delegate_to") or ""
        if kind.endswith("role"):
            tasks = ROOT / "roles" / str(its["name"]).removeprefix(PREFIX) / "tasks"
            return tasks / f"{its.get('tasks_from', 'main').removesuffix('.yml')}.yml", to
        return path.parent / str(its["file"]), to
    return None, ""


def misread(path: Path, items: list[Any], above: str = "") -> Iterator[str]:
    """Tasks that read facts of another host than the one that they work on."""
    for task in items:
        parts = [part for part in PARTS if part in task]
        to = task.get("delegate_to", above if "hosts" not in task else "")
        for part in parts:
            yield from misread(path, task[part] or [], to)
        if parts:
            continue
        file, applied = included(path, task)
        if file is not None and (applied or to) and file.exists():
            yield from misread(file, yaml.safe_load(file.read_text(encoding="utf-8")), applied or to)
        # On the controller, a condition is about the host of the play.
        found = [match for text in texts(task) for match in FACT.finditer(text)]
        if to and any(match["python"] or to != "localhost" for match in found):
            yield f"{path.relative_to(path.parents[2])}: {task.get('name')}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_delegated_task_reads_no_facts_of_another_host(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert list(misread(path, content if isinstance(content, list) else [])) == []


@pytest.mark.parametrize(
    ("task", "finds"),
    [
        ({"delegate_to": "{{ x }}", "command": "{{ ansible_facts.python.executable }} -V"}, True),
        ({"delegate_to": "{{ x }}", "when": "ansible_os_family == 'Debian'"}, True),
        ({"delegate_to": "{{ x }}", "when": "hostvars[x].ansible_facts.pkg_mgr == 'apt'"}, False),
        ({"delegate_to": "localhost", "when": "ansible_facts.os_family == 'Debian'"}, False),
        ({"delegate_to": "localhost", "command": "{{ ansible_facts.python.executable }} -V"}, True),
        ({"delegate_to": "{{ x }}", "block": [{"rescue": [], "block": [{"when": "ansible_facts.lsb"}]}]}, True),
        ({"when": "ansible_facts.lsb"}, False),
        ({"include_tasks": {"file": "inner.yml", "apply": {"delegate_to": "{{ x }}"}}}, True),
        ({"include_tasks": "inner.yml"}, False),
    ],
)
def test_the_kind_is_found(tmp_path: Path, task: dict[str, Any], finds: bool) -> None:
    path = tmp_path / "playbooks/tasks/outer.yml"
    path.parent.mkdir(parents=True)
    (path.parent / "inner.yml").write_text("- name: Inner\n  when: ansible_facts.lsb\n", encoding="utf-8")
    assert bool(list(misread(path, [task]))) is finds
