# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every role and playbook begins with the names of its variables, and none of its own is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from documents.known import variables

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.misspelled import misspelled
from ansible_collections.hostcraft.cloudstack.plugins.plugin_utils.own_variables import (
    known_to,
    offered_by,
    offered_by_all,
)

ROOT = Path(__file__).resolve().parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))


def content(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def parts_of(playbook: str) -> list[str]:
    play = content(f"playbooks/{playbook}.yml")[0]
    first = [*play.get("pre_tasks", []), *play.get("tasks", [])][0]
    assert "within_limit" in play["hosts"]
    assert first["ansible.builtin.include_tasks"] == "tasks/variables.yml"
    found: list[str] = first["vars"]["variables_of"]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_a_role_begins_with_the_names_of_its_variables(role: str) -> None:
    first = content(f"roles/{role}/tasks/main.yml")[0]
    assert first["tags"] == ["always"]
    checked = ROOT / "roles" / role / "tasks" / first["ansible.builtin.import_tasks"]
    assert checked.resolve() == ROOT / "playbooks" / "tasks" / "role_variables.yml"


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_playbook_begins_with_the_names_of_its_variables(playbook: str) -> None:
    parts = parts_of(playbook)
    assert [part for part in parts if part not in ROLES and not offered_by((part,)).names] == []
    # What documents say of the playbook is offered, and nothing of it is refused.
    text = (ROOT / "playbooks" / f"{playbook}.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"-e (\w+)=", text))
    offered = offered_by(tuple(parts))
    assert named <= offered.names | set(variables())
    # What others offer is typed for a playbook that imports this one. Variables are also what playbooks set.
    for given, typed in ((set(variables()), frozenset()), (offered_by_all().names, offered_by_all().names)):
        assert misspelled(offered, offered_by_all, known_to(offered), given, given, typed, lambda name: False) == []
    beginnings = tuple(f"{part}_" for part in parts)
    assert [name for name in named if name not in parts and not name.startswith(beginnings)] == []


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_what_an_operator_has_beside_it_is_no_mistake(playbook: str) -> None:
    offered = offered_by(tuple(parts_of(playbook)))
    names = {"backup_dir", "zone_name", "show_all", "mysql_server_id", "load_balancer_address", "zone_host"}
    names |= {f"{part}_{word}" for part in offered.prefixes for word in ("note", "owner", "inventory", "enabled")}
    assert misspelled(offered, offered_by_all, known_to(offered), names, names, (), lambda name: False) == []


def test_every_part_is_offered() -> None:
    assert set(offered_by_all().prefixes) == set(ROLES) | {part for each in PLAYBOOKS for part in parts_of(each)}
