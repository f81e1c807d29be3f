# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudStack's database tells: its schema, rows of servers, work without a worker, replication, counters; judged.

Sources: management_server.md 6 to 9 of the field notes; MariaDB's documentation of its status variables.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..findings import Finding, Unseen, Verdict
from ..servers.nodes import DOWN, MAINTENANCE, OLD_NAMES, PREPARING, PREPARING_STOP, READY, STOPPING, UP
from ..servers.release import release
from ..text import printable, several
from .management_servers import Server
from .replication import Server as Replicating
from .settings import connections
from .table import DATABASE

SHOWN = 5
ASYNC_JOB, VM_WORK, NETWORK_WORK = "async_job", "vm_work_job", "op_it_work"
CODES = {ASYNC_JOB: "jobs_orphaned", VM_WORK: "vm_work_orphaned", NETWORK_WORK: "work_orphaned"}
MEANINGS: t.Mapping[str, str] = {
    UP: "in service",
    DOWN: "stopped, or declared dead by another server",
    MAINTENANCE: "answers, but accepts no asynchronous jobs; a clean restart ends it",
    PREPARING: "finishes its jobs and moves its agents to other servers",
    **dict.fromkeys((PREPARING_STOP, *OLD_NAMES), "finishes its jobs and accepts no new ones"),
    READY: "has no jobs left and can be stopped",
    STOPPING: "ends when it has no jobs left",
}
LOST = "writes no heartbeat: it was killed, or does not reach the database"
AHEAD = -5  # seconds; each server writes its own time
LATE = 60  # seconds behind the primary
USED, FULL = 85, 95  # percent of max_connections
READS = 1_000_000  # of the buffer pool; before, a pool is still being filled
HITS = 99.0  # percent
ABORTED, ABORTED_SHARE = 10, 1.0  # at least so many, and percent of all attempts
SLOW, SLOW_RATE = 10, 6.0  # at least so many, and for each hour
WAITS, WAIT_TIME = 10, 1000  # at least so many, and milliseconds on average


@dataclass(frozen=True)
class Schema:
    """database: its name. version: the last complete one, "" where there is none. open: versions not completed."""

    database: str
    version: str = ""
    open: tuple[str, ...] = ()


@dataclass(frozen=True)
class Work:
    """A row that a server has to finish. kind: its table. msid: of that server. what: for people."""

    kind: str
    id: str
    msid: str
    what: str = ""


@dataclass(frozen=True)
class Table:
    database: str
    name: str
    size: int
    rows: int


@dataclass(frozen=True)
class Condition:
    """schemas: of the databases that have a table of versions. databases: all that the account sees.

    replication: None where the account may not see it. status, variables: the server's own.
    """

    version: str
    schemas: tuple[Schema, ...] = ()
    databases: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    work: tuple[Work, ...] = ()
    tables: tuple[Table, ...] = ()
    replication: t.Optional[Replicating] = None
    status: t.Mapping[str, str] = field(default_factory=dict)
    variables: t.Mapping[str, str] = field(default_factory=dict)
    denied: str = ""
    name: str = "cloud"

    @property
    def schema(self) -> Schema:
        return next((each for each in self.schemas if each.database == self.name), Schema(self.name))

    @property
    def orphans(self) -> tuple[Work, ...]:
        """Open work of servers that are not alive; what has no server yet is taken up by any."""
        alive = {server.msid for server in self.servers if server.alive}
        return tuple(each for each in self.work if each.msid and each.msid not in alive)

    def called(self, msid: str) -> str:
        found = [server for server in self.servers if server.msid == msid]
        return f"{called(found[0])}, {found[0].state}" if found else f"a server with msid {msid} that is not in mshost"


def called(server: Server) -> str:
    name = printable(server.name) or server.id
    return f"{name} ({printable(server.address)})" if server.address else name


def meaning(server: Server) -> str:
    """What a row of mshost says of its server."""
    if not server.alive and server.state.casefold() != DOWN.casefold():
        return LOST
    return MEANINGS.get(server.state, f"state {printable(server.state) or 'unknown'}")


