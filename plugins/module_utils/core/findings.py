# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check finds: one form of table, of finding and of judgement for hosts and pools of every hypervisor.

A table has the words for each thing that can be wrong, and guides repeat them. A check tells which of them are wrong,
and what was seen.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .errors import InvalidValue

Severity = t.Literal["blocks", "hurts", "note"]
Fail = t.Literal["blocks", "hurts", "note", "never"]
BLOCKS: Severity = "blocks"  # adding the host fails, or it does not come up
HURTS: Severity = "hurts"  # it comes up, and something fails later
NOTE: Severity = "note"
SEVERITIES: tuple[Severity, ...] = (BLOCKS, HURTS, NOTE)
NEVER: Fail = "never"
# What a task may be asked to fail for: the least severity.
FAIL: tuple[Fail, ...] = (*SEVERITIES, NEVER)


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong."""

    code: str
    title: str
    severity: Severity
    remedy: str
    source: str


@dataclass(frozen=True)
class Finding:
    """What is wrong: the check's code and words, and what was seen. host: whom it is about, "" for all."""

    code: str
    severity: Severity
    evidence: str
    remedy: str
    source: str
    host: str = ""
    facts: t.Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Unseen:
    """A check that could not be made, because of what could not be seen."""

    code: str
    missing: str


Verdict = t.Union[Finding, Unseen]


class Graded(t.Protocol):
    """Whatever has a severity."""

    @property
    def severity(self) -> Severity: ...


Some = t.TypeVar("Some", bound=Graded)


def worst_first(found: t.Iterable[Some]) -> tuple[Some, ...]:
    return tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity)))


def at_least(fail: Fail, found: t.Iterable[Some]) -> tuple[Some, ...]:
    """Those that are as bad as that or worse; none for "never"."""
    worse = () if fail == NEVER else SEVERITIES[: FAIL.index(fail) + 1]
    return tuple(each for each in found if each.severity in worse)


def summary(found: t.Iterable[Graded]) -> dict[Severity, int]:
    """How many there are of each severity."""
    held = [each.severity for each in found]
    return {severity: held.count(severity) for severity in SEVERITIES}


def complaint(lead: str, found: t.Iterable[Finding]) -> str:
    """One sentence for a failed task: every finding with its host, unless it is told already, and its remedy."""
    told = (
        ("" if _names(each.host, lead) or _names(each.host, each.evidence) else f"{each.host}: ")
        + f"[{each.code}] {each.evidence}"
        + (f" ({each.remedy})" if each.remedy else "")
        for each in found
    )
    return f"{lead}: " + "; ".join(told)


def _names(host: str, text: str) -> bool:
    """Whether a text has the name of a host, and not a longer one."""
    return not host or bool(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", text))


@dataclass(frozen=True)
class Judgement:
    """findings: worst first. unseen: checks that could not be made. ignored: findings that were to be ignored.

    True where something was found that is not ignored.
    """

    findings: tuple[Finding, ...]
    unseen: tuple[Unseen, ...] = ()
    ignored: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.findings)


def rows(severity: Severity, *given: tuple[str, str, str, str]) -> tuple[Check, ...]:
    """Checks of one severity: code, title, remedy, source of each."""
    return tuple(Check(code, title, severity, remedy, source) for code, title, remedy, source in given)


class Table:
    """Every check of one kind of host or pool."""

    def __init__(self, name: str, *checks: t.Iterable[Check]) -> None:
        self.name = name
        self.checks: tuple[Check, ...] = tuple(check for group in checks for check in group)
        self.by_code: t.Mapping[str, Check] = {check.code: check for check in self.checks}

    def found(self, code: str, evidence: str, host: str = "", **facts: object) -> Finding:
        """A finding in the words of the table."""
        check = self.by_code[code]
        return Finding(code, check.severity, f"{check.title}: {evidence}", check.remedy, check.source, host, facts)

    def judgement(self, verdicts: t.Iterable[Verdict], ignore: t.Collection[str] = ()) -> Judgement:
        """Raises InvalidValue for a code in ``ignore`` that the table does not have."""
        for code in ignore:
            if code not in self.by_code:
                raise InvalidValue("ignore", code, f"a finding code of {self.name}")
        verdicts = list(verdicts)
        found = worst_first(each for each in verdicts if isinstance(each, Finding))
        return Judgement(
            tuple(each for each in found if each.code not in ignore),
            tuple(each for each in verdicts if isinstance(each, Unseen) and each.code not in ignore),
            tuple(each for each in found if each.code in ignore),
        )
