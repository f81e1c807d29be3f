# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads before and after a maintenance and a roll, migrations for balance, system VMs that the server lands itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fakes.lab import Killed, Lab, Life
from integration.maintenance.site import Site, allowed, ask, forget_storage_motion, notes, placement

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import rolling
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.locks import Claim, Lock
from sandbox.server import Received
from sandbox.world.vms import USER

CLAIM = Claim(Lock("roll/1", "operator@admin", "process 1"), keep=True)
ROLL = rolling.Request(None, "c1", run="roll", claim=CLAIM)


def users_vms(lab: Lab) -> dict[str, int]:
    """How many of users' VMs each host has."""
    names = {host.id: host.name for host in lab.box.world.hosts}
    found = dict.fromkeys(sorted(names.values()), 0)
    for vm in lab.box.world.vms.select(kind=USER):
        found[names[vm.host_id or 0]] += 1
    return found


def walk(lab: Lab, request: rolling.Request) -> dict[str, Any]:
    """All of a roll, as the role does it; what the end of it told."""
    while True:
        now: Any = rolling.next_wave(lab.cloud(), request, False).result
        if not now["wave"]:
            return dict(rolling.finish(lab.cloud(), request, False).result)
        moves = now["plan"]["waves"][0]["moves"] if now["plan"] else []
        for name in now["wave"]:
            planned = tuple((move["vm_id"], move["target"]) for move in moves)
            fields: Any = {"token": "roll/1", "claim": {"keep": True}, "host": name}
            told = ask(lab, preferred=tuple(now["done"]), planned=planned, **fields).result
            ours: Any = [move for move in told["moved"] if move["vm"].startswith("vm")]
            assert sorted((m["vm"], m["target"]) for m in ours) == sorted(
                (m["vm"], m["target"]) for m in moves if m["source"] == name and m["vm"].startswith("vm")
            )
            ask(lab, "enabled", **fields)
            rolling.host_done(lab.cloud(), request, name, False, False)


def test_a_roll_leaves_the_fullest_host_no_fuller_than_its_moves_need(lab: Lab, site: Site) -> None:
    plan: Any = rolling.show_plan(lab.cloud(), ROLL).result
    spread = plan["distribution"]
    assert spread["fullest"]["after"]["share"] >= spread["least"]
    walk(lab, ROLL)
    loads = users_vms(lab)
    # Twelve VMs on three hosts, which hold a router and the system VMs too, and the last one empty.
    assert sorted(loads.values())[0] == 0
    assert max(loads.values()) <= 5
    shown = {each["host"]: each["after"]["vms"] for each in spread["hosts"]}
    assert sum(shown.values()) == sum(each["before"]["vms"] for each in spread["hosts"])


def test_balance_fills_the_last_host_when_it_is_allowed(lab: Lab, site: Site) -> None:
    request = replace(ROLL, balance=True)
    plan: Any = rolling.show_plan(lab.cloud(), request).result
    without: Any = rolling.show_plan(lab.cloud(), ROLL).result
    assert without["balance"] == []
    ends = [each["distribution"]["fullest"]["after"]["share"] for each in (plan, without)]
    assert ends[0] < ends[1]
    told = walk(lab, request)
    assert len(plan["balance"]) == len(told["moved"]) <= 4
    assert min(users_vms(lab).values()) >= 2
    assert max(users_vms(lab).values()) <= 4
    assert notes(lab.box.world) == []


def test_the_end_of_a_roll_is_foretold(lab: Lab, site: Site) -> None:
    request = replace(ROLL, balance=True, hosts=("h0",))
    rolling.next_wave(lab.cloud(), request, False)
    ask(lab, token="roll/1", claim={"keep": True})
    ask(lab, "enabled", token="roll/1", claim={"keep": True})
    rolling.host_done(lab.cloud(), request, "h0", False, False)
    before = placement(lab.box.world)
    foretold: Any = rolling.finish(lab.cloud(), request, True).result
    assert placement(lab.box.world) == before
    assert foretold["moved"] == rolling.finish(lab.cloud(), request, False).result["moved"]


def test_one_host_is_emptied_evenly_and_its_result_shows_it(lab: Lab, site: Site) -> None:
    foretold: Any = ask(lab, check=True).result
    done: Any = ask(lab).result
    assert users_vms(lab)["h0"] == 0
    assert max(users_vms(lab).values()) <= 5
    for told in (foretold, done):
        rows = {each["host"]: each for each in told["distribution"]["hosts"]}
        assert rows["h0"]["after"] == {"cpu": 0.0, "memory": 0.0, "vms": 0}
        assert {each["after"]["memory"] >= 0.5 for each in rows.values() if each["host"] != "h0"} == {True}
        assert told["distribution"]["fullest"]["after"]["share"] == max(
            max(each["after"]["cpu"], each["after"]["memory"]) for each in rows.values()
        )


def test_a_host_that_comes_back_takes_vms_back_where_balance_is_allowed(lab: Lab, site: Site) -> None:
    ask(lab)
    foretold: Any = ask(lab, "enabled", check=True, terms=allowed(balance=True)).result
    told: Any = ask(lab, "enabled", terms=allowed(balance=True)).result
    assert {move["target"] for move in told["moved"]} == {"h0"}
    assert told["moved"] == foretold["moved"]
    assert users_vms(lab)["h0"] >= 2
    assert max(users_vms(lab).values()) <= 4


