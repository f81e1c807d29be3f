# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of ``cs_alert`` and ``cs_alert_info``."""

from __future__ import annotations

from ...core.change import Outcome, plain
from ...core.errors import HostcraftError, InvalidValue, MissingValue
from ...core.events.alerts import Choice
from ...core.findings import NEVER
from ...operations.events.alerts import ABSENT, ARCHIVED, PRESENT, Own, ensure_away, ensure_own, seen_alerts
from ...ports.cloud import Cloud
from ..fields import Params, Spec
from ..findings import ASKED, outcome, shown

CHOICE: Spec = {
    "ids": {"type": "list", "elements": "str", "default": []},
    "type": {"type": "int"},
    "name": {"type": "str"},
    "older_than": {"type": "float"},
}
INFO: Spec = {**CHOICE, **ASKED, "fail": {**ASKED["fail"], "default": NEVER}}
ALERT: Spec = {
    **CHOICE,
    "state": {"type": "str", "choices": [ARCHIVED, ABSENT, PRESENT], "default": ARCHIVED},
    "description": {"type": "str"},
    "zone": {"type": "str"},
}
OWN = 1000  # the server's own types are below
DAYS = 36500  # a hundred years


class AlertsNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "alerts_not_fit"


def _choice(params: Params) -> Choice:
    older = params["older_than"]
    if older is not None and not 0 <= older <= DAYS:
        raise InvalidValue("older_than", older, f"a number of days from 0 to {DAYS}")
    return Choice(tuple(params["ids"]), params["type"], params["name"] or "", older)


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    seen = seen_alerts(cloud, _choice(params), tuple(params["ignore"]))
    result = {
        "alerts": [plain(each) for each in seen.alerts],
        "count": len(seen.alerts),
        "settings": dict(seen.settings),
        **shown(seen.judgement),
    }
    return outcome(params["fail"], seen.judgement.findings, "mails of alerts do not arrive", AlertsNotFit, result)


def ensure(cloud: Cloud, params: Params, check_mode: bool) -> Outcome:
    if params["state"] == PRESENT:
        missing = [name for name in ("name", "description", "type") if params[name] in (None, "")]
        if missing:
            raise MissingValue("a custom alert", missing)
        if not OWN <= params["type"] < 1 << 15:
            raise InvalidValue(
                "type", params["type"], f"a number from {OWN} to 32767, because the server itself uses the others"
            )
        return ensure_own(
            cloud, Own(params["type"], params["name"], params["description"], params["zone"] or ""), check_mode
        )
    choice = _choice(params)
    if not choice:
        raise MissingValue(
            "an option that selects the alerts", ["ids", "type", "name", "older_than"], "set at least one"
        )
    return ensure_away(cloud, choice, params["state"], check_mode)
