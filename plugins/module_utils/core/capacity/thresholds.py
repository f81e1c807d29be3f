# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds of capacity: a notification has to come before allocation stops.

Source: 4.11.1 documentation, "Granular Global Configuration Parameters" ("Keep the corresponding notification threshold
lower than this value to be notified beforehand").
"""

from __future__ import annotations

import typing as t
from decimal import Decimal

# Settings: of the notification, and of the end of allocation.
PAIRS = (
    ("cluster.cpu.allocated.capacity.notificationthreshold", "cluster.cpu.allocated.capacity.disablethreshold"),
    ("cluster.memory.allocated.capacity.notificationthreshold", "cluster.memory.allocated.capacity.disablethreshold"),
    ("cluster.storage.allocated.capacity.notificationthreshold", "pool.storage.allocated.capacity.disablethreshold"),
    ("cluster.storage.capacity.notificationthreshold", "pool.storage.capacity.disablethreshold"),
)
Share = t.TypeVar("Share", float, Decimal)


def too_late(notify: t.Optional[Share], disable: t.Optional[Share]) -> bool:
    """Whether nobody is told before allocation stops. None: not known, or not set."""
    return notify is not None and disable is not None and notify >= disable
