# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts answered before a roll, judged: each odd answer is a problem of one host, told once, and never a crash."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.stages import (
    machine_problems,
    stage_scripts,
)

NAMES = {"pre_flight": "PreFlight", "maintenance": "Maintenance"}


def asked(name: str, answer: str | None = None, **more: Any) -> dict[str, Any]:
    return {"item": name, **({} if answer is None else {"stdout": answer}), **more}


def test_machines_of_their_own_are_no_problem() -> None:
    assert machine_problems([asked("h0", "b0\r\n"), asked("h1", "Welcome!\nb1\n"), asked("win", "")], "c\n") == []


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([asked("h0", unreachable=True, msg="Failed to\n connect")], ["host h0 cannot be reached: Failed to connect."]),
        ([asked("h0", unreachable=True)], ["host h0 cannot be reached: no connection."]),
        ([asked("h0", "c")], ["host h0 is the controller itself"]),
        ([asked("h0", "b"), asked("h1", "b")], ["hosts h0 and h1 are the same machine"]),
        ([asked("h0", "c"), asked("h1", "c")], ["host h0 is the controller", "host h1 is the controller"]),
    ],
)
def test_each_problem_is_told_with_its_host(results: list[dict[str, Any]], told: list[str]) -> None:
    found = machine_problems(results, "c")
    assert len(found) == len(told)
    for sentence, start in zip(found, told, strict=True):
        assert sentence.startswith(start)


def test_hosts_that_are_meant_to_be_the_controller_may_be_but_have_to_answer() -> None:
    both = [asked("h0", "c"), asked("h1", "c")]
    assert machine_problems(both, "c", ["h0", "h1"]) == []
    assert len(machine_problems(both, "c", ["h0"])) == 1
    assert len(machine_problems([asked("h0", unreachable=True)], "c", ["h0"])) == 1


def test_a_controller_without_a_number_is_compared_with_none() -> None:
    assert machine_problems([asked("h0", ""), asked("h1", "")], "") == []


def file(path: str, **more: Any) -> dict[str, Any]:
    return {"path": path, "xusr": True, **more}


def test_scripts_are_sorted_by_host_and_stage() -> None:
    results = [
        asked("h0", files=[file("/s/PreFlight.sh"), file("/s/PreFlight"), file("/s/Maintenance.py")]),
        asked("h1", files=[file("/s/Maintenance", xusr=False, xgrp=True)]),
    ]
    found = stage_scripts(results, NAMES, "/s")
    assert found["problems"] == []
    assert found["scripts"] == {
        "h0": {"pre_flight": "/s/PreFlight", "maintenance": "/s/Maintenance.py"},
        "h1": {"maintenance": "/s/Maintenance"},
    }
    assert found["missing"] == {"pre_flight": ["h1"], "maintenance": []}


@pytest.mark.parametrize(
    ("payload", "good"), [("", True), ("a=1 b=2", True), ("a='1 2'", True), ("it's", False), ('a="', False)]
)
def test_a_payload_that_is_no_list_of_arguments_is_a_problem(payload: str, good: bool) -> None:
    problems = stage_scripts([asked("h0", files=[file("/s/Maintenance")])], NAMES, "/s", payload)["problems"]
    assert (problems == []) is good
    assert all("rolling_maintenance_payload" in problem for problem in problems)


@pytest.mark.parametrize("files", [[], None, [file("/s/README")]])
def test_a_host_without_scripts_is_a_problem(files: Any) -> None:
    found = stage_scripts([asked("h0", files=files)], NAMES, "/s")
    assert found["problems"] == ["host h0 has none of the scripts PreFlight, Maintenance in /s. Copy them there."]


@pytest.mark.parametrize("how", [{"xusr": False}, {"isdir": True}])
def test_what_cannot_be_run_is_a_problem(how: dict[str, Any]) -> None:
    (problem,) = stage_scripts([asked("h0", files=[file("/s/Maintenance", **how)])], NAMES, "/s")["problems"]
    assert problem.startswith("host h0 cannot run /s/Maintenance")
