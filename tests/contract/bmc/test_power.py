# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""cs_power: switched, proved by a later status, refused where VMs would be cut off."""

from __future__ import annotations

import pytest
from contract.bmc.cloud import Lab
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, Refused, WaitTimeout
from sandbox.world import World
from sandbox.world.security import HostHa

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


@pytest.mark.parametrize("boot", [40.0, 100.0, 400.0])
@pytest.mark.parametrize("action", ["reset", "cycle"])
def test_a_host_is_back_when_it_has_booted_and_not_while_the_server_has_noticed_nothing(
    lab: Lab, action: str, boot: float
) -> None:
    lab.maintenance("kvm1")
    lab.boot = boot
    done = perform(lab.cloud, "cs_power", host="kvm1", action=action, wait_for_agent=True)
    assert (done.result["before"], done.result["power_state"], state(lab, "kvm1")) == ("On", "On", "Up")
    assert done.result["seconds"] >= boot
    assert not lab.server.run(lambda world: lab.row(world, "kvm1").lost)


def test_a_host_that_went_off_a_moment_ago_is_not_up_because_the_server_says_so(lab: Lab) -> None:
    lab.maintenance("kvm1")
    lab.boot = 400.0
    perform(lab.cloud, "cs_power", host="kvm1", action="off")
    assert state(lab, "kvm1") == "Up"
    done = perform(lab.cloud, "cs_power", host="kvm1", action="on", wait_for_agent=True)
    assert done.result["seconds"] >= 400


def test_the_server_is_waited_for_as_long_as_its_settings_say(lab: Lab) -> None:
    """A host that never comes back is not Up by the server's word of the time before."""
    lab.maintenance("kvm1")
    lab.boot = 1e6
    with pytest.raises(WaitTimeout, match="last seen: Disconnected"):
        perform(lab.cloud, "cs_power", host="kvm1", action="reset", wait_for_agent=True, agent_timeout=60)


@pytest.mark.parametrize("ha", ["Suspect", "Checking"])
def test_the_word_of_host_ha_is_not_the_agents(lab: Lab, ha: str) -> None:
    """The server shows a host as Up while host HA has not made up its mind."""
    lab.boot = 1e6

    def arrange(world: World) -> None:
        world.host_ha[lab.row(world, "kvm1").id] = HostHa("kvmhaprovider", True, ha)

    lab.server.run(arrange)
    with pytest.raises(WaitTimeout, match=f"Up, host HA {ha}"):
        perform(lab.cloud, "cs_power", host="kvm1", action="reset", force=True, wait_for_agent=True)


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
