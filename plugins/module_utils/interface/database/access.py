# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a task reaches CloudStack's database: the option ``database``, or the server's own db.properties."""

from __future__ import annotations

import typing as t

from ...adapters.database.encryption import checked_key
from ...adapters.database.gateway import CloudDatabase, open_database
from ...adapters.database.properties import DatabaseAccess, from_properties
from ...core.database.forms import VERSIONS
from ..fields import Params, Spec, environment, exact, port, seconds

OPTIONS: Spec = {
    "properties": {"type": "path"},
    "key_file": {"type": "path"},
    "management_key": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUD_SECRET_KEY"])},
    "host": {"type": "str"},
    "port": {"type": "int"},
    "unix_socket": {"type": "path"},
    "user": {"type": "str"},
    "password": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUDSTACK_DATABASE_PASSWORD"])},
    "name": {"type": "str"},
    "tls": {"type": "bool"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "encryption_key": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUDSTACK_DATABASE_KEY"])},
    "encryption_version": {"type": "str", "choices": list(VERSIONS)},
    "timeout": {"type": "float", "default": 15.0},
}
DATABASE: Spec = {"database": {"type": "dict", "options": OPTIONS}}
# For tasks that use nothing else.
ALONE: Spec = {"database": {**DATABASE["database"], "required": True}}

_RENAMED = {"encryption_key": "key", "encryption_version": "version"}
_FILES = ("properties", "key_file", "management_key")


def access(params: Params) -> DatabaseAccess:
    """What the options say, over what db.properties says. Raises InvalidValue, MissingValue, MissingLibrary."""
    given = {name: value for name, value in params["database"].items() if value is not None}
    fields: dict[str, t.Any] = {}
    if given.get("properties"):
        fields = from_properties(given["properties"], given.get("key_file"), given.get("management_key"))
    for name, value in given.items():
        if name not in _FILES:
            fields[_RENAMED.get(name, name)] = exact(value)
    _check(fields)
    return DatabaseAccess(**fields)


def database(params: Params) -> t.Optional[t.Callable[[], CloudDatabase]]:
    """None where the task says nothing of it."""
    if not params.get("database"):
        return None
    return lambda: open_database(access(params))


def _check(fields: t.Mapping[str, t.Any]) -> None:
    port("database.port", fields.get("port", 1))
    seconds("database.timeout", fields["timeout"])
    if fields.get("key"):
        checked_key(fields["key"], fields.get("version", ""), "database.encryption_key")
