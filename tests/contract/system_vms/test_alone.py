# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once in one zone: the second is refused with the name of the first, and does nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from contract.conftest import Connect
from contract.routers.routers import NEW, Lab, lab
from contract.system_vms.zone import PROXY, Zone
from contract.tasks import perform, writes

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.gateway import Gateway
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.zone_locks import alone
from sandbox.server import Sandbox

UPGRADE: dict[str, Any] = {"minimum_version": NEW, "consent": True}
ANNA = {"token": "1a", "who": "anna@desk", "job": "AWX job 25", "place": ""}
BERT = {"token": "2b", "who": "bert@desk", "job": "", "place": ""}
OVER = locks.Claim(locks.Lock("1a", "anna@desk", "AWX job 25"))
OTHERS = [
    ("cs_router_upgrade", {**UPGRADE, "zone": "z1"}),
    ("cs_router_upgrade", UPGRADE),
]


@pytest.fixture
def made(sandbox: Sandbox, connect: Connect) -> Lab:
    return lab(sandbox, connect)


def notes(made: Lab) -> list[str]:
    return list(made.server.run(lambda world: [row.text for row in world.annotations]))


def wrote(made: Lab) -> int:
    """Calls so far that change something."""
    return sum(not call.command.startswith(("list", "query", "get")) for call in made.server.calls)


def test_a_second_run_is_refused_while_one_works_and_goes_on_after_it(made: Lab) -> None:
    refused: list[str] = []

    def second(_now: float) -> None:
        if refused or not made.server.calls.of("addAnnotation"):
            return
        for module, asked in OTHERS:
            before = wrote(made)
            with pytest.raises(Refused) as caught:
                perform(made.fresh(), module, holder=BERT, **asked)
            refused.append(str(caught.value))
            assert wrote(made) == before

    done = perform(made.fresh(second), "cs_router_upgrade", holder=ANNA, **UPGRADE)
    assert done.changed
    assert len(refused) == len(OTHERS)
    for text in refused:
        assert text.startswith("zone z1: anna@desk ")
        assert "AWX job 25" in text
    assert notes(made) == []
    assert not perform(made.fresh(), "cs_router_upgrade", holder=BERT, **UPGRADE).changed


def test_the_lock_is_held_at_each_step_and_what_is_foretold_or_done_already_takes_none(made: Lab) -> None:
    before = wrote(made)
    assert perform(made.fresh(), "cs_router_upgrade", True, holder=ANNA, **UPGRADE).changed
    assert wrote(made) == before
    assert perform(made.fresh(), "cs_router_upgrade", holder=ANNA, **UPGRADE).changed
    names = [call.command for call in made.server.calls if not call.command.startswith(("list", "query", "get"))]
    assert (names[0], names[-1]) == ("addAnnotation", "removeAnnotation")
    assert names.count("addAnnotation") == names.count("removeAnnotation") == 1
    before = wrote(made)
    assert not perform(made.fresh(), "cs_router_upgrade", holder=ANNA, **UPGRADE).changed
    assert wrote(made) == before


def test_the_lock_of_a_run_that_is_over_is_taken_over(made: Lab) -> None:
    (zone,) = made.cloud.zones.all()
    locks.take(made.cloud, zone, OVER)
    with pytest.raises(Refused, match="anna@desk"):
        perform(made.fresh(), "cs_router_upgrade", holder=BERT, **UPGRADE)
    assert perform(made.fresh(), "cs_router_upgrade", holder=BERT, take_over="AWX job 25", **UPGRADE).changed
    assert notes(made) == []


def test_system_vms_are_left_alone_meanwhile(zone: Zone) -> None:
    its: dict[str, Any] = {"kind": PROXY, "state": "recreated", "consent": True, "holder": BERT}
    (place,) = zone.cloud.zones.all()
    locks.take(zone.cloud, place, OVER)
    zone.server.calls.clear()
    with pytest.raises(Refused, match="zone z1: anna@desk"):
        zone.ensure(**its)
    assert writes(zone.server) == []
    assert zone.ensure(True, **its).changed
    locks.release(zone.cloud, place, OVER)
    zone.server.calls.clear()
    assert zone.ensure(**its).changed
    assert writes(zone.server) == ["addAnnotation", "destroySystemVm", "removeAnnotation"]


def test_what_another_run_did_while_one_waited_is_not_done_again(
    zone: Zone, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    zone.stop(PROXY)
    its: dict[str, Any] = {"kind": PROXY, "state": "started", "holder": BERT, "lock_wait": 60}
    take = locks.take

    def late(*given: Any) -> Any:
        """Another run was there first."""
        monkeypatch.setattr(locks, "take", take)
        assert perform(zone.cloud, "cs_system_vm", **{**its, "holder": ANNA}).changed
        zone.server.calls.clear()
        return take(*given)

    monkeypatch.setattr(locks, "take", late)
    assert not perform(Gateway(connect(zone.server, clock=zone.clock)), "cs_system_vm", **its).changed
    assert writes(zone.server) == ["addAnnotation", "removeAnnotation"]


def test_a_lock_that_is_lost_while_another_one_is_waited_for_is_told_before_anything_is_done(
    zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    perform(zone.cloud, "cs_zone", name="z2", network_type="Advanced", dns1="9.9.9.9", internal_dns1="10.0.0.1")
    first, second = sorted(zone.cloud.zones.again(), key=lambda each: each.id)
    take = locks.take

    def late(cloud: Gateway, place: Any, claim: locks.Claim) -> Any:
        """Before the second is had, somebody else has the first, whose lease is over."""
        if place.id == second.id:
            zone.clock.time += 60
            monkeypatch.setattr(locks, "take", take)
            locks.take(cloud, first, replace(OVER, ended=lambda lock: lock.who == "bert"))
        return take(cloud, place, claim)

    monkeypatch.setattr(locks, "take", late)
    mine = locks.Claim(locks.Lock("2b", "bert"), lease=30.0, wait=600.0)
    with pytest.raises(Refused, match=f"zone {first.name}: anna@desk"), alone(zone.cloud, [second, first], mine):
        raise AssertionError
    assert len(zone.cloud.notes.all("ZONE", first.id)) == 1
    assert zone.cloud.notes.all("ZONE", second.id) == []
