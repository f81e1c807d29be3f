# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook whose plays have no host fails, by the inventory or by --limit: Ansible itself ends without an error."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
# Parts of others, or of use without such hosts.
OPTIONAL = {
    "doctor",
    "install",
    "rolling_maintenance",
    "send_report",
    "upgrade_cloudstack",
}
PATTERN = re.compile(r"\{\{ (\w+) \| default\('([\w:]+)', true\) \}\}")


FIRST = re.compile(r"\{\{ query\('hostcraft\.cloudstack\.within_limit', (.*?)(, whole=true)?\) \}\}")
# Part of the machines would be left with what fits the others no longer.
WHOLE = {"install", "rotate_database_keys", "upgrade_cloudstack"}


def plays(path: Path) -> list[dict[str, Any]]:
    return [play for play in yaml.safe_load(path.read_text(encoding="utf-8")) if "hosts" in play]


def of_a_group(path: Path) -> list[str]:
    return [play["hosts"] for play in plays(path) if PATTERN.fullmatch(play["hosts"])]


NEEDING = [path for path in sorted(PLAYBOOKS.glob("*.yml")) if path.stem not in OPTIONAL and of_a_group(path)]


@pytest.mark.parametrize("path", NEEDING, ids=lambda path: path.stem)
def test_the_first_play_looks_for_the_hosts_of_the_others(path: Path) -> None:
    first = plays(path)[0]
    names, task = first["tasks"]
    assert {names["vars"]["variables_hosts"]} == set(of_a_group(path))
    assert task["ansible.builtin.include_tasks"] == "tasks/hosts_match.yml"
    assert {task["vars"]["hosts_match"]} == set(of_a_group(path))
    (variable,) = {match.group(1) for match in map(PATTERN.fullmatch, of_a_group(path)) if match}
    assert task["vars"]["hosts_match_variable"] == variable


@pytest.mark.parametrize("path", sorted(PLAYBOOKS.glob("*.yml")), ids=lambda path: path.stem)
def test_the_first_play_looks_what_a_limit_leaves(path: Path) -> None:
    first, *others = plays(path)
    asked = FIRST.fullmatch(" ".join(first["hosts"].split()))
    assert asked, "begin the playbook with the lookup within_limit"
    patterns = asked[1].split(", ")
    needed = {f"{{{{ {pattern} }}}}" for pattern in re.split(r", (?!true)", asked[1])}
    # A playbook that does something on localhost does not do it elsewhere.
    works = others == [] or any(play["hosts"] == "localhost" for play in others)
    assert ("'localhost'" in patterns) == works
    if path.stem not in OPTIONAL:
        assert set(of_a_group(path)) <= needed
    assert bool(asked[2]) == (path.stem in WHOLE)
    if asked[2]:
        named = {name for play in others for name in re.findall(r"\w+ \| default\('\w+', true\)", play["hosts"])}
        assert named <= set(re.split(r", (?!true)", asked[1]))


def test_those_that_need_none_are_there() -> None:
    assert {path.stem for path in PLAYBOOKS.glob("*.yml")} >= OPTIONAL
    assert len(NEEDING) >= 15
