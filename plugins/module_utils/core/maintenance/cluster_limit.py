# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a cluster is closed to new VMs, and opened again, by the number of VMs that run in it.

Source: 4.11.1 documentation, "Best Practices" and "Monitor VMs for Max Capacity" (953, 12097, 18685): at most (N-1)
times the limit of a host; once a cluster reaches this number, disable allocation to it.
"""

from __future__ import annotations

import typing as t

Action = t.Literal["close", "open", "forget", ""]


class Load(t.NamedTuple):
    """most: the limit, None for a cluster without one. closed: its allocation state. ours: closed by such a
    decision."""

    running: int
    most: t.Optional[int]
    closed: bool
    ours: bool


def decided(load: Load, margin: int) -> Action:
    """margin: VMs below the limit from which it is opened again, so that it does not change with every VM.

    What somebody else has closed stays closed. "forget": somebody opened what was closed here.
    """
    if load.most is None:
        return ""
    if not load.closed:
        return "close" if load.running >= load.most else "forget" if load.ours else ""
    return "open" if load.ours and load.running < load.most and load.running <= load.most - margin else ""
