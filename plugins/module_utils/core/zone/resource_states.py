# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource states of hosts: those from which a maintenance leads on, and what leads from one to another.

Source: ResourceState.java; FIELD_FACTS "Host life cycle".
"""

from __future__ import annotations

import typing as t

from ..errors import Reason, Refused
from .hosts import Host

ENABLED, DISABLED, MAINTENANCE, DRAINING = "Enabled", "Disabled", "Maintenance", "PrepareForMaintenance"
FAILED_DRAIN = frozenset(("ErrorInMaintenance", "ErrorInPrepareForMaintenance"))
# Those from which a maintenance leads on.
WORKABLE = frozenset((ENABLED, DISABLED, MAINTENANCE, DRAINING, *FAILED_DRAIN))
_CANCEL, _PREPARE = ("cancel_maintenance",), ("prepare_maintenance",)
_LEAVING = dict.fromkeys((MAINTENANCE, DRAINING, *FAILED_DRAIN), _CANCEL)
# What leads from one resource state to another. ``prepareHostForMaintenance`` has no transition from Disabled (T2:32),
# and ``cancelHostMaintenance`` always ends in Enabled (T2:38-48). From ErrorInPrepareForMaintenance it has none either:
# that drain has to be given up before another can be asked for. Before 4.13 it is the same with ErrorInMaintenance.
STEPS: t.Mapping[str, t.Mapping[str, tuple[str, ...]]] = {
    ENABLED: {ENABLED: (), DISABLED: ("enable",), **_LEAVING},
    DISABLED: {ENABLED: ("disable",), DISABLED: (), **dict.fromkeys(_LEAVING, (*_CANCEL, "disable"))},
    MAINTENANCE: {
        MAINTENANCE: (),
        DRAINING: ("wait",),
        ENABLED: (*_PREPARE, "wait"),
        DISABLED: ("enable", *_PREPARE, "wait"),
        "ErrorInMaintenance": (*_CANCEL, *_PREPARE, "wait"),
        "ErrorInPrepareForMaintenance": (*_CANCEL, *_PREPARE, "wait"),
    },
}


def steps_to(wanted: str, host: Host) -> tuple[str, ...]:
    """The actions that bring a host to a resource state. Raises Refused where no way leads there."""
    ways = STEPS[wanted]
    if host.resource_state not in ways:
        raise Refused(
            f"host {host.name}",
            [
                Reason(
                    "resource_state",
                    f"its resource state is {host.resource_state}, which cannot be changed to {wanted}",
                    "cancelHostAsDegraded first"
                    if host.resource_state == "Degraded"
                    else "check the log of the management server",
                    {"resource_state": host.resource_state, "wanted": wanted},
                )
            ],
        )
    return ways[host.resource_state]
