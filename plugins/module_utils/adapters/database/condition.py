# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what cs_database_info shows: CloudStack's own rows, and what the database server tells of itself.

Tables are those of the database that a 4.22 server made; vm_work_job and op_it_work are in the schema since 4.3.
"""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import replace

from ...core.database.check import ASYNC_JOB, NETWORK_WORK, VM_WORK, Condition, Schema, Table, Work
from ...core.database.replication import SYSTEM
from ...core.database.replication import Server as Replicating
from ...core.errors import AccessDenied, DatabaseError, Unreadable
from .client import Client
from .properties import DatabaseAccess
from .reading import Reading, text_of
from .server import MariaDbServer

USAGE = "cloud_usage"
_JOBS = (
    "SELECT j.id, j.job_cmd, {msid}, {work}, {vm} FROM async_job j {join} WHERE j.job_status = 0 AND j.removed IS NULL "
    "{but} ORDER BY j.id"
)


def read_condition(access: DatabaseAccess) -> Condition:
    """Raises DatabaseError, AccessDenied, TransportError, MissingLibrary."""
    its = access if access.name else replace(access, name="cloud")
    with contextlib.closing(Client(its)) as client:
        found = _Reader(client, its.name).all()
        client.end_reading()
    return found


class _Reader(Reading):
    def __init__(self, client: Client, name: str) -> None:
        super().__init__(client)
        self._server, self._name = MariaDbServer(client), name

    def all(self) -> Condition:
        variables, _fixed = self._server.variables()
        databases = tuple(sorted(text_of(name) for (name,) in self.rows("SHOW DATABASES")))
        replication, denied = self._replication()
        return Condition(
            version=variables.get("version", ""),
            schemas=tuple(self._schemas(databases)),
            databases=databases,
            servers=self.servers(),
            work=(*self._jobs(), *self._network_work()),
            tables=self._tables(),
            replication=replication,
            status=self._server.status(),
            variables=variables,
            denied=denied,
            name=self._name,
        )

    def _schemas(self, databases: t.Collection[str]) -> t.Iterator[Schema]:
        for database in (self._name, USAGE):
            table = "`{}`.version".format(database.replace("`", "``"))
            if database not in databases:
                continue
            found = self.rows(f"SELECT version, step FROM {table} ORDER BY id")
            complete = [text_of(version) for version, step in found if text_of(step) == "Complete"]
            if found or database == self._name:
                still = tuple(text_of(version) for version, step in found if text_of(step) != "Complete")
                yield Schema(database, complete[-1] if complete else "", still)

    def _replication(self) -> tuple[t.Optional[Replicating], str]:
        """None with the reason where the account may not see it, or the server has other words for it."""
        try:
            return self._server.replication(), ""
        except AccessDenied:
            return None, "the account does not have the privilege REPLICA MONITOR (SLAVE MONITOR)"
        except (DatabaseError, Unreadable) as error:
            return None, error.message

    def _jobs(self) -> t.Iterator[Work]:
        """Without pseudo jobs, which stand for other work. A job on a VM is the work of that VM, and no job beside."""
        told = _JOBS.format(
            msid="COALESCE(j.job_executing_msid, j.job_init_msid)",
            work="w.step",
            vm="w.vm_instance_id",
            join="LEFT JOIN vm_work_job w ON w.id = j.id",
            but="AND (j.job_dispatcher IS NULL OR j.job_dispatcher <> 'pseudoJobDispatcher')",
        )
        older = _JOBS.format(msid="j.job_init_msid", work="NULL", vm="NULL", join="", but="")
        for id, command, msid, step, vm in self.rows(told, instead=older):
            # Of "org.apache.cloudstack.api.command.user.vm.StartVMCmd" the end tells.
            what = text_of(command).rpartition(".")[2]
            if step is None:
                yield Work(ASYNC_JOB, text_of(id), text_of(msid), what)
            else:
                yield Work(VM_WORK, text_of(id), text_of(msid), f"{what} (VM {text_of(vm)}, {text_of(step)})")

    def _network_work(self) -> t.Iterator[Work]:
        """A reservation of a network or of a VM's resources; a finished one is Done."""
        for id, kind, step, msid, vm in self.rows(
            "SELECT id, type, step, mgmt_server_id, instance_id FROM op_it_work WHERE step <> 'Done' "
            "ORDER BY created_at"
        ):
            yield Work(NETWORK_WORK, text_of(id), text_of(msid), f"{text_of(kind)} (VM {text_of(vm)}, {text_of(step)})")

    def _tables(self) -> tuple[Table, ...]:
        marks = ", ".join(["%s"] * len(SYSTEM))
        found = self.rows(
            "SELECT table_schema, table_name, COALESCE(data_length, 0) + COALESCE(index_length, 0), "
            "COALESCE(table_rows, 0) FROM information_schema.tables WHERE table_type = 'BASE TABLE' "
            f"AND table_schema NOT IN ({marks})",
            *sorted(SYSTEM),
        )
        return tuple(
            Table(text_of(database), text_of(name), int(size), int(rows)) for database, name, size, rows in found
        )
