# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Console proxies and secondary storage VMs, as ``listSystemVms`` shows them (T6:25-111)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

CONSOLE, STORAGE = "consoleproxy", "secondarystoragevm"
KINDS: t.Mapping[str, str] = {CONSOLE: "console proxy", STORAGE: "secondary storage VM"}
RUNNING, STOPPED = "running", "stopped"
# States that lead to another one without anybody's doing.
PASSING = ("starting", "stopping", "migrating", "shutdown")
UP = "up"


@dataclass(frozen=True)
class SystemVm:
    """viewers: open consoles, None where it does not say. agent: the state of its agent, "" where it does not say.

    The server tells the agent's state of a console proxy only where the agent has connected once (T6:26).
    """

    id: str
    name: str
    kind: str
    state: str = ""
    zone_id: str = ""
    zone: str = ""
    address: str = ""
    viewers: t.Optional[int] = None
    agent: str = ""
    version: str = ""
    pod: str = ""
    host_id: str = ""
    host: str = ""
    hypervisor: str = ""
    template_id: str = ""
    template: str = ""
    offering_id: str = ""
    offering: str = ""
    private_address: str = ""
    link_local_address: str = ""
    arch: str = ""
    created: str = ""

    @property
    def runs(self) -> bool:
        return self.state.casefold() == RUNNING

    @property
    def passing(self) -> bool:
        return self.state.casefold() in PASSING

    @property
    def connected(self) -> t.Optional[bool]:
        """Whether its agent is; None where the server does not say."""
        return self.agent.casefold() == UP if self.agent else None

    @property
    def serves(self) -> bool:
        """Whether it runs, and nothing says that its agent is not connected."""
        return self.runs and self.connected is not False

    @property
    def called(self) -> str:
        return f"{KINDS.get(self.kind, self.kind)} {self.name}"

    @property
    def condition(self) -> str:
        """State and agent in words."""
        return f"{self.called} is {self.state or 'in an unknown state'}, its agent {self.agent or 'is not shown'}"
