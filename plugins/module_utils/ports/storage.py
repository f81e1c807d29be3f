# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the care of storage needs of a CloudStack: volumes, and the contents of stores."""

from __future__ import annotations

import typing as t

from ..core.storage.volumes import Volume


class Volumes(t.Protocol):
    """Volumes of all accounts, projects and the system."""

    def on(self, pool_id: str) -> t.Sequence[Volume]:
        """Those on a pool, read now."""

    def of_vm(self, vm_id: str) -> t.Sequence[Volume]:
        """Those of one VM, read now."""

    def one(self, volume_id: str) -> t.Optional[Volume]:
        """One, read now; None when it is gone."""

    def moves_live(self, hypervisor: str) -> bool:
        """Whether the server lists storage motion for any version of a hypervisor."""

    def with_snapshots(self) -> frozenset[str]:
        """Ids of VMs that have VM snapshots."""
