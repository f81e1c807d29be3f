# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of CloudStack's packages and databases."""

from __future__ import annotations

import re

FIRST = "4.0.0"  # the version of the tables before the first start of any server


def number(version: str) -> tuple[int, ...]:
    """Comparable: 4.22.0.0-SNAPSHOT, 4.22.0.0-1 and 4.22 are one version; () for what is none."""
    match = re.match(r"\s*(?:\d+:)?(\d+(?:\.\d+)*)", version)
    if match is None:
        return ()
    parts = [int(part) for part in match[1].split(".")]
    while parts and not parts[-1]:
        parts.pop()
    return tuple(parts)
