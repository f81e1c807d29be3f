# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How full pools, stores, address ranges and VLANs are, against the thresholds of the settings.

Sources: 4.11.1 documentation, settings of zones and clusters (4202-4214), "Runtime Behavior of Primary Storage";
StorageManagerImpl.checkPoolforSpace; Storage.StoragePoolType (types that over-provision, and since when).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..versions import MOUNT_POINTS_GROW
from ..zone.storage import StoragePool
from .thresholds import too_late

OVERPROVISIONED = frozenset(
    (
        *("Filesystem", "NetworkFilesystem", "VMFS", "DatastoreCluster", "RBD", "PreSetup", "EXT"),
        *("PowerFlex", "Linstor", "StorPool", "FiberChannel"),
    )
)
MOUNT_POINT = "SharedMountPoint"
# Defaults of the settings, for a server that does not show them.
ALLOCATED_DISABLE, USED_DISABLE = 0.85, 0.85


@dataclass(frozen=True)
class Thresholds:
    """Fractions. allocated, used: from which the server places nothing more on a pool. notify_…: it sends an alert.

    overprovisions: whether the server over-provisions the pool.
    """

    allocated: float = ALLOCATED_DISABLE
    used: float = USED_DISABLE
    notify_allocated: t.Optional[float] = None
    notify_used: t.Optional[float] = None
    overprovisions: bool = True


class Level(t.NamedTuple):
    """used of total, in the unit of what it is of."""

    used: int
    total: int

    @property
    def share(self) -> float:
        return self.used / self.total if self.total > 0 else 0.0

    @property
    def free(self) -> int:
        return max(self.total - self.used, 0)


def overprovisions(type: t.Optional[str], release: t.Sequence[int]) -> bool:
    """Whether a server of that release over-provisions such pools. release: () is taken for an old one."""
    if type == MOUNT_POINT:
        held, (early, late) = tuple(release), MOUNT_POINTS_GROW
        return held >= late or (held[:2] == early[:2] and held >= early)
    return type in OVERPROVISIONED


def factor(pool: StoragePool, limits: Thresholds) -> float:
    """1 for a pool that is not over-provisioned, whatever the setting says."""
    return float(pool.overprovision_factor or 1) if limits.overprovisions else 1.0


def allocated(pool: StoragePool, limits: Thresholds) -> Level:
    """What is promised to volumes, of what may be promised."""
    return Level(pool.disk_size_allocated or 0, int((pool.disk_size_total or 0) * factor(pool, limits)))


def used(pool: StoragePool) -> Level:
    """What is written, of what there is."""
    return Level(pool.disk_size_used or 0, pool.disk_size_total or 0)


def crossed(pool: StoragePool, limits: Thresholds) -> list[str]:
    """Names of the thresholds that a pool reaches, as results have them."""
    promised, written = allocated(pool, limits).share, used(pool).share
    reached = {
        "allocated_disablethreshold": promised >= limits.allocated,
        "used_disablethreshold": written >= limits.used,
        "allocated_notificationthreshold": limits.notify_allocated is not None and promised >= limits.notify_allocated,
        "used_notificationthreshold": limits.notify_used is not None and written >= limits.notify_used,
    }
    known = {"allocated": allocated(pool, limits).total, "used": used(pool).total}
    return sorted(name for name, is_reached in reached.items() if is_reached and known[name.partition("_")[0]])


def room(pool: StoragePool, limits: Thresholds) -> tuple[int, int]:
    """Bytes that can be promised, and that can be written, before a disable threshold is exceeded."""
    promised, written = allocated(pool, limits), used(pool)
    return (
        max(int(promised.total * limits.allocated) - promised.used, 0),
        max(int(written.total * limits.used) - written.used, 0),
    )


def upside_down(limits: Thresholds) -> list[str]:
    """Notification thresholds that are not below their disable threshold, so that nobody is told before."""
    pairs = {"allocated": (limits.notify_allocated, limits.allocated), "used": (limits.notify_used, limits.used)}
    return [name for name, (notify, disable) in pairs.items() if too_late(notify, disable)]
