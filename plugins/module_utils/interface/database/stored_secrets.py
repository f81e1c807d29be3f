# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_stored_secrets_info``."""

from __future__ import annotations

import contextlib

from ...adapters.database.gateway import open_database
from ...core.change import plain
from ...core.database.stored_secrets import code_of, counted, judge_stored
from ...core.errors import HostcraftError
from ..fields import Spec, cleaned
from ..findings import ASKED, answer
from ..module import Module, failure
from .access import ALONE, access

OPTIONS: Spec = {**ALONE, **ASKED}


def main() -> None:
    """The body of the module."""
    module = Module(argument_spec=OPTIONS, supports_check_mode=True)
    try:
        params = cleaned(module.params)
        with contextlib.closing(open_database(access(params))) as database:
            encrypting = database.encrypting()
            stored = database.stored()
        judgement = judge_stored(stored, encrypting, params["ignore"])
    except HostcraftError as error:
        module.no_log_values.update(error.secrets)
        module.fail_json(**failure(error))
        return
    rows = [
        {"table": each.place.table, "column": each.place.column, "id": each.id, "label": each.label, "form": each.form}
        for each in stored
        if code_of(each, encrypting)
    ]
    answer(
        module,
        judgement,
        lambda bad: "secrets are not stored as CloudStack reads them",
        "secrets_not_fit",
        encryption=plain(encrypting),
        columns=[plain(each) for each in counted(stored)],
        rows=rows,
    )
