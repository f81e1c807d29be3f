# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the care of storage needs of a CloudStack: volumes, and the contents of stores."""

from __future__ import annotations

import typing as t

from ..core.storage.stores import Entry, Item
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


class Stores(t.Protocol):
    """The contents of image stores and pools."""

    def at(self, kind: str, id: str, path: str) -> t.Sequence[Entry]:
        """kind: "image_store" or "pool". What lies at a path. Raises Unsupported before 4.19."""

    def items(self, store_id: str) -> t.Optional[t.Sequence[Item]]:
        """Templates, ISOs and snapshots on an image store; None before 4.19, where the server cannot tell."""

    def migrate(self, source: str, destinations: t.Sequence[str], balance: bool) -> str:
        """All, or until both are alike full; waited for. What the server says of it. Raises Unsupported before 4.15."""

    def needs(self, single: bool) -> None:
        """Raises Unsupported where nothing can be moved. single: whether items alone are."""

    def migrate_items(self, source: str, destination: str, items: t.Sequence[Item]) -> str:
        """Some. Raises Unsupported before 4.19."""
