# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what time a host has."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found


def judge_clock(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    clock = host.clock
    if clock.synchronised is None:
        yield Unseen("clock_unsynchronised", "the synchronization of the clock")
    elif not clock.synchronised:
        yield found("clock_unsynchronised", "according to the kernel or chrony")
    if clock.offset is None:
        yield Unseen("clock_offset", "the offset of the clock (chrony is not installed)")
    elif abs(clock.offset) > expected.max_offset:
        limit = expected.max_offset
        yield found(
            "clock_offset", f"the offset is {clock.offset:+.3f} s, at most {limit:g} s is allowed", offset=clock.offset
        )
