# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of results that a playbook hands on: they may come out of a file, or be written by an operator."""

from __future__ import annotations

import typing as t

Json = t.Mapping[str, t.Any]


def text(value: object) -> str:
    """Any value as text; "" for none."""
    return "" if value is None else str(value)


def items(value: object) -> t.Sequence[t.Any]:
    """A list; empty for anything else."""
    return value if isinstance(value, (list, tuple)) else ()


def mappings(value: object) -> list[Json]:
    """The mappings of a list; whatever else it has is left out."""
    return [each for each in items(value) if isinstance(each, t.Mapping)]
