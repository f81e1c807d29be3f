# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logins of hosts as CloudStack's record holds them, and why one cannot be changed there."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import Reason

HOSTS, CLUSTERS, VCENTERS = "host_details", "cluster_details", "vmware_data_center"


@dataclass(frozen=True)
class HostLogin:
    """The rows of one host in ``host_details``. usernames, rows: one each where the record is sound.

    table: another one for the login of a vCenter, of which clusters and zones have records too. password: as decrypted;
    None where it cannot be read. form: how it is stored. readable: whether the server reads it.
    """

    host_id: str
    usernames: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    password: t.Optional[str] = field(default=None, repr=False)
    form: str = ""
    readable: bool = True
    table: str = HOSTS

    def holds(self, password: str, encrypted: bool) -> bool:
        """Whether it is that password, stored as the server reads it."""
        return self.password == password and (self.readable if encrypted else True)


def problems(
    held: t.Optional[HostLogin], host: str, username: str, old: t.Optional[str], new: str
) -> t.Iterator[Reason]:
    """Why the record of a host cannot be changed from one password to another. host: its name for a person."""
    yield from _problems(held, f"host {host}", {"host": host}, username, old, new)


def vcenter_problems(
    held: t.Mapping[str, HostLogin], username: str, old: t.Optional[str], new: str
) -> t.Iterator[Reason]:
    """The same of the other records of a vCenter's login: of clusters, and of the datacenter of the zone."""
    for name, its in held.items():
        yield from _problems(its, name, {"place": name}, username, old, new)
    if not any(its.table == VCENTERS for its in held.values()):
        yield Reason(
            "vcenter_not_in_database",
            "the database has no VMware datacenter for the zone",
            "use the database of this server",
        )


def _problems(
    held: t.Optional[HostLogin],
    called: str,
    where: t.Mapping[str, object],
    username: str,
    old: t.Optional[str],
    new: str,
) -> t.Iterator[Reason]:
    if held is None:
        yield Reason("host_not_in_database", f"the database has no {called}", "use the database of this server", where)
        return
    if len(held.rows) != 1:
        yield Reason(
            "password_rows",
            f"{len(held.rows)} rows contain the password of {called}, instead of 1",
            f"correct its rows in {held.table}" + (", or remove and add the host" if held.table == HOSTS else ""),
            {**where, "rows": len(held.rows)},
        )
    if held.usernames != (username,):
        told = ", ".join(held.usernames) or "none"
        yield Reason(
            "username_differs",
            f"the record of {called} has the user {told}, not {username}",
            "use this user",
            {**where, "usernames": list(held.usernames)},
        )
    if old is not None and len(held.rows) == 1 and held.password not in (old, new):
        yield Reason(
            "record_differs",
            f"the record of {called} contains neither the old nor the new password",
            "use the recorded password, or change it through the API, which does not compare it",
            where,
        )
