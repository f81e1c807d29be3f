# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Database`` of host_passwords on CloudStack's own tables; tells how secrets are stored there.

Source: the tables that a server of version 4.22 makes (host, host_details, configuration), and 4.11's.
"""

from __future__ import annotations

import typing as t

from ...core.database.forms import UNREADABLE, VERSIONS
from ...core.database.stored_secrets import PLACES, Encrypting, Place, Stored
from ...core.errors import NotAsRead, Reason, Refused
from ...core.host_passwords.logins import CLUSTERS, HOSTS, VCENTERS, HostLogin, problems, vcenter_problems
from . import encryption
from .client import Client
from .properties import DatabaseAccess

_LOGINS = (
    "SELECT h.`uuid`, d.`id`, d.`name`, d.`value` FROM `host` h LEFT JOIN `host_details` d ON d.`host_id` = h.`id` "
    "AND d.`name` IN ('username', 'password') WHERE h.`removed` IS NULL AND h.`uuid` IN ({}) ORDER BY d.`id`"
)

# Of the clusters of hosts, and of the VMware datacenter of their zones: the server has the vCenter's login there too.
_CLUSTER_LOGINS = (
    "SELECT CONCAT('cluster ', c.`name`), d.`id`, d.`name`, d.`value` FROM `cluster` c "
    "LEFT JOIN `cluster_details` d ON d.`cluster_id` = c.`id` AND d.`name` IN ('username', 'password') "
    "WHERE c.`id` IN (SELECT h.`cluster_id` FROM `host` h WHERE h.`removed` IS NULL AND h.`uuid` IN ({})) "
    "ORDER BY d.`id`"
)
_VCENTER_LOGINS = (
    "SELECT CONCAT('VMware datacenter ', v.`name`), v.`id`, v.`username`, v.`password` FROM `vmware_data_center` v "
    "JOIN `vmware_data_center_zone_map` m ON m.`vmware_data_center_id` = v.`id` WHERE m.`zone_id` IN "
    "(SELECT h.`data_center_id` FROM `host` h WHERE h.`removed` IS NULL AND h.`uuid` IN ({})) ORDER BY v.`id`"
)
_UPDATES: t.Mapping[str, str] = {
    HOSTS: "UPDATE `host_details` SET `value` = %s WHERE `id` = %s AND `name` = 'password'",
    CLUSTERS: "UPDATE `cluster_details` SET `value` = %s WHERE `id` = %s AND `name` = 'password'",
    VCENTERS: "UPDATE `vmware_data_center` SET `password` = %s WHERE `id` = %s",
}


def open_database(access: DatabaseAccess) -> CloudDatabase:
    """Nothing is sent yet. Raises MissingLibrary."""
    return CloudDatabase(Client(access), access.key, access.version)


class CloudDatabase:
    """key: the database key, "" where nothing is encrypted. version: "" to go by what the database holds."""

    def __init__(self, client: Client, key: str, version: str) -> None:
        self._client = client
        self._key, self._version = key, version
        self._encrypting: t.Optional[Encrypting] = None

    def encrypting(self) -> Encrypting:
        if self._encrypting is None:
            self._encrypting = self._proved()
        return self._encrypting

    def stored(self) -> t.Sequence[Stored]:
        """Every value that is a secret, without it; columns that this version does not have are left out."""
        self.encrypting()
        held = self._columns()
        found: list[Stored] = []
        for place in PLACES:
            if {place.column, place.id, *([place.label] if place.label else [])} <= held.get(place.table, frozenset()):
                found += self._stored_in(place)
        self._client.end_reading()
        return found

    def logins(self, host_ids: t.Sequence[str]) -> t.Mapping[str, HostLogin]:
        self.encrypting()
        found = self._logins(host_ids)
        self._client.end_reading()
        return found

    def vcenter_logins(self, host_ids: t.Sequence[str]) -> t.Mapping[str, HostLogin]:
        self.encrypting()
        found = self._vcenter_logins(host_ids)
        self._client.end_reading()
        return found

    def write_logins(
        self, host_ids: t.Sequence[str], username: str, old: t.Optional[str], new: str, vcenter: bool = False
    ) -> None:
        encrypting = self.encrypting()
        with self._client.transaction():
            held = self._logins(host_ids, lock=True)
            reasons = [
                each for host_id in host_ids for each in problems(held.get(host_id), host_id, username, old, new)
            ]
            others = self._vcenter_logins(host_ids, lock=True) if vcenter else {}
            reasons += vcenter_problems(others, username, old, new) if vcenter else ()
            if reasons:
                raise Refused("the record of hosts' passwords", reasons)
            for name, its in {**held, **others}.items():
                if its.holds(new, encrypting.enabled):
                    continue
                value = encryption.encrypt(encrypting.version, self._key, new) if encrypting.enabled else new
                changed = self._client.change(_UPDATES[its.table], value, its.rows[0])
                if changed != 1:
                    raise Refused("the record of hosts' passwords", [_one_row(name, changed)])
            written = {
                **self._logins(host_ids, lock=True),
                **(self._vcenter_logins(host_ids, lock=True) if vcenter else {}),
            }
            wrong = [name for name, its in written.items() if not its.holds(new, encrypting.enabled)]
            if wrong:
                raise NotAsRead("the password of hosts in the database", dict.fromkeys(wrong, "another value"))

    def close(self) -> None:
        self._client.close()

    def _proved(self) -> Encrypting:
        """The server decrypts the setting ``init`` at its start; what does not decrypt it is no key of this database.

        Without that row, another setting that is encrypted shows it.
        """
        if not self._key:
            return Encrypting(False)
        found = self._client.rows(
            "SELECT `value` FROM `configuration` WHERE `category` IN ('Hidden', 'Secure') AND `value` IS NOT NULL "
            "AND `value` <> '' ORDER BY (`name` = 'init') DESC LIMIT 20"
        )
        self._client.end_reading()
        versions = (self._version,) if self._version else VERSIONS[::-1]
        forms = [encryption.read(_text(value), self._key, versions)[0] for (value,) in found]
        readable = [form for form in forms if form in VERSIONS]
        if UNREADABLE in forms and not readable:
            raise Refused(
                f"the {self._client.where}",
                [
                    Reason(
                        "database_key",
                        "the database key"
                        + (f" with version {self._version}" if self._version else "")
                        + " does not decrypt the settings that the server keeps encrypted",
                        "use the database key, which is not the management key, and the server's encryptor version",
                    )
                ],
            )
        return Encrypting(True, self._version or (readable[0] if readable else VERSIONS[-1]))

    def _columns(self) -> dict[str, frozenset[str]]:
        """Columns of the tables that there are."""
        found: dict[str, set[str]] = {}
        rows = self._client.rows(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
        )
        for table, column in rows:
            found.setdefault(_text(table), set()).add(_text(column))
        return {table: frozenset(columns) for table, columns in found.items()}

    def _stored_in(self, place: Place) -> t.Iterator[Stored]:
        label = f"`{place.label}`" if place.label else "''"
        conditions = [place.where] if place.where else []
        if place.names:
            conditions.append(f"`name` IN ({_marks(place.names)})")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        # All that is put together here is of the table of places, never of a task or an answer.
        statement = f"SELECT `{place.id}`, {label}, `{place.column}` FROM `{place.table}`{where} ORDER BY 1"
        for id, its_label, value in self._client.rows(statement, *place.names):
            secret = _in_url(_text(value)) if place.in_url else _text(value)
            form = encryption.read(secret, self._key)[0]
            yield Stored(place, _text(id), _text(its_label), form)

    def _logins(self, host_ids: t.Sequence[str], lock: bool = False) -> dict[str, HostLogin]:
        if not host_ids:
            return {}
        return self._details(_LOGINS, HOSTS, host_ids, lock)

    def _vcenter_logins(self, host_ids: t.Sequence[str], lock: bool = False) -> dict[str, HostLogin]:
        if not host_ids:
            return {}
        found = self._details(_CLUSTER_LOGINS, CLUSTERS, host_ids, lock)
        statement = _VCENTER_LOGINS.format(_marks(host_ids)) + (" FOR UPDATE" if lock else "")
        for name, id, username, password in self._client.rows(statement, *host_ids):
            held = [(_text(id), _text(password))]
            found[_text(name)] = self._login(_text(name), [_text(username)], held, VCENTERS)
        return found

    def _details(self, select: str, table: str, host_ids: t.Sequence[str], lock: bool) -> dict[str, HostLogin]:
        statement = select.format(_marks(host_ids)) + (" FOR UPDATE" if lock else "")
        names: dict[str, list[str]] = {}
        rows: dict[str, list[tuple[str, str]]] = {}
        for owner, id, name, value in self._client.rows(statement, *host_ids):
            host = _text(owner)
            names.setdefault(host, [])
            rows.setdefault(host, [])
            if name == "username":
                names[host].append(_text(value))
            elif name == "password":
                rows[host].append((_text(id), _text(value)))
        return {host: self._login(host, names[host], held, table) for host, held in rows.items()}

    def _login(self, host: str, names: t.Sequence[str], held: t.Sequence[tuple[str, str]], table: str) -> HostLogin:
        ids = tuple(id for id, _value in held)
        form, password = encryption.read(held[0][1], self._key) if len(held) == 1 else ("", None)
        wanted = self.encrypting().version
        readable = not wanted or form == wanted
        return HostLogin(host, tuple(names), ids, password, form, readable, table)


def _one_row(host_id: str, changed: int) -> Reason:
    return Reason(
        "row_changed",
        f"{changed} rows of {host_id} were changed instead of 1",
        "run the task again",
        {"host": host_id},
    )


def _marks(values: t.Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _text(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return "" if value is None else str(value)


def _in_url(url: str) -> str:
    """Parts as the server takes them: by "&" alone; the first may follow a "?"."""
    for part in url.replace("?", "&").split("&"):
        if part.startswith("password="):
            return part[len("password=") :]
    return ""
