# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role awx_content by the modules of awx.awx: their specs take its content, and a second run changes nothing."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from counterparts.awx import StandIn, serving
from counterparts.awx.server import TOKEN
from integration import forked
from integration.awx.role_tasks import ROLE, Call, calls, loaded, run, value
from integration.awx.specifications import wrong

HOOK = {
    "name": "Chat",
    "type": "webhook",
    "on": ["error", "approvals"],
    "configuration": {
        "url": "https://chat.example.net/hook",
        "headers": {"X-From": "awx"},
        **{"username": "", "password": "", "http_method": "POST", "disable_ssl_verification": False},
    },
}
GIVEN: dict[str, Any] = {
    "awx_content_project_url": "https://git.example.net/cloud.git",
    "awx_content_image": "registry.example.net/cloudstack:1",
    "awx_content_credential_inputs": {
        "endpoint": "https://cloud.example.net/client/api",
        "key": "k",
        "secret": "s3cret",
    },
    "awx_content_notifications": [HOOK],
    "awx_content_constructed": [
        {"name": "Up hosts", "limit": "up", "source_vars": {"groups": {"up": "acs_state == 'Up'"}}}
    ],
    "awx_content_concurrent": ["rolling_maintenance"],
    "awx_content_instance_groups_of": {"rolling_maintenance": ["default"]},
}


@pytest.fixture(scope="module")
def content() -> list[Call]:
    return calls(GIVEN)


def test_the_argument_specs_take_all_of_it(content: list[Call]) -> None:
    assert [(call, faults) for call in content if (faults := wrong(call.module, **call.arguments))] == []
    assert {call.module for call in content} == {
        *("organization", "credential_type", "credential", "execution_environment", "project", "notification_template"),
        *("inventory", "inventory_source", "job_template", "workflow_job_template", "workflow_job_template_node"),
        "schedule",
    }
    assert wrong("job_template", name="x", survey="y") != []


