# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes the server's own roll a successful job that did nothing (field facts "Host life cycle", T2:80-83)."""

from __future__ import annotations

from ..errors import Reason
from ..placement.fleet import Fleet
from ..zone.allocation_states import blocks_drains

# Settings of the server.
STAGE_TIMEOUT, PING_INTERVAL = "kvm.rolling.maintenance.stage.timeout", "kvm.rolling.maintenance.ping.interval"


def does_nothing(timeout: float, interval: float) -> bool:
    """Whether a stage is over before the server asks for its result: the job ends well then."""
    return timeout <= interval


def pitfalls(fleet: Fleet, timeout: int, interval: int) -> list[Reason]:
    """timeout: seconds of a stage. interval: seconds between two pings of a host that works on it."""
    found = []
    other = sorted({host.hypervisor for host in fleet.hosts if host.hypervisor.casefold() != "kvm"})
    if other:
        message = f"the server's own roll skips {', '.join(other)} and reports success"
        found.append(Reason("hypervisor", message, "use engine=plan", {"hypervisors": other}))
    if blocks_drains("cluster", fleet.cluster.allocation_state):
        message = "it is Disabled, and the server cannot drain hosts of a Disabled cluster"
        found.append(Reason("cluster_disabled", message, "enable the cluster first"))
    if does_nothing(timeout, interval):
        message = (
            f"stage_timeout={timeout} is not above the ping interval of {interval} s, so the roll would do nothing"
        )
        remedy = f"use stage_timeout={interval + 1} or more"
        found.append(Reason("timeout_below_ping", message, remedy, {"interval": interval}))
    return found
