# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions as programs and kernels write them, in an order."""

from __future__ import annotations

import re


def version_of(text: str) -> tuple[int, ...]:
    """The leading numbers of a version: "7.2.22 (Debian 1:7.2+dfsg)" is (7, 2, 22)."""
    match = re.match(r"\d+(\.\d+)*", text.strip())
    return tuple(int(part) for part in match[0].split(".")) if match else ()


def order_of(release: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts releases of kernels as boot loaders do: numbers by value, "6.1.0-9" before "6.1.0-21".

    A candidate ("-rc1") comes before the release.
    """
    parts = re.findall(r"\d+|[a-z]+", release.lower())
    key = [(1, int(part), "") if part.isdigit() else (-1 if part == "rc" else 0, 0, part) for part in parts]
    return (*key, (0, 0, ""))
