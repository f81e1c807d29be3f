# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_usage_server_info``."""

from __future__ import annotations

import contextlib

from ...adapters.database.client import Client
from ...adapters.database.usage import read_usage
from ...core.change import Outcome, plain
from ..database.access import ALONE, access
from ..fields import Spec, cleaned
from ..module import Module, carry_out

OPTIONS: Spec = {**ALONE}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    carry_out(module, lambda: _read(module))


def _read(module: Module) -> Outcome:
    with contextlib.closing(Client(access(cleaned(module.params)))) as client:
        found = read_usage(client)
    jobs = [{**plain(job), "alive": job.alive} for job in found.jobs]
    result = {
        "alive": found.alive,
        "jobs": jobs,
        "last_success": found.last,
        "settings": dict(found.settings),
        "missing_settings": list(found.missing),
    }
    return Outcome(False, result=result)
