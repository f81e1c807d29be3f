# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_oobm and cs_oobm_info: what is sent, what is proved, what is refused."""

from __future__ import annotations

from typing import Any, cast

import pytest
from contract.bmc.cloud import ADDRESSES, PASSWORD, USER, Lab
from contract.tasks import Wrong, perform, twice, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.controller import (
    Access,
    Controller,
    Failure,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.bmc.oobm import OobmWish
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    AccessDenied,
    HostcraftError,
    InvalidValue,
    MissingValue,
    Refused,
    TransportError,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc import oobm as operation
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc.asking import Direct

WISH = {"host": "kvm1", "address": ADDRESSES["kvm1"], "username": USER, "password": PASSWORD}


def codes(error: Refused) -> list[str]:
    return [reason.code for reason in error.reasons]


def test_a_controller_is_configured_enabled_and_proved(lab: Lab) -> None:
    done = twice(lab.cloud, "cs_oobm", **WISH, state="enabled")
    assert lab.held("kvm1") == (ADDRESSES["kvm1"], USER, PASSWORD, True)
    assert (done.result["state"], done.result["decided_by"], done.result["power_state"]) == ("enabled", "host", "On")
    assert PASSWORD not in str(done)
    assert writes(lab.server)[:3] == [
        "configureOutOfBandManagement",
        "enableOutOfBandManagementForHost",
        "issueOutOfBandManagementPowerAction",
    ]


def test_check_mode_sends_nothing_that_changes(lab: Lab) -> None:
    perform(lab.cloud, "cs_oobm", check_mode=True, **WISH, state="enabled")
    assert writes(lab.server) == []


@pytest.mark.parametrize("held", ["other", "sharp"])
def test_another_password_is_found_out(lab: Lab, held: str) -> None:
    """By its first letter, and of the same letter by the server's login."""
    lab.configured("kvm1", password=held)
    assert perform(lab.cloud, "cs_oobm", **WISH).changed
    assert lab.held("kvm1")[2] == PASSWORD
    assert not perform(lab.cloud, "cs_oobm", **WISH).changed


def test_a_password_that_cannot_be_tried_is_compared_by_its_letter_and_said_so(lab: Lab) -> None:
    lab.configured("kvm1", password="sharp")
    lab.site.api.done("disableOutOfBandManagementForCluster", clusterid=lab.cluster)
    outcome = perform(lab.cloud, "cs_oobm", **WISH)
    assert not outcome.changed
    assert "first letter" in outcome.warnings[0]


def test_a_configuration_that_does_not_work_is_an_error(lab: Lab) -> None:
    lab.bmcs["kvm1"].password = "another"
    with pytest.raises(HostcraftError, match="does not work") as failed:
        perform(lab.cloud, "cs_oobm", **WISH, state="enabled")
    assert failed.value.details["reason"] == "bmc_password"
    assert perform(lab.cloud, "cs_oobm", **WISH, verify=False).changed


@pytest.mark.parametrize("wish", [WISH, {"host": "kvm1"}])
def test_what_does_not_work_is_an_error_until_it_does(lab: Lab, wish: dict[str, Any]) -> None:
    """Also of a task that has nothing left to change; check mode warns."""
    lab.bmcs["kvm1"].silent = True
    with pytest.raises(HostcraftError, match="does not work"):
        perform(lab.cloud, "cs_oobm", **WISH, state="enabled")
    sent = len(lab.server.calls)
    with pytest.raises(HostcraftError, match=f"nothing answers CloudStack at {ADDRESSES['kvm1']} port 623") as failed:
        perform(lab.another(), "cs_oobm", **wish, state="enabled")
    assert failed.value.details["reason"] == "bmc_silent"
    assert "(bmc_silent)" in failed.value.message
    assert "check address, cabling" in failed.value.message
    assert "configureOutOfBandManagement" not in [call.command for call in list(lab.server.calls)[sent:]]
    planned = perform(lab.another(), "cs_oobm", check_mode=True, **wish, state="enabled")
    assert (planned.changed, planned.unproved) == (False, True)
    assert "(bmc_silent)" in planned.warnings[0]
    assert not perform(lab.another(), "cs_oobm", **wish, state="enabled", verify=False).changed
    lab.bmcs["kvm1"].silent = False
    mended = perform(lab.another(), "cs_oobm", **wish, state="enabled")
    assert (mended.changed, mended.unproved, mended.warnings) == (False, False, ())


def test_a_key_that_may_not_ask_controllers_proves_nothing(lab: Lab) -> None:
    perform(lab.cloud, "cs_oobm", **WISH, state="enabled")
    lab.server.faults.add("issueOutOfBandManagementPowerAction", "http", status=531)
    outcome = perform(lab.another(), "cs_oobm", **WISH, state="enabled")
    assert not outcome.changed
    assert "could not be compared" in outcome.warnings[0]


def test_what_is_only_enabled_is_proved_too(lab: Lab) -> None:
    """As after a run that ended between the two."""
    lab.configured("kvm1", password="another")
    lab.site.api.done("disableOutOfBandManagementForHost", hostid=lab.hosts["kvm1"])
    with pytest.raises(HostcraftError, match=r"does not work \(bmc_password\)"):
        perform(lab.cloud, "cs_oobm", host="kvm1", state="enabled")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"password": "x" * 21}, "password"),
        ({"password": "a\nb"}, "password"),
        ({"username": "u" * 17}, "username"),
        ({"address": "bmc 1"}, "address"),
        ({"address": "-oProxyCommand=x"}, "address"),
        ({"address": "192.0.2.300"}, "address"),
        ({"port": "0"}, "port"),
        ({"port": "six"}, "port"),
    ],
)
def test_what_no_controller_can_have_is_refused_before_anything_is_sent(
    lab: Lab, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        perform(lab.cloud, "cs_oobm", **{**WISH, **changes})
    assert refused.value.details["parameter"] == named
    assert changes.get("password", "\0") not in str(refused.value.details)
    assert writes(lab.server) == []


def test_redfish_on_another_port_is_refused_with_the_reason(lab: Lab) -> None:
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_oobm", **WISH, driver="redfish", port="8443")
    assert codes(refused.value) == ["redfish_port"]
    assert "443" in refused.value.message
    assert writes(lab.server) == []
    assert perform(lab.cloud, "cs_oobm", **WISH, driver="redfish", state="enabled").changed
    assert lab.site.api.ok("listHosts", id=lab.hosts["kvm1"])["host"][0]["outofbandmanagement"]["port"] == "443"


def test_a_first_configuration_says_what_it_lacks(lab: Lab) -> None:
    with pytest.raises(MissingValue) as refused:
        perform(lab.cloud, "cs_oobm", host="kvm1", state="enabled")
    assert set(refused.value.details["missing"]) >= {"address", "username", "password"}
    assert "out-of-band management of host kvm1 needs them" in refused.value.message


def test_the_password_changes_on_both_sides(lab: Lab) -> None:
    lab.configured("kvm1")
    outcome = perform(lab.cloud, "cs_oobm", host="kvm1", new_password="newsecret")
    assert outcome.changed
    assert (lab.bmcs["kvm1"].password, lab.held("kvm1")[2]) == ("newsecret", "newsecret")
    again = perform(lab.cloud, "cs_oobm", host="kvm1", new_password="newsecret")
    assert not again.changed


def test_a_change_that_fails_gives_the_old_password_back(lab: Lab) -> None:
    lab.configured("kvm1")
    lab.server.faults.add("changeOutOfBandManagementPassword", "job_failed")
    with pytest.raises(HostcraftError, match="the old password works"):
        perform(lab.cloud, "cs_oobm", host="kvm1", password=PASSWORD, new_password="newsecret")
    assert (lab.bmcs["kvm1"].password, lab.held("kvm1")[2]) == (PASSWORD, PASSWORD)


class ByTask:
    """The task's own way to a controller of the lab."""

    def __init__(self, lab: Lab, access: Access) -> None:
        self._access = access
        self._there = next(bmc for name, bmc in lab.bmcs.items() if ADDRESSES[name] == access.address)

    def look(self) -> Controller | Failure:
        its = (self._access.username, self._access.password)
        good = its == (self._there.username, self._there.password)
        return Controller(self._there.power) if good else Failure("password", "refused")

    def set_password(self, username: str, password: str) -> None:
        if isinstance(self.look(), Failure):
            raise AccessDenied("refused", call="controller")
        assert username == self._there.username
        self._there.password = password

    def close(self) -> None: ...


def renewed(lab: Lab, direct: bool = True, **wish: str) -> Any:
    """A task with a new password. direct: whether it has its own way to the controller."""
    way = (lambda password: Direct(cast("Any", lambda access: ByTask(lab, access)), password)) if direct else None
    request = operation.Request({"host": "kvm1"}, OobmWish(**wish), new_password="newsecret", direct=way)
    return operation.ensure_oobm(lab.cloud, request, False)


def passwords(lab: Lab) -> tuple[str, str]:
    """On the controller and in the server's record."""
    return lab.bmcs["kvm1"].password, lab.held("kvm1")[2]


def test_behind_redfish_the_server_would_change_its_own_record_alone(lab: Lab) -> None:
    lab.configured("kvm1", driver="redfish", port="443")
    with pytest.raises(Refused) as refused:
        renewed(lab, direct=False, password=PASSWORD)
    assert codes(refused.value) == ["redfish_password"]
    assert passwords(lab) == (PASSWORD, PASSWORD)
    lab.site.api.done("changeOutOfBandManagementPassword", hostid=lab.hosts["kvm1"], password="newsecret")
    assert passwords(lab) == (PASSWORD, "newsecret")


def test_behind_redfish_the_task_changes_the_password_itself(lab: Lab) -> None:
    lab.configured("kvm1", driver="redfish", port="443")
    with pytest.raises(MissingValue):
        renewed(lab)
    assert renewed(lab, password=PASSWORD).changed
    assert passwords(lab) == ("newsecret", "newsecret")
    assert not renewed(lab, password=PASSWORD).changed


@pytest.mark.parametrize("silent", [False, True])
def test_a_change_that_redfish_refuses_is_told_after_a_look(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    lab.configured("kvm1", driver="redfish", port="443")

    def refuse(self: ByTask, username: str, password: str) -> None:
        if silent:
            monkeypatch.setattr(ByTask, "look", lambda self: Failure("silent", "no answer"))
        raise TransportError("reset by peer", command="controller")

    monkeypatch.setattr(ByTask, "set_password", refuse)
    with pytest.raises(HostcraftError, match="may have changed" if silent else "was not changed") as failed:
        renewed(lab, password=PASSWORD)
    assert failed.value.details["reason"] == ("unknown" if silent else "not_changed")
    assert passwords(lab) == (PASSWORD, PASSWORD)


def test_the_driver_of_a_nested_cloud_changes_no_password(lab: Lab) -> None:
    lab.configured("kvm1", driver="nestedcloudstack", address="https://outer.example/client/api", port="1")
    with pytest.raises(Refused) as refused:
        renewed(lab, direct=False)
    assert codes(refused.value) == ["password_not_changeable"]
    said = str(lab.site.api.job("changeOutOfBandManagementPassword", hostid=lab.hosts["kvm1"], password="newsecret"))
    assert "not supported" in said


@pytest.mark.parametrize("direct", [True, False])
def test_a_second_run_with_the_old_and_the_new_password_changes_nothing(lab: Lab, direct: bool) -> None:
    lab.configured("kvm1")
    assert renewed(lab, direct, password=PASSWORD).changed
    assert not renewed(lab, direct, password=PASSWORD).changed
    assert passwords(lab) == ("newsecret", "newsecret")


@pytest.mark.parametrize(("broken", "reason"), [(False, "not_changed"), (True, "unknown")])
def test_nothing_is_said_to_be_unchanged_without_a_look(lab: Lab, broken: bool, reason: str) -> None:
    lab.configured("kvm1")
    if broken:
        lab.bmcs["kvm1"].password = "third"
    lab.server.faults.add("changeOutOfBandManagementPassword", "job_failed")
    with pytest.raises(HostcraftError, match="a change of the password") as failed:
        renewed(lab, direct=False)
    assert failed.value.details["reason"] == reason


@pytest.mark.parametrize("place", [{"cluster": "kvm-a"}, {}])
def test_a_place_is_switched_and_decides_for_its_hosts(lab: Lab, place: dict[str, str]) -> None:
    lab.configured("kvm1")
    done = twice(lab.cloud, "cs_oobm", state="disabled", **place)
    scope = "cluster" if place else "zone"
    assert done.result["scope"] == scope
    rows = {row["host"]: row for row in perform(lab.cloud, "cs_oobm_info").result["hosts"]}
    assert (rows["kvm1"]["state"], rows["kvm1"]["decided_by"]) == ("disabled", scope)
    twice(lab.cloud, "cs_oobm", state="enabled", **place)
    rows = {row["host"]: row for row in perform(lab.cloud, "cs_oobm_info").result["hosts"]}
    assert (rows["kvm1"]["state"], rows["kvm1"]["decided_by"]) == ("enabled", "host")
    assert rows["kvm2"]["decided_by"] == "not_configured"


@pytest.mark.parametrize("place", [{"host": "kvm1"}, {"cluster": "kvm-a"}, {}])
def test_what_host_ha_needs_is_not_switched_off(lab: Lab, place: dict[str, str]) -> None:
    lab.configured("kvm1")
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="enabled")
    before = writes(lab.server)
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_oobm", state="disabled", **place)
    assert codes(refused.value) == ["host_ha_enabled"]
    assert writes(lab.server) == before
    perform(lab.cloud, "cs_host_ha", host="kvm1", state="disabled")
    assert perform(lab.cloud, "cs_oobm", state="disabled", **place).changed


def test_a_pool_too_small_for_the_zone_is_told_with_its_numbers(lab: Lab) -> None:
    for name in ADDRESSES:
        lab.configured(name)
    perform(lab.cloud, "cs_configuration", name="outofbandmanagement.sync.poolsize", value="1")
    seen = perform(lab.cloud, "cs_oobm_info")
    assert seen.result["sweep_seconds"] == 120
    assert "2 hosts x 60 s / 1" in seen.warnings[0]
    assert [row["name"] for row in seen.result["settings"] if row["restart_needed"]] == [
        "outofbandmanagement.sync.poolsize"
    ]


def test_a_degraded_host_is_out_of_management(lab: Lab) -> None:
    """The server counts it as disabled, whatever its own switch says."""
    perform(lab.cloud, "cs_oobm", **WISH, state="enabled")
    lab.server.run(
        lambda world: setattr(next(h for h in world.hosts if h.name == "kvm1"), "resource_state", "Degraded")
    )
    (row,) = [each for each in perform(lab.cloud, "cs_oobm_info").result["hosts"] if each["host"] == "kvm1"]
    assert (row["enabled"], row["state"], row["decided_by"]) == (True, "disabled", "host")


def test_a_refresh_asks_each_controller(lab: Lab) -> None:
    lab.configured("kvm1")
    lab.bmcs["kvm1"].power = "Off"
    row = perform(lab.cloud, "cs_oobm_info", host="kvm1").result["hosts"][0]
    assert row["power_state_age"] is None
    row = perform(lab.cloud, "cs_oobm_info", host="kvm1", refresh=True).result["hosts"][0]
    assert (row["power_state"], row["power_state_age"]) == ("Off", 0)
    lab.bmcs["kvm1"].password = "another"
    row = perform(lab.cloud, "cs_oobm_info", host="kvm1", refresh=True).result["hosts"][0]
    assert (row["power_state"], "authentication error" in row["error"]) == ("Unknown", True)


def test_a_place_takes_no_configuration(lab: Lab) -> None:
    with pytest.raises(MissingValue):
        perform(lab.cloud, "cs_oobm", cluster="kvm-a", state="enabled", address="192.0.2.1")
    with pytest.raises(MissingValue):
        perform(lab.cloud, "cs_oobm", cluster="kvm-a")
    with pytest.raises(Wrong):
        perform(lab.cloud, "cs_oobm", host="kvm1", driver="telepathy")
