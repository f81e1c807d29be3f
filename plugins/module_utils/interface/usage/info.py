# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_usage_info``."""

from __future__ import annotations

import typing as t
import zoneinfo
from datetime import datetime

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue, MissingValue
from ...core.findings import NEVER
from ...core.usage.check import totals
from ...operations.usage.info import Question, seen_usage
from ...ports.cloud import Cloud
from ..fields import Params, Spec, taken
from ..findings import ASKED, outcome, shown
from ..zone import OWNER

DATES = ("start_date", "end_date")
INFO: Spec = {
    **{name: {"type": "str"} for name in DATES},
    "type": {"type": "int"},
    **OWNER,
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
}


class UsageNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "usage_not_fit"


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    start, end = _days(params)
    owner = taken(params, OWNER)
    zones = zoneinfo.available_timezones()
    seen = seen_usage(cloud, Question(start, end, params["type"], owner, zones, tuple(params["ignore"])))
    names = seen.types
    result = {
        "usage_server": plain(seen.server) if seen.server else None,
        "settings": dict(seen.settings),
        "totals": [{**each, "name": names.get(t.cast(int, each["type"]), "")} for each in totals(seen.records)],
        "records": [{**plain(each), "type_name": names.get(each.type or 0, "")} for each in seen.records],
        **shown(seen.judgement),
    }
    return outcome(params["fail"], seen.judgement.findings, "usage is not recorded correctly", UsageNotFit, result)


def _days(params: Params) -> tuple[str, str]:
    """Both or none. The server refuses an end before the start, and one date without the other (T7:33-38)."""
    given = [name for name in DATES if params[name]]
    if not given:
        return "", ""
    if len(given) == 1:
        raise MissingValue("the days of the records", [name for name in DATES if name not in given])
    days = [_day(name, params[name]) for name in DATES]
    if days[1] < days[0]:
        raise InvalidValue(
            "end_date", params["end_date"], f"a day that is not before start_date={params['start_date']}"
        )
    return f"{days[0]:%Y-%m-%d}", f"{days[1]:%Y-%m-%d}"


def _day(name: str, text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        raise InvalidValue(name, text, "a day such as 2026-11-27") from None
