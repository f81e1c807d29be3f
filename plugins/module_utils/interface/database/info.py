# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_database_info``."""

from __future__ import annotations

from ...adapters.database.condition import read_condition
from ...core.change import plain
from ...core.database import check as core
from ...core.database.table import DATABASE
from ...core.errors import HostcraftError, InvalidValue
from ...core.findings import NEVER
from ...core.text import all_printable
from ...operations.database.replication import told
from ..fields import Spec, cleaned
from ..findings import ASKED, answer
from ..module import Json, Module, failure
from .access import ALONE, access

OPTIONS: Spec = {
    **ALONE,
    "tables": {"type": "int", "default": 10},
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        params = cleaned(module.params)
        most = params["tables"]
        if most < 0:
            raise InvalidValue("tables", most, "0 or more")
        seen = read_condition(access(params))
        judgement = DATABASE.judgement(core.judge(seen), params["ignore"])
    except HostcraftError as error:
        module.no_log_values.update(error.secrets)
        module.fail_json(**failure(error))
        return
    lead = f"the database {seen.name} has problems"
    answer(module, judgement, lambda bad: lead, "database_not_fit", **shown(seen, most))


def shown(seen: core.Condition, most: int) -> Json:
    result: Json = {
        "version": seen.version,
        "schemas": [plain(each) for each in seen.schemas],
        "management_servers": [
            {**plain(each), "alive": each.alive, "meaning": core.meaning(each)} for each in seen.servers
        ],
        "orphaned": [{**plain(each), "server": seen.called(each.msid)} for each in seen.orphans],
        "replication": told(seen.replication) if seen.replication else None,
        "sizes": core.sizes(seen.tables),
        "biggest_tables": [plain(each) for each in core.biggest(seen.tables, most)],
        "counters": plain(core.counters(seen.status, seen.variables)),
    }
    return all_printable(result)
