# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every resource state, where each goal leads from it, and what is there afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.lab import Lab
from integration.maintenance.site import (
    Site,
    allowed,
    ask,
    notes,
    placement,
    refusal,
)

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome

FAILED = ("ErrorInMaintenance", "ErrorInPrepareForMaintenance")


def put(lab: Lab, host: str, state: str) -> None:
    """A host into a state that no API call leads to at once."""
    world = lab.box.world
    lab.run(lambda: world.hosts.update(next(h for h in world.hosts if h.name == host), resource_state=state))


def running(lab: Lab) -> dict[str, str]:
    where = placement(lab.box.world)
    assert not [name for name, host in where.items() if host in ("Stopped", "Migrating")]
    return where


def told(outcome: Outcome) -> dict[str, Any]:
    names = ("moved", "stopped", "started", "remaining", "resource_state")
    return {"changed": outcome.changed, "after": outcome.after, **{name: outcome.result[name] for name in names}}


@pytest.mark.parametrize(
    ("before", "back"),
    [("Enabled", "Enabled"), ("Disabled", "Disabled"), *((state, "Enabled") for state in FAILED)],
)
def test_into_maintenance_and_back_to_what_it_was(lab: Lab, site: Site, before: str, back: str) -> None:
    put(lab, "h0", before)
    foretold = ask(lab, check=True)
    done = ask(lab)
    assert told(foretold) == told(done)
    assert done.changed
    assert "seconds" not in foretold.result
    assert 0 < done.result["seconds"] < 600
    assert site.state("h0") == "Maintenance"
    assert "h0" not in running(lab).values()
    assert not ask(lab).changed
    foretold = ask(lab, "enabled", check=True)
    done = ask(lab, "enabled")
    assert told(foretold) == told(done)
    assert site.state("h0") == back
    assert notes(lab.box.world) == []
    assert not ask(lab, "enabled").changed


def test_a_disabled_host_takes_no_vm_while_it_is_emptied(lab: Lab, site: Site) -> None:
    """It is enabled only when it is empty, and at once asked for maintenance."""
    put(lab, "h0", "Disabled")
    with lab.watched() as calls:
        ask(lab)
    writes = [call.command for call in calls if call.command in ("updateHost", "prepareHostForMaintenance")]
    migrations = max(n for n, call in enumerate(calls) if call.command.startswith("migrate"))
    enabling = next(n for n, call in enumerate(calls) if call.command == "updateHost")
    assert writes == ["updateHost", "prepareHostForMaintenance"]
    assert enabling > migrations


def test_a_drain_that_is_under_way_is_joined_and_not_asked_for_again(lab: Lab, site: Site) -> None:
    lab.box.world.durations["migration"] = 30.0
    site.client.run("prepareHostForMaintenance", {"id": site.hosts["h0"]})
    assert site.state("h0") == "PrepareForMaintenance"
    with lab.watched() as calls:
        assert ask(lab).changed
    assert site.state("h0") == "Maintenance"
    assert not [call for call in calls if call.command.startswith(("prepare", "migrate"))]


def test_maintenance_that_is_not_empty_is_told(lab: Lab, site: Site) -> None:
    """The server's word for it is not enough: its own checks race."""
    put(lab, "h0", "Maintenance")
    found = refusal(lab)
    assert {"vm0-0", "vm0-1", "vm0-2"} <= set(found["not_empty"]["vms"])


@pytest.mark.parametrize("state", ["PrepareForMaintenance", *FAILED])
def test_out_of_every_state_of_a_drain(lab: Lab, site: Site, state: str) -> None:
    put(lab, "h0", state)
    assert ask(lab, "enabled").changed
    assert site.state("h0") == "Enabled"


def test_a_degraded_host_is_refused_with_the_way_out(lab: Lab, site: Site) -> None:
    put(lab, "h0", "Degraded")
    assert "cancelHostAsDegraded" in refusal(lab)["resource_state"]["remedy"]
    assert site.state("h0") == "Degraded"


def test_draining_moves_what_can_go_and_is_run_again_until_nothing_is_left(lab: Lab, site: Site) -> None:
    world = lab.box.world
    pinned = next(vm for vm in world.vms if vm.name == "vm0-1")
    world.volume_marks[pinned.id] = "Snapshotting"
    foretold = ask(lab, "draining", check=True)
    done = ask(lab, "draining")
    assert told(foretold) == told(done)
    assert done.result["remaining"] == ["vm0-1"]
    assert site.state("h0") == "Disabled"
    assert not ask(lab, "draining").changed
    world.volume_marks.clear()
    assert ask(lab, "draining").result["remaining"] == []
    assert "h0" not in running(lab).values()
    assert ask(lab).changed
    ask(lab, "enabled")
    assert site.state("h0") == "Enabled"


def test_consent_stops_a_vm_and_the_end_of_the_maintenance_starts_it(lab: Lab, site: Site) -> None:
    world = lab.box.world
    world.volume_marks[next(vm for vm in world.vms if vm.name == "vm0-1").id] = "local"
    assert set(refusal(lab)) == {"local_storage"}
    terms = allowed(consent=("vm0-1",))
    foretold = ask(lab, check=True, terms=terms)
    done = ask(lab, terms=terms)
    assert told(foretold) == told(done)
    assert done.result["stopped"] == ["vm0-1"]
    assert placement(world)["vm0-1"] == "Stopped"
    back = ask(lab, "enabled")
    assert back.result["started"] == ["vm0-1"]
    running(lab)


def test_a_vm_that_does_not_start_again_is_named_and_started_by_the_next_run(lab: Lab, site: Site) -> None:
    world = lab.box.world
    world.volume_marks[next(vm for vm in world.vms if vm.name == "vm0-1").id] = "local"
    ask(lab, terms=allowed(consent=("all",)))
    lab.box.faults.add("startVirtualMachine", "job_failed", text="no capacity")
    with pytest.raises(Exception, match=r"VM vm0-1 cannot be started: no capacity"):
        ask(lab, "enabled")
    assert ask(lab, "enabled").result["started"] == ["vm0-1"]
    assert notes(world) == []


def test_preferred_hosts_fill_first_and_avoided_ones_not_at_all(lab: Lab, site: Site) -> None:
    moved: Any = ask(lab, check=True, preferred=("h3",)).result["moved"]
    assert {move["target"] for move in moved} == {"h3"}
    moved = ask(lab, preferred=("h3",), avoid=("h3", "h2")).result["moved"]
    assert {move["target"] for move in moved} == {"h1"}


def test_system_vms_and_routers_move_too(lab: Lab, site: Site) -> None:
    kinds = {vm.kind for vm in lab.box.world.vms}
    assert {"User", "DomainRouter", "ConsoleProxy", "SecondaryStorageVm"} <= kinds
    for name in ("h0", "h1", "h2", "h3"):
        ask(lab, host=name)
        assert name not in running(lab).values()
        ask(lab, "enabled", host=name)
