# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a failure leaves: nothing stopped that nobody starts again, no lock, no record, and the first error told."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.lab import Lab
from integration.maintenance.site import Site, allowed, ask, notes, placement

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from sandbox.rules import life
from sandbox.server import Received
from sandbox.world.vms import Vm

FOLLOWER = {"ended": lambda lock: True}


def vm(lab: Lab, name: str) -> Vm:
    return next(row for row in lab.box.world.vms if row.name == name)


def pin(lab: Lab, name: str) -> None:
    """On the host's own disk."""
    lab.box.world.volume_marks[vm(lab, name).id] = "local"


def on(lab: Lab, command: str, act: Any) -> None:
    """Somebody does something once, at the first call of a command."""
    seen: list[Received] = []

    def on_call(call: Received) -> None:
        if call.command == command and not seen:
            seen.append(call)
            act(call)

    lab.on_call = on_call


@pytest.mark.parametrize("movable", [True, False])
def test_a_vm_that_a_joined_drain_stops_is_started_again(lab: Lab, site: Site, movable: bool) -> None:
    """The server stops what it cannot move. At once where another host takes it, else with its own host's return."""
    world, victim = lab.box.world, vm(lab, "vm0-0")
    world.durations["migration"] = 60.0
    victim.tags = ("nowhere",)
    lab.run(lambda: world.hosts.update(world.hosts[victim.host_id or 0], tags=["nowhere"]))
    site.client.run("prepareHostForMaintenance", {"id": site.hosts["h0"]})

    def stop() -> None:
        life.stop(world, victim)
        victim.tags = () if movable else ("nowhere",)

    # The last listing of a look at what runs there.
    on(lab, "listInternalLoadBalancerVMs", lambda call: world.later("stop", stop))
    outcome = ask(lab)
    assert site.state("h0") == "Maintenance"
    assert outcome.result["started" if movable else "stopped"] == ["vm0-0"]
    assert (victim.state == "Running") is movable
    assert [text for text in notes(world) if " stopped " in text] == (
        [] if movable else [f"hostcraft.maintenance stopped {victim.uuid} User vm0-0"]
    )
    ask(lab, "enabled")
    assert victim.state == "Running"
    assert notes(world) == []


def test_a_vm_that_its_user_stops_after_its_move_stays_stopped(lab: Lab, site: Site) -> None:
    world, chosen = lab.box.world, vm(lab, "vm0-0")

    def on_call(call: Received) -> None:
        away = world.hosts.get(chosen.host_id)
        if chosen.state == "Running" and away is not None and away.name != "h0":
            life.stop(world, chosen)

    lab.on_call = on_call
    outcome = ask(lab)
    assert site.state("h0") == "Maintenance"
    assert outcome.result["started"] == []
    assert chosen.state == "Stopped"


def test_a_vm_that_is_gone_when_it_is_to_be_stopped_holds_nothing_up(lab: Lab, site: Site) -> None:
    pin(lab, "vm0-0")
    chosen = vm(lab, "vm0-0")
    on(lab, "queryAsyncJobResult", lambda call: life.drop(lab.box.world, chosen, "Expunging"))
    lab.box.world.durations["stopVirtualMachine"] = 5.0
    ask(lab, terms=allowed(consent=("vm0-0",)))
    assert site.state("h0") == "Maintenance"
    assert not ask(lab).changed


def test_what_cannot_be_given_back_is_told_beside_the_first_error_and_started_later(lab: Lab, site: Site) -> None:
    """A VM was stopped by consent, the others cannot move, and the first one does not start."""
    pin(lab, "vm0-0")
    lab.box.faults.add("migrateVirtualMachine", "job_failed", times=999, text="no link")
    lab.box.faults.add("startVirtualMachine", "job_failed", text="no disk")
    with pytest.raises(Refused) as error:
        ask(lab, terms=allowed(consent=("vm0-0",)))
    codes = [reason.code for reason in error.value.reasons]
    assert codes[-1] == "not_started"
    assert len(codes) > 1
    assert "no disk" in error.value.message
    assert site.state("h0") == "Enabled"
    assert any(" stopped " in text for text in notes(lab.box.world))
    lab.box.faults.clear()
    ask(lab, "enabled")
    assert "Stopped" not in placement(lab.box.world).values()
    assert notes(lab.box.world) == []


@pytest.mark.parametrize("command", ["listAnnotations", "addAnnotation", "removeAnnotation"])
def test_a_failure_of_the_server_leaves_no_lock(lab: Lab, site: Site, command: str) -> None:
    """530 may mean anything and is not repeated by itself, so that most of these end the task."""
    codes = []
    for nth in range(1, 9):
        lab.box.faults.add(command, "http", nth=nth, status=530)
        try:
            ask(lab, claim=FOLLOWER)
        except HostcraftError as error:
            codes.append(error.code)
        lab.box.faults.clear()
        assert [text for text in notes(lab.box.world) if text.startswith(locks.PREFIX)] == [], nth
        ask(lab, "enabled", claim=FOLLOWER)
        assert site.state("h0") == "Enabled"
    # What is removed twice harms nobody, so that is tried again.
    assert set(codes) == (set() if command == "removeAnnotation" else {"api"})
    assert notes(lab.box.world) == []


def test_a_lock_that_cannot_be_given_back_does_not_hide_what_went_wrong(lab: Lab, site: Site) -> None:
    lab.box.faults.add("prepareHostForMaintenance", "job_failed", text="no agent", times=9)
    lab.box.faults.add("removeAnnotation", "http", status=530, times=99)
    with pytest.raises(HostcraftError, match="no agent"):
        ask(lab)


@pytest.mark.parametrize(
    "text",
    [
        "hostcraft.maintenance stopped",
        "hostcraft.maintenance stopped x",
        "hostcraft.maintenance stopped x y z",
        "hostcraft.maintenance stopped x User gone",
        "hostcraft.maintenance stopped 4f1c1b1e-9c55-4a8e-8a0f-3d1f5a3f0f11 User expunged meanwhile",
        "hostcraft.maintenance before",
        "hostcraft.maintenance before Banana",
        "back on Monday",
    ],
)
def test_odd_marks_on_a_host_neither_stop_nor_crash_its_maintenance(lab: Lab, site: Site, text: str) -> None:
    """Also the mark of a VM that its owner expunged since: the server knows its id no more."""
    note = {"entitytype": "HOST", "entityid": site.hosts["h0"], "annotation": text}
    site.client.run("addAnnotation", note)
    ask(lab)
    assert site.state("h0") == "Maintenance"
    ask(lab, "enabled")
    assert site.state("h0") == "Enabled"
    assert {each for each in notes(lab.box.world) if each != text} == set()
