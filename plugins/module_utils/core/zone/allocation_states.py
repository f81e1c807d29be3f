# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Allocation states of zones, pods and clusters: what keeps VMs out of a place, and what a closed cluster blocks."""

from __future__ import annotations

import typing as t

from .topology import Pod, Zone

ENABLED, DISABLED = "Enabled", "Disabled"


def blocked_by(around: t.Iterable[t.Union[Zone, Pod]]) -> list[str]:
    """ "zone z1": of the places around another those that are Disabled; they keep VMs out whatever its own state."""
    return [
        f"{'zone' if isinstance(each, Zone) else 'pod'} {each.name}"
        for each in around
        if each.allocation_state == DISABLED
    ]


def blocks_drains(scope: str, state: str) -> bool:
    """A Disabled cluster blocks the drain of its hosts (field facts, "Host life cycle", measured with a control)."""
    return scope == "cluster" and state == DISABLED


def drain_warning(subject: str) -> str:
    """Of a cluster with hosts that is about to be closed."""
    return (
        f"{subject} is {DISABLED}: in this state, draining one of its hosts ends in "
        "ErrorInPrepareForMaintenance; enable it before a maintenance"
    )
