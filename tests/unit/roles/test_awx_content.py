# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The content of AWX fits the playbooks: each has a template, and its survey asks for what the playbook reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from counterparts.awx import survey_faults
from documents.read_variables import ENVIRONMENT, PLAYBOOKS, content, expressions, files, options, read, roles

ROLE = Path(__file__).resolve().parents[3] / "roles" / "awx_content"
VARIABLES = {
    name: value for file in sorted((ROLE / "vars/main").glob("*.yml")) for name, value in content(file).items()
}
TEMPLATES: list[dict[str, Any]] = [
    template for name, value in VARIABLES.items() if name.startswith("awx_content_templates_") for template in value
]
BY_NAME = {template["name"]: template for template in TEMPLATES}
WORKFLOWS: list[dict[str, Any]] = VARIABLES["awx_content_workflow_table"]
SCHEDULES: list[dict[str, Any]] = content(ROLE / "defaults/main.yml")["awx_content_schedules"]
# One makes the templates, one edits files of its user.
WITHOUT = {"awx_content", "convert_playbooks"}


def ids(template: dict[str, Any]) -> str:
    return str(template["playbook"])


def asked(template: dict[str, Any]) -> set[str]:
    return {question["variable"] for question in template["survey"]}


def needed(template: dict[str, Any]) -> set[str]:
    return {each["variable"] for each in template["survey"] if each["required"] and each.get("default", "") == ""}


def test_every_playbook_has_one_template() -> None:
    assert sorted(map(ids, TEMPLATES)) == sorted({file.stem for file in PLAYBOOKS.glob("*.yml")} - WITHOUT)
    assert len(BY_NAME) == len(TEMPLATES)


def test_every_file_of_templates_counts() -> None:
    used = set(re.findall(r"awx_content_templates_\w+", VARIABLES["awx_content_templates"]))
    assert used == {name for name in VARIABLES if name.startswith("awx_content_templates_")}


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_a_survey_asks_for_what_its_playbook_reads(template: dict[str, Any]) -> None:
    assert asked(template) - read(template["playbook"]) == set()


def test_what_a_playbook_does_not_read_is_found() -> None:
    assert "doctor_zone" in read("doctor")
    assert not {"doctor_zones", "show_zone", "ansible"} & read("doctor")
    assert {"rolling_maintenance_clusters", "rolling_maintenance_lock_wait"} <= read("rolling_maintenance")
    assert {"upgrade_agents_version", "acceptance_template"} <= read("upgrade_cloudstack")
    assert {"upgrade_routers_lock_wait", "upgrade_routers_take_over"} <= read("upgrade_routers")


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_awx_takes_the_survey(template: dict[str, Any]) -> None:
    if template["survey"]:
        assert survey_faults({"name": "", "description": "", "spec": template["survey"]}) == []
    for question in template["survey"]:
        assert question["question_name"][0].isupper()
        assert question["question_description"]
        assert question["type"] != "password"
        assert not re.search(
            r"passw(?!ord_(cluster|zone|hosts|user|server)$)|secret|passphrase|_key$", question["variable"]
        )


# What makes an empty text the default, behind a variable.
INNER = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))*"
EMPTY_IS_UNSET = rf"""(?x:
    \s*\|\s*default\({INNER},\s*true\)
  | \s*\|\s*default\((?:''|\[\])\)\s*\|\s*hostcraft\.cloudstack\.(?:given|names|flag)
  | \s*\|\s*hostcraft\.cloudstack\.(?:given|names|flag)
  | \s+is\s+defined
)"""


def plain_uses(name: str, playbook: str) -> list[str]:
    """Uses in which an empty text would be a value, and no condition guards them."""
    found = [
        (text, use)
        for file in files(playbook)
        for whole in expressions(content(file))
        for text in re.findall(r"\{[{%](.*?)[%}]\}", whole, re.DOTALL)
        for use in re.finditer(rf"(?<![\w.'/-]){name}(?![\w'/-]|[.]')", text)
    ]
    guarded = any(re.match(rf"\s*\|\s*default\({INNER},\s*true\)", text[use.end() :]) for text, use in found)
    return [text for text, use in found if not guarded and not re.match(EMPTY_IS_UNSET, text[use.end() :])]


def test_plain_uses_are_found() -> None:
    assert plain_uses("upgrade_agents_version", "upgrade_agents") == []
    assert plain_uses("add_hosts_zone", "add_hosts") != []


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_an_empty_answer_is_no_answer(template: dict[str, Any]) -> None:
    owned = set().union(*(options(role) for role in roles(template["playbook"])))
    texts = {each["variable"] for each in template["survey"] if not each["required"]}
    assert {name: use for name in texts - owned if (use := plain_uses(name, template["playbook"]))} == {}


