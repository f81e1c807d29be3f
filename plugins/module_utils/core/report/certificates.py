# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificates of a report: what ``cs_certificate_info`` returned, the one that expires first at the top."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..text import printable
from ..untyped import Json, mappings, text

SOON = 30


@dataclass(frozen=True)
class CertificateRow:
    """days: left, None where no certificate was seen; then ``subject`` says why."""

    host: str
    where: str
    subject: str
    days: t.Optional[int]
    key: str

    @property
    def verdict(self) -> str:
        """The class of its line on the page."""
        if self.days is None or self.days < 0:
            return "bad"
        return "" if self.days >= SOON else "muted"


@dataclass(frozen=True)
class CertificatesPart:
    """problems: what was found, in words, worst first."""

    rows: tuple[CertificateRow, ...]
    problems: tuple[str, ...]

    @property
    def sentence(self) -> str:
        seen = [row.days for row in self.rows if row.days is not None]
        unseen = len(self.rows) - len(seen)
        first = f"The first one expires in {min(seen)} days" if seen and min(seen) >= 0 else "Some have expired"
        return f"{first if seen else 'None was seen'}; {unseen} could not be seen." if unseen else f"{first}."


def certificates_part(results: t.Sequence[Json]) -> t.Optional[CertificatesPart]:
    """Of all results together; None without any."""
    if not results:
        return None
    items = [item for result in results for item in mappings(result.get("certificates"))]
    rows = [_row(item) for item in items]
    rows.sort(key=lambda row: (row.days if row.days is not None else float("-inf"), row.host, row.where))
    found = [finding for result in results for finding in mappings(result.get("findings"))]
    problems = [_words(finding) for finding in found if finding.get("severity") != "note"]
    return CertificatesPart(tuple(rows), tuple(dict.fromkeys(problems)))


def _row(item: Json) -> CertificateRow:
    days = item.get("days_left")
    whole = days if isinstance(days, int) and not isinstance(days, bool) else None
    subject = item.get("subject") if whole is not None else item.get("error")
    return CertificateRow(
        _text(item.get("host")), _text(item.get("where")), _text(subject), whole, _text(item.get("key"))
    )


def _words(finding: Json) -> str:
    host = _text(finding.get("host"))
    return f"{host}: {_text(finding.get('evidence'))}" if host else _text(finding.get("evidence"))


def _text(value: object) -> str:
    return printable(text(value))
