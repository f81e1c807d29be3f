# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines of the logs of several servers as one text: in the order of their times, without secrets.

Each entry begins with a time; what follows without one (a stack trace) belongs to it. Server, usage server and agent
have the same context in brackets: ``(logid:1a2b3c4d)``, the first part of the job's id.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue
from ..masking import masked, secrets_in_text
from ..text import printable

TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{3,127}")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,6}))?")
_LOGID = re.compile(r"\(logid:([0-9a-f]{8})\)")
MOST = 50  # contexts of one search


@dataclass(frozen=True)
class Entry:
    time: str
    host: str
    lines: tuple[str, ...]


def checked(term: str) -> str:
    """What is searched for, and a part of a file's name. Raises InvalidValue."""
    if not TERM.fullmatch(term):
        expected = "the id of a job or resource, or a context such as ctx-1a2b3c4d (letters, digits and _ . : -)"
        raise InvalidValue("collect_logs_job", term, expected)
    return term


def file_name(term: str) -> str:
    return f"cloudstack-{checked(term).replace(':', '_')}.log"


def contexts(term: str, texts: t.Iterable[str]) -> list[str]:
    """What else to search for: the contexts of lines that were found, and that of a job by its id."""
    found = {match for text in texts for match in _LOGID.findall(text)}
    short = re.match(r"([0-9a-f]{8})-[0-9a-f]{4}-", checked(term))
    return sorted(found | ({short[1]} if short else set()))[:MOST]


def entries(host: str, text: str) -> t.Iterator[Entry]:
    """Lines before the first time have no place in an order, and are left out."""
    time, lines = "", list[str]()
    for line in text.splitlines():
        match = _TIME.match(line)
        if match:
            if time:
                yield Entry(time, host, tuple(lines))
            time, lines = f"{match[1]} {match[2]}.{(match[3] or '0').ljust(6, '0')}", []
        lines.append(line)
    if time:
        yield Entry(time, host, tuple(lines))


def collected(texts: t.Mapping[str, str]) -> str:
    """One text; every line begins with its host. texts: by host."""
    found = [entry for host, text in sorted(texts.items()) for entry in entries(host, text)]
    # Entries of one host and one time stay in their order.
    found.sort(key=lambda entry: entry.time)
    lines = []
    for entry in found:
        whole = "\n".join(entry.lines)
        shown = masked(whole, set(secrets_in_text(whole)))
        lines += [f"{printable(entry.host)}: {printable(line, keep=chr(9))}" for line in shown.split("\n")]
    return "".join(f"{line}\n" for line in lines)
