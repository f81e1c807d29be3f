# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service offerings of system VMs."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

# Megabytes that a system VM of a 64-bit template needs (Working with System Virtual Machines, "Changing the Default").
LEAST_MEMORY = 512


@dataclass(frozen=True)
class SystemOffering:
    """kind: of the system VMs that it is for, "" for any (T6:76). memory: in MB."""

    id: str
    name: str
    kind: str = ""
    memory: t.Optional[int] = None

    def fits(self, kind: str) -> bool:
        """The server accepts an offering of another kind of system VM (T6:87), which is a mistake."""
        return not self.kind or self.kind == kind
