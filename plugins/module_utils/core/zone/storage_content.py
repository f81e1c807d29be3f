# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether storage that is about to be added is empty.

Source: 4.11.1 documentation, "Adding Primary Storage" (3992, 13998), "Adding Secondary Storage" (4080): adding the
storage to CloudStack will destroy any existing data. The API cannot see it, so a host looks at it.
Sizes: "Best Practices" (942, no mount point above 6 TB), "Adding Secondary Storage" (4072, at least 100 GB).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..text import encodable, printable
from .storage import parts_of, same_path

# What file systems and NFS servers put there themselves.
IGNORED = frozenset(("lost+found", ".snapshot", ".snapshots", ".zfs"))
# Directories of primary and secondary storage of a CloudStack, this one or another.
CLOUDSTACK = frozenset(("KVMHA", "template", "snapshots", "volumes", "systemvm"))
SHOWN = 20  # names that are told
POOL, STORE = "storage pool", "image store"
GB, TB = 10**9, 10**12
MOST, LEAST = 6 * TB, 100 * GB


@dataclass(frozen=True)
class Content:
    """entries: names at the top, without IGNORED. total, free: bytes."""

    entries: tuple[str, ...] = ()
    total: int = 0
    free: int = 0

    @property
    def empty(self) -> bool:
        return not self.entries

    def told(self, url: str) -> dict[str, object]:
        return {
            "url": url,
            "empty": self.empty,
            "entries": list(self.entries[:SHOWN]),
            "count": len(self.entries),
            "of_cloudstack": bool(CLOUDSTACK & set(self.entries)),
            "total": self.total,
            "free": self.free,
        }


def content_of(names: t.Iterable[str], total: int, free: int) -> Content:
    return Content(tuple(sorted(printable(encodable(name)) for name in names if name not in IGNORED)), total, free)


def reasons_not_to_add(
    kind: str, name: str, url: str, told: t.Optional[t.Mapping[str, object]], allowed: bool
) -> t.Iterator[Reason]:
    """told: what a host has seen there, as ``Content.told`` gives it; None where none has looked."""
    if told is None:
        return
    if not _same_place(url, str(told.get("url") or "")):
        message = f"content is the result for {told.get('url')!r}, not for the URL of {kind} {name}"
        yield Reason("content_of_another", message, "run cs_storage_content with the same URL", {"name": name})
    elif told.get("empty") is not True and not allowed:
        entries = told.get("entries")
        shown = ", ".join(str(each) for each in (entries if isinstance(entries, (list, tuple)) else ())[:5])
        own = "; it looks like the storage of a CloudStack" if told.get("of_cloudstack") is True else ""
        message = (
            f"the storage of {kind} {name} is not empty ({shown or 'contents unknown'}){own}: CloudStack may destroy it"
        )
        remedy = "check the URL, empty the storage, or set allow_not_empty"
        yield Reason("not_empty", message, remedy, {"name": name, "entries": entries, "count": told.get("count")})


def size_warnings(kind: str, name: str, told: t.Optional[t.Mapping[str, object]]) -> t.Iterator[str]:
    """Of storage that is about to be added; nothing where no host has told its size."""
    total = told.get("total") if told else None
    size = int(total) if isinstance(total, (int, str)) and str(total).isdecimal() else 0
    if kind == POOL and size > MOST:
        yield (
            f"storage pool {name} has {size / TB:.1f} TB; CloudStack's documentation recommends at most "
            f"{MOST // TB} TB for a mount point or LUN: use several pools"
        )
    elif kind == STORE and 0 < size < LEAST:
        yield f"image store {name} has {size / GB:.1f} GB; at least {LEAST // GB} GB are required: use a larger export"


def _same_place(one: str, other: str) -> bool:
    first, second = parts_of(one), parts_of(other)
    hosts = first.scheme == "sharedmountpoint" or first.host.casefold() == second.host.casefold()
    return first.scheme == second.scheme and hosts and same_path(first.path, second.path)
