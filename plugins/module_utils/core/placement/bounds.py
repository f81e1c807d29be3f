# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no roll can beat: the fewest moves and waves, from counts and sums alone.

Both are necessary conditions, so a plan that meets them is the best there is.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .rules import Packing


@dataclass(frozen=True)
class Bounds:
    """What no plan can beat. moves: of VMs in all; waves: of hosts. load: of the fullest host after a roll with the
    fewest moves, as a share.
    """

    moves: int
    waves: int
    load: float = 0.0


def bounds(
    packing: Packing, scope: t.Sequence[int], first: t.Sequence[str], most_at_once: int, spare_hosts: int
) -> Bounds:
    """Lower bounds: every VM of the scope moves once, and those of the first host again unless others can hold them.

    With no usable host outside the scope the first wave lands its VMs on hosts that are still to come. first: ids that
    are visited alone before all others.
    """
    counts = {packing.hosts[n].id: len(packing.on[n]) for n in scope}
    outside = any(n not in set(scope) and not host.unusable for n, host in enumerate(packing.hosts))
    alone = [each for each in first if each in counts]
    again = 0 if outside or not counts else counts[alone[0]] if alone else min(counts.values())
    rest = [n for n in scope if packing.hosts[n].id not in alone]
    most = max(1, most_by_sum(packing, rest, most_at_once, spare_hosts))
    return Bounds(sum(counts.values()) + again, len(alone) - (-len(rest) // most))


def most_by_sum(packing: Packing, scope: t.Sequence[int], most_at_once: int, spare_hosts: int) -> int:
    """The most hosts of the scope that can be out while the sum leaves room for all VMs, spare hosts kept too.

    Taking the smallest hosts out, and then the largest of the others as spare, is the mildest there is. VMs of
    unusable hosts are left out: they may stay where they are until their host's turn. So may those of a host that has
    more than its room, as after a change of factors: it counts as large as what it has.
    """
    rooms = {n: host.room for n, host in enumerate(packing.hosts) if not host.unusable}
    most = min(most_at_once, len(scope))
    for kind in ("cpu", "ram"):
        left: list[int] = getattr(packing, kind)
        room = {n: int(getattr(each, kind)) - min(left[n], 0) for n, each in rooms.items()}
        need = sum(each - max(left[n], 0) for n, each in room.items())
        order = sorted(scope, key=lambda n: room.get(n, 0))
        while most:
            away = set(order[:most])
            kept = sorted(each for n, each in room.items() if n not in away)
            if sum(kept[: max(0, len(kept) - spare_hosts)]) >= need:
                break
            most -= 1
    return most
