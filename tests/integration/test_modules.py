# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module by its playbook: values are asserted there, what holds for all modules is asserted here."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from integration.playbook import HERE, Run, Task, run

from sandbox.server import Sandbox

PLAYBOOKS = sorted((HERE / "modules").glob("cs_*.yml"))
# Decided before anything is sent.
DECIDED = {"refused", "invalid_value", "missing_value", "not_found", "ambiguous"}
# What reads the things of a module, where that is not the module's own name with _info.
INFO_OF = {
    "cs_vlan_range": "cs_vlan_info",
    "cs_vlan_dedication": "cs_vlan_info",
    "cs_management_ip_range": "cs_pod_info",
    "cs_certificate_strictness": "cs_certificate_info",
}


@pytest.fixture(scope="module", params=PLAYBOOKS, ids=lambda path: path.stem)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Run]:
    """A playbook's name and its run against a fresh sandbox."""
    playbook: Path = request.param
    with Sandbox(seed=1, speed=10.0) as sandbox:
        return playbook.stem, run(sandbox, playbook, tmp_path_factory.mktemp("wire") / "tasks")


def tasks(played: tuple[str, Run]) -> list[Task]:
    """The tasks of the module that the playbook is about."""
    name, ended = played
    assert ended.status == 0, "the playbook itself failed, as another test says"
    return [task for task in ended.tasks if task.module == name]


def test_playbook_ends_well_and_ansible_has_nothing_to_complain_of(played: tuple[str, Run]) -> None:
    _name, ended = played
    assert ended.status == 0, ended.output
    assert ended.complaints == []


def test_playbook_shows_every_side_of_its_module(played: tuple[str, Run]) -> None:
    seen = tasks(played)
    assert [task for task in seen if task.check_mode and task.changed]
    assert [task for task in seen if not task.check_mode and task.changed]
    assert [task for task in seen if not (task.check_mode or task.changed or task.codes)]
    assert [task for task in seen if task.codes & DECIDED]
    reader = INFO_OF.get(played[0], f"{played[0]}_info")
    assert [task for task in played[1].tasks if task.module == reader]


def test_check_mode_writes_nothing(played: tuple[str, Run]) -> None:
    assert [(task.name, task.writes) for task in played[1].tasks if task.check_mode and task.writes] == []


def test_what_is_unchanged_or_refused_writes_nothing(played: tuple[str, Run]) -> None:
    quiet = [task for task in tasks(played) if not task.changed and task.codes <= DECIDED]
    assert [(task.name, task.writes) for task in quiet if task.writes] == []


def test_what_is_changed_was_written(played: tuple[str, Run]) -> None:
    changed = [task for task in tasks(played) if task.changed and not task.check_mode]
    assert [task.name for task in changed if not task.writes] == []


def test_a_change_shows_a_difference_and_nothing_else_does(played: tuple[str, Run]) -> None:
    for task in tasks(played):
        for answer in task.answers:
            if "code" not in answer:
                difference = answer["diff"]
                assert (difference["before"] != difference["after"]) == answer["changed"], task.name


def test_check_mode_foretells_the_difference(played: tuple[str, Run]) -> None:
    """A task in check mode, followed by the same for real."""
    seen = tasks(played)
    pairs = [
        (one, other)
        for one, other in pairwise(seen)
        if one.check_mode and not other.check_mode and one.asked == other.asked and not other.codes
    ]
    assert len(pairs) >= 2, "the playbook tries nothing in check mode first"
    for one, other in pairs:
        assert one.result["diff"] == other.result["diff"], one.name
