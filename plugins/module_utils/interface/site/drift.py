# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_site_info``: a zone compared with its declaration."""

from __future__ import annotations

import typing as t

from ...core.change import Outcome
from ...core.errors import HostcraftError
from ...core.findings import NEVER, SEVERITIES, Finding, at_least, complaint
from ...core.site.drift import DRIFT
from ...operations.site.decide import TOLD
from ...operations.site.drift import drift
from ...ports.cloud import Cloud
from ..fields import Params, Spec
from ..findings import ASKED, shown
from ..task import ApiTask
from .task import DECLARED, Tasks, declared, secrets, stages_of

OPTIONS: Spec = {**DECLARED, **ASKED, "fail": {**ASKED["fail"], "default": NEVER}}


class ZoneDiffers(HostcraftError):
    """Findings at least as severe as the task's ``fail``."""

    code = "zone_differs"


def operation(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    found = drift(cloud, declared(params), stages_of(params), Tasks().act)
    judgement = DRIFT.judgement(found.findings, params["ignore"])
    result = {**shown(judgement), "text": _text(judgement.findings, found.objects)}
    bad = at_least(params["fail"], judgement.findings)
    if bad:
        lead = f"the zone differs from its declaration in {len(bad)} objects"
        more = f"; and {len(bad) - TOLD} more" if len(bad) > TOLD else ""
        raise ZoneDiffers(complaint(lead, bad[:TOLD]) + more, **result)
    return Outcome(False, result=result, warnings=found.warnings)


def _text(findings: t.Sequence[Finding], objects: int) -> list[str]:
    counts = [f"{sum(1 for each in findings if each.severity == one)} {one}" for one in SEVERITIES]
    told = ", ".join(counts) if findings else "as declared"
    return [f"{objects} objects: {told}", *(f"{each.severity}: {each.code}: {each.evidence}" for each in findings)]


TASK = ApiTask(options=OPTIONS, operation=operation, secrets=secrets, unshown=frozenset(("declaration", "hosts")))
