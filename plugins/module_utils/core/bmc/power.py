# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power actions on a host: what each does, when it is refused, and when it is done.

Source: Working with Hosts, "Out-of-band Management"; T5:5-13 (the answer to an action shows the state from before it).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason
from ..text import several

ON, OFF, UNKNOWN = "On", "Off", "Unknown"
MOST_NAMES = 10


@dataclass(frozen=True)
class PowerAction:
    """word: as the API has it. wanted: the power state that it ends in; "" where it changes none. cuts: guests stop."""

    word: str
    wanted: str = ""
    cuts: bool = False


ACTIONS: t.Mapping[str, PowerAction] = {
    "status": PowerAction("STATUS"),
    "on": PowerAction("ON", ON),
    "off": PowerAction("OFF", OFF, cuts=True),
    "soft": PowerAction("SOFT", OFF, cuts=True),
    "reset": PowerAction("RESET", ON, cuts=True),
    "cycle": PowerAction("CYCLE", ON, cuts=True),
}


def needless(action: PowerAction, state: str) -> bool:
    """Whether the host is there already: on when on, off when off. A reset and a cycle always do something."""
    return action.word in ("ON", "OFF", "SOFT") and state == action.wanted


def refusals(host: str, action: PowerAction, resource_state: str, vms: t.Sequence[str]) -> list[Reason]:
    """Why an action that cuts guests off is refused without consent. vms: names of those that run on the host."""
    found: list[Reason] = []
    if not action.cuts:
        return found
    if vms:
        shown = several(vms, MOST_NAMES)
        found.append(
            Reason(
                "vms_run",
                f"{len(vms)} VMs run on host {host} and would lose their host: {shown}",
                "migrate them with cs_maintenance, or set force to accept the loss",
                {"vms": list(vms)},
            )
        )
    if resource_state != "Maintenance":
        found.append(
            Reason(
                "not_in_maintenance",
                f"host {host} is in resource state {resource_state or 'unknown'}, not in Maintenance",
                "put it into maintenance with cs_maintenance first, or set force",
                {"resource_state": resource_state},
            )
        )
    return found
