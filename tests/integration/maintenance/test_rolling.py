# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk of a roll: planned anew when VMs are elsewhere, resumed, ended; and the server's own engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes.lab import Lab
from integration.maintenance.site import Site, ask, notes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import ApiError, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import (
    locks,
    rolling,
    server_roll,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from sandbox import snapshot

CLAIM = Claim(Lock("roll/1", "operator@admin", "process 1"), keep=True)
ROLL = rolling.Request(None, "c1", run="roll", claim=CLAIM)


def following(lab: Lab, request: rolling.Request = ROLL) -> dict[str, Any]:
    return dict(rolling.next_wave(lab.cloud(), request, False).result)


def through(lab: Lab, name: str, done: list[str]) -> None:
    """One host out and back."""
    ask(lab, host=name, token="roll/1", claim={"keep": True}, preferred=tuple(done))
    ask(lab, "enabled", host=name, token="roll/1", claim={"keep": True})
    rolling.host_done(lab.cloud(), ROLL, name, False, False)


def codes(error: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in error.value.reasons}


def test_the_first_plan_is_kept_while_nothing_else_moves(lab: Lab, site: Site) -> None:
    planned = following(lab)
    left = planned["plan"]["moves"]
    while planned["wave"]:
        assert not planned["drifted"]
        assert planned["plan"]["moves"] == left
        left -= len(planned["plan"]["waves"][0]["moves"])
        for name in planned["wave"]:
            through(lab, name, planned["done"])
        planned = following(lab)
    assert left == 0
    rolling.finish(lab.cloud(), ROLL, False)
    assert notes(lab.box.world) == []


def test_drift_is_told_and_planned_with(lab: Lab, site: Site) -> None:
    planned = following(lab)
    through(lab, planned["wave"][0], [])
    host = following(lab)["pending"][-1]
    gone = f"vm{host[1:]}-0"
    site.client.run("destroyVirtualMachine", {"id": site.vms[gone], "expunge": True})
    planned = following(lab)
    assert planned["drifted"]
    moves = [move["vm"] for wave in planned["plan"]["waves"] for move in wave["moves"]]
    assert gone not in moves
    assert f"vm{host[1:]}-1" in moves


def test_a_host_that_a_killed_run_left_empty_comes_first(lab: Lab, site: Site) -> None:
    """Disabled with the mark of a maintenance that was begun: nothing else is taken before it is done."""
    planned = following(lab)
    assert ask(lab, "draining", host="h2", token="roll/1", claim={"keep": True}).changed
    assert planned["wave"] != ["h2"]
    assert following(lab)["wave"] == ["h2"]


def test_a_roll_that_was_killed_is_planned_with_the_host_that_it_closed(lab: Lab, site: Site) -> None:
    """It is taken first and enabled then, so the plan is no worse than the one that the roll began with."""
    request = replace(ROLL, spare_hosts=1)
    seen: dict[str, Any] = dict(rolling.show_plan(lab.cloud(), request).result)
    assert seen["feasible"]
    following(lab, request)
    assert ask(lab, "draining", host="h2", token="roll/1", claim={"keep": True}).changed
    assert site.state("h2") == "Disabled"
    seen = dict(rolling.show_plan(lab.cloud(), request).result)
    assert seen["feasible"], seen["reasons"]
    assert seen["waves"][0]["hosts"] == ["h2"]
    # One that somebody else has disabled stays out.
    for note in lab.cloud().notes.all("HOST", site.hosts["h2"]):
        lab.cloud().notes.remove(note.id)
    assert not rolling.show_plan(lab.cloud(), request).result["feasible"]


def test_two_hosts_at_a_time_and_the_first_alone(lab: Lab, site: Site) -> None:
    request = replace(ROLL, first=("h3",), most_at_once=2)
    assert following(lab, request)["wave"] == ["h3"]
    through(lab, "h3", [])
    assert len(following(lab, request)["wave"]) == 2


def test_spare_hosts_that_cannot_be_kept_are_refused_before_anything_is_done(lab: Lab, site: Site) -> None:
    for name in site.hosts:
        site.vm(f"more{name}", name)
    with pytest.raises(Refused) as error:
        following(lab, replace(ROLL, spare_hosts=1))
    assert codes(error) == {"n_plus_f"}
    states = {site.state(name) for name in site.hosts}
    assert states == {"Enabled"}


def test_some_hosts_alone(lab: Lab, site: Site) -> None:
    request = replace(ROLL, hosts=("h1", "h2"))
    assert sorted(following(lab, request)["pending"]) == ["h1", "h2"]
    rolling.host_done(lab.cloud(), request, "h1", True, False)
    assert following(lab, request)["skipped_hosts"] == ["h1"]
    assert not rolling.host_done(lab.cloud(), request, "h1", True, False).changed


def test_a_roll_ends_only_when_all_hosts_are_done_unless_it_is_abandoned(lab: Lab, site: Site) -> None:
    with pytest.raises(Refused) as error:
        rolling.host_done(lab.cloud(), ROLL, "h0", False, False)
    assert codes(error) == {"no_roll"}
    following(lab)
    with pytest.raises(Refused) as error:
        rolling.finish(lab.cloud(), ROLL, False)
    assert codes(error) == {"hosts_pending"}
    assert rolling.finish(lab.cloud(), ROLL, False, abandon=True).changed
    assert notes(lab.box.world) == []
    assert not rolling.finish(lab.cloud(), ROLL, False).changed


def test_check_mode_of_the_walk_writes_nothing(lab: Lab, site: Site) -> None:
    with lab.watched() as calls:
        assert rolling.next_wave(lab.cloud(), ROLL, True).result["wave"]
        rolling.show_plan(lab.cloud(), ROLL)
    assert not [call.command for call in calls if not call.command.startswith("list")]


LATER = replace(ROLL, run="later", claim=Claim(Lock("later/2", "ben@desk", "process 2"), keep=True))


def test_a_roll_of_another_name_is_not_gone_on_with(lab: Lab, site: Site) -> None:
    """What was done in it was other work: whoever is refused hears what is pending, and how to go on or give it up."""
    first = following(lab)["wave"][0]
    through(lab, first, [])
    locks.release(lab.cloud(), lab.cloud().clusters.all()[0], CLAIM)
    held = notes(lab.box.world)
    assert all(text.startswith("hostcraft.roll roll ") for text in held)
    with pytest.raises(Refused) as error:
        following(lab, LATER)
    assert codes(error) == {"other_roll"}
    for told in ("roll 'roll', started", f"done {first}; pending", "run='roll'", "state=abandoned"):
        assert told in error.value.message
    plan: Any = rolling.show_plan(lab.cloud(), LATER).result
    assert (plan["feasible"], [reason["code"] for reason in plan["reasons"]]) == (False, ["other_roll"])
    for act in (
        lambda: rolling.host_done(lab.cloud(), LATER, "h1", False, False),
        lambda: rolling.finish(lab.cloud(), LATER, False),
        lambda: rolling.finish(lab.cloud(), LATER, False, abandon=True),
    ):
        with pytest.raises(Refused) as error:
            act()
        assert codes(error) == {"other_roll"}
    assert notes(lab.box.world) == held
    assert rolling.finish(lab.cloud(), ROLL, False, abandon=True).changed
    assert following(lab, LATER)["pending"] == ["h0", "h1", "h2", "h3"]


def test_a_record_has_an_age_and_an_old_one_is_not_gone_on_with(lab: Lab, site: Site) -> None:
    """Under the same name, which has a default: what was done weeks ago was other work."""
    first = following(lab)["wave"][0]
    through(lab, first, [])
    began = lab.loop.time()
    lab.loop.virtual += 3 * 86400
    planned = following(lab)
    assert planned["done"] == [first]
    assert planned["age"] == pytest.approx(lab.loop.time() - began, abs=120)
    lab.loop.virtual += 5 * 86400
    with pytest.raises(Refused, match=r"started 19[0-9] h") as error:
        following(lab)
    assert codes(error) == {"old_roll"}
    assert [text for text in notes(lab.box.world) if text.startswith(locks.PREFIX)] == []
    plan: Any = rolling.show_plan(lab.cloud(), ROLL).result
    assert [reason["code"] for reason in plan["reasons"]] == ["old_roll"]
    assert following(lab, replace(ROLL, oldest_record=9 * 86400.0))["done"] == [first]


ODD = [
    "hostcraft.roll",
    "hostcraft.roll x",
    "hostcraft.roll other done h0",
    "hostcraft.roll roll started",
    "hostcraft.roll ",
]


def test_a_plan_in_whose_way_another_run_is_says_who(lab: Lab, site: Site) -> None:
    other = Claim(Lock("other", "anna@desk", "AWX job 7"), keep=True)
    cluster = rolling.cluster_of(lab.cloud(), ROLL)
    next(row for row in lab.box.world.vms if row.name == "vm0-0").state = "Migrating"

    def planned(request: rolling.Request = ROLL) -> dict[str, str]:
        reasons: Any = rolling.show_plan(lab.cloud(), request).result["reasons"]
        return {reason["code"]: reason["message"] for reason in reasons}

    assert set(planned()) == {"vm_state"}
    locks.take(lab.cloud(), cluster, other)
    before = notes(lab.box.world)
    assert "anna@desk has held its lock for" in planned()["locked"]
    assert set(planned(replace(ROLL, claim=replace(CLAIM, ended=lambda lock: lock.token == "other")))) == {"vm_state"}
    assert set(planned(replace(ROLL, claim=other))) == {"vm_state"}
    assert notes(lab.box.world) == before
    # A plan that can be carried out is told without it: the lock is for those who work.
    next(row for row in lab.box.world.vms if row.name == "vm0-0").state = "Running"
    assert planned() == {}


@pytest.mark.parametrize("text", [*ODD, "hostcraft.roll roll scope gone"])
def test_odd_notes_beside_a_record_change_nothing(lab: Lab, site: Site, text: str) -> None:
    note = {"entitytype": "CLUSTER", "entityid": site.cluster, "annotation": text}
    following(lab, replace(ROLL, hosts=("h1", "h2")))
    site.client.run("addAnnotation", note)
    planned = following(lab)
    assert (planned["run"], sorted(planned["pending"]), planned["done"]) == ("roll", ["h1", "h2"], [])


def test_a_roll_that_is_refused_at_once_leaves_neither_record_nor_lock(lab: Lab, site: Site) -> None:
    with pytest.raises(Refused) as error:
        following(lab, replace(ROLL, hosts=("h1",), spare_hosts=3))
    assert codes(error) == {"n_plus_f"}
    assert notes(lab.box.world) == []
    # A later one is not held to what that one was about.
    assert following(lab)["pending"] == ["h0", "h1", "h2", "h3"]


def test_a_roll_that_is_refused_on_the_way_keeps_its_record_and_lock(lab: Lab, site: Site) -> None:
    first = following(lab)["wave"][0]
    through(lab, first, [])
    with pytest.raises(Refused):
        following(lab, replace(ROLL, spare_hosts=3))
    held = notes(lab.box.world)
    assert any(text.startswith("hostcraft.roll roll done") for text in held)
    assert any(text.startswith(locks.PREFIX) for text in held)


def test_work_that_is_done_is_not_done_again(lab: Lab, site: Site) -> None:
    """Killed after it, before or behind its way back: the next run only brings the host back."""
    name = following(lab)["wave"][0]
    ask(lab, host=name, token="roll/1", claim={"keep": True})
    assert following(lab)["worked"] == []
    assert rolling.host_worked(lab.cloud(), ROLL, name, True).changed
    assert following(lab)["worked"] == []
    assert rolling.host_worked(lab.cloud(), ROLL, name, False).changed
    assert not rolling.host_worked(lab.cloud(), ROLL, name, False).changed
    for state in ("Maintenance", "Enabled"):
        assert site.state(name) == state
        planned = following(lab)
        assert (planned["wave"], planned["worked"], planned["plan"]) == ([name], [name], None)
        ask(lab, "enabled", host=name, token="roll/1", claim={"keep": True})
    rolling.host_done(lab.cloud(), ROLL, name, False, False)
    planned = following(lab)
    assert (planned["worked"], planned["done"]) == ([], [name])
    assert name not in planned["wave"]


def engine(lab: Lab, timeout: int = 600, check: bool = False) -> Any:
    return server_roll.roll(lab.cloud(), replace(ROLL, cluster="c0"), "", False, timeout, check)


def kvm(lab: Lab, folder: Path, hypervisor: str = "KVM", vms: int = 0) -> None:
    lines: list[snapshot.Line] = [
        {"kind": "zone", "name": "z1"},
        {"kind": "pod", "name": "p1", "zone": "z1", "net": "172.16.0.1"},
        {"kind": "cluster", "name": "c0", "pod": "p1", "hypervisor": hypervisor},
        *({"kind": "host", "name": f"h{n}", "cluster": "c0", "vms": [0] * vms} for n in range(2)),
    ]
    snapshot.write(folder / "world.jsonl", iter(lines))
    lab.run(lambda: snapshot.load(lab.box.world, folder / "world.jsonl"))


def test_the_servers_engine_rolls_kvm(lab: Lab, tmp_path: Path) -> None:
    kvm(lab, tmp_path)
    assert engine(lab, check=True).changed
    assert not lab.box.calls.of("startRollingMaintenance")
    assert engine(lab).changed
    assert notes(lab.box.world) == []
    assert len(lab.box.calls.of("startRollingMaintenance")) == 1


def test_the_servers_engine_is_told_to_go_on_and_what_scripts_get(lab: Lab, tmp_path: Path) -> None:
    kvm(lab, tmp_path)
    assert server_roll.roll(lab.cloud(), replace(ROLL, cluster="c0"), "when=now", True, 700, False).changed
    (call,) = lab.box.calls.of("startRollingMaintenance")
    assert [call.params[name] for name in ("forced", "payload", "timeout")] == ["true", "when=now", "700"]


@pytest.mark.parametrize("pitfall", ["hypervisor", "cluster_disabled", "timeout_below_ping"])
def test_what_the_servers_engine_does_in_silence_is_refused_before(lab: Lab, tmp_path: Path, pitfall: str) -> None:
    kvm(lab, tmp_path, "XenServer" if pitfall == "hypervisor" else "KVM")
    if pitfall == "cluster_disabled":
        next(iter(lab.box.world.clusters)).allocation_state = "Disabled"
    with pytest.raises(Refused) as error:
        # The server wants more than its 10 seconds.
        engine(lab, timeout=10 if pitfall == "timeout_below_ping" else 600)
    assert codes(error) == {pitfall}
    assert not lab.box.calls.of("startRollingMaintenance")


def test_hosts_that_the_servers_engine_leaves_out_are_told(lab: Lab, tmp_path: Path) -> None:
    """They have no script for it, and its job is a success."""
    kvm(lab, tmp_path)
    next(iter(lab.box.world.hosts)).scripts = False
    done = engine(lab, timeout=11)
    assert (done.changed, done.after) == (True, {"hosts": ["h1"]})
    assert (done.result["done"], done.result["skipped_hosts"]) == (["h1"], ["h0"])
    assert done.warnings == ("the server skipped host h0: There is no maintenance script on the host",)
    for host in lab.box.world.hosts:
        host.scripts = False
    done = engine(lab)
    assert (done.changed, done.after, len(done.warnings)) == (False, {}, 2)


def test_a_roll_of_the_servers_engine_that_fails_is_an_error(lab: Lab, tmp_path: Path) -> None:
    kvm(lab, tmp_path)
    lab.box.world.hosts.update(next(iter(lab.box.world.hosts)), resource_state="Disabled")
    with pytest.raises(Exception, match=r"(?i)maintenance"):
        engine(lab)


def test_a_roll_that_the_server_ends_without_success_is_an_error(lab: Lab, tmp_path: Path) -> None:
    """Its job ends well all the same (T2:83); here a host with VMs, whose drain its own Disabled cluster blocks."""
    kvm(lab, tmp_path, vms=2)
    with pytest.raises(ApiError, match="Maintenance state expected"):
        engine(lab)


@pytest.mark.parametrize("vms", [0, 2], ids=["rolled", "failed"])
def test_a_cluster_that_the_server_leaves_disabled_is_enabled(lab: Lab, tmp_path: Path, vms: int) -> None:
    """It disables the cluster for its roll; with VMs the drain fails (see above)."""
    kvm(lab, tmp_path, vms=vms)
    cluster = next(iter(lab.box.world.clusters))

    def left(call: Any) -> None:
        if call.command == "startRollingMaintenance":
            cluster.allocation_state = "Disabled"

    lab.on_call = left
    if vms:
        with pytest.raises(ApiError, match="Maintenance state expected"):
            engine(lab)
    else:
        (warning,) = engine(lab).warnings
        assert warning.startswith("the server left cluster c0 Disabled")
    assert cluster.allocation_state == "Enabled"


def test_the_servers_engine_waits_for_nobody_and_keeps_others_out(lab: Lab, tmp_path: Path) -> None:
    kvm(lab, tmp_path)
    cluster = lab.cloud().clusters.all()[0]
    with locks.held(lab.cloud(), cluster, Claim(Lock("other", "ben@desk", "process 2"))):
        with pytest.raises(Refused) as error:
            engine(lab)
        assert codes(error) == {"locked"}
    assert not lab.box.calls.of("startRollingMaintenance")
    held: list[bool] = []
    lab.on_call = lambda call: held.append(any(text.startswith(locks.PREFIX) for text in notes(lab.box.world)))
    assert engine(lab).changed
    commands = [call.command for call in list(lab.box.calls)[-len(held) :]]
    assert held[commands.index("startRollingMaintenance")]
    assert notes(lab.box.world) == []