def sizes(tables: t.Iterable[Table]) -> dict[str, int]:
    """Bytes of data and indexes by database, the biggest first."""
    found: dict[str, int] = {}
    for each in tables:
        found[each.database] = found.get(each.database, 0) + each.size
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def biggest(tables: t.Iterable[Table], most: int) -> list[Table]:
    return sorted(tables, key=lambda each: (-each.size, each.database, each.name))[:most]


@dataclass(frozen=True)
class Counters:
    """Of the database server since its start; times in milliseconds. None: it does not have the counter."""

    uptime: int = 0
    connected: int = 0
    most_connected: int = 0
    max_connections: int = 0
    refused_connections: int = 0
    attempts: int = 0
    aborted_connects: int = 0
    slow_queries: int = 0
    slow_query_log: bool = False
    pool_size: int = 0
    pool_requests: int = 0
    pool_hit: t.Optional[float] = None
    row_lock_waits: int = 0
    row_lock_waiting: int = 0
    row_lock_average: int = 0
    row_lock_longest: int = 0


def counters(status: t.Mapping[str, str], variables: t.Mapping[str, str]) -> Counters:
    """Names in small letters."""

    def of(name: str, held: t.Mapping[str, str] = status) -> int:
        text = held.get(name, "").strip()
        return int(text) if text.isascii() and text.isdecimal() else 0

    requests, reads = of("innodb_buffer_pool_read_requests"), of("innodb_buffer_pool_reads")
    return Counters(
        uptime=of("uptime"),
        connected=of("threads_connected"),
        most_connected=of("max_used_connections"),
        max_connections=of("max_connections", variables),
        refused_connections=of("connection_errors_max_connections"),
        attempts=of("connections"),
        aborted_connects=of("aborted_connects"),
        slow_queries=of("slow_queries"),
        slow_query_log=variables.get("slow_query_log", "").strip().casefold() in ("on", "1"),
        pool_size=of("innodb_buffer_pool_size", variables),
        pool_requests=requests,
        pool_hit=round(max(0.0, 100.0 - 100.0 * reads / requests), 2) if requests else None,
        row_lock_waits=of("innodb_row_lock_waits"),
        row_lock_waiting=of("innodb_row_lock_current_waits"),
        row_lock_average=of("innodb_row_lock_time_avg"),
        row_lock_longest=of("innodb_row_lock_time_max"),
    )


def judge(seen: Condition) -> t.Iterator[Verdict]:
    """Everything that is wrong, in no order."""
    yield from _schemas(seen)
    yield from _servers(seen)
    yield from _orphans(seen)
    yield from _replication(seen)
    yield from _counters(counters(seen.status, seen.variables), sum(server.alive for server in seen.servers))


def _schemas(seen: Condition) -> t.Iterator[Finding]:
    if not seen.schema.version:
        yield DATABASE.found("schema_missing", f"the table version of {seen.name} has no complete row")
    for each in seen.schemas:
        if each.open:
            evidence = f"{each.database}: {several([printable(text) for text in each.open], SHOWN)}"
            yield DATABASE.found("schema_interrupted", evidence, database=each.database)
    if "cloud_usage" not in seen.databases:
        yield DATABASE.found("usage_database_missing", "cloud_usage does not exist, or the account has no rights in it")
    wanted = release(seen.schema.version)
    for server in seen.servers:
        held = release(server.version)
        if server.alive and held and wanted and held != wanted:
            evidence = f"{called(server)} has {printable(server.version)}, the schema {seen.schema.version}"
            yield DATABASE.found("server_schema_differs", evidence, printable(server.name))


