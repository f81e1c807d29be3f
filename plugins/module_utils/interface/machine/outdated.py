# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_outdated_units_info``, on the machine that it runs on."""

from __future__ import annotations

from ...adapters.linux.ages import boot_time, changed_files, started_units
from ...adapters.linux.client import Linux
from ...core.machine.outdated import Started, newer, outdated
from ..fields import Spec
from ..module import Module

OPTIONS: Spec = {
    "units": {"type": "list", "elements": "str", "default": []},
    "stamp": {"type": "path"},
    "files": {"type": "list", "elements": "path", "required": True},
    "changed": {"type": "bool", "default": False},
}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True, required_one_of=[("units", "stamp")])
    linux, params = Linux(), module.params
    times = changed_files(path for path in params["files"] if path)
    # Without check mode the times are those of what was written.
    foretold = params["changed"] and module.check_mode
    units = started_units(linux, params["units"])
    if params["stamp"]:
        marked = changed_files((params["stamp"],)).get(params["stamp"])
        units = [Started(params["stamp"], True, boot_time(linux) if marked is None else marked)]
    names = outdated(units, times, foretold)
    since = min((unit.since for unit in units if unit.name in names and unit.since is not None), default=None)
    module.exit_json(
        changed=False,
        units=[name for name in names if name != params["stamp"]],
        outdated=bool(names),
        files=[] if since is None else newer(times, since),
    )