@pytest.fixture(autouse=True, scope="module")
def no_certificates() -> Iterator[None]:
    """Every call of the modules would load the system's, which are not used for http and take a third of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", os.devnull)
        patch.setenv("SSL_CERT_DIR", os.devnull)
        yield


@pytest.fixture(scope="module")
def awx(content: list[Call]) -> Iterator[tuple[StandIn, str, list[tuple[str, str]]]]:
    """An AWX with the content, after one run."""
    its, seen = StandIn(), []
    with serving(its, seen) as url:
        results = [run(call, url, TOKEN) for call in content]
        assert [(call, result) for call, result in zip(content, results, strict=True) if "failed" in result] == []
        # All but four nodes without a successor, which the second pass leaves alone.
        changed = [call for call, result in zip(content, results, strict=True) if result["changed"]]
        assert len(content) - len(changed) == 4
        seen.clear()
        yield its, url, seen


def test_a_second_run_changes_nothing(content: list[Call], awx: tuple[StandIn, str, list[tuple[str, str]]]) -> None:
    _its, url, seen = awx
    results = [(call, run(call, url, TOKEN)) for call in content]
    assert [(call, result) for call, result in results if result.get("changed") or "failed" in result] == []
    assert {method for method, _path in seen} == {"GET"}


def test_a_secret_key_is_set_again_only_when_asked_for(awx: tuple[StandIn, str, list[tuple[str, str]]]) -> None:
    _its, url, _seen = awx
    asked = {**GIVEN, "awx_content_update_secrets": "yes", "awx_content_playbooks": "doctor"}
    asked["awx_content_workflows"] = "none"
    call = next(each for each in calls(asked) if each.module == "credential")
    assert run(call, url, TOKEN, check=True)["changed"]


def test_a_changed_question_is_a_change(content: list[Call], awx: tuple[StandIn, str, list[tuple[str, str]]]) -> None:
    _its, url, _seen = awx
    call = next(each for each in content if each.module == "job_template" and each.arguments["survey_spec"])
    spec = {**call.arguments["survey_spec"], "spec": call.arguments["survey_spec"]["spec"][:1]}
    spec["spec"][0] = {**spec["spec"][0], "question_name": "Another"}
    assert run(Call(call.module, {**call.arguments, "survey_spec": spec}), url, TOKEN, check=True)["changed"]


def named(its: StandIn, collection: str, name: str) -> dict[str, Any]:
    (row,) = its.listed(collection, {"name": name})
    return row


def test_what_awx_then_has(awx: tuple[StandIn, str, list[tuple[str, str]]]) -> None:
    its, _url, _seen = awx
    roll = named(its, "job_templates", "Roll through hosts")
    assert (roll["allow_simultaneous"], roll["job_slice_count"], roll["timeout"]) == (True, 1, 0)
    assert named(its, "job_templates", "Apply the declared zone")["allow_simultaneous"] is False
    assert roll["playbook"] == "playbooks/rolling_maintenance.yml"
    assert [row["name"] for row in its.associated("job_templates", roll["id"], "credentials")] == ["CloudStack"]
    assert [row["name"] for row in its.associated("job_templates", roll["id"], "instance_groups")] == ["default"]
    assert [row["name"] for row in its.associated("job_templates", roll["id"], "notification_templates_error")] == [
        "Chat"
    ]
    # The templates of AWX arrive as they are, and the secret key is not shown.
    kind = named(its, "credential_types", "CloudStack")
    assert kind["injectors"]["env"]["CLOUDSTACK_ENDPOINT"] == "{{ endpoint }}"
    assert "extra_vars" not in kind["injectors"]
    assert named(its, "credentials", "CloudStack")["inputs"]["secret"] == "$encrypted$"


def test_a_constructed_inventory_takes_the_hosts_of_cloudstack(awx: tuple[StandIn, str, list[tuple[str, str]]]) -> None:
    its, _url, _seen = awx
    inventory = named(its, "inventories", "Up hosts")
    assert inventory["kind"] == "constructed"
    inputs = its.associated("inventories", inventory["id"], "input_inventories")
    assert [row["name"] for row in inputs] == ["CloudStack hosts"]
    (source,) = its.listed("inventory_sources", {"inventory": str(inventory["id"])})
    assert (source["name"], source["source"], source["limit"]) == (
        "Auto-created source for: Up hosts",
        "constructed",
        "up",
    )
    assert json.loads(source["source_vars"]) == {
        "plugin": "constructed",
        "strict": False,
        "groups": {"up": "acs_state == 'Up'"},
    }


def test_a_workflow_asks_before_it_rolls(awx: tuple[StandIn, str, list[tuple[str, str]]]) -> None:
    its, _url, _seen = awx
    flow = named(its, "workflow_job_templates", "Roll hosts with approval")
    nodes = its.listed("workflow_job_template_nodes", {"workflow_job_template": str(flow["id"])})
    after = {
        node["identifier"]: [
            (kind, row["identifier"])
            for kind in ("success_nodes", "failure_nodes", "always_nodes")
            for row in its.associated("workflow_job_template_nodes", node["id"], kind)
        ]
        for node in nodes
    }
    assert after == {
        "check": [("success_nodes", "plan")],
        "plan": [("success_nodes", "approval")],
        "approval": [("success_nodes", "roll")],
        "roll": [("failure_nodes", "failure"), ("always_nodes", "report")],
        "report": [],
        "failure": [],
    }
    approval = next(node for node in nodes if node["identifier"] == "approval")
    assert its.find("workflow_approval_templates", approval["unified_job_template"])["timeout"] == 86400
    assert [node["job_type"] for node in nodes if node["identifier"] in ("plan", "roll")] == ["check", None]


def test_no_answer_of_a_workflow_hides_what_its_nodes_set(content: list[Call]) -> None:
    """AWX lets the variables of a workflow's job, empty answers too, win over the extra_data of a node."""
    asked = {
        call.arguments["name"]: {each["variable"] for each in call.arguments["survey_spec"]["spec"]}
        for call in content
        if call.module == "workflow_job_template"
    }
    fixed = [
        (call.arguments["workflow_job_template"], name)
        for call in content
        if call.module == "workflow_job_template_node"
        for name in call.arguments.get("extra_data", {})
    ]
    assert ("Roll hosts with approval", "rolling_maintenance_report") in fixed
    assert "rolling_maintenance_clusters" in asked["Roll hosts with approval"]
    assert [(flow, name) for flow, name in fixed if name in asked[flow]] == []


