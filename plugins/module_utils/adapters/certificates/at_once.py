# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for many at once: for ports that are silent, for names that do not resolve."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 64
Given = t.TypeVar("Given")
Found = t.TypeVar("Found")


def at_once(work: t.Callable[[Given], Found], things: t.Sequence[Given]) -> list[Found]:
    """What the work says of each, in their order. Raises what the work raises."""
    if len(things) < 2:
        return [work(each) for each in things]
    with ThreadPoolExecutor(min(AT_ONCE, len(things))) as threads:
        return list(threads.map(work, things))
