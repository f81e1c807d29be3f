# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Management servers by their rows in the database."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

HEARTBEAT = 150.0  # seconds: cluster.heartbeat.threshold


@dataclass(frozen=True)
class Server:
    """A row of mshost. age: seconds since its last heartbeat."""

    id: str
    name: str
    address: str
    state: str
    version: str = ""
    age: t.Optional[float] = None
    msid: str = ""

    @property
    def alive(self) -> bool:
        """A clean stop writes Down at once; one that was killed stays Up and has no heartbeat."""
        fresh = self.age is not None and self.age < HEARTBEAT
        return fresh and self.state.casefold() != "down"
