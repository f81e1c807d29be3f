# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts shown, judged, archived, deleted, sent, with answers lost on the way."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from contract.tasks import perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    InvalidValue,
    MissingValue,
    Refused,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.events.alerts import AlertsNotFit
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.log import Alert
from unit.sandbox.client import Api

GOOD = {
    "alert.email.addresses": "ops@example.net, night@example.net",
    "alert.email.sender": "cloud@example.net",
    "alert.smtp.host": "mail.example.net",
    "alert.smtp.port": "587",
    "alert.smtp.useAuth": "true",
    "alert.smtp.username": "cloud",
    "alert.smtp.useStartTLS": "true",
}
OWN = {"state": "present", "type": 1001, "name": "TEST", "description": "test of mails"}


class Place(NamedTuple):
    api: Api


@pytest.fixture
def site(sandbox: Sandbox) -> Place:
    """A zone without system VMs, and so without alerts of theirs."""
    api = Api(sandbox)
    api.make_zone()
    sandbox.calls.clear()
    return Place(api)


def add(sandbox: Sandbox, number: int, name: str, sent: str = "2020-01-01T00:00:00+0000") -> str:
    def make(world: World) -> str:
        row = Alert(world.alerts.next_id(), world.new_uuid(), number, name, f"{name} happened", sent)
        return world.alerts.add(row).uuid

    return sandbox.run(make)


def test_alerts_are_chosen_by_all_that_is_given(cloud: Gateway, sandbox: Sandbox) -> None:
    old, new = add(sandbox, 7, "ALERT.COMPUTE.HOST"), add(sandbox, 7, "ALERT.COMPUTE.HOST", sandbox.world.now())
    add(sandbox, 13, "ALERT.USAGE")
    chosen: list[tuple[dict[str, Any], list[str]]] = [
        ({"type": 7}, [new, old]),
        ({"name": "alert.compute.host", "older_than": 30}, [old]),
        ({"ids": [new], "type": 13}, []),
        ({"ids": ["nobody"]}, []),
    ]
    for given, found in chosen:
        assert sorted(row["id"] for row in perform(cloud, "cs_alert_info", **given).result["alerts"]) == sorted(found)
    assert perform(cloud, "cs_alert_info").result["count"] == 3


@pytest.mark.parametrize("state", ["archived", "absent"])
def test_they_go_once(cloud: Gateway, sandbox: Sandbox, state: str) -> None:
    for _ in range(60):
        add(sandbox, 7, "ALERT.COMPUTE.HOST")
    stays = add(sandbox, 13, "ALERT.USAGE")
    done = twice(cloud, "cs_alert", state=state, type=7)
    assert done.result["count"] == 60
    assert [row["id"] for row in perform(cloud, "cs_alert_info").result["alerts"]] == [stays]
    assert sandbox.calls.counts["archiveAlerts"] + sandbox.calls.counts["deleteAlerts"] == 2


@pytest.mark.parametrize("kind", ["drop", "drop_after", "restart"])
@pytest.mark.parametrize(("state", "command"), [("archived", "archiveAlerts"), ("absent", "deleteAlerts")])
def test_a_lost_answer(cloud: Gateway, sandbox: Sandbox, state: str, command: str, kind: str) -> None:
    add(sandbox, 7, "ALERT.COMPUTE.HOST")
    sandbox.faults.add(command, kind)
    perform(cloud, "cs_alert", state=state, type=7)
    assert perform(cloud, "cs_alert_info").result["count"] == 0


def test_one_that_somebody_archives_meanwhile_stops_nothing(cloud: Gateway, sandbox: Sandbox) -> None:
    first = add(sandbox, 7, "ALERT.COMPUTE.HOST")
    add(sandbox, 7, "ALERT.COMPUTE.HOST")
    given = cloud.alerts.archive

    def late(ids: list[str]) -> None:
        cloud.alerts.archive = given  # type: ignore[method-assign]
        given([first])
        given(ids)

    cloud.alerts.archive = late  # type: ignore[method-assign,assignment]
    perform(cloud, "cs_alert", type=7)
    assert perform(cloud, "cs_alert_info").result["count"] == 0


