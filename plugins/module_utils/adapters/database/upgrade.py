# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the database of a CloudStack says for an upgrade. Tables and columns that a release does not have are left out.

Tables are those of the database that a 4.22 server made (facts 12).
"""

from __future__ import annotations

import re
import typing as t

from ...core.database import forms
from ...core.errors import DatabaseError
from ...core.upgrade.facts import Agent, Database, Job, Kind, Store, SystemTemplate, SystemVm
from . import encryption
from .client import Client
from .properties import DatabaseAccess
from .reading import Reading, text_of

DENIED = frozenset((1142, 1143, 1227))
ROUTER, SYSTEM = "DomainRouter", ("ConsoleProxy", "SecondaryStorageVm", "DomainRouter")
ON = re.compile(r"GRANT (.+) ON (?:TABLE )?(`(?:[^`]|``)+`|\*)\.\* TO ", re.IGNORECASE)
VARIABLES = ("max_connections", "sql_mode", "log_bin", "log_bin_trust_function_creators", "version")


def read(access: DatabaseAccess) -> Database:
    """Everything at one moment. Raises DatabaseError, AccessDenied, TransportError, MissingLibrary."""
    client = Client(access)
    try:
        return _Reader(client, access).all()
    finally:
        client.close()


class _Reader(Reading):
    def __init__(self, client: Client, access: DatabaseAccess) -> None:
        super().__init__(client)
        self._name, self._access = access.name, access

    def all(self) -> Database:
        version = self._client.rows("SELECT version FROM version WHERE step = 'Complete' ORDER BY id DESC LIMIT 1")
        return Database(
            version=text_of(version[0][0]) if version else "",
            interrupted=self.texts("SELECT version FROM version WHERE step <> 'Complete' ORDER BY id"),
            servers=self.servers(),
            jobs=self._jobs(),
            agents=self._agents(),
            kinds=self._kinds(),
            templates=self._templates(),
            stores=self._stores(),
            system_vms=self._system_vms(),
            local_paths=tuple(
                (text_of(name), text_of(path))
                for name, path in self.rows(
                    "SELECT name, path FROM storage_pool WHERE pool_type = 'Filesystem' AND removed IS NULL ORDER BY id"
                )
            ),
            sizes=self._sizes(),
            variables=self._variables(),
            grants=self._grants(),
            settings={
                text_of(name): text_of(value)
                for name, value in self.rows(
                    "SELECT name, value FROM configuration WHERE name LIKE %s OR name = 'minreq.sysvmtemplate.version'",
                    "router.template.%",
                )
            },
            unknown_settings=self.texts(
                "SELECT name FROM configuration WHERE updated IS NULL AND value IS NOT NULL "
                "AND category NOT IN ('Hidden', 'Secure') AND value <> default_value ORDER BY name"
            ),
            locked=bool(self.rows("SELECT 1 FROM DUAL WHERE IS_USED_LOCK('DatabaseUpgrade') IS NOT NULL")),
            encryptor=self._encryptor(),
        )

    def _jobs(self) -> tuple[Job, ...]:
        told = "SELECT id, job_cmd, {} FROM async_job WHERE job_status = 0 AND removed IS NULL {} ORDER BY id"
        found = self.rows(
            told.format(
                "COALESCE(job_executing_msid, job_init_msid)",
                "AND (job_dispatcher IS NULL OR job_dispatcher <> 'pseudoJobDispatcher')",
            ),
            instead=told.format("job_init_msid", ""),
        )
        return tuple(Job(text_of(id), text_of(command), text_of(msid)) for id, command, msid in found)

    def _agents(self) -> tuple[Agent, ...]:
        found = self.rows(
            "SELECT name, status, resource_state, version, hypervisor_type, hypervisor_version FROM host "
            "WHERE removed IS NULL AND type = 'Routing' ORDER BY id"
        )
        return tuple(Agent(*(text_of(value) for value in row)) for row in found)

    def _kinds(self) -> tuple[Kind, ...]:
        told = (
            "SELECT DISTINCT z.name, c.hypervisor_type, {} FROM cluster c "
            "JOIN data_center z ON z.id = c.data_center_id "
            "WHERE c.removed IS NULL AND z.removed IS NULL AND c.hypervisor_type <> 'External'"
        )
        found = self.rows(told.format("c.arch"), instead=told.format("''"))
        return tuple(Kind(*(text_of(value) for value in row)) for row in found)

    def _templates(self) -> tuple[SystemTemplate, ...]:
        """A store of the region serves every zone; a copy is ready by its state and its download."""
        told = (
            "SELECT id, name, hypervisor_type, {} FROM vm_template "
            "WHERE type = 'SYSTEM' AND removed IS NULL ORDER BY id"
        )
        ready: dict[str, list[str]] = {}
        places = self.rows(
            "SELECT r.template_id, z.name FROM template_store_ref r JOIN image_store s ON s.id = r.store_id "
            "JOIN data_center z ON s.data_center_id IS NULL OR z.id = s.data_center_id "
            "WHERE r.state = 'Ready' AND COALESCE(r.download_state, 'DOWNLOADED') IN ('DOWNLOADED', 'BYPASSED') "
            "AND COALESCE(r.destroyed, 0) = 0 AND s.removed IS NULL AND z.removed IS NULL"
        )
        for template, zone in places:
            ready.setdefault(text_of(template), []).append(text_of(zone))
        return tuple(
            SystemTemplate(text_of(name), text_of(kind), text_of(arch), tuple(sorted(set(ready.get(text_of(id), ())))))
            for id, name, kind, arch in self.rows(told.format("arch"), instead=told.format("''"))
        )

    def _stores(self) -> tuple[Store, ...]:
        told = (
            "SELECT s.name, z.name, s.protocol, {} FROM image_store s "
            "LEFT JOIN data_center z ON z.id = s.data_center_id "
            "WHERE s.removed IS NULL AND s.role = 'Image' ORDER BY s.id"
        )
        found = self.rows(told.format("s.readonly, s.total_size, s.used_bytes"), instead=told.format("0, NULL, NULL"))
        return tuple(
            Store(
                text_of(name),
                text_of(zone),
                text_of(protocol),
                bool(readonly),
                int(total) - int(used or 0) if total else None,
            )
            for name, zone, protocol, readonly, total, used in found
        )

    def _system_vms(self) -> tuple[SystemVm, ...]:
        marks = ", ".join(["%s"] * len(SYSTEM))
        told = (
            "SELECT v.instance_name, v.type, v.state, r.template_version, {} FROM vm_instance v "
            "LEFT JOIN domain_router r ON r.id = v.id {} "
            f"WHERE v.removed IS NULL AND v.type IN ({marks}) ORDER BY v.id"
        )
        found = self.rows(
            told.format("o.ram_size", "LEFT JOIN service_offering o ON o.id = v.service_offering_id"),
            *SYSTEM,
            instead=told.format("NULL", ""),
        )
        return tuple(
            SystemVm(
                text_of(name), text_of(kind), text_of(state), text_of(version), None if memory is None else int(memory)
            )
            for name, kind, state, version, memory in found
        )

    def _sizes(self) -> dict[str, int]:
        found = self.rows(
            "SELECT table_schema, SUM(COALESCE(data_length, 0) + COALESCE(index_length, 0)) "
            "FROM information_schema.tables WHERE table_schema IN (%s, 'cloud_usage') GROUP BY 1",
            self._name,
        )
        return {text_of(schema): int(size or 0) for schema, size in found}

    def _variables(self) -> dict[str, str]:
        marks = ", ".join(["%s"] * len(VARIABLES))
        found = self.rows(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({marks})", *VARIABLES)
        return {text_of(name): text_of(value) for name, value in found}

    def _grants(self) -> dict[str, frozenset[str]]:
        try:
            found = [text_of(row[0]) for row in self._client.rows("SHOW GRANTS")]
        except DatabaseError as error:
            if error.number not in DENIED:
                raise
            return {}
        return grants(found)

    def _encryptor(self) -> str:
        """The version of the setting ``init``, which the server decrypts first; "" where that says nothing."""
        for (value,) in self.rows("SELECT value FROM configuration WHERE name = 'init'"):
            if value and self._access.key:
                form, text = encryption.read(text_of(value), self._access.key)
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
