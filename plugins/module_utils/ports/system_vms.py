# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs: their life, their templates, and what can be asked inside of them."""

from __future__ import annotations

import typing as t

from ..core.system_vms.offering import SystemOffering
from ..core.system_vms.vm import SystemVm


class SystemVms(t.Protocol):
    """Console proxies and secondary storage VMs. Each listing is asked anew. Every action raises ApiError."""

    def all(self, zone_id: str = "") -> t.Sequence[SystemVm]: ...

    def start(self, id: str) -> None: ...

    def stop(self, id: str, forced: bool = False) -> None: ...

    def reboot(self, id: str) -> None:
        """Starts one that is stopped (T6:49)."""

    def destroy(self, id: str) -> None:
        """The server makes another one, of the default offering (T6:105-110)."""

    def patch(self, id: str, forced: bool = False) -> None:
        """Raises Unsupported before 4.17."""

    def migrate(self, id: str, host_id: str) -> None: ...

    def scale(self, id: str, offering_id: str, running: bool) -> None: ...

    def offerings(self) -> t.Sequence[SystemOffering]:
        """Those of the system itself."""

    def suitable(self, id: str) -> t.Sequence[str]:
        """Ids of hosts to which it can be moved, those with most free memory first."""
