# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of the doctor on a page, worst first. What it is given may come out of a file or of a human hand."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, HURTS, NOTE, SEVERITIES, Severity
from ..untyped import Json, items, mappings, text

WORDS: t.Mapping[Severity, str] = {BLOCKS: "broken", HURTS: "at risk", NOTE: "note"}


@dataclass(frozen=True)
class FindingRow:
    """about: what it is about, with its zone. tools: modules and playbooks that help."""

    severity: Severity
    code: str
    about: str
    evidence: str
    remedy: str
    tools: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """The class of its line on the page."""
        return "muted" if self.severity == NOTE else "bad" if self.severity == BLOCKS else ""

    @property
    def word(self) -> str:
        return WORDS[self.severity]


@dataclass(frozen=True)
class DoctorPart:
    """rows: worst first. unseen: what could not be judged, in words. judged: number of checks that ended."""

    rows: tuple[FindingRow, ...]
    unseen: tuple[str, ...]
    judged: int

    @property
    def healthy(self) -> bool:
        return not any(row.severity != NOTE for row in self.rows)

    @property
    def sentence(self) -> str:
        counts = [f"{sum(1 for row in self.rows if row.severity == each)} {WORDS[each]}" for each in SEVERITIES]
        return f"{self.judged} checks: {', '.join(counts) if self.rows else 'nothing was found'}."


def doctor_part(results: t.Sequence[Json]) -> t.Optional[DoctorPart]:
    """Of all results together; None without any."""
    if not results:
        return None
    rows = [_row(each) for result in results for each in mappings(_of(result, "findings"))]
    gaps = [each for result in results for each in mappings(_of(result, "unseen"))]
    judged = {str(each) for result in results for each in items(_of(result, "judged"))}
    rows.sort(key=lambda row: SEVERITIES.index(row.severity))
    told = [f"{text(each.get('judge'))}: {text(each.get('missing'))}" for each in gaps]
    return DoctorPart(tuple(rows), tuple(dict.fromkeys(told)), len(judged))


def _of(result: Json, name: str) -> object:
    """A task that has failed for what it found has its result in details."""
    details = result.get("details")
    return details.get(name) if name not in result and isinstance(details, t.Mapping) else result.get(name)


def _row(each: Json) -> FindingRow:
    severity = each.get("severity")
    told = (text(each.get("object")), text(each.get("zone")))
    return FindingRow(
        severity if severity in SEVERITIES else HURTS,
        text(each.get("code")),
        " · ".join(part for part in dict.fromkeys(told) if part),
        text(each.get("evidence")),
        text(each.get("remedy")),
        tuple(text(one) for one in items(each.get("tools"))),
    )
