# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secrets of a new cloud, judged together: one that is found later leaves machines half installed."""

from __future__ import annotations

import typing as t

from ..database.set_up.characters import problems
from ..database.set_up.decide import Wanted
from ..errors import InvalidValue, Reason
from ..servers.admin import DEFAULT_PASSWORD, DEFAULT_USER, checked_password
from .model import Installation

VAULT = "set it, in Ansible Vault"
OWN = {"password": "management_server_database_password", "key": "management_server_key"}
OWN["database_key"] = "management_server_database_key"


def secrets(wanted: Installation) -> t.Iterator[Reason]:
    yield from _admin(wanted.admin_password)
    databases, management = "databases", "management_servers"
    if len(wanted.names(databases)) > 1 and not wanted.first(databases, "mysql_server_replication_password"):
        yield Reason("no_replication_password", "mysql_server_replication_password is not set for the replica", VAULT)
    given = wanted.first(databases, "mysql_server_admin_password") if wanted.names(databases) else ""
    if wanted.new and not (given or wanted.first(management, "management_server_database_admin_password")):
        yield Reason(
            "no_database_account",
            "no account can create the databases: mysql_server_admin_password is not set",
            f"{VAULT}; for an existing database server, set management_server_database_admin_user and "
            "management_server_database_admin_password",
        )
    if wanted.names(management):
        yield from _keys(wanted, management)


def _admin(password: str) -> t.Iterator[Reason]:
    if not password:
        yield Reason("no_admin_password", "install_admin_password is not set", VAULT)
        return
    try:
        checked_password(password, DEFAULT_PASSWORD, DEFAULT_USER)
    except InvalidValue as error:
        told = f"install_admin_password is not usable: expected {error.details['expected']}"
        yield Reason("admin_password", told, "use another password")


def _keys(wanted: Installation, management: str) -> t.Iterator[Reason]:
    values = {name: str(wanted.first(management, variable)) for name, variable in OWN.items()}
    for variable in OWN.values():
        held = {str(wanted.of(machine).get(variable) or "") for machine in wanted.names(management)}
        if len(held) > 1:
            yield Reason("secrets_differ", f"management servers have different values of {variable}", "use one for all")
    # The rest of what is asked for is judged by the role.
    asked = Wanted("localhost", 3306, "cloud", values["password"], values["key"], values["database_key"], "")
    for reason in problems(asked, wanted.new):
        yield Reason(reason.code, f"{reason.message} ({_named(reason.message)})", reason.remedy)


def _named(message: str) -> str:
    for words, name in (("database password", "password"), ("management key", "key"), ("database key", "database_key")):
        if words in message:
            return OWN[name]
    return ""
