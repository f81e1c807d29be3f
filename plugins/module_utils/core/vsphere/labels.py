# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic labels of vSphere: NAME,VLAN,TYPE, and what is meant where a part is left out."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .model import STANDARD, SWITCH_KINDS, UNTAGGED


@dataclass(frozen=True)
class TrafficLabel:
    """``switch,vlan,kind`` as the traffic type of a physical network holds it. vlan: None where untagged.

    kind: a word of SWITCH_KINDS, "" where the zone's default is meant.
    """

    switch: str
    vlan: t.Optional[int] = None
    kind: str = ""


def read_label(text: str) -> tuple[TrafficLabel, tuple[str, ...]]:
    """A label and what is wrong with it; total. An empty one is the default switch."""
    parts = [part.strip() for part in text.split(",")]
    wrong = [] if len(parts) <= 3 else [f"it has {len(parts)} fields, at most 3 are possible"]
    name, tag, kind = (*parts, "", "")[:3]
    if kind and kind not in SWITCH_KINDS:
        wrong.append(f"{kind!r} is not a kind of switch; expected {', '.join(SWITCH_KINDS)}")
        kind = ""
    vlan = None
    if tag and tag != UNTAGGED:
        if tag.isdecimal() and 1 <= int(tag) <= 4094:
            vlan = int(tag)
        else:
            wrong.append(f"{tag!r} is not a VLAN; expected 1 to 4094 or nothing")
    return TrafficLabel(name or SWITCH_KINDS[kind or STANDARD], vlan, kind), tuple(wrong)
