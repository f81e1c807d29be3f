# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the graphics cards of a host give to guests, and how much of it is left."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class GpuType:
    """What a graphics card gives to guests: itself ("passthrough") or a virtual one. remaining, capacity: guests."""

    name: str
    remaining: t.Optional[int] = None
    capacity: t.Optional[int] = None
    per_card: t.Optional[int] = None
    video_memory: t.Optional[int] = None


@dataclass(frozen=True)
class GpuGroup:
    name: str
    types: tuple[GpuType, ...] = ()
