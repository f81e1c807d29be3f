# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_database_keys``."""

from __future__ import annotations

from ...adapters.backup.destination import PROPERTIES
from ...adapters.backup.keys import Files
from ...core.backup.keys import checked_key
from ...core.change import Outcome
from ...core.database.forms import VERSIONS
from ...core.errors import MissingValue
from ...operations.backup.rotate_keys import Request, rotate
from ..fields import Params, Spec, cleaned, exact, seconds
from ..module import Module, carry_out

NEW = ("new_management_key", "new_database_key", "encryption_version")
OPTIONS: Spec = {
    "properties": {"type": "path", "default": PROPERTIES},
    "new_management_key": {"type": "str", "no_log": True},
    "new_database_key": {"type": "str", "no_log": True},
    "encryption_version": {"type": "str", "choices": list(VERSIONS)},
    "timeout": {"type": "float", "default": 3600.0},
}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    carry_out(module, lambda: _rotated(cleaned(module.params), module.check_mode))


def _rotated(params: Params, check_mode: bool) -> Outcome:
    if not any(params.get(name) for name in NEW):
        raise MissingValue("the keys", [NEW[0]], f"or {NEW[1]} or {NEW[2]}")
    management, database = (
        checked_key(name, exact(params[name]) if params.get(name) is not None else None) for name in NEW[:2]
    )
    files = Files(exact(params["properties"]), seconds("timeout", params["timeout"]))
    return rotate(files, Request(management, database, params.get("encryption_version")), check_mode)
