# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A XenServer or XCP-ng pool."""

from __future__ import annotations

import typing as t

from ..core.hypervisors.model import Obstacle
from ..core.xenserver.layout import Step, XenDisc, XenLayout
from .clock import Clock


class XenPool(t.Protocol):
    """A XenServer or XCP-ng pool that is laid out. Raises what Hypervisor does."""

    @property
    def clock(self) -> Clock: ...

    def layout(self) -> XenLayout:
        """The pool, whole; one more call for each host, for its clock."""

    def stuck(self, host_ref: str) -> t.Sequence[Obstacle]:
        """Guests that cannot leave a host, as the pool judges."""

    def discs(self) -> t.Sequence[XenDisc]:
        """Discs in drives of running guests."""

    def perform(self, step: Step, timeout: float) -> None:
        """Waited for. Raises WaitTimeout."""

    def join(self, address: str, username: str, password: str, timeout: float) -> None:
        """Its only host goes over to the pool whose master has that address; no call reaches it here afterwards."""

    def close(self) -> None: ...
