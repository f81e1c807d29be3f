# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of the doctor, and its findings as a result."""

from __future__ import annotations

import zoneinfo

from ..adapters.certificates.probe import all_served
from ..adapters.certificates.x509 import Cryptography
from ..core.change import Outcome, plain
from ..core.doctor.report import Diagnosis, Row, flat, sentence
from ..core.errors import HostcraftError, InvalidValue
from ..core.findings import NEVER, at_least, summary
from ..operations.doctor.examine import Request, examine
from ..operations.doctor.judges import JUDGES, Asked
from ..ports.cloud import Cloud
from .fields import Params, Spec, days_checked
from .findings import ASKED
from .vlans import SCHEME
from .zone import ZONE

DOCTOR: Spec = {
    **ZONE,
    **SCHEME,
    "judges": {"type": "list", "elements": "str", "choices": [each.name for each in JUDGES], "default": []},
    "spare_hosts": {"type": "int", "default": 1},
    "days": {"type": "int", "default": 30},
    "probe": {"type": "bool", "default": True},
    "results": {"type": "dict", "default": {}},
    **ASKED,
    "fail": {**ASKED["fail"], "default": NEVER},
}


class CloudNotFit(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "cloud_not_fit"


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    if params["spare_hosts"] < 0:
        raise InvalidValue("spare_hosts", params["spare_hosts"], "0 or more")
    asked = Asked(
        Cryptography(),
        all_served if params["probe"] else None,
        params["zone"] or "",
        params["spare_hosts"],
        days_checked(params["days"]),
        params["scheme"],
        zoneinfo.available_timezones(),
    )
    results = {str(name): flat(f"results.{name}", value) for name, value in params["results"].items()}
    found = examine(cloud, Request(asked, tuple(params["judges"]), tuple(params["ignore"]), results))
    bad = at_least(params["fail"], found.rows)
    if bad:
        told = "; ".join(f"[{each.code}] {each.evidence} ({each.remedy})" for each in bad)
        raise CloudNotFit(f"the doctor found {len(bad)} faults: {told}", **_shown(found))
    return Outcome(False, result=_shown(found))


def _shown(found: Diagnosis) -> dict[str, object]:
    return {
        "findings": [plain(each) for each in found.rows],
        "ignored": [plain(each) for each in found.ignored],
        "unseen": [plain(each) for each in found.unseen],
        "judged": list(found.judged),
        "summary": summary(found.rows),
        "text": [sentence(found), *map(_line, found.rows)],
    }


def _line(row: Row) -> str:
    tools = f" [{', '.join(row.tools)}]" if row.tools else ""
    return f"{row.severity}: {row.code}: {row.evidence}: {row.remedy}{tools}"
