# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A switch of the primary: who gives and who takes, what is in the way, and what may be lost."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.fail_over import (
    Seen,
    Switch,
    decide_switch,
    seen,
)

ADDRESSES = {"db1": "10.0.0.1", "db2": "10.0.0.2"}
PRIMARY = Seen("db1", True, writer=True, position="0-1-100", known="0-1-100", databases=("cloud",))
REPLICA = Seen(
    "db2",
    True,
    read_only=True,
    source="10.0.0.1:3306",
    replicating=True,
    lag=0,
    position="0-1-99",
    received="0-1-100",
    known="0-1-99",
    databases=("cloud",),
)
AWAY = Seen("db1")
NEW = dataclasses.replace(REPLICA, read_only=False, writer=True, source="", replicating=False, lag=None)


def decided(db1: Seen = PRIMARY, db2: Seen = REPLICA, **more: object) -> Switch:
    return decide_switch({"db1": db1, "db2": db2}, ADDRESSES, "db2", **more)  # type: ignore[arg-type]


def codes(found: Switch) -> list[str]:
    return [reason.code for reason in found.reasons]


def like(seen: Seen, **fields: object) -> Seen:
    return dataclasses.replace(seen, **fields)  # type: ignore[arg-type]


def test_a_planned_switch_has_nothing_in_the_way() -> None:
    found = decided()
    assert (found.old, found.planned, found.done, codes(found)) == ("db1", True, False, [])


PLANNED = {
    "primary_away": (AWAY, REPLICA, "primary_unreadable"),
    "lag": (PRIMARY, like(REPLICA, lag=61), "replica_lags"),
    "lag_that_is_not_known": (PRIMARY, like(REPLICA, lag=None), "replica_lags"),
    "stopped": (PRIMARY, like(REPLICA, replicating=False), "replication_stopped"),
    "broken": (PRIMARY, like(REPLICA, errors=("out of order (error 1950)",)), "replication_broken"),
    "errant": (PRIMARY, like(REPLICA, known="0-1-99,0-2-100"), "errant_transactions"),
    "chain": (like(PRIMARY, writer=False, source="10.0.0.9:3306"), REPLICA, "primary_is_replica"),
    "target_away": (PRIMARY, Seen("db2"), "target_unreadable"),
    "two_writers": (PRIMARY, NEW, "two_writers"),
}


@pytest.mark.parametrize("case", PLANNED)
def test_what_is_in_the_way_is_named(case: str) -> None:
    db1, db2, code = PLANNED[case]
    assert code in codes(decided(db1, db2))


def test_a_switch_that_was_killed_goes_on() -> None:
    closed = like(PRIMARY, writer=False, read_only=True)
    assert (decided(closed).old, codes(decided(closed))) == ("db1", [])
    done = decided(closed, NEW)
    assert (done.old, done.done, codes(done)) == ("db1", True, [])
    back = decided(like(PRIMARY, writer=False, read_only=True, source="10.0.0.2:3306"), NEW)
    assert (back.old, back.done, codes(back)) == ("db1", True, [])
    # The replica has forgotten its primary, and accepts no writes yet.
    half = decided(closed, like(NEW, read_only=True, writer=False))
    assert (half.old, half.done, codes(half)) == ("db1", False, [])


def test_the_loss_of_the_primary_needs_consent_and_says_what_may_be_lost() -> None:
    found = decided(AWAY, unplanned=True)
    assert codes(found) == ["may_lose"]
    assert "0-1-100" in found.lost
    assert codes(decided(AWAY, unplanned=True, lose=True)) == []
    assert codes(decided(PRIMARY, unplanned=True, lose=True)) == ["primary_alive"]
    closed = like(PRIMARY, writer=False, read_only=True, position="0-1-105")
    assert "5 transactions ahead" in decided(closed, unplanned=True, lose=True).lost
    broken = like(REPLICA, errors=("Duplicate entry (error 1062)",))
    assert codes(decided(AWAY, broken, unplanned=True, lose=True)) == ["replication_broken"]
    gone = like(REPLICA, replicating=False, errors=("error connecting to master (error 2003)",))
    assert codes(decided(AWAY, gone, unplanned=True, lose=True)) == []


def test_an_unknown_server_is_refused() -> None:
    assert codes(decide_switch({"db1": PRIMARY}, ADDRESSES, "db9")) == ["target_unreadable"]


def test_a_result_without_a_position_was_not_read() -> None:
    assert seen("db1", {"unreachable": True, "msg": "no route"}) == Seen("db1")
    assert seen("db1", None) == Seen("db1")
    told = {"position": "0-1-1", "writer": True, "databases": ["cloud"], "changed": False, "lag": None}
    assert seen("db1", told) == Seen("db1", True, writer=True, position="0-1-1", databases=("cloud",))
