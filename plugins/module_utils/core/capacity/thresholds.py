# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds of capacity: which of them a cluster reaches; a notification has to come before allocation stops.

Source: 4.11.1 documentation, "Granular Global Configuration Parameters" ("Keep the corresponding notification threshold
lower than this value to be notified beforehand").
"""

from __future__ import annotations

import typing as t
from decimal import Decimal

from ..accounting import RESOURCES, Balance, joined
from ..placement.fleet import Fleet, balances
from ..zone.resource_states import ENABLED

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


def compared(fleet: Fleet) -> Balance:
    """What the server compares with the thresholds: hosts whose resource state is Enabled, and Down ones too.

    Source: LIST_CLUSTERS_CROSSING_THRESHOLD of CapacityDaoImpl (capacity_state).
    """
    accounts = balances(fleet)
    return joined(accounts[host.id] for host in fleet.hosts if host.resource_state == ENABLED)


def crossed(its: Balance, limits: t.Mapping[str, float]) -> list[str]:
    """Names of the thresholds that the cluster's shares reach."""
    shares = {RESOURCES[kind]: share for kind, share in its.share().items()}
    return sorted(name for name, limit in limits.items() if shares[name.partition("_")[0]] >= limit)
