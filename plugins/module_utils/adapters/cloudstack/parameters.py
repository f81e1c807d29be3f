# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of API calls as the wire has them."""

from __future__ import annotations

import typing as t

from ...core.errors import InvalidValue
from ...core.text import api_text

Value = t.Union[str, int, float, bool, t.Sequence[str], t.Mapping[str, object]]
Params = t.Mapping[str, t.Optional[Value]]


def flat(params: Params) -> dict[str, str]:
    """true/false, comma-joined lists, ``details[0].key=value`` maps; None is left out. Raises InvalidValue."""
    told: dict[str, str] = {}
    for name, value in params.items():
        if value is None:
            continue
        if isinstance(value, t.Mapping):
            told.update(_entries(f"{name}[0]", value))
        elif isinstance(value, (list, tuple)) and value and all(isinstance(item, t.Mapping) for item in value):
            for number, each in enumerate(t.cast("t.Sequence[t.Mapping[str, object]]", value)):
                told.update(_entries(f"{name}[{number}]", each))
        elif isinstance(value, (list, tuple, frozenset, set)):
            told[name] = ",".join(str(item) for item in value)
        else:
            told[name] = _text(name, value)
    return told


def _entries(name: str, given: t.Mapping[str, object]) -> dict[str, str]:
    return {f"{name}.{key}": _text(f"{name}.{key}", value) for key, value in given.items() if value is not None}


def _text(name: str, value: object) -> str:
    """One value. Raises InvalidValue for what Python alone would write."""
    if isinstance(value, (list, tuple, t.Mapping)):
        raise InvalidValue(name, value, "a text, a number or true or false")
    return api_text(value)