@pytest.mark.parametrize("template", TEMPLATES, ids=ids)
def test_templates_that_log_in_to_machines_are_marked(template: dict[str, Any]) -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in files(template["playbook"]))
    plays = re.findall(r"^  hosts: (.*)$", text, re.MULTILINE)
    remote = any(hosts != "localhost" and "within_limit" not in hosts for hosts in plays) or bool(
        re.search(r"delegate_to: (?!localhost)", text)
    )
    # Their task files are delegated to hosts.
    remote |= "rolling_maintenance" in roles(template["playbook"])
    assert template["machines"] is remote


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda its: its["name"])
def test_a_workflow_is_whole(workflow: dict[str, Any]) -> None:
    nodes = {node["identifier"]: node for node in workflow["nodes"]}
    assert len(nodes) == len(workflow["nodes"])
    reached = {
        name
        for node in nodes.values()
        for kind in ("success", "failure", "always")
        for name in node.get(f"{kind}_nodes", [])
    }
    assert reached == set(nodes) - {workflow["nodes"][0]["identifier"]}
    assert {BY_NAME[node["template"]]["playbook"] for node in nodes.values() if "template" in node} == set(
        workflow["playbooks"]
    )
    (survey,) = (template for template in TEMPLATES if template["playbook"] == workflow["survey_of"])
    for node in nodes.values():
        if "template" in node:
            its = BY_NAME[node["template"]]
            assert set(node.get("extra_data", {})) <= asked(its)
            assert needed(its) <= asked(survey) | set(node.get("extra_data", {}))
    # Nothing is changed before the approval.
    before = workflow["nodes"][: [*nodes].index("approval")]
    assert all(node.get("job_type") == "check" or node["identifier"] == "check" for node in before)


def fails(workflow: dict[str, Any], failing: str) -> bool:
    """Whether AWX calls the workflow failed if that node fails, by WorkflowDAG.has_workflow_failed of AWX 24.6.1."""
    nodes = {node["identifier"]: node for node in workflow["nodes"]}
    waiting, lost = [workflow["nodes"][0]["identifier"]], False
    for name in waiting:
        node = nodes[name]
        failed = name == failing or node.get("extra_data", {}).get("send_report_fail") == "yes"
        treated = node.get("failure_nodes", []) + node.get("always_nodes", [])
        lost = lost or (failed and not treated)
        waiting += treated if failed else node.get("success_nodes", []) + node.get("always_nodes", [])
    return lost


@pytest.mark.parametrize(
    ("workflow", "failing"), [(workflow, node["identifier"]) for workflow in WORKFLOWS for node in workflow["nodes"]]
)
def test_a_workflow_of_which_a_node_fails_fails(workflow: dict[str, Any], failing: str) -> None:
    assert fails(workflow, "none") is False
    assert fails(workflow, failing) or failing in ("examination", "failure")


def test_a_workflow_that_only_goes_on_is_found() -> None:
    nodes = [{"identifier": "roll", "always_nodes": ["report"]}, {"identifier": "report"}]
    assert not fails({"nodes": nodes}, "roll")


@pytest.mark.parametrize(
    ("state", "enabled"),
    [("Up", True), ("Running", True), ("Down", False), ("Stopped", False), ("Disconnected", False)],
)
def test_awx_disables_hosts_that_do_not_work(state: str, enabled: bool) -> None:
    (text,) = (
        task["ansible.builtin.copy"]["content"]
        for task in content(ROLE / "tasks/project.yml")
        if task["name"] == "Write the file of the inventory from CloudStack"
    )
    (source,) = (
        task["awx.awx.inventory_source"]
        for task in content(ROLE / "tasks/inventories.yml")
        if task.get("awx.awx.inventory_source", {}).get("enabled_var")
    )
    expression = yaml.safe_load(text)["compose"][source["enabled_var"]]
    composed = ENVIRONMENT.compile_expression(expression)(acs_state=state)
    # As its inventory_import compares them.
    assert (str(composed).lower() == source["enabled_value"].lower()) is enabled


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda its: its["name"])
def test_a_schedule_answers_what_its_template_needs(schedule: dict[str, Any]) -> None:
    assert needed(BY_NAME[schedule["template"]]) <= set(schedule.get("extra_data", {}))
    assert re.fullmatch(r"FREQ=(HOURLY|DAILY|WEEKLY);INTERVAL=\d+", schedule["rule"])
    assert re.fullmatch(r"[0-2]\d[0-5]\d00", schedule["time"])
    # What runs by itself at night changes nothing.
    assert schedule.get("job_type") == "check" or schedule["template"] == "Examine the cloud"


def test_names_are_one_object_of_awx_each() -> None:
    """Nodes and schedules find templates, workflows, projects and sources by name in one list."""
    defaults = content(ROLE / "defaults/main.yml")
    others = [defaults["awx_content_project"], *(f"{defaults[name]} source" for name in SOURCES)]
    names = [*BY_NAME, *(workflow["name"] for workflow in WORKFLOWS), *others]
    assert len(set(names)) == len(names)


SOURCES = ("awx_content_inventory", "awx_content_hosts_inventory")
