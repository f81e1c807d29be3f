# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends frames on VLANs and hears those of other hosts, for some seconds."""

from __future__ import annotations

import itertools
import typing as t
from functools import partial

from ...core.errors import HostcraftError
from ...core.trunks.probe import Arrival, packed, read

# Between the beginnings of two rounds, of which each has one frame for each VLAN.
ROUND = 1.0


class Wire(t.Protocol):
    def send(self, frame: t.Callable[[bytes], bytes]) -> None: ...

    def arrived(self, seconds: float) -> t.Iterator[tuple[bytes, t.Optional[int]]]: ...


def probe(
    wire: Wire,
    clock: t.Callable[[], float],
    run: bytes,
    own: int,
    numbers: t.Sequence[int],
    seconds: float,
    rate: float,
) -> frozenset[Arrival]:
    """own: this host's place among all. rate: frames in a second, so that no switch takes them for a storm.

    Raises HostcraftError where not every VLAN had its turn: those would look like VLANs that do not pass.
    """
    found: set[Arrival] = set()
    sent = 0
    end = clock() + seconds
    due = begun = clock()
    turns = itertools.cycle(range(len(numbers)))
    turn = next(turns)
    while (now := clock()) < end:
        if now >= due:
            vlan = numbers[turn]
            wire.send(partial(packed, run=run, sender=own, vlan=vlan))
            turn, sent = next(turns), sent + 1
            due = max(due + 1 / rate, now)
            if turn == 0:
                due = begun = max(due, begun + ROUND)
        for data, tag in wire.arrived(min(due, end) - now):
            arrival = read(data, tag, run)
            if arrival and arrival.sender != own:
                found.add(arrival)
    if sent < len(numbers):
        message = (
            f"in {seconds:g} s, frames were sent on only {sent} of {len(numbers)} VLANs; set seconds to a larger value"
        )
        raise HostcraftError(message)
    return frozenset(found)
