# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication of one primary to its replicas: what state a server is in, and what makes it a replica or the primary.

Never two writers, and no server with transactions of its own is overwritten without consent.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import Reason
from ..text import several
from .gtid import Gtids, behind, errant, reached, read_gtids, text_of

REPLICA, PRIMARY, CLOSED = "replica", "primary", "closed"
NOTHING, START, POINT, COPY = "nothing", "start", "point", "copy"
MOST = 5
SYSTEM = frozenset(("mysql", "information_schema", "performance_schema", "sys"))


@dataclass(frozen=True)
class Source:
    """The server that a replica replicates from, as the replica tells it. lag: seconds, None where nobody knows."""

    host: str
    port: int
    receiving: str
    applying: bool
    lag: t.Optional[int]
    received: str = ""
    receive_error: str = ""
    apply_error: str = ""
    by_gtid: bool = True

    @property
    def running(self) -> bool:
        return self.receiving == "Yes" and self.applying

    @property
    def errors(self) -> tuple[str, ...]:
        return tuple(each for each in (self.receive_error, self.apply_error) if each)


@dataclass(frozen=True)
class Server:
    """What a server says of itself. position: what it has done; replicated: as a replica. state: of its binary log.

    databases: not the system's.

    unsafe: tables whose engine has no transactions. semi_sync: whether commits wait for a replica now.
    """

    version: str
    server_id: int
    read_only: bool
    binary_log: bool
    binlog_format: str
    position: str
    state: str
    replicated: str = ""
    source: t.Optional[Source] = None
    databases: tuple[str, ...] = ()
    unsafe: tuple[str, ...] = ()
    replicas: int = 0
    semi_sync: bool = False
    domain: int = 0

    @property
    def done(self) -> Gtids:
        return read_gtids(self.position)

    @property
    def known(self) -> Gtids:
        """All ids that the server tells of."""
        return self.done | read_gtids(self.state) | read_gtids(self.replicated)

    @property
    def writer(self) -> bool:
        return not self.read_only and self.source is None


@dataclass(frozen=True)
class Decision:
    """action: of NOTHING, START, POINT and COPY. reasons: why it must not be done. errant: the replica's own ids."""

    action: str
    reasons: tuple[Reason, ...] = ()
    errant: str = ""
    facts: t.Mapping[str, object] = field(default_factory=dict)


def main_version(version: str) -> tuple[int, ...]:
    numbers = version.split("-")[0].split(".")[:2]
    return tuple(int(each) for each in numbers if each.isdigit())


def between(here: Server, primary: Server) -> tuple[Reason, ...]:
    """Why two servers must not be made primary and replica, whatever is in them."""
    found: list[Reason] = []
    if here.server_id == primary.server_id:
        found.append(
            Reason("same_server_id", f"both servers have server_id {here.server_id}", "set a different number on each")
        )
    for name, server in (("the primary", primary), ("this server", here)):
        if not server.binary_log:
            found.append(Reason("binary_log_off", f"{name} has no binary log", "set log_bin, and restart it"))
        elif server.binlog_format.upper() != "ROW":
            found.append(
                Reason("binlog_format", f"{name} has binlog_format {server.binlog_format}", "set binlog_format to ROW")
            )
    if main_version(primary.version) > main_version(here.version):
        found.append(
            Reason(
                "replica_older",
                f"the primary has version {primary.version}, this server {here.version}",
                "upgrade the replica first",
            )
        )
    if primary.source is not None:
        found.append(
            Reason(
                "primary_is_replica",
                f"the server that is to be the primary replicates from {primary.source.host}:{primary.source.port}",
                "set mysql_server_primary to the real primary, or switch over with the playbook fail_over_database",
            )
        )
    elif primary.read_only:
        found.append(
            Reason(
                "primary_read_only",
                "the server that is to be the primary has read_only set",
                "it may have been switched off as primary: find out which server has the latest data",
            )
        )
    return tuple(found)


def decide_replica(
    here: Server, primary: Server, host: str, port: int, copying: bool = False, rebuild: bool = False
) -> Decision:
    """How this server becomes or stays a replica. ``here`` was read before ``primary``.

    copying: an earlier copy was begun and not ended. rebuild: consent to lose what only this server has.
    """
    reasons = list(between(here, primary))
    own = errant(here.known, primary.known)
    attached = here.source is not None and (here.source.host, here.source.port) == (host, port)
    if here.source is not None and not attached and not rebuild:
        reasons.append(
            Reason(
                "other_source",
                f"this server replicates from {here.source.host}:{here.source.port}, not from {host}:{port}",
                "switch over with the playbook fail_over_database, or allow a rebuild",
            )
        )
    action = _action(here, attached, copying)
    if rebuild and (own or (here.source is not None and (not attached or here.source.errors))):
        action = COPY
    if action == COPY and primary.unsafe:
        reasons.append(
            Reason(
                "no_transactions",
                f"tables of the primary have an engine without transactions: {several(primary.unsafe, MOST)}",
                "change them to InnoDB, so that the copy is of one moment",
            )
        )
    if not rebuild and not copying:
        reasons += _kept(here, own, action, attached)
    return Decision(action, tuple(reasons), text_of(own))


def _action(here: Server, attached: bool, copying: bool) -> str:
    if copying:
        return COPY
    if attached and here.source is not None:
        return NOTHING if here.source.running or here.source.errors else START
    return POINT if here.position and here.databases else COPY


def _kept(here: Server, own: Gtids, action: str, attached: bool) -> t.Iterator[Reason]:
    consent = "save what is needed from it, then allow a rebuild (mysql_server_rebuild: true)"
    if own and (here.databases or attached):
        yield Reason(
            "errant_transactions",
            f"this server has transactions that the primary does not have: {text_of(own)}",
            consent,
            {"errant": text_of(own)},
        )
    elif attached and here.source is not None and here.source.errors:
        yield Reason(
            "replication_broken",
            f"replication has stopped: {'; '.join(here.source.errors)}",
            "repair the cause and start replication, or allow a rebuild (mysql_server_rebuild: true)",
        )
    elif action == COPY and here.databases:
        yield Reason(
            "data_without_position",
            f"this server has databases ({several(here.databases, MOST)}) and no position of the primary",
            consent,
            {"databases": list(here.databases)},
        )


def decide_primary(here: Server, proof: str = "", lose: bool = False) -> tuple[str, tuple[Reason, ...]]:
    """Whether a server may become the writer. proof: the old primary's last position; lose: go on without one.

    The action is NOTHING for a server that is the writer already.
    """
    if here.writer:
        return NOTHING, ()
    reasons: list[Reason] = []
    if not proof and not lose and here.source is not None:
        reasons.append(
            Reason(
                "no_proof",
                "the last transaction of the old primary is not known",
                "switch over while it runs, or accept that transactions may be lost",
            )
        )
    if here.source is not None and here.source.apply_error:
        reasons.append(
            Reason(
                "replication_broken",
                f"this server stopped applying transactions: {here.source.apply_error}",
                "repair replication first",
            )
        )
    return START, tuple(reasons)


def caught_up(here: Server, proof: str) -> bool:
    return reached(here.done, read_gtids(proof))


def lacks(here: Server, ahead: str) -> int:
    return behind(here.done, read_gtids(ahead))
