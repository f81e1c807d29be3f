# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What checks are asked about their findings, and how they answer: one way for hosts and pools of every hypervisor."""

from __future__ import annotations

import typing as t

from ..core.change import Outcome, plain
from ..core.errors import HostcraftError
from ..core.findings import BLOCKS, Fail, Finding, Judgement, at_least, complaint, summary
from ..core.findings import FAIL as CHOICES
from .module import Json, Module

# The least severity of a finding that fails the task.
FAIL: t.Mapping[str, t.Any] = {"type": "str", "choices": list(CHOICES), "default": BLOCKS}
ASKED: t.Mapping[str, t.Any] = {"ignore": {"type": "list", "elements": "str", "default": []}, "fail": FAIL}
Lead = t.Callable[[t.Sequence[Finding]], str]


def answer(module: Module, judgement: Judgement, lead: Lead, code: str, **seen: t.Any) -> None:
    """End the task with all findings; as failed with ``code`` where some are as bad as ``fail`` says.

    lead: what the message of a failure begins with. seen: what else the task returns.
    """
    told: Json = {"changed": False, **shown(judgement), **seen}
    bad = at_least(module.params["fail"], judgement.findings)
    if bad:
        module.fail_json(msg=complaint(lead(bad), bad), code=code, **told)
    module.exit_json(**told)


def outcome(fail: Fail, findings: t.Sequence[Finding], lead: str, error: type[HostcraftError], result: Json) -> Outcome:
    """The same of a task that goes through the API. Raises ``error``, with the result, where some are that bad."""
    bad = at_least(fail, findings)
    if bad:
        raise error(complaint(lead, bad), **result)
    return Outcome(False, result=result)


def shown(judgement: Judgement) -> Json:
    return {
        "findings": [plain(each) for each in judgement.findings],
        "ignored": [plain(each) for each in judgement.ignored],
        "unseen": [plain(each) for each in judgement.unseen],
        "summary": summary(judgement.findings),
    }
