# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A maintenance that is ended in CloudStack itself leaves a mark that counts no more; that of a killed run counts."""

from __future__ import annotations

import pytest
from fakes.lab import Killed, Lab, Life
from integration.maintenance.site import Site, allowed, ask, build, notes, placement
from integration.maintenance.test_undone import FOLLOWER, on, pin, vm

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused, TransportError
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance import marks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.foretelling import Goal
from sandbox.rules import life
from sandbox.server import Received
from sandbox.world.vms import Vm

CONSENT = allowed(consent=("vm0-0",))


def ended(site: Site, host: str = "h0") -> None:
    site.client.run("cancelHostMaintenance", {"id": site.hosts[host]})


def test_a_host_that_somebody_enabled_stays_enabled(lab: Lab, site: Site) -> None:
    site.set_host("h0", allocationstate="Disable")
    ask(lab)
    ended(site)
    assert not ask(lab, "enabled", check=True).changed
    ask(lab)
    ask(lab, "enabled")
    assert site.state("h0") == "Enabled"
    assert notes(lab.box.world) == []


def test_without_a_second_maintenance_the_mark_is_only_removed(lab: Lab, site: Site) -> None:
    site.set_host("h0", allocationstate="Disable")
    ask(lab)
    ended(site)
    assert not ask(lab, "enabled").changed
    assert site.state("h0") == "Enabled"
    assert notes(lab.box.world) == []


def test_a_refusal_does_not_disable_it(lab: Lab, site: Site) -> None:
    site.set_host("h0", allocationstate="Disable")
    ask(lab)
    ended(site)
    site.vm("more", "h0")
    lab.box.faults.add("migrateVirtualMachine", "job_failed", times=999, text="no link")
    with pytest.raises(Refused):
        ask(lab)
    assert site.state("h0") == "Enabled"


@pytest.mark.parametrize("again", [True, False])
def test_a_vm_that_its_owner_stopped_since_is_not_started(lab: Lab, site: Site, again: bool) -> None:
    pin(lab, "vm0-0")
    ask(lab, terms=CONSENT)
    ended(site)
    site.client.run("startVirtualMachine", {"id": site.vms["vm0-0"]})
    lab.run(lambda: life.stop(lab.box.world, vm(lab, "vm0-0")))
    if again:
        ask(lab)
    ask(lab, "enabled")
    assert placement(lab.box.world)["vm0-0"] == "Stopped"
    assert notes(lab.box.world) == []


def test_one_that_ran_again_is_not_started_for_the_sake_of_another(lab: Lab, site: Site) -> None:
    for name in ("vm0-0", "vm0-1"):
        pin(lab, name)
    ask(lab, terms=allowed(consent=("all",)))
    lab.box.faults.add("startVirtualMachine", "job_failed", text="no disk")
    with pytest.raises(Refused):
        ask(lab, "enabled")
    down, up = sorted(("vm0-0", "vm0-1"), key=lambda name: placement(lab.box.world)[name] != "Stopped")
    lab.run(lambda: life.stop(lab.box.world, vm(lab, up)))
    assert ask(lab, "enabled").result["started"] == [down]
    assert placement(lab.box.world)[up] == "Stopped"


def test_what_a_failed_migration_stopped_is_remembered_while_the_host_is_enabled(lab: Lab, site: Site) -> None:
    """The server is lost in the moment in which it is asked for the maintenance."""
    faults = lab.box.faults
    faults.add("migrateVirtualMachine", "job_failed", text="no link")
    faults.add("startVirtualMachine", "job_failed", text="no disk")
    faults.add("prepareHostForMaintenance", "http", status=503, times=99)
    moved: list[Vm] = []

    def stop(call: Received) -> None:
        moved.append(next(row for row in lab.box.world.vms if row.uuid == call.params["virtualmachineid"]))
        life.stop(lab.box.world, moved[0])

    on(lab, "migrateVirtualMachine", stop)
    with pytest.raises(TransportError):
        ask(lab)
    assert (site.state("h0"), moved[0].state) == ("Enabled", "Stopped")
    faults.clear()
    assert ask(lab, "enabled").result["started"] == [moved[0].name]
    assert moved[0].state == "Running"
    assert notes(lab.box.world) == []


@pytest.mark.parametrize(("seconds", "state"), [(0.0, "Maintenance"), (60.0, "PrepareForMaintenance")])
def test_one_that_a_killed_run_left_open_is_closed_by_the_next(
    lab: Lab, site: Site, seconds: float, state: str
) -> None:
    """It died when the server had taken the host. The maintenance is ended in CloudStack; later there is another."""
    process = Life()

    def dies(_call: Received) -> None:
        process.kills_at = process.calls + 1
        lab.box.world.durations["migration"] = seconds

    site.set_host("h0", allocationstate="Disable")
    on(lab, "prepareHostForMaintenance", dies)
    with pytest.raises(Killed):
        ask(lab, life=process)
    lab.cloud().clock.sleep(1.0)
    assert site.state("h0") == state
    assert marks.OPEN in notes(lab.box.world)
    ask(lab, check=True)
    assert marks.OPEN in notes(lab.box.world)
    assert ask(lab, claim=FOLLOWER, token="next").changed is (state != "Maintenance")
    assert [each for each in notes(lab.box.world) if ".lock " not in each] == [f"{marks.BEFORE}Disabled"]
    ended(site)
    ask(lab)
    ask(lab, "enabled")
    assert site.state("h0") == "Enabled"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("goal", ["maintenance", "enabled"])
def test_killed_at_any_call_with_much_to_give_back(goal: Goal, after: bool) -> None:
    """The host was disabled, and a VM is stopped for it: both as before in the end."""
    for nth in range(1, 200, 4):
        with Lab() as lab:
            site = build(lab.client(), hosts=2, vms=1)
            site.set_host("h0", allocationstate="Disable")
            pin(lab, "vm0-0")
            if goal == "enabled":
                ask(lab, terms=CONSENT)
            process = Life(kills_at=nth, after=after)
            try:
                ask(lab, goal, life=process, terms=CONSENT)
            except Killed:
                ask(lab, goal, claim=FOLLOWER, token="next", terms=CONSENT)
            ask(lab, "enabled", claim=FOLLOWER, token="next")
            assert site.state("h0") == "Disabled", nth
            assert "Stopped" not in placement(lab.box.world).values(), nth
            # Killed when all was done, it leaves its lock, which nobody needed since.
            assert [each for each in notes(lab.box.world) if ".lock " not in each] == [], nth
        if not process.dead:
            return
    raise AssertionError(f"{goal} needs more calls than were tried")