def test_only_what_is_chosen_is_created() -> None:
    given = {**GIVEN, "awx_content_playbooks": "compare_zone\ndoctor", "awx_content_workflows": "none"}
    made = [(call.module, call.arguments["name"]) for call in calls(given) if "name" in call.arguments]
    assert [name for module, name in made if module == "job_template"] == [
        "Compare the zone with its declaration",
        "Examine the cloud",
    ]
    assert [name for module, name in made if module == "schedule"] == [
        "Examine the cloud every night",
        "Look for drift every night",
    ]
    assert not [name for module, name in made if module.startswith("workflow")]


@pytest.mark.parametrize(
    "wrong",
    [
        {"awx_content_playbooks": ["docter", "site"], "awx_content_remove": True},
        {"awx_content_workflows": "Roll hosts", "awx_content_remove": True},
        {"awx_content_concurrent": "roll"},
        {"awx_content_instance_groups_of": {"upgrade": ["default"]}},
        {"awx_content_schedules": [{"name": "Nightly", "template": "Examine the clod", "rule": "R", "time": "010000"}]},
    ],
    ids=lambda its: next(iter(its)),
)
def test_a_name_that_the_role_does_not_have_is_refused_before_anything_is_made(wrong: dict[str, Any]) -> None:
    variable, value = next(iter(wrong.items()))
    name = re.search(r"docter|Roll hosts|roll|upgrade|Examine the clod", str(value))
    assert name
    with pytest.raises(AssertionError, match=rf"named in {variable}: {name[0]}\. Correct"):
        calls({**GIVEN, **wrong})


REMOVAL = """
- hosts: localhost
  gather_facts: false
  tasks:
    - {name: Look, ansible.builtin.include_role: {name: R, tasks_from: remove, apply: {check_mode: true}}}
    - {name: ROUND, ansible.builtin.debug: }
    - {name: Remove, ansible.builtin.include_role: {name: R, tasks_from: remove}}
    - {name: ROUND, ansible.builtin.debug: }
    - {name: Again, ansible.builtin.include_role: {name: R, tasks_from: remove}}
""".replace("name: R,", "name: hostcraft.cloudstack.awx_content,")
UNCHOSEN = {
    "site",
    "compare_zone",
    "rolling_maintenance",
    "send_report",
    "show_zone",
    "rotate_certificates",
    "upgrade_cloudstack",
}


