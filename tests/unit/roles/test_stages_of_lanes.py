# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Task files that end a playbook whose hosts do not wait for each other are refused before the first change.

Ansible decides itself which modules those are: those whose action plugin bypasses the loop over hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import action_loader, init_plugin_loader
from ansible.template import Templar, trust_as_template
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

NEEDS = Path(__file__).resolve().parents[3] / "roles" / "rolling_maintenance" / "tasks" / "needs.yml"
(TASK,) = [task for task in yaml.safe_load(NEEDS.read_text(encoding="utf-8")) if "several clusters" in task["name"]]
ASSERT: dict[str, Any] = TASK["ansible.builtin.assert"]


@pytest.fixture(autouse=True)
def plugins() -> Iterator[None]:
    """Ansible's own, for this test alone: its finder of collections would break what is imported later."""
    init_plugin_loader([])
    yield
    _AnsibleCollectionFinder._remove()


def rendered(text: str, **known: Any) -> Any:
    variables = {name: trust_as_template(value) for name, value in TASK["vars"].items()}
    return Templar(loader=DataLoader(), variables={**variables, **known}).template(trust_as_template(text))


def found(tmp_path: Path, text: str) -> list[str]:
    """What the role objects to in a task file."""
    file = tmp_path / "work.yml"
    file.write_text(text, encoding="utf-8")
    item = {"key": "rolling_maintenance_stages.maintenance", "value": str(file)}
    names: list[str] = rendered("{{ rolling_maintenance_alone }}", item=item)
    assert rendered("{{ " + ASSERT["that"] + " }}", item=item) is (names == [])
    if names:
        assert rendered(ASSERT["fail_msg"], item=item).startswith(f"{item['key']}: {file} uses ")
    return names


def alone() -> set[str]:
    """Modules of Ansible that run once for all hosts."""
    paths = [Path(path) for path in action_loader.all(path_only=True)]
    names = {path.stem for path in paths if path.parts[-4:-1] == ("ansible", "plugins", "action")}
    return {name for name in names if action_loader.get(f"ansible.builtin.{name}", class_only=True).BYPASS_HOST_LOOP}


def test_every_module_that_ansible_runs_once_for_all_hosts_is_refused(tmp_path: Path) -> None:
    names = alone()
    assert "pause" in names
    for name in names:
        assert found(tmp_path, f"- name: Wait\n  {name}:\n") == [name]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("- pause: seconds=5\n", ["pause"]),
        ("- name: Wait\n  ansible.builtin.pause:\n    minutes: 1\n", ["pause"]),
        ("- name: Wait\n  ansible.legacy.pause :\n", ["pause"]),
        ("- block:\n    - name: Wait\n      pause:\n", ["pause"]),
        ("- name: Group\n  group_by:\n    key: a\n- add_host:\n    name: b\n", ["group_by", "add_host"]),
        ("- name: A pause: not long\n  ansible.builtin.debug:\n    msg: add_host\n", []),
        ("# pause:\n- name: Wait\n  ansible.builtin.wait_for:\n    timeout: 5\n", []),
        ("- name: Other\n  someone.tools.pause:\n    pauses: 1\n", []),
        ("- name: Own\n  pause_vm:\n", []),
    ],
)
def test_a_module_is_found_by_its_name_alone(tmp_path: Path, text: str, names: list[str]) -> None:
    assert found(tmp_path, text) == names


def test_only_rolls_of_several_clusters_at_once_refuse_it() -> None:
    when = trust_as_template("{{ " + TASK["when"] + " }}")
    for lanes, refused in ((0, False), ("0", False), (2, True), ("2", True)):
        variables = {"rolling_maintenance_lane_count": lanes}
        assert Templar(loader=DataLoader(), variables=variables).template(when) is refused
    assert re.search("rolling_maintenance_task_files", TASK["loop"])