def test_vms_that_left_are_moved_back_where_that_is_asked_for(lab: Lab, site: Site) -> None:
    before = {name: host for name, host in placement(lab.box.world).items() if name.startswith("vm")}
    ask(lab, move_back=True)
    assert [each for each in notes(lab.box.world) if "maintenance moved" in each]
    foretold: Any = ask(lab, "enabled", check=True, move_back=True).result
    told: Any = ask(lab, "enabled", move_back=True).result
    assert told["moved"] == foretold["moved"]
    assert {move["target"] for move in told["moved"]} == {"h0"}
    assert {name: host for name, host in placement(lab.box.world).items() if name.startswith("vm")} == before
    assert [each["code"] for each in told["not_moved_back"]] == [each["code"] for each in foretold["not_moved_back"]]
    assert notes(lab.box.world) == []
    again = ask(lab, "enabled", move_back=True)
    assert (again.changed, again.result["not_moved_back"]) == (False, [])


def test_a_run_that_was_killed_moves_the_rest_back(lab: Lab, site: Site) -> None:
    """The host is in service again, and its notes tell who has to come back."""
    ask(lab, move_back=True)
    life = Life()

    def kill(call: Received) -> None:
        if call.command == "cancelHostMaintenance":
            life.kills_at = life.calls + 1

    lab.on_call = kill
    with pytest.raises(Killed):
        ask(lab, "enabled", move_back=True, life=life)
    moved: Any = ask(lab, "enabled", move_back=True, claim={"ended": lambda lock: True}, token="next").result["moved"]
    assert len([move for move in moved if move["vm"].startswith("vm")]) == 3
    assert users_vms(lab)["h0"] == 3
    assert notes(lab.box.world) == []


def test_what_is_not_to_come_back_is_forgotten(lab: Lab, site: Site) -> None:
    ask(lab, move_back=True)
    told: Any = ask(lab, "enabled").result
    assert (told["moved"], "not_moved_back" in told) == ([], False)
    assert notes(lab.box.world) == []


def test_without_that_it_stays_empty(lab: Lab, site: Site) -> None:
    ask(lab)
    assert ask(lab, "enabled").result["moved"] == []
    assert users_vms(lab)["h0"] == 0


def test_a_host_above_the_threshold_is_warned_of(lab: Lab, site: Site) -> None:
    name = "cluster.memory.allocated.capacity.disablethreshold"
    site.client.run("updateConfiguration", {"name": name, "value": "0.45", "clusterid": site.cluster})
    told = ask(lab, check=True)
    spread: Any = told.result["distribution"]
    assert spread["thresholds"]["memory"] == 0.45
    rows = spread["hosts"]
    above = [each["host"] for each in rows if each["after"]["memory"] >= 0.45 > each["before"]["memory"]]
    assert spread["above_threshold"] == above != []
    assert any("45%" in warning and above[0] in warning for warning in told.warnings)


def host_of_the_router(lab: Lab) -> str:
    names = {host.id: host.name for host in lab.box.world.hosts}
    return next(names[vm.host_id or 0] for vm in lab.box.world.vms if vm.kind == "DomainRouter")


def test_a_system_vm_goes_where_the_server_chooses_when_no_storage_motion_is_listed(lab: Lab, site: Site) -> None:
    forget_storage_motion(lab.box.world)
    name = host_of_the_router(lab)
    assert any("server chooses the target" in warning for warning in ask(lab, host=name, check=True).warnings)
    with lab.watched() as calls:
        told: Any = ask(lab, host=name).result
    sent = [call.params for call in calls if call.command == "migrateSystemVm"]
    assert sent
    assert all("hostid" not in params and params["autoselect"] == "true" for params in sent)
    # The result tells where it went, not where it was planned to go.
    there = placement(lab.box.world)
    assert all(there[move["vm"]] == move["target"] for move in told["moved"])
    assert told["resource_state"] == "Maintenance"


def test_where_it_is_listed_a_system_vm_goes_to_its_planned_host(lab: Lab, site: Site) -> None:
    name = host_of_the_router(lab)
    with lab.watched() as calls:
        ask(lab, host=name)
    assert all("hostid" in call.params for call in calls if call.command == "migrateSystemVm")


def test_a_listing_that_is_wrong_is_found_out(lab: Lab, site: Site) -> None:
    """It says storage motion, the job says that there is none: the next round lets the server choose."""
    name = host_of_the_router(lab)
    text = "Migration with storage isn't supported for source host h0 on hypervisor Simulator with version 4.22"
    lab.box.faults.add("migrateSystemVm", "job_failed", text=text)
    with lab.watched() as calls:
        told: Any = ask(lab, host=name).result
    assert told["resource_state"] == "Maintenance"
    assert {"autoselect", "hostid"} <= {key for c in calls if c.command == "migrateSystemVm" for key in c.params}


def test_the_jobs_own_words_are_the_reason(lab: Lab, site: Site) -> None:
    lab.box.faults.add("migrateVirtualMachine", "job_failed", text="libvirt said no", times=99)
    with pytest.raises(Refused) as refused:
        ask(lab, terms=allowed(spare_hosts=1))
    reasons = refused.value.reasons
    assert {each.code for each in reasons} == {"migration_failed"}
    assert all("libvirt said no" in each.message for each in reasons)
