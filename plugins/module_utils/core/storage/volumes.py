# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes on primary storage, as far as maintenance and migration of a pool need them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

USER = "User"
ROOT = "ROOT"
READY = "Ready"
# A volume in one of these is deleted already; the server removes its file later (storage.cleanup.interval).
GONE = frozenset(("Destroy", "Expunging", "Expunged"))
RUNNING, STOPPED = "Running", "Stopped"
PASSING = frozenset(("Starting", "Stopping", "Migrating"))


@dataclass(frozen=True)
class Volume:
    """A volume as ``listVolumes`` shows it. size, physical: bytes promised, and bytes in use where the server tells.

    vm_id, vm, vm_state, vm_kind: the VM that it is attached to; "" for none. tags: those that its offerings want of a
    pool. local: whether it is on a host's own disk. cluster_id: of its pool, or of the host that its VM runs on.
    """

    id: str
    name: str
    type: str = ROOT
    state: str = READY
    size: int = 0
    physical: t.Optional[int] = None
    pool_id: str = ""
    cluster_id: str = ""
    vm_id: str = ""
    vm: str = ""
    vm_state: str = ""
    vm_kind: str = USER
    hypervisor: str = ""
    tags: frozenset[str] = frozenset()
    local: bool = False

    @property
    def weight(self) -> int:
        """Bytes that surely suffice for it on another pool."""
        return self.size if self.physical is None else min(self.physical, self.size or self.physical)

    @property
    def of_user(self) -> bool:
        """A volume of nobody's VM is a user's too."""
        return not self.vm_id or self.vm_kind == USER


def of_vms(volumes: t.Iterable[Volume]) -> dict[str, list[Volume]]:
    """Attached ones by the id of their VM, in the order of names."""
    found: dict[str, list[Volume]] = {}
    for each in sorted(volumes, key=lambda v: (v.vm, v.vm_id, v.type != ROOT, v.name)):
        if each.vm_id:
            found.setdefault(each.vm_id, []).append(each)
    return found
