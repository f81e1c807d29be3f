# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which services playbooks/fail_over_database.yml stops, points and starts, and whose db.properties it reads."""

from __future__ import annotations

from typing import Any

import pytest

from .role_tasks import content, holds, rendered, task, templar, trusted

PLAYBOOK = "playbooks/fail_over_database.yml"
SWITCH, REOPEN = "playbooks/tasks/switch_database.yml", "playbooks/tasks/reopen_database.yml"
NO_ROLE = ""
READ = "Read the configuration of the management and usage servers"
CHECK = "Check that each server can be switched by its db.properties"
POINT, STOP, START = (
    f"{verb} the management and usage servers{rest}"
    for verb, rest in (("Point", " to the new primary"), ("Stop", ""), ("Start", ""))
)
SITES = {
    "beside": ({"management_servers": ["ms1"], "usage_servers": ["ms1"]}, {("ms1", "management"), ("ms1", "usage")}),
    "separate": (
        {"management_servers": ["ms1", "ms2"], "usage_servers": ["ms2", "us1"]},
        {(host, service) for host in ("ms1", "ms2") for service in ("management", "usage")} | {("us1", "usage")},
    ),
    "no group": ({"management_servers": ["ms1"]}, {("ms1", "management"), ("ms1", "usage")}),
    "usage alone": ({"usage_servers": ["us1"]}, {("us1", "usage")}),
}


def variables(groups: dict[str, list[str]], **more: Any) -> dict[str, Any]:
    (play,) = content(PLAYBOOK)
    its = play["vars"]
    known: dict[str, Any] = {"groups": groups, **more}
    for name in ("fail_over_database_managers", "fail_over_database_services"):
        known[name] = rendered(NO_ROLE, its[name], **known)
    return known


def concerned(path: str, name: str, known: dict[str, Any]) -> list[tuple[str, str]]:
    """Host and unit, or host and file, of each turn of a task."""
    its = task(path, name)
    (action,) = (each for module, each in its.items() if module.startswith("ansible.builtin."))
    told = action.get("name") or action.get("path") or action["cmd"]
    one = templar(NO_ROLE, **known)
    found = []
    for item in one.template(trusted(its["loop"])):
        one.available_variables = {**known, "item": item}
        found.append((one.template(trusted(its["delegate_to"])), one.template(trusted(told))))
    return found


@pytest.mark.parametrize("site", SITES)
def test_a_separate_usage_server_is_stopped_pointed_and_started(site: str) -> None:
    groups, wanted = SITES[site]
    known = variables(groups)
    units = {(host, f"cloudstack-{service}") for host, service in wanted}
    for path, name in ((SWITCH, STOP), (SWITCH, START), (REOPEN, START)):
        found = concerned(path, name, known)
        assert (set(found), len(found)) == (units, len(units)), name
    services = [unit for _host, unit in concerned(SWITCH, START, known)]
    assert services == sorted(services), "management servers come first"
    files = {(host, f"/etc/cloudstack/{service}/db.properties") for host, service in wanted}
    assert set(concerned(SWITCH, POINT, known)) == files
    read = concerned(PLAYBOOK, READ, known)
    assert {(host, command.split()[-1]) for host, command in read} == files


def test_another_group_of_usage_servers() -> None:
    known = variables({"management_servers": ["ms1"], "billing": ["us9"]}, fail_over_database_usage="billing")
    assert ("us9", "cloudstack-usage") in concerned(SWITCH, STOP, known)


@pytest.mark.parametrize(
    ("item", "status", "fails"),
    [
        (["us1", "usage"], 2, True),
        (["ms1", "management"], 2, True),
        (["ms1", "usage"], 2, False),
        (["us1", "usage"], 1, False),
    ],
)
def test_only_a_usage_server_beside_a_management_server_may_be_missing(
    item: list[str], status: int, fails: bool
) -> None:
    known = variables({"management_servers": ["ms1"], "usage_servers": ["us1"]})
    condition = task(PLAYBOOK, READ)["failed_when"]
    assert holds(NO_ROLE, condition, **known, item=item, fail_over_database_held={"rc": status}) is fails


@pytest.mark.parametrize(
    ("lines", "fits"),
    [
        (["db.cloud.host=db1", "db.usage.host=db1", "db.cloud.uri="], True),
        (["db.cloud.host=db1"], False),
        (["db.cloud.host=db1", "db.usage.host=db1", "db.cloud.uri=jdbc:mysql://db1"], False),
    ],
)
def test_the_file_of_a_separate_usage_server_is_checked_too(lines: list[str], fits: bool) -> None:
    its = task(PLAYBOOK, CHECK)
    told = {"rc": 0, "stdout": "\n".join(lines), "stdout_lines": lines, "item": ["us1", "usage"]}
    absent = {"rc": 2, "stdout": "", "stdout_lines": [], "item": ["ms1", "usage"]}
    held = {"results": [told, absent]}
    (item,) = rendered(NO_ROLE, its["loop"], fail_over_database_held=held)
    assert holds(NO_ROLE, its["ansible.builtin.assert"]["that"], item=item) is fits
