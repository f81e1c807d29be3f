# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_power: switched, proved by a later status, refused where VMs would be cut off."""

from __future__ import annotations

import pytest
from contract.bmc.cloud import Lab
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, Refused, WaitTimeout
from sandbox.world import World

ACTION = "issueOutOfBandManagementPowerAction"


def sent(lab: Lab) -> list[str]:
    return [call.params["action"] for call in lab.server.calls.of(ACTION)]


def state(lab: Lab, name: str) -> str:
    return lab.server.run(lambda world: lab.row(world, name).state)


@pytest.fixture(autouse=True)
def _configured(lab: Lab) -> None:
    lab.configured("kvm1")


def test_status_changes_nothing(lab: Lab) -> None:
    seen = perform(lab.cloud, "cs_power", host="kvm1", action="status")
    assert (seen.changed, seen.result["power_state"]) == (False, "On")
    assert sent(lab) == ["STATUS"]


def test_off_and_on_and_neither_twice(lab: Lab) -> None:
    lab.maintenance("kvm1")
    for action, power in (("off", "Off"), ("on", "On")):
        foretold = perform(lab.cloud, "cs_power", check_mode=True, host="kvm1", action=action)
        done = perform(lab.cloud, "cs_power", host="kvm1", action=action)
        assert (foretold.changed, foretold.after) == (True, done.after)
        assert (done.result["power_state"], lab.bmcs["kvm1"].power) == (power, power)
        assert not perform(lab.cloud, "cs_power", host="kvm1", action=action).changed


def test_a_cycle_waits_until_the_agent_went_and_came(lab: Lab) -> None:
    lab.maintenance("kvm1")
    done = perform(lab.cloud, "cs_power", host="kvm1", action="cycle", wait_for_agent=True)
    assert (done.result["before"], done.result["power_state"], state(lab, "kvm1")) == ("On", "On", "Up")


@pytest.mark.parametrize("action", ["off", "soft", "reset", "cycle"])
def test_a_host_that_works_is_not_cut_off(lab: Lab, action: str) -> None:
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_power", host="kvm1", action=action)
    assert [reason.code for reason in refused.value.reasons] == ["not_in_maintenance"]
    assert sent(lab) == ["STATUS"]


def test_the_vms_that_would_be_cut_off_are_named(lab: Lab) -> None:
    network = str(lab.site.network()["id"])
    vm = lab.site.deploy(network)

    def place(world: World) -> str:
        row = world.vms.by_uuid(vm)
        assert row is not None
        world.vms.update(row, host_id=lab.row(world, "kvm1").id)
        return str(row.name)

    name = lab.server.run(place)
    lab.maintenance("kvm1")
    with pytest.raises(Refused) as refused:
        perform(lab.cloud, "cs_power", host="kvm1", action="off")
    assert [reason.code for reason in refused.value.reasons] == ["vms_run"]
    assert name in refused.value.message
    forced = perform(lab.cloud, "cs_power", host="kvm1", action="off", force=True)
    assert any(name in warning for warning in forced.warnings)


def test_an_off_that_never_comes_is_an_error(lab: Lab) -> None:
    lab.maintenance("kvm1")
    lab.bmcs["kvm1"].deaf = frozenset({"OFF"})
    with pytest.raises(WaitTimeout, match="kvm1 to report Off"):
        perform(lab.cloud, "cs_power", host="kvm1", action="off", timeout=20)


def test_a_lost_answer_is_no_failure(lab: Lab) -> None:
    lab.maintenance("kvm1")
    lab.server.faults.add(ACTION, "drop_after", nth=2)
    assert perform(lab.cloud, "cs_power", host="kvm1", action="off").result["power_state"] == "Off"
    assert sent(lab).count("OFF") == 1


def test_without_out_of_band_management_it_says_which_level(lab: Lab) -> None:
    lab.site.api.done("disableOutOfBandManagementForCluster", clusterid=lab.cluster)
    with pytest.raises(Refused, match=r"disabled \(cluster\)"):
        perform(lab.cloud, "cs_power", host="kvm1", action="status")
    assert sent(lab) == []


def test_a_refused_login_is_told_in_the_servers_words(lab: Lab) -> None:
    lab.bmcs["kvm1"].password = "another"
    with pytest.raises(ApiError, match="authentication error"):
        perform(lab.cloud, "cs_power", host="kvm1", action="status")
    assert writes(lab.server) == [ACTION]