def ansible(folder: Path, play: str, given: dict[str, Any], url: str) -> str:
    whole = {**given, "ansible_python_interpreter": forked.python()}
    (folder / "given.json").write_text(json.dumps(whole), encoding="utf-8")
    (folder / "play.yml").write_text(play, encoding="utf-8")
    done = subprocess.run(
        ["ansible-playbook", "-i", "localhost,", "-c", "local", "-e", f"@{folder}/given.json", "play.yml"],
        cwd=folder,
        env={**os.environ, "CONTROLLER_HOST": url, "CONTROLLER_OAUTH_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def names(its: StandIn, collection: str) -> set[str]:
    return {row["name"] for row in its.listed(collection, {})}


def of_others(its: StandIn) -> None:
    """What people made with the content of the role, or changed in it, and what has only the name of it."""
    numbers = {row["name"]: row["id"] for row in its.listed("unified_job_templates", {})}
    flow = its.create("workflow_job_templates", {"name": "Ours", "organization": None})["id"]
    for parent, name in ((flow, "Send a report"), (numbers["Upgrade CloudStack with approval"], "Examine the cloud")):
        node = {"workflow_job_template": parent, "identifier": "9c1d", "unified_job_template": numbers[name]}
        its.create("workflow_job_template_nodes", node)
    its.update("job_templates", numbers["Show a zone"], {"playbook": "playbooks/another.yml"})
    weekly = {"name": "Weekly", "unified_job_template": numbers["Rotate certificates"], "rrule": "DTSTART:1 RRULE:F"}
    its.create("schedules", weekly)
    there = its.create("organizations", {"name": "Other"})["id"]
    site = its.find("job_templates", numbers["Apply the declared zone"])
    elsewhere = {key: site[key] for key in ("name", "project", "playbook")}
    its.create("job_templates", {**elsewhere, "organization": there})


def test_what_is_not_chosen_is_removed_if_nothing_else_uses_it(
    awx: tuple[StandIn, str, list[tuple[str, str]]], tmp_path: Path
) -> None:
    its = copy.deepcopy(awx[0])
    of_others(its)
    flows, templates = names(its, "workflow_job_templates"), names(its, "job_templates")
    playbooks = {Path(row["playbook"]).stem for row in awx[0].listed("job_templates", {})}
    given = {"awx_content_playbooks": sorted(playbooks - UNCHOSEN), "awx_content_workflows": "none"}
    seen: list[tuple[str, str]] = []
    with serving(its, seen) as url:
        looked, removed, again = re.split(r"TASK \[ROUND\]", ansible(tmp_path, REMOVAL, given, url))
    compared = "Compare the zone with its declaration"
    gone = {"Roll hosts with approval", "Apply the declared zone", compared, "Roll through hosts"}
    for told, changed in ((looked, gone), (removed, gone), (again, set())):
        assert set(re.findall(r"changed: \[localhost\] => \(item=(.*)\)", told)) == changed
        assert set(re.findall(r'"msg": "(.* stays: .*)"', told)) == {
            "Upgrade CloudStack with approval stays: its nodes are not those of the role",
            "Upgrade CloudStack stays: used by the workflow Upgrade CloudStack with approval",
            "Send a report stays: used by the workflow Upgrade CloudStack with approval, used by the workflow Ours",
            "Show a zone stays: its project or playbook is not that of the role",
            "Rotate certificates stays: used by the schedule Weekly",
        }
    assert sum(method == "DELETE" for method, _path in seen) == len(gone)
    assert flows - names(its, "workflow_job_templates") == {"Roll hosts with approval"}
    assert templates - names(its, "job_templates") == {"Roll through hosts", compared}
    (site,) = its.listed("job_templates", {"name": "Apply the declared zone"})
    assert its.find("organizations", site["organization"])["name"] == "Other"
    assert "Look for drift every night" not in names(its, "schedules")
    assert {"Weekly", "Examine the cloud every night"} < names(its, "schedules")
    assert names(its, "workflow_approval_templates") == {"Upgrade as planned?"}


PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: Write the project
      ansible.builtin.include_role:
        name: hostcraft.cloudstack.awx_content
        tasks_from: project

- name: Create the content
  ansible.builtin.import_playbook: hostcraft.cloudstack.awx_content
"""


def test_the_playbook_creates_it(tmp_path: Path) -> None:
    """By Ansible itself, a part of the content; what it has then created is the same as in this process."""
    few = {
        "awx_content_playbooks": "doctor",
        "awx_content_workflows": "none",
        "awx_content_project_path": str(tmp_path),
    }
    given = {**GIVEN, **few, "awx_content_constructed": []}
    its, seen = StandIn(), []
    with serving(its, seen) as url:
        told = ansible(tmp_path, PLAY, given, url)
        assert "s3cret" not in told
        # Only when it is asked for.
        assert "Create each job template" in told
        assert "Remove each job template" not in told
        results = [(call, run(call, url, TOKEN)) for call in calls(given)]
    assert [(call, result) for call, result in results if result.get("changed") or "failed" in result] == []
    assert [row["name"] for row in its.listed("job_templates", {})] == ["Examine the cloud"]
    project = yaml.safe_load((tmp_path / "playbooks" / "doctor.yml").read_text(encoding="utf-8"))
    assert project[0]["ansible.builtin.import_playbook"] == "hostcraft.cloudstack.doctor"
    assert sorted(file.name for file in (tmp_path / "playbooks").iterdir()) == ["doctor.yml"]


@pytest.mark.parametrize(
    ("url", "hidden"),
    [
        ("https://git.example.net/cloud.git", False),
        ("https://t0ken@git.example.net/cloud.git", True),
        ("https://user:t0ken@git.example.net/cloud.git", True),
        ("https://git.example.net/a@b.git", False),
        ("git@git.example.net:cloud.git", False),
        (None, False),
    ],
)
def test_a_url_with_a_token_is_not_shown(url: str | None, hidden: bool) -> None:
    (task,) = (each for each in loaded(ROLE / "tasks" / "ground.yml") if "awx.awx.project" in each)
    assert value(str(task["no_log"]), {"awx_content_project_url": url}) is hidden
