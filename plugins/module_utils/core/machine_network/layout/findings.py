# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a declared layout, and where."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...errors import Reason, Refused
from ...vlans.ranges import HIGHEST
from .model import Device

RIGHT_VLAN = f"use 1 to {HIGHEST - 1}"


@dataclass(frozen=True)
class Finding:
    """One contradiction. where: section, name and key ("bridges.cloudbr0.gateway"). value: what stands there.

    blocks: False for what only deserves a warning.
    """

    code: str
    where: str
    value: object
    message: str
    remedy: str
    blocks: bool = True

    @property
    def text(self) -> str:
        return f"{self.where}={self.value!r}: {self.message} ({self.remedy})"


def of(device: Device, code: str, key: str, value: object, message: str, remedy: str, blocks: bool = True) -> Finding:
    """A finding about one key of an interface."""
    return Finding(code, f"{device.section}.{device.name}.{key}", value, message, remedy, blocks)


def refuse(findings: t.Iterable[Finding]) -> None:
    """Raises Refused with every finding that blocks, if there is one."""
    reasons = [
        Reason(one.code, f"{one.where}={one.value!r}: {one.message}", one.remedy, {"parameter": one.where})
        for one in findings
        if one.blocks
    ]
    if reasons:
        raise Refused("the network layout contradicts itself or the host", reasons)
