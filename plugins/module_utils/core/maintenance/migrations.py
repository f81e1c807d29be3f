# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which migrations may be started beside those that are under way."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass

from ..placement.drain import Move


@dataclass(frozen=True)
class AtOnce:
    """Migrations under way at once: from one host, to one host, in all."""

    per_source: int = 2
    per_target: int = 2
    in_all: int = 8


def startable(waiting: t.Sequence[Move], running: t.Sequence[Move], limits: AtOnce) -> list[Move]:
    """In the plan's order, as far as the limits allow."""
    sources, targets = Counter(m.source for m in running), Counter(m.target for m in running)
    count, chosen = len(running), []
    for move in waiting:
        if count >= limits.in_all:
            break
        if sources[move.source] < limits.per_source and targets[move.target] < limits.per_target:
            chosen.append(move)
            sources[move.source] += 1
            targets[move.target] += 1
            count += 1
    return chosen
