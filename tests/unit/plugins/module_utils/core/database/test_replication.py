# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication: who may become what, and what a server has that the primary has not."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.gtid import (
    Gtid,
    behind,
    errant,
    reached,
    read_gtids,
    text_of,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.replication import (
    Server,
    Source,
    decide_primary,
    decide_replica,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Unreadable

PRIMARY = Server("10.11.19-MariaDB-log", 1, False, True, "ROW", "0-1-100", "0-1-100", databases=("cloud",))
EMPTY = Server("10.11.19-MariaDB-log", 2, True, True, "ROW", "", "")
ATTACHED = Source("db1", 3306, "Yes", True, 0)
REPLICA = dataclasses.replace(
    PRIMARY, server_id=2, read_only=True, position="0-1-90", state="0-1-90", replicated="0-1-90", source=ATTACHED
)
BROKEN = dataclasses.replace(ATTACHED, applying=False, apply_error="out of order (error 1950)")


def decided(here: Server, primary: Server = PRIMARY, **more: bool) -> tuple[str, list[str]]:
    found = decide_replica(here, primary, "db1", 3306, **more)
    return found.action, [reason.code for reason in found.reasons]


def changed(server: Server, **fields: object) -> Server:
    return dataclasses.replace(server, **fields)  # type: ignore[arg-type]


OLD_PRIMARY = changed(REPLICA, source=None, position="0-2-80", state="0-2-80", replicated="")
DATA = changed(REPLICA, source=None, position="", state="", replicated="")
CASES = {
    "empty": (EMPTY, PRIMARY, "copy", []),
    "empty_with_a_log_of_its_own": (changed(EMPTY, state="0-2-3", position="0-2-3"), PRIMARY, "copy", []),
    "runs": (REPLICA, PRIMARY, "nothing", []),
    "stopped": (
        changed(REPLICA, source=dataclasses.replace(ATTACHED, receiving="No", applying=False)),
        PRIMARY,
        "start",
        [],
    ),
    "connecting": (
        changed(REPLICA, source=dataclasses.replace(ATTACHED, receiving="Connecting")),
        PRIMARY,
        "start",
        [],
    ),
    "broken": (changed(REPLICA, source=BROKEN), PRIMARY, "nothing", ["replication_broken"]),
    "errant": (
        changed(REPLICA, state="0-1-90,0-2-91", position="0-2-91"),
        PRIMARY,
        "nothing",
        ["errant_transactions"],
    ),
    "old_primary_that_lost_nothing": (
        OLD_PRIMARY,
        changed(PRIMARY, state="0-2-80,0-1-100"),
        "point",
        [],
    ),
    "old_primary_of_a_copy": (OLD_PRIMARY, changed(PRIMARY, replicated="0-2-80"), "point", []),
    "old_primary_that_is_ahead": (
        changed(OLD_PRIMARY, position="0-2-83", state="0-2-83"),
        changed(PRIMARY, state="0-2-80,0-1-100"),
        "point",
        ["errant_transactions"],
    ),
    "data_of_nobody": (DATA, PRIMARY, "copy", ["data_without_position"]),
    "other_source": (
        changed(REPLICA, source=dataclasses.replace(ATTACHED, host="db9")),
        PRIMARY,
        "point",
        ["other_source"],
    ),
    "same_number": (changed(EMPTY, server_id=1), PRIMARY, "copy", ["same_server_id"]),
    "no_log": (EMPTY, changed(PRIMARY, binary_log=False), "copy", ["binary_log_off"]),
    "statements": (EMPTY, changed(PRIMARY, binlog_format="MIXED"), "copy", ["binlog_format"]),
    "older": (changed(EMPTY, version="10.6.5-MariaDB"), PRIMARY, "copy", ["replica_older"]),
    "newer": (changed(EMPTY, version="11.4.1-MariaDB"), PRIMARY, "copy", []),
    "primary_replicates": (EMPTY, changed(PRIMARY, source=ATTACHED), "copy", ["primary_is_replica"]),
    "primary_closed": (EMPTY, changed(PRIMARY, read_only=True), "copy", ["primary_read_only"]),
    "myisam": (EMPTY, changed(PRIMARY, unsafe=("cloud.t",)), "copy", ["no_transactions"]),
}


@pytest.mark.parametrize("case", CASES)
def test_a_replica_is_made_or_refused(case: str) -> None:
    here, primary, action, codes = CASES[case]
    assert decided(here, primary) == (action, codes)


@pytest.mark.parametrize("case", ["broken", "errant", "data_of_nobody", "old_primary_that_is_ahead", "other_source"])
def test_consent_rebuilds(case: str) -> None:
    here, primary, _action, _codes = CASES[case]
    assert decided(here, primary, rebuild=True) == ("copy", [])


def test_consent_rebuilds_nothing_that_is_well_and_a_killed_copy_is_done_again() -> None:
    assert decided(REPLICA, rebuild=True) == ("nothing", [])
    half = changed(EMPTY, databases=("cloud",))
    assert decided(half) == ("copy", ["data_without_position"])
    assert decided(half, copying=True) == ("copy", [])


def test_a_primary_needs_proof_or_consent() -> None:
    def codes(server: Server, proof: str = "", lose: bool = False) -> tuple[str, list[str]]:
        action, reasons = decide_primary(server, proof, lose)
        return action, [reason.code for reason in reasons]

    assert codes(PRIMARY) == ("nothing", [])
    assert codes(REPLICA) == ("start", ["no_proof"])
    assert codes(REPLICA, "0-1-100") == ("start", [])
    assert codes(REPLICA, lose=True) == ("start", [])
    assert codes(changed(REPLICA, source=BROKEN), "0-1-100") == ("start", ["replication_broken"])
    # Closed by a switch that was killed: it is opened again.
    assert codes(changed(PRIMARY, read_only=True)) == ("start", [])


@pytest.mark.parametrize("text", ["0-1", "a-b-c", "0-1-2;DROP", "1-1-1 2-2-2", "--"])
def test_what_is_no_position_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_gtids(text)


GTIDS = st.frozensets(st.builds(Gtid, st.integers(0, 2), st.integers(1, 3), st.integers(1, 20)), max_size=6)


@given(GTIDS)
def test_positions_are_read_back(gtids: frozenset[Gtid]) -> None:
    assert read_gtids(text_of(gtids)) == gtids
    assert read_gtids(f" {text_of(gtids).replace(',', ' , ')} ") == gtids


@given(GTIDS, GTIDS)
def test_what_is_reached_lacks_nothing(here: frozenset[Gtid], there: frozenset[Gtid]) -> None:
    assert reached(here, there) == (behind(here, there) == 0)
    assert reached(here | there, there)


@given(GTIDS, GTIDS)
def test_what_comes_from_the_primary_is_never_errant(here: frozenset[Gtid], there: frozenset[Gtid]) -> None:
    assert errant(there, there) == frozenset()
    assert errant(here, here | there) == frozenset()
    own = Gtid(0, 9, 1)
    assert own in errant(here | {own}, there)
