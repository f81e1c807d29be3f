# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Thresholds of storage, by the settings of a pool, its cluster and its zone."""

from __future__ import annotations

import typing as t

from ...core.capacity.levels import ALLOCATED_DISABLE, MOUNT_POINT, USED_DISABLE, Thresholds, overprovisions
from ...core.zone.storage import StoragePool
from ...ports.cloud import Cloud

PREFIX = "pool.storage."
Scope = tuple[str, str]


def of_pool(cloud: Cloud, pool: StoragePool) -> Thresholds:
    """Disable thresholds are settings of pools since 4.20 and of zones before, notification thresholds of clusters."""
    own: list[Scope] = [("storage", pool.id), ("zone", pool.zone_id), ("global", "")]
    near: list[Scope] = [("cluster", pool.cluster_id)] if pool.cluster_id else []
    allocated = fraction(cloud, f"{PREFIX}allocated.capacity.disablethreshold", own)
    used = fraction(cloud, f"{PREFIX}capacity.disablethreshold", own)
    return Thresholds(
        ALLOCATED_DISABLE if allocated is None else allocated,
        USED_DISABLE if used is None else used,
        fraction(cloud, "cluster.storage.allocated.capacity.notificationthreshold", [*near, ("global", "")]),
        fraction(cloud, "cluster.storage.capacity.notificationthreshold", [*near, ("global", "")]),
        overprovisions(pool.type, cloud.release() if pool.type == MOUNT_POINT else ()),
    )


def fraction(cloud: Cloud, name: str, scopes: t.Sequence[Scope]) -> t.Optional[float]:
    """The first value that one of the scopes has; None where none has a number."""
    for scope, id in scopes:
        held = cloud.settings.find(name, scope, id)
        if held is None or not held.value:
            continue
        try:
            value = float(held.value)
        except ValueError:
            continue
        if 0 <= value <= 1:
            return value
    return None
