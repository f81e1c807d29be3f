# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database's condition is judged by: each fault has its code, and a database in order has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import check as core
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.check import (
    Condition,
    Schema,
    Table,
    Work,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.management_servers import Server
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.replication import (
    Server as Replicating,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database.replication import Source
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.findings import Finding, Unseen

ONE = Server("1", "ms1", "10.0.0.11", "Up", "4.22.0.0-SNAPSHOT", 1.0, "11")
TWO = Server("2", "ms2", "10.0.0.12", "Up", "4.22.0.0", 2.0, "12")
PRIMARY = Replicating("10.11.19-MariaDB", 1, False, True, "ROW", "0-1-5", "0-1-5")
REPLICA = replace(PRIMARY, server_id=2, read_only=True, source=Source("10.0.0.21", 3306, "Yes", True, 0))
STATUS = {
    "uptime": "360000",
    "threads_connected": "40",
    "max_used_connections": "90",
    "connections": "100000",
    "aborted_connects": "12",
    "slow_queries": "20",
    "innodb_buffer_pool_read_requests": "50000000",
    "innodb_buffer_pool_reads": "1000",
    "innodb_row_lock_waits": "500",
    "innodb_row_lock_time_avg": "12",
}
GOOD = Condition(
    "10.11.19-MariaDB",
    (Schema("cloud", "4.22.0.0"),),
    ("cloud", "cloud_usage", "mysql"),
    (ONE, TWO),
    replication=PRIMARY,
    status=STATUS,
    variables={"max_connections": "700", "innodb_buffer_pool_size": "134217728", "slow_query_log": "OFF"},
)


def found(seen: Condition) -> dict[str, str]:
    return {each.code: each.evidence for each in core.judge(seen) if isinstance(each, Finding)}


def with_status(**changes: str) -> Condition:
    return replace(GOOD, status={**STATUS, **changes})


def with_servers(*servers: Server, **changes: Any) -> Condition:
    return replace(GOOD, servers=servers, **changes)


def with_source(**changes: Any) -> Condition:
    assert REPLICA.source is not None
    return replace(GOOD, replication=replace(REPLICA, source=replace(REPLICA.source, **changes)))


@pytest.mark.parametrize(
    "seen",
    [
        GOOD,
        replace(GOOD, replication=REPLICA),
        replace(GOOD, schemas=(*GOOD.schemas, Schema("cloud_usage", "4.22.0.0"))),
    ],
)
def test_one_in_order_has_no_finding(seen: Condition) -> None:
    assert list(core.judge(seen)) == []


@pytest.mark.parametrize(
    ("seen", "code", "told"),
    [
        (replace(GOOD, schemas=()), "schema_missing", "cloud"),
        (replace(GOOD, schemas=(Schema("cloud", "4.22.0.0", ("4.23.0.0",)),)), "schema_interrupted", "4.23.0.0"),
        (replace(GOOD, databases=("cloud",)), "usage_database_missing", "cloud_usage"),
        (with_servers(ONE, replace(TWO, version="4.21.0.0")), "server_schema_differs", "ms2 (10.0.0.12) has 4.21"),
        (with_servers(ONE, replace(TWO, state="Down", age=9000.0)), "server_down", "ms2"),
        (with_servers(ONE, replace(TWO, age=900.0)), "server_lost", "is Up, last heartbeat 900 s ago"),
        (with_servers(ONE, replace(TWO, age=None)), "server_lost", "unknown"),
        (with_servers(ONE, replace(TWO, state="Maintenance")), "server_closed", "no asynchronous jobs"),
        (with_servers(ONE, replace(TWO, age=-90.0)), "server_clock", "90 s ahead"),
        (with_servers(ONE, replace(TWO, address="10.0.0.11")), "address_twice", "rows 1 (Up), 2 (Up)"),
        (with_source(lag=None), "replication_broken", "10.0.0.21:3306"),
        (with_source(receiving="Connecting"), "replication_broken", "receiving Connecting"),
        (with_source(applying=False, apply_error="out of order (error 1950)"), "replication_broken", "1950"),
        (with_source(lag=61), "replication_late", "61 s"),
        (replace(GOOD, replication=replace(REPLICA, read_only=False)), "replica_writable", "10.0.0.21"),
        (with_status(threads_connected="690"), "connections_full", "690"),
        (with_status(max_used_connections="600"), "connections_high", "600"),
        (with_status(connection_errors_max_connections="3"), "connections_refused", "3 since"),
        (replace(GOOD, variables={**GOOD.variables, "max_connections": "350"}), "connections_few", "which open 700"),
        (with_status(aborted_connects="1000"), "aborted_connects", "1000 of 100000"),
        (
            with_status(innodb_buffer_pool_reads="1000000"),
            "buffer_pool_small",
            "98 % of reads are answered from 128 MiB",
        ),
        (with_status(innodb_row_lock_time_avg="4200"), "row_lock_waits", "4.2 s"),
        (with_status(slow_queries="600"), "slow_queries", "600 in 100.0 h; slow_query_log is off"),
    ],
)
def test_each_fault_is_named_alone(seen: Condition, code: str, told: str) -> None:
    assert list(found(seen)) == [code]
    assert told in found(seen)[code]


def test_replication_that_the_account_may_not_see_is_not_called_good() -> None:
    verdicts = list(core.judge(replace(GOOD, replication=None, denied="no privilege")))
    assert {each.code for each in verdicts} == {"replication_broken", "replication_late", "replica_writable"}
    assert all(isinstance(each, Unseen) and each.missing == "no privilege" for each in verdicts)


def test_work_of_servers_that_are_not_alive_is_named_by_server() -> None:
    work = (
        Work(core.ASYNC_JOB, "1", "11", "StartVMCmd"),
        Work(core.ASYNC_JOB, "2", "12", "StopVMCmd"),
        Work(core.ASYNC_JOB, "3", "", "of no server yet"),
        Work(core.ASYNC_JOB, "4", "99", "DestroyVMCmd"),
        Work(core.VM_WORK, "5", "12", "VmWorkStart"),
        Work(core.NETWORK_WORK, "r-1", "12", "Starting"),
    )
    killed = with_servers(ONE, replace(TWO, age=151.0), work=work)
    assert [each.id for each in killed.orphans] == ["2", "4", "5", "r-1"]
    findings = [each for each in core.judge(killed) if isinstance(each, Finding)]
    orphaned = [(each.code, each.evidence.partition(": ")[2]) for each in findings if "orphaned" in each.code]
    assert orphaned == [
        ("jobs_orphaned", "1 of ms2 (10.0.0.12), Up: 2 StopVMCmd"),
        ("jobs_orphaned", "1 of a server with msid 99 that is not in mshost: 4 DestroyVMCmd"),
        ("vm_work_orphaned", "1 of ms2 (10.0.0.12), Up: 5 VmWorkStart"),
        ("work_orphaned", "1 of ms2 (10.0.0.12), Up: r-1 Starting"),
    ]
    alive = with_servers(ONE, TWO, work=work[:3])
    assert (alive.orphans, found(alive)) == ((), {})


def test_states_are_told_with_the_heartbeat() -> None:
    assert core.meaning(ONE) == "in service"
    assert core.meaning(replace(ONE, age=151.0)) == core.LOST
    assert core.meaning(replace(ONE, state="Maintenance", age=None)) == core.LOST
    assert core.meaning(replace(ONE, state="Down", age=9000.0)).startswith("stopped")
    assert core.meaning(replace(ONE, state="Other")) == "state Other"


def test_few_events_and_small_numbers_are_no_finding() -> None:
    young = dict.fromkeys(STATUS, "5")
    assert found(replace(GOOD, status=young)) == {}
    assert found(replace(GOOD, status={}, variables={})) == {}


def test_sizes_are_summed_and_the_biggest_come_first() -> None:
    tables = (Table("cloud", "event", 30, 3), Table("cloud", "alert", 5, 1), Table("cloud_usage", "usage_event", 40, 9))
    assert list(core.sizes(tables).items()) == [("cloud_usage", 40), ("cloud", 35)]
    assert [each.name for each in core.biggest(tables, 2)] == ["usage_event", "event"]
    assert core.biggest(tables, 0) == []


@given(st.dictionaries(st.sampled_from([*STATUS, "max_connections", "slow_query_log"]), st.text(max_size=12)))
def test_counters_of_any_form_are_read(held: dict[str, str]) -> None:
    counted = core.counters(held, held)
    assert counted.pool_hit is None or 0 <= counted.pool_hit <= 100
    list(core.judge(replace(GOOD, status=held, variables=held)))
