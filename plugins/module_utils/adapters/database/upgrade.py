# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the database of a CloudStack says for an upgrade. Tables and columns that a release does not have are left out.

Tables are those of the database that a 4.22 server made (facts 12).
"""

from __future__ import annotations

import re
import typing as t

from ...core.errors import DatabaseError
from ...core.servers import forms
from ...core.servers.upgrade.facts import (
    Agent,
    Database,
    Job,
    Kind,
    Server,
    Store,
    SystemTemplate,
    SystemVm,
)
from . import encryption
from .client import Client
from .properties import DatabaseAccess

NOT_THERE = frozenset((1054, 1146))  # a column, a table
DENIED = frozenset((1142, 1143, 1227))
ROUTER, SYSTEM = "DomainRouter", ("ConsoleProxy", "SecondaryStorageVm", "DomainRouter")
ON = re.compile(r"GRANT (.+) ON (?:TABLE )?(`(?:[^`]|``)+`|\*)\.\* TO ", re.IGNORECASE)
VARIABLES = ("max_connections", "sql_mode", "log_bin", "log_bin_trust_function_creators", "version")
Row = tuple[t.Any, ...]


def read(access: DatabaseAccess) -> Database:
    """Everything at one moment. Raises DatabaseError, AccessDenied, TransportError, MissingLibrary."""
    client = Client(access)
    try:
        return _Reader(client, access).all()
    finally:
        client.close()


class _Reader:
    def __init__(self, client: Client, access: DatabaseAccess) -> None:
        self._client, self._name, self._access = client, access.name, access

    def all(self) -> Database:
        version = self._client.rows("SELECT version FROM version WHERE step = 'Complete' ORDER BY id DESC LIMIT 1")
        return Database(
            version=_text(version[0][0]) if version else "",
            interrupted=self._texts("SELECT version FROM version WHERE step <> 'Complete' ORDER BY id"),
            servers=self._servers(),
            jobs=self._jobs(),
            agents=self._agents(),
            kinds=self._kinds(),
            templates=self._templates(),
            stores=self._stores(),
            system_vms=self._system_vms(),
            local_paths=tuple(
                (_text(name), _text(path))
                for name, path in self._rows(
                    "SELECT name, path FROM storage_pool WHERE pool_type = 'Filesystem' AND removed IS NULL ORDER BY id"
                )
            ),
            sizes=self._sizes(),
            variables=self._variables(),
            grants=self._grants(),
            unknown_settings=self._texts(
                "SELECT name FROM configuration WHERE updated IS NULL AND value IS NOT NULL "
                "AND category NOT IN ('Hidden', 'Secure') AND value <> default_value ORDER BY name"
            ),
            locked=bool(self._rows("SELECT 1 FROM op_lock WHERE `key` LIKE '%%DatabaseUpgrade%%'")),
            encryptor=self._encryptor(),
        )

    def _rows(self, statement: str, *values: object, instead: str = "") -> t.Sequence[Row]:
        """None of a table or column that is not there; ``instead``: what an older release has."""
        try:
            return self._client.rows(statement, *values)
        except DatabaseError as error:
            if error.number not in NOT_THERE:
                raise
        return self._rows(instead, *values) if instead else ()

    def _texts(self, statement: str) -> tuple[str, ...]:
        return tuple(_text(row[0]) for row in self._rows(statement))

    def _servers(self) -> tuple[Server, ...]:
        found = self._rows(
            "SELECT id, name, service_ip, state, version, TIMESTAMPDIFF(SECOND, last_update, UTC_TIMESTAMP()), msid "
            "FROM mshost WHERE removed IS NULL ORDER BY id"
        )
        return tuple(
            Server(
                _text(id),
                _text(name),
                _text(address),
                _text(state),
                _text(version),
                None if age is None else float(age),
                _text(msid),
            )
            for id, name, address, state, version, age, msid in found
        )

    def _jobs(self) -> tuple[Job, ...]:
        told = "SELECT id, job_cmd, {} FROM async_job WHERE job_status = 0 AND removed IS NULL {} ORDER BY id"
        found = self._rows(
            told.format(
                "COALESCE(job_executing_msid, job_init_msid)",
                "AND (job_dispatcher IS NULL OR job_dispatcher <> 'pseudoJobDispatcher')",
            ),
            instead=told.format("job_init_msid", ""),
        )
        return tuple(Job(_text(id), _text(command), _text(msid)) for id, command, msid in found)

    def _agents(self) -> tuple[Agent, ...]:
        found = self._rows(
            "SELECT name, status, resource_state, version, hypervisor_type, hypervisor_version FROM host "
            "WHERE removed IS NULL AND type = 'Routing' ORDER BY id"
        )
        return tuple(Agent(*(_text(value) for value in row)) for row in found)

    def _kinds(self) -> tuple[Kind, ...]:
        told = (
            "SELECT DISTINCT z.name, c.hypervisor_type, {} FROM cluster c "
            "JOIN data_center z ON z.id = c.data_center_id "
            "WHERE c.removed IS NULL AND z.removed IS NULL AND c.hypervisor_type <> 'External'"
        )
        found = self._rows(told.format("c.arch"), instead=told.format("''"))
        return tuple(Kind(*(_text(value) for value in row)) for row in found)

    def _templates(self) -> tuple[SystemTemplate, ...]:
        """A store of the region serves every zone; a copy is ready by its state and its download."""
        told = (
            "SELECT id, name, hypervisor_type, {} FROM vm_template "
            "WHERE type = 'SYSTEM' AND removed IS NULL ORDER BY id"
        )
        ready: dict[str, list[str]] = {}
        places = self._rows(
            "SELECT r.template_id, z.name FROM template_store_ref r JOIN image_store s ON s.id = r.store_id "
            "JOIN data_center z ON s.data_center_id IS NULL OR z.id = s.data_center_id "
            "WHERE r.state = 'Ready' AND COALESCE(r.download_state, 'DOWNLOADED') IN ('DOWNLOADED', 'BYPASSED') "
            "AND COALESCE(r.destroyed, 0) = 0 AND s.removed IS NULL AND z.removed IS NULL"
        )
        for template, zone in places:
            ready.setdefault(_text(template), []).append(_text(zone))
        return tuple(
            SystemTemplate(_text(name), _text(kind), _text(arch), tuple(sorted(set(ready.get(_text(id), ())))))
            for id, name, kind, arch in self._rows(told.format("arch"), instead=told.format("''"))
        )

    def _stores(self) -> tuple[Store, ...]:
        told = (
            "SELECT s.name, z.name, s.protocol, {} FROM image_store s "
            "LEFT JOIN data_center z ON z.id = s.data_center_id "
            "WHERE s.removed IS NULL AND s.role = 'Image' ORDER BY s.id"
        )
        found = self._rows(told.format("s.readonly, s.total_size, s.used_bytes"), instead=told.format("0, NULL, NULL"))
        return tuple(
            Store(
                _text(name),
                _text(zone),
                _text(protocol),
                bool(readonly),
                int(total) - int(used or 0) if total else None,
            )
            for name, zone, protocol, readonly, total, used in found
        )

    def _system_vms(self) -> tuple[SystemVm, ...]:
        marks = ", ".join(["%s"] * len(SYSTEM))
        found = self._rows(
            "SELECT v.instance_name, v.type, v.state, r.template_version FROM vm_instance v "
            f"LEFT JOIN domain_router r ON r.id = v.id WHERE v.removed IS NULL AND v.type IN ({marks}) ORDER BY v.id",
            *SYSTEM,
        )
        return tuple(SystemVm(*(_text(value) for value in row)) for row in found)

    def _sizes(self) -> dict[str, int]:
        found = self._rows(
            "SELECT table_schema, SUM(COALESCE(data_length, 0) + COALESCE(index_length, 0)) "
            "FROM information_schema.tables WHERE table_schema IN (%s, 'cloud_usage') GROUP BY 1",
            self._name,
        )
        return {_text(schema): int(size or 0) for schema, size in found}

    def _variables(self) -> dict[str, str]:
        marks = ", ".join(["%s"] * len(VARIABLES))
        found = self._rows(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({marks})", *VARIABLES)
        return {_text(name): _text(value) for name, value in found}

    def _grants(self) -> dict[str, frozenset[str]]:
        try:
            found = [_text(row[0]) for row in self._client.rows("SHOW GRANTS")]
        except DatabaseError as error:
            if error.number not in DENIED:
                raise
            return {}
        return grants(found)

    def _encryptor(self) -> str:
        """The version of the setting ``init``, which the server decrypts first; "" where that says nothing."""
        for (value,) in self._rows("SELECT value FROM configuration WHERE name = 'init'"):
            if value and self._access.key:
                form, text = encryption.read(_text(value), self._access.key)
                return form if text is not None and form in forms.VERSIONS else ""
        return ""


def grants(lines: t.Iterable[str]) -> dict[str, frozenset[str]]:
    """Privileges by schema, of lines of SHOW GRANTS; wildcards of a schema's name are escaped there."""
    found: dict[str, set[str]] = {}
    for line in lines:
        match = ON.match(line)
        if not match:
            continue
        what, schema = match.groups()
        name = schema.strip("`").replace("``", "`").replace("\\_", "_").replace("\\%", "%")
        words = {word.strip().upper() for word in what.split(",")}
        found.setdefault(name, set()).update("ALL PRIVILEGES" if word == "ALL" else word for word in words)
    return {name: frozenset(words) for name, words in found.items()}


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)