def _servers(seen: Condition) -> t.Iterator[Finding]:
    for server in seen.servers:
        who, name = called(server), printable(server.name)
        age = "unknown" if server.age is None else f"{server.age:.0f} s ago"
        if server.state.casefold() == DOWN.casefold():
            yield DATABASE.found("server_down", f"{who}, last heartbeat {age}", name)
        elif not server.alive:
            yield DATABASE.found("server_lost", f"{who} is {printable(server.state)}, last heartbeat {age}", name)
        elif server.state != UP:
            yield DATABASE.found("server_closed", f"{who}: {meaning(server)}", name)
        if server.age is not None and server.age < AHEAD:
            yield DATABASE.found("server_clock", f"{who}: {-server.age:.0f} s ahead of the database", name)
    addresses = [server.address for server in seen.servers if server.address]
    for address in sorted({each for each in addresses if addresses.count(each) > 1}):
        rows = [f"{server.id} ({printable(server.state)})" for server in seen.servers if server.address == address]
        yield DATABASE.found("address_twice", f"{printable(address)}: rows {several(rows, SHOWN)}")


def _orphans(seen: Condition) -> t.Iterator[Finding]:
    orphans = seen.orphans
    for kind, code in CODES.items():
        for msid in sorted({each.msid for each in orphans if each.kind == kind}):
            rows = [each for each in orphans if (each.kind, each.msid) == (kind, msid)]
            told = [f"{printable(each.id)} {printable(each.what)}".strip() for each in rows]
            evidence = f"{len(rows)} of {seen.called(msid)}: {several(told, SHOWN)}"
            yield DATABASE.found(code, evidence, msid=msid, rows=len(rows))


def _replication(seen: Condition) -> t.Iterator[Verdict]:
    if seen.replication is None:
        for code in ("replication_broken", "replication_late", "replica_writable"):
            yield Unseen(code, seen.denied or "the database server does not show the state of replication")
        return
    source = seen.replication.source
    if source is None:
        return
    where = f"from {source.host}:{source.port}"
    if not source.running or source.lag is None:
        told = (
            "; ".join(source.errors) or f"receiving {source.receiving}, applying {'Yes' if source.applying else 'No'}"
        )
        yield DATABASE.found("replication_broken", f"{where}: {told}")
    elif source.lag > LATE:
        yield DATABASE.found("replication_late", f"{where}: {source.lag} s behind", lag=source.lag)
    if not seen.replication.read_only:
        yield DATABASE.found("replica_writable", f"it replicates {where}, and read_only is off")


def _counters(held: Counters, alive: int) -> t.Iterator[Finding]:
    most, used = held.max_connections, f"of max_connections={held.max_connections}"
    if most and held.connected * 100 >= most * FULL:
        yield DATABASE.found("connections_full", f"{held.connected} {used} are open")
    elif held.refused_connections:
        yield DATABASE.found("connections_refused", f"{held.refused_connections} since its start, {used}")
    elif most and held.most_connected * 100 >= most * USED:
        yield DATABASE.found("connections_high", f"{held.most_connected} {used} were open at once")
    if most and alive and most < connections(alive, 0):
        needed = connections(alive, 0)
        yield DATABASE.found("connections_few", f"{most} for {alive} management servers, which open {needed}")
    if held.aborted_connects >= ABORTED and held.aborted_connects * 100 >= held.attempts * ABORTED_SHARE:
        yield DATABASE.found("aborted_connects", f"{held.aborted_connects} of {held.attempts} attempts")
    if held.pool_hit is not None and held.pool_requests >= READS and held.pool_hit < HITS:
        size = f"{held.pool_size >> 20} MiB"
        yield DATABASE.found("buffer_pool_small", f"{held.pool_hit:g} % of reads are answered from {size}")
    if held.row_lock_waits >= WAITS and held.row_lock_average >= WAIT_TIME:
        average = f"{held.row_lock_average / 1000:.1f} s on average"
        yield DATABASE.found("row_lock_waits", f"{held.row_lock_waits} waits of {average}")
    hours = held.uptime / 3600
    if held.slow_queries >= SLOW and held.slow_queries >= SLOW_RATE * hours:
        log = "" if held.slow_query_log else "; slow_query_log is off"
        yield DATABASE.found("slow_queries", f"{held.slow_queries} in {hours:.1f} h{log}")