@pytest.mark.parametrize("kind", ["", "drop", "drop_after"])
def test_one_of_ones_own_is_sent_once(cloud: Gateway, sandbox: Sandbox, kind: str) -> None:
    if kind:
        sandbox.faults.add("generateAlert", kind)
        perform(cloud, "cs_alert", **OWN)
    else:
        assert twice(cloud, "cs_alert", **OWN).result["alerts"][0]["name"] == "TEST"
    assert perform(cloud, "cs_alert_info").result["count"] == 1
    for check_mode in (True, False):
        with pytest.raises(Refused, match=r"of type 1001: TEST: test of mails \(.*archive the alert of this type"):
            perform(cloud, "cs_alert", check_mode, **{**OWN, "description": "another"})
    assert perform(cloud, "cs_alert_info").result["count"] == 1


@pytest.mark.parametrize("kind", ["", "drop", "drop_after"])
def test_each_zone_has_its_own(cloud: Gateway, sandbox: Sandbox, kind: str) -> None:
    """listAlerts tells no zone: the same text in another zone is not that alert."""
    Api(sandbox).make_zone("z2")
    for zone in ("z1", "z2"):
        if kind:
            sandbox.faults.add("generateAlert", kind)
        assert perform(cloud, "cs_alert", **OWN, zone=zone).changed
        again = perform(cloud, "cs_alert", **OWN, zone=zone)
        assert not again.changed
    assert "does not show whether in z2" in again.warnings[0]
    assert perform(cloud, "cs_alert_info").result["count"] == 2
    assert not perform(cloud, "cs_alert", True, **OWN, zone="z2").changed
    with pytest.raises(Refused, match="shows no alert TEST"):
        perform(cloud, "cs_alert", **{**OWN, "description": "another"}, zone="z2")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, MissingValue),
        ({"older_than": -1.0}, InvalidValue),
        ({"older_than": 1e10}, InvalidValue),
        ({"older_than": float("nan")}, InvalidValue),
        ({"older_than": float("inf")}, InvalidValue),
        ({**OWN, "type": 7}, InvalidValue),
        ({**OWN, "type": 1 << 15}, InvalidValue),
        ({"state": "present", "type": 1001}, MissingValue),
    ],
)
def test_what_is_refused(cloud: Gateway, sandbox: Sandbox, given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        perform(cloud, "cs_alert", **given)
    assert writes(sandbox) == []


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, set()),
        ({"alert.email.addresses": ""}, {"mail_no_recipient"}),
        ({"alert.smtp.host": ""}, {"mail_no_server"}),
        ({"alert.email.sender": ""}, {"mail_no_sender"}),
        ({"alert.email.addresses": "ops@example.net; night@example.net"}, {"mail_bad_address"}),
        ({"alert.smtp.username": ""}, {"mail_no_user"}),
        ({"alert.smtp.useStartTLS": "false"}, {"mail_password_in_clear"}),
        ({"alert.smtp.port": "465"}, {"mail_starttls_on_tls_port"}),
        ({"alert.smtp.port": "465", "alert.smtp.useStartTLS": "false"}, set()),
        ({"alert.smtp.port": "0"}, {"mail_bad_port"}),
    ],
)
def test_mails_are_judged(cloud: Gateway, site: Place, changed: dict[str, str], codes: set[str]) -> None:
    for name, value in {**GOOD, **changed}.items():
        site.api.ok("updateConfiguration", name=name, value=value)
    seen = perform(cloud, "cs_alert_info").result
    assert {finding["code"] for finding in seen["findings"]} == codes
    assert "alert.smtp.password" not in seen["settings"]
    if codes:
        with pytest.raises(AlertsNotFit):
            perform(Gateway(cloud._client), "cs_alert_info", fail="hurts")
