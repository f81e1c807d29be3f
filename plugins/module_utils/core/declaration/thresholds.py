# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds of capacity that a zone declares: a notification has to come before allocation stops.

Source: 4.11.1 documentation, "Granular Global Configuration Parameters" ("Keep the corresponding notification threshold
lower than this value to be notified beforehand").
"""

from __future__ import annotations

import typing as t
from decimal import Decimal, InvalidOperation

from ..capacity.thresholds import PAIRS, too_late
from .problem import Part, Path, Problem
from .server import Held

CODE = "notification_after_disable"


class _Scope(t.NamedTuple):
    """A map of settings and where it stands."""

    path: Path
    values: t.Mapping[str, t.Any]


def threshold_problems(zone: Part, held: Held) -> t.Iterator[Problem]:
    """Pairs of which one is declared: in every scope that declares one, the values in effect there."""
    wide = [_Scope((key,), zone.items(key)) for key in ("zone_settings", "settings")]
    scopes = [[_Scope((*each.path, "settings"), each.items("settings")), *wide] for each in zone.parts("clusters")]
    scopes += [wide[n:] for n in range(len(wide))]
    seen: set[Path] = set()
    for chain in scopes:
        for lower, upper in PAIRS:
            problem = _pair(chain, lower, upper, held)
            if problem is not None and problem.path not in seen:
                seen.add(problem.path)
                yield problem


def _pair(chain: t.Sequence[_Scope], lower: str, upper: str, held: Held) -> t.Optional[Problem]:
    """A problem of the value that is declared; of two that are, of the one of the narrower scope."""
    low_at, low = _effective(chain, lower, held)
    high_at, high = _effective(chain, upper, held)
    if not (low_at or high_at) or not too_late(low, high):
        return None
    told = f"{lower} is {low}, which is not below {upper} ({high}), so allocation stops before a notification is sent"
    if len(high_at) > len(low_at):
        return Part(high_at[:-1], {upper: str(high)}).warning(CODE, upper, told, f"above {low}")
    return Part(low_at[:-1], {lower: str(low)}).warning(CODE, lower, told, f"below {high}")


def _effective(chain: t.Sequence[_Scope], name: str, held: Held) -> tuple[Path, t.Optional[Decimal]]:
    for scope in chain:
        if scope.values.get(name) is not None:
            return (*scope.path, name), _number(scope.values[name])
    return (), _number(held.setting(name))


def _number(value: object) -> t.Optional[Decimal]:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
