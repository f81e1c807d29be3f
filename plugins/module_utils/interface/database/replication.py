# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_database_replication``, on the machine that the database server runs on."""

from __future__ import annotations

import contextlib
import dataclasses

from ...adapters.cloudstack.client import SystemClock
from ...adapters.database.local import LocalCopies
from ...adapters.database.properties import DatabaseAccess
from ...adapters.database.server import open_server
from ...core.change import Outcome
from ...core.database.replication import CLOSED, PRIMARY, REPLICA
from ...operations.database.replication import Request, Source, ensure_replication
from ..fields import Spec, cleaned, exact, port, seconds
from ..module import Module, carry_out
from .access import ALONE, access

SOURCE: Spec = {
    "host": {"type": "str", "required": True},
    "port": {"type": "int", "default": 3306},
    "user": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "tls": {"type": "bool", "default": False},
}
OPTIONS: Spec = {
    **ALONE,
    "state": {"type": "str", "choices": [REPLICA, PRIMARY, CLOSED], "required": True},
    "source": {"type": "dict", "options": SOURCE},
    "proof": {"type": "str"},
    "rebuild": {"type": "bool", "default": False},
    "lose": {"type": "bool", "default": False},
    "timeout": {"type": "float", "default": 300.0},
}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True, required_if=[("state", REPLICA, ["source"])])
    carry_out(module, lambda: _ensured(module))


def _ensured(module: Module) -> Outcome:
    params = cleaned(module.params)
    its = access(params)
    given = params["source"]
    source = Source(**{name: exact(value) for name, value in given.items()}) if given else None
    request = Request(
        params["state"],
        source,
        (params["proof"] or "").strip(),
        params["rebuild"],
        params["lose"],
        seconds("timeout", params["timeout"]),
    )
    with contextlib.ExitStack() as ends:
        here = ends.enter_context(contextlib.closing(open_server(its)))
        primary, copies = None, None
        if source is not None and request.state == REPLICA:
            port("source.port", source.port)
            there = _access_of(source, its)
            primary = ends.enter_context(contextlib.closing(open_server(there)))
            copies = LocalCopies(there, its)
        return ensure_replication(here, primary, copies, SystemClock(), request, module.check_mode)


def _access_of(source: Source, its: DatabaseAccess) -> DatabaseAccess:
    return dataclasses.replace(
        its,
        host=source.host,
        port=source.port,
        unix_socket=None,
        user=source.user,
        password=source.password,
        name="",
        tls=source.tls,
        validate_certs=False,
    )
