# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which members of an archive of configuration files may be written back: those below the roots, and nothing clever."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..text import shortened

FILE, FOLDER, LINK = "file", "directory", "link"
Kind = t.Literal["file", "directory", "link", "other"]
MOST = 10_000  # members of an archive of configuration files
LARGEST = 64 * 1024 * 1024  # bytes of one of them


@dataclass(frozen=True)
class Member:
    """path: as the archive names it, without the slash in front. target: of a link."""

    path: str
    kind: str
    size: int = 0
    target: str = ""


def problems(members: t.Sequence[Member], roots: t.Sequence[str]) -> t.Iterator[Reason]:
    """Why an archive is not written back; nothing of it is then.

    A link may lead anywhere: nothing is written through it, and an administrator's own links are kept.
    """
    if len(members) > MOST:
        yield _reason("archive_size", f"the archive has {len(members)} members, more than {MOST}")
    links = {member.path for member in members if member.kind == LINK}
    seen: set[str] = set()
    for member in members:
        wrong = _wrong(member, roots, links, seen)
        seen.add(member.path)
        if wrong:
            yield _reason("archive_member", f"the archive has {shortened(member.path)!r}, which {wrong}")
            return


def _wrong(member: Member, roots: t.Sequence[str], links: t.Collection[str], seen: t.Collection[str]) -> str:
    path = member.path
    parts = path.split("/")
    if {"", ".", ".."} & set(parts) or "\0" in path:
        return "is not a plain path"
    if not any(f"/{path}" == root or f"/{path}".startswith(f"{root}/") for root in roots):
        return f"is outside of {', '.join(roots) or 'the directories of the backup'}"
    if path in seen:
        return "is in it twice"
    above = {"/".join(parts[:length]) for length in range(1, len(parts))}
    if above & set(links):
        return "is below a link"
    if member.kind not in (FILE, FOLDER, LINK):
        return "is neither a file, a directory nor a symbolic link"
    return f"has {member.size} bytes, more than {LARGEST}" if member.size > LARGEST else ""


def _reason(code: str, message: str) -> Reason:
    return Reason(code, message, "use another backup")
