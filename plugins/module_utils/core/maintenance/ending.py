# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end of a maintenance leads to: the state of the host, and the VMs that come back."""

from __future__ import annotations

import typing as t

from ..zone.hosts import Host
from ..zone.resource_states import DISABLED, ENABLED
from .marks import Mark


def end_of(host: Host, mark: t.Optional[Mark]) -> str:
    """What a host is after its maintenance; one that is in none stays as it is."""
    if mark is None:
        return host.resource_state if host.resource_state == DISABLED else ENABLED
    return mark.before


def returning_of(move_back: bool, final: Host, mark: t.Optional[Mark]) -> tuple[str, ...]:
    """Ids of the VMs to move back: to a host that is in service, where that is asked for."""
    return mark.moved if mark and move_back and final.resource_state == ENABLED else ()
