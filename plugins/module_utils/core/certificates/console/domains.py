# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The domains of console and storage URLs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import InvalidValue

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


@dataclass(frozen=True)
class Domain:
    """The domain of console or storage URLs. wildcard: each VM has its own name below it; else all have this one."""

    name: str
    wildcard: bool

    def __str__(self) -> str:
        return f"*.{self.name}" if self.wildcard else self.name

    def host_name(self, address: str) -> str:
        """The name in the URLs that CloudStack makes for a VM at an address (source: ConsoleProxyInfo)."""
        return f"{address.replace('.', '-')}.{self.name}" if self.wildcard else self.name


def domain(option: str, text: str) -> Domain:
    """``*.consoles.example.com`` or ``consoles.example.com``. Raises InvalidValue."""
    wildcard = text.startswith("*.")
    name = (text[2:] if wildcard else text).lower()
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 235 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidValue(option, text, "a domain such as *.consoles.example.com or consoles.example.com")
    return Domain(name, wildcard)
