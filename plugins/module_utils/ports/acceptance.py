# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short-lived VM of an acceptance test."""

from __future__ import annotations

import typing as t

from ..core.acceptance.trial import Console, Offering, Plan, Template, Trial


class Trials(t.Protocol):
    """The VM of an acceptance test, and what it is made of. Each listing is asked anew."""

    def templates(self, zone_id: str) -> t.Sequence[Template]: ...

    def offerings(self) -> t.Sequence[Offering]: ...

    def all(self, zone_id: str) -> t.Sequence[Trial]:
        """VMs of the caller's own account."""

    def find(self, id: str) -> t.Optional[Trial]: ...

    def deploy(self, plan: Plan, name: str, network_id: str) -> None:
        """With the mark of the test. Raises ApiError."""

    def destroy(self, id: str) -> None:
        """And expunge. Raises ApiError."""

    def expunge(self, id: str) -> None: ...

    def console(self, id: str) -> Console:
        """Raises Unsupported before 4.18, ApiError."""

    def left(self, vm_id: str, network_id: str) -> t.Sequence[str]:
        """What is still there of a VM and of a network that were removed, in words."""
