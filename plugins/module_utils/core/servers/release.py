# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of CloudStack's packages and databases."""

from __future__ import annotations

import typing as t

from .. import releases
from ..errors import InvalidValue

Release = tuple[int, int, int, int]
FIRST = "4.0.0"  # the version of the tables before the first start of any server


def number(version: str) -> tuple[int, ...]:
    """Comparable: 4.22.0.0-SNAPSHOT, 4.22.0.0-1 and 4.22 are one version; () for what is none."""
    return releases.release(version)


def release(text: str) -> t.Optional[Release]:
    """4.22.0.0 of "4.22.0.0-SNAPSHOT", "4.22.0.0~bookworm", "1:4.22.0.0-1" or "4.22.0"; None for other texts."""
    found = releases.numbers(text)
    if not 2 <= len(found) <= 4:
        return None
    one, two, three, four = (*found, 0, 0)[:4]
    return one, two, three, four


def wanted(text: str, parameter: str) -> Release:
    """Raises InvalidValue."""
    found = release(text)
    if found is None or found < (4, 9, 0, 0):
        raise InvalidValue(parameter, text, "a release of CloudStack, for example 4.22.0.0")
    return found


def words(found: Release) -> str:
    return ".".join(str(part) for part in found)
