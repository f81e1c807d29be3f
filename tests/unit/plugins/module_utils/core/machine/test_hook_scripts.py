# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hook scripts: the order of the documents, and whatever would never run named before it is copied."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.hook_scripts import (
    ACTIONS,
    plan_hooks,
    plan_stages,
)

BASH, PYTHON = "#!/bin/bash\ntrue\n", "#!/usr/bin/env python3\n"


def test_hooks_run_by_what_is_behind_the_underscore() -> None:
    plan = plan_hooks({"all_cde.sh": BASH, "migrate_abc.py": PYTHON})
    assert [script.name for script in plan.scripts] == ["migrate_abc.py", "all_cde.sh"]
    assert [script.order for script in plan.scripts] == [0, 1]
    assert plan.problems == ()


def test_a_hook_is_tried_for_its_actions() -> None:
    by_name = {script.name: script for script in plan_hooks({"all_a": BASH, "stopped_b": BASH}).scripts}
    assert by_name["all_a"].runs == tuple(ACTIONS.items())
    assert by_name["stopped_b"].runs == (("stopped", "end"),)


@pytest.mark.parametrize(
    ("first", "begins"),
    [
        ("#!/bin/bash", "/bin/bash -n"),
        ("#!/bin/sh -e", "/bin/sh -n"),
        ("#!/usr/bin/python", "/usr/bin/python3"),
        ("#!/usr/bin/env python3.11", "/usr/bin/python3"),
        ("#!/usr/bin/perl", ""),
        ("#! /bin/bash", "/bin/bash -n"),
        ("#!\t/bin/sh -e", "/bin/sh -n"),
        ("#! /usr/bin/env -S PYTHONUTF8=1 python3 -u", "/usr/bin/python3"),
        ("#!/usr/bin/env", ""),
    ],
)
def test_a_script_is_parsed_by_its_own_interpreter(first: str, begins: str) -> None:
    plan = plan_hooks({"all_a": f"{first}\n"})
    lint = plan.scripts[0].lint
    assert plan.problems == ()
    assert lint.startswith(begins)
    assert lint.endswith("%s") is bool(begins)


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("audit.sh", BASH, "never run"),
        ("started", BASH, "never run"),
        ("begin_audit.sh", BASH, "never run"),
        ("all_", BASH, "never run"),
        ("all_../x", BASH, "file name"),
        ("all_a.sh", "echo\n", "interpreter"),
        ("all_a.sh", "#!/bin/bash\r\ntrue\r\n", "CR LF"),
        ("all_a.sh", "", "interpreter"),
    ],
)
def test_what_would_not_run_is_named(name: str, text: str, named: str) -> None:
    plan = plan_hooks({name: text, "all_good.sh": BASH})
    assert [problem for problem in plan.problems if named in problem and problem.startswith(name)]
    assert not [problem for problem in plan.problems if problem.startswith("all_good")]


def test_stages_run_in_their_order_and_may_say_that_there_is_nothing_to_do() -> None:
    plan = plan_stages({"PostMaintenance": BASH, "PreFlight.py": PYTHON, "Maintenance.sh": BASH})
    assert [(one.name, one.good) for one in plan.scripts] == [
        ("PreFlight.py", (0, 70)),
        ("Maintenance.sh", (0,)),
        ("PostMaintenance", (0,)),
    ]
    assert (plan.problems, plan.notes) == ((), ())
    # Of a stage that is declared no other form may be there; of one that is not, nothing is said.
    assert set(plan.rivals) == {
        *("PreFlight", "PreFlight.sh", "Maintenance", "Maintenance.py"),
        *("PostMaintenance.sh", "PostMaintenance.py"),
    }


@pytest.mark.parametrize("names", [("PreFlight", "PreFlight.sh"), ("preflight",), ("Maintenance.bash",)])
def test_a_stage_has_one_script_of_a_known_name(names: tuple[str, ...]) -> None:
    assert plan_stages(dict.fromkeys(names, BASH)).problems


def test_a_roll_without_maintenance_script_is_told() -> None:
    assert "Maintenance" in plan_stages({"PreFlight": BASH}).notes[0]
