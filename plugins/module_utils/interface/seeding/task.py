# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_system_vm_template_seed``."""

from __future__ import annotations

import contextlib
import re

from ...adapters.database.client import Client
from ...adapters.seeding.records import Tables
from ...adapters.seeding.storage import Mount
from ...core.change import Outcome
from ...core.errors import InvalidValue
from ...core.seeding.template import HYPERVISORS
from ...operations.seeding.seed import Request, seed
from ..database.access import ALONE, access
from ..fields import Params, Spec, cleaned, exact, seconds
from ..module import Module, carry_out

OPTIONS: Spec = {
    **ALONE,
    "hypervisor": {"type": "str", "choices": list(HYPERVISORS), "required": True},
    "arch": {"type": "str", "choices": ["x86_64", "aarch64"], "default": "x86_64"},
    "mount_point": {"type": "path"},
    "export": {"type": "str"},
    "mount_options": {"type": "str", "default": ""},
    "source": {"type": "str", "default": ""},
    "checksum": {"type": "str", "default": ""},
    "replace": {"type": "bool", "default": False},
    "min_free": {"type": "int", "default": 2_120_000},
    "timeout": {"type": "float", "default": 600.0},
}


def main() -> None:
    """The body of the module."""
    module = Module(
        argument_spec=OPTIONS,
        supports_check_mode=True,
        mutually_exclusive=[("mount_point", "export")],
        required_one_of=[("mount_point", "export")],
    )
    carry_out(module, lambda: _seeded(cleaned(module.params), module.check_mode))


def _seeded(params: Params, check_mode: bool) -> Outcome:
    export = exact(params.get("export") or "")
    if export and not re.fullmatch(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*):/\S*", export):
        raise InvalidValue("export", export, "SERVER:/PATH")
    if params["min_free"] < 0:
        raise InvalidValue("min_free", params["min_free"], "a number of KiB")
    place = exact(params.get("mount_point") or "")
    storage = Mount(place, export, exact(params["mount_options"]), seconds("timeout", params["timeout"]))
    request = Request(
        params["hypervisor"],
        exact(params["source"]).strip(),
        exact(params["checksum"]).strip(),
        params["arch"],
        params["replace"],
        params["min_free"] * 1024,
    )
    with contextlib.closing(Client(access(params))) as client:
        return seed(Tables(client), storage, request, check_mode)
