# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_database_password``: on the primary database server, or on a server that uses the database."""

from __future__ import annotations

import contextlib
import os

from ...adapters.database.password_file import PasswordFile
from ...adapters.database.server import open_server
from ...core.change import Outcome
from ...core.database import password as core
from ...core.database.set_up.characters import SPOILED
from ...core.errors import InvalidValue, NotAsRead, NotFound, Refused
from ..fields import Params, Spec, cleaned, environment, exact
from ..module import Module, carry_out
from .access import DATABASE, access

WRITTEN, RESTORED = "written", "restored"
ON_SERVER = (core.BOTH, core.NEW, core.OLD)
OPTIONS: Spec = {
    **DATABASE,
    "state": {"type": "str", "choices": [*ON_SERVER, WRITTEN, RESTORED], "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "user": {"type": "str", "default": "cloud"},
    "path": {"type": "path", "default": "/etc/cloudstack/management/db.properties"},
    "key_file": {"type": "path"},
    "management_key": {"type": "str", "no_log": True, "fallback": (environment, ["CLOUD_SECRET_KEY"])},
}


def main() -> None:
    """The body of the module."""
    needs = [("state", state, ["database"]) for state in ON_SERVER]
    module = Module(argument_spec=OPTIONS, supports_check_mode=True, required_if=needs)
    carry_out(module, lambda: _ensured(cleaned(module.params), module.check_mode))


def _ensured(params: Params, check_mode: bool) -> Outcome:
    password, state = exact(params["password"]), params["state"]
    if not password or not password.isascii() or not password.isprintable() or set(password) & set(SPOILED):
        expected = "printable ASCII characters without blank, colon, quotes, dollar, backslash and backtick"
        raise InvalidValue("password", "(not shown)", expected)
    if state in ON_SERVER:
        return _account(params, password, state, check_mode)
    return _file(params, password, state, check_mode)


def _account(params: Params, password: str, state: str, check_mode: bool) -> Outcome:
    """See, decide, act, verify."""
    with contextlib.closing(open_server(access(params))) as server:
        reasons = core.fit(server.replication())
        decision = core.decide(server.accounts(), params["user"], password, state)
        if reasons or decision.reasons:
            raise Refused(f"{server.where}: the password", [*reasons, *decision.reasons])
        if decision.steps and not check_mode:
            server.perform(decision.steps)
            left = core.decide(server.accounts(), params["user"], password, state)
            if left.steps or left.reasons:
                raise NotAsRead(f"the account {params['user']}", {"accounts": [each.told for each in left.steps]})
    changed = bool(decision.steps)
    told = "".join(f"{step.told}\n" for step in decision.steps)
    return Outcome(changed, {"accounts": ""} if changed else {}, {"accounts": told} if changed else {})


def _file(params: Params, password: str, state: str, check_mode: bool) -> Outcome:
    """Proved before it is written, and again by what is then read."""
    file = PasswordFile(params["path"], params["key_file"], params["management_key"])
    if not os.path.exists(file.path):
        raise NotFound("file", file.path, "this machine: run this task on management and usage servers")
    if state == RESTORED:
        changed = os.path.exists(file.copy)
        if changed and not check_mode:
            file.restore()
            file.prove()
    else:
        changed = not file.holds(password)
        # In check mode the database server does not accept the new one yet.
        if changed and not check_mode:
            file.prove(password)
            file.write(password)
        if not (changed and check_mode):
            file.prove()
    shown = {"before": {"password": "the present one"}, "after": {"password": state}} if changed else {}
    return Outcome(changed, shown.get("before", {}), shown.get("after", {}), {"path": os.path.realpath(file.path)})
