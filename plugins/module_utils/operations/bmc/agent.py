# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agent of a host whose power was cut: when the server's Up is of now, and not of the time before.

A machine without power says no goodbye: the server learns of it by pings that stay away.
"""

from __future__ import annotations

import math
import typing as t

from ...core.bmc import agent, host_ha
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ..waiting import until

LOOK = 5.0  # seconds between two looks at whether the agent went


def ping_settings(cloud: Cloud) -> tuple[float, float]:
    """ping.interval and ping.timeout, in the server's defaults where it shows nothing usable."""
    return (
        number(cloud, "ping.interval", agent.PING_INTERVAL),
        number(cloud, "ping.timeout", agent.PING_TIMEOUT),
    )


def number(cloud: Cloud, name: str, otherwise: float, scope: str = "global", scope_id: str = "") -> float:
    """A setting of the server as a number."""
    held = cloud.settings.find(name, scope, scope_id)
    try:
        found = float(held.value) if held is not None and held.value else otherwise
    except ValueError:
        return otherwise
    return found if math.isfinite(found) else otherwise


def noticed_within(cloud: Cloud) -> float:
    """Seconds after which the server has noticed that an agent went, if it can notice it at all."""
    return agent.noticed_within(*ping_settings(cloud))


def back(cloud: Cloud, host: Host, limit: float, doubt: float, beat: t.Callable[[], None] = lambda: None) -> str:
    """Wait for the agent to be Up; the state. doubt: seconds for which an Up may be of the time before the cut.

    It ends early once the agent was seen to go. Raises WaitTimeout ``limit`` seconds after that.
    """
    end = cloud.clock.now() + doubt
    while cloud.clock.now() < end and cloud.hosts.fresh(host).state not in agent.LOST:
        beat()
        cloud.clock.sleep(min(LOOK, max(end - cloud.clock.now(), 0.05)))

    def state() -> str:
        beat()
        return _state(cloud, host)

    return until(
        cloud,
        state,
        lambda state: state == agent.UP,
        what=f"host {host.name} to be Up",
        limit=limit,
        show=lambda state: state,
    )


def _state(cloud: Cloud, host: Host) -> str:
    """The server's word, unless host HA says it in the agent's place."""
    state = cloud.hosts.fresh(host).state
    if state != agent.UP:
        return state
    held = cloud.host_has.of_host(host.id)
    return f"{state}, host HA {held.state}" if held.state in host_ha.HEARSAY else state
