# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_database_server``, on the machine that the database server runs on."""

from __future__ import annotations

import contextlib

from ...adapters.database.local import LocalOptionFiles
from ...adapters.database.server import open_server
from ...core.change import Outcome
from ...core.database.accounts import Account
from ...core.database.option_files import ROOTS
from ...operations.database.server import Request, ensure_server
from ..fields import Spec, cleaned
from ..module import Module, carry_out
from .access import ALONE, access

ACCOUNT: Spec = {
    "name": {"type": "str", "required": True},
    "hosts": {"type": "list", "elements": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "privileges": {"type": "list", "elements": "str", "default": []},
    "level": {"type": "str", "default": "*.*"},
    "grant_option": {"type": "bool", "default": False},
    "exclusive": {"type": "bool", "default": True},
}
OPTIONS: Spec = {
    **ALONE,
    "settings": {"type": "dict"},
    "path": {"type": "path"},
    "option_files": {"type": "list", "elements": "path", "default": list(ROOTS)},
    "accounts": {"type": "list", "elements": "dict", "options": ACCOUNT, "default": []},
    "secured": {"type": "bool", "default": False},
}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True, required_by={"settings": ["path"]})
    carry_out(module, lambda: _ensured(module))


def _ensured(module: Module) -> Outcome:
    params = cleaned(module.params)
    accounts = tuple(
        Account(
            each["name"],
            tuple(each["hosts"]),
            each["password"],
            tuple(each["privileges"]),
            each["level"],
            each["grant_option"],
            each["exclusive"],
        )
        for each in params["accounts"]
    )
    request = Request(
        params["settings"], params["path"] or "", tuple(params["option_files"]), accounts, params["secured"]
    )
    with contextlib.closing(open_server(access(params))) as server:
        return ensure_server(server, LocalOptionFiles(), request, module.check_mode)
