# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks as AWX runs them: by ansible-runner, from a private data directory, with answers of surveys as texts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.utils import getaddresses
from pathlib import Path

import pytest
from integration.awx.jobs import Awx, Unsafe, artifacts, told
from integration.awx.mails import mail_server, parts
from integration.maintenance.site import build, notes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http
from sandbox.server import Sandbox


@pytest.fixture
def awx(tmp_path: Path) -> Iterator[Awx]:
    with Sandbox(seed=1, speed=10.0) as box:
        site = build(Client(Http(Endpoint(box.url, box.key, box.secret))), hosts=2, vms=1)
        box.calls.clear()
        yield Awx(box, site, tmp_path)


# What a survey of the roll sends: texts, empty ones too, and numbers; a multiple selection is a list.
ANSWERS = {
    "rolling_maintenance_clusters": "c1",
    "rolling_maintenance_hosts": "",
    "rolling_maintenance_first": "h1\n",
    "rolling_maintenance_consent": "",
    "rolling_maintenance_balance": "no",
    "rolling_maintenance_spare_hosts": "0",
    "rolling_maintenance_max_parallel": 1,
    # Numbers, a boolean, a choice and paths that nobody answered.
    **dict.fromkeys(
        (
            "rolling_maintenance_lease",
            "rolling_maintenance_lock_wait",
            "rolling_maintenance_max_migrations",
            "rolling_maintenance_max_migrations_per_source",
            "rolling_maintenance_max_migrations_per_target",
            "rolling_maintenance_oldest_record",
            "rolling_maintenance_report",
            "rolling_maintenance_run",
            "rolling_maintenance_scripts",
            "rolling_maintenance_stage_timeout",
            "rolling_maintenance_stages_on",
            "rolling_maintenance_timeout",
        ),
        "",
    ),
    "rolling_maintenance_take_over": "",
    "rolling_maintenance_zone": "",
}


def test_a_zone_is_shown_line_by_line(awx: Awx) -> None:
    """On another node, as receptor has it: everything that the job needs is sent, and its events come back."""
    job = awx.elsewhere("show_zone", answers={"show_zone": "z1"})
    assert (job.status, job.rc) == ("successful", 0), told(job)
    results = [event["event_data"]["res"] for event in job.events if event["event"] == "runner_on_ok"]
    lines = next(each["msg"] for each in results if isinstance(each.get("msg"), list))
    assert any("cluster c1" in line for line in lines)
    assert not any("\n" in line for line in lines)
    assert "WARNING" not in told(job)
    assert awx.box.key not in told(job)
    assert awx.box.secret not in told(job)


def test_a_check_job_is_a_gate_and_the_job_itself_rolls(awx: Awx, tmp_path: Path) -> None:
    page = str(tmp_path / "page.html")
    gate = awx.job("rolling_maintenance", check=True, answers=ANSWERS)
    assert gate.status == "successful", told(gate)
    assert "cluster c1: 2 waves" in told(gate)
    # What the next nodes of a workflow get: the plan to read, and the hosts that it visits.
    approved = artifacts(gate)
    assert sorted(approved["rolling_maintenance_approved"]) == ["c1/h0", "c1/h1"]
    assert any("cluster c1: 2 waves" in line for line in approved["rolling_maintenance_plan"])
    assert not [call.command for call in awx.box.calls if not call.command.startswith(("list", "query"))]

    job = awx.job("rolling_maintenance", answers={**ANSWERS, **approved, "rolling_maintenance_report": page})
    assert job.status == "successful", told(job)
    written = [call.params.get("annotation", "") for call in awx.box.calls if call.command == "addAnnotation"]
    locks = [json.loads(text.partition(" ")[2]) for text in written if text.startswith("hostcraft.lock ")]
    assert {lock["job"] for lock in locks} == {"AWX job 26"}
    assert len({lock["token"] for lock in locks}) == 1
    assert awx.box.calls.counts["prepareHostForMaintenance"] == 2
    assert awx.box.run(notes) == []
    # The report outlives the container as an artifact of the job.
    kept = artifacts(job)
    assert kept["rolling_maintenance_page"] == Path(page).read_text(encoding="utf-8").rstrip("\n")
    assert kept["rolling_maintenance_result"]["stopped"] == ""
    assert sorted(kept["rolling_maintenance_result"]["hosts"]) == ["c1/h0", "c1/h1"]
    assert awx.box.secret not in told(job)


# Nothing answered is the role's own default of 1, not the module's of 0.
@pytest.mark.parametrize("spare", ["1", ""])
def test_a_plan_that_does_not_exist_fails_the_gate(awx: Awx, spare: str) -> None:
    gate = awx.job("rolling_maintenance", check=True, answers={**ANSWERS, "rolling_maintenance_spare_hosts": spare})
    assert (gate.status, gate.rc) == ("failed", 2)
    assert "n_plus_f" in told(gate), told(gate)


def test_a_number_that_is_none_is_told_before_the_plan(awx: Awx) -> None:
    """Of the last wave's too."""
    answers = {**ANSWERS, "rolling_maintenance_timeout": "an hour", "rolling_maintenance_lease": "2h"}
    gate = awx.job("rolling_maintenance", answers=answers)
    assert gate.status == "failed"
    assert "Not a number: rolling_maintenance_timeout, rolling_maintenance_lease" in told(gate), told(gate)
    assert not list(awx.box.calls)


def test_a_host_that_nobody_approved_is_not_visited(awx: Awx) -> None:
    """It came into the cluster after the check job. The texts of an artifact are as unsafe as those of a survey."""
    job = awx.job("rolling_maintenance", answers={**ANSWERS, "rolling_maintenance_approved": [Unsafe("c1/h0")]})
    assert job.status == "failed"
    assert "hosts that the approved plan does not have: c1/h1" in told(job), told(job)
    assert not awx.box.calls.counts["prepareHostForMaintenance"]
    assert awx.box.run(notes) == []


def test_a_report_is_written_and_sent_by_the_next_node(awx: Awx, tmp_path: Path) -> None:
    """Braces in a page are no template, and a file that is named by nobody is not written."""
    page = "<html><body>{{ lookup('pipe', 'id') }} é</body></html>"
    result = {"clusters": ["c1"], "hosts": ["c1/h0"], "stopped": ""}
    kept = {"rolling_maintenance_page": Unsafe(page), "rolling_maintenance_result": result}
    with mail_server() as (port, mails):
        mail = {"send_report_mail_to": "anna@example.net\nben@example.net", "send_report_mail_port": port}
        answers = {**kept, **mail, "send_report_dest": f"{tmp_path}/page.html", "send_report_hosts": ""}
        job = awx.job("send_report", answers={**answers, "send_report_mail_host": "127.0.0.1"})
    assert job.status == "successful", told(job)
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == page
    assert "hosts: c1/h0" in told(job)
    (mail,) = mails
    assert [address for _name, address in getaddresses(mail.get_all("to"))] == ["anna@example.net", "ben@example.net"]
    assert "{{ lookup('pipe', 'id') }} é" in parts(mail)
