# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs: their life, their templates, and what can be asked inside of them and of routers."""

from __future__ import annotations

import typing as t

from ..core.system_vms.diagnostics import Diagnosis
from ..core.system_vms.templates import SystemTemplate, Wish
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

    def patch(self, id: str, forced: bool = False) -> None: ...

    def needs_patch(self) -> None:
        """Raises Unsupported before 4.17."""

    def migrate(self, id: str, host_id: str) -> None: ...

    def scale(self, id: str, offering_id: str, running: bool) -> None: ...

    def suitable(self, id: str) -> t.Sequence[str]:
        """Ids of hosts to which it can be moved, those with most free memory first."""


class Diagnostics(t.Protocol):
    """What can be asked inside of a system VM or router."""

    def needs_tools(self) -> None:
        """Raises Unsupported before 4.12."""

    def needs_archives(self) -> None:
        """Raises Unsupported before 4.14."""

    def run(self, id: str, kind: str, address: str, arguments: str) -> Diagnosis:
        """Raises ApiError."""

    def retrieve(self, id: str, files: t.Sequence[str]) -> str:
        """The URL of an archive, as the server tells it. Raises ApiError."""


class SystemTemplates(t.Protocol):
    """Templates of system VMs and routers, a row for each zone. Each listing is asked anew."""

    def find(self, name: str) -> t.Sequence[SystemTemplate]:
        """Those of a name, of every type and hypervisor."""

    def of_system(self) -> t.Sequence[SystemTemplate]: ...

    def os_types(self) -> t.Mapping[str, str]:
        """Names by ids."""

    def register(self, wish: Wish, zone_id: str, os_type_id: str) -> None:
        """zone_id: "-1" for all zones. os_type_id: "" leaves it to the server. Raises ApiError."""

    def copy(self, id: str, zone_id: str, to_zone_id: str) -> None: ...

    def prepare(self, id: str, zone_id: str, pool_id: str) -> None:
        """Ask for a copy on a primary storage pool. The server copies it after its answer. Raises ApiError."""
