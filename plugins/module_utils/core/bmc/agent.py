# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the server notices that an agent went.

Source: AgentManagerImpl (MonitorTask: every ping.interval it looks for agents whose last ping is older than
ping.interval × ping.timeout); HAManagerImpl.getHostStatusFromHAConfig (what it does then for hosts with host HA).
"""

from __future__ import annotations

PING_INTERVAL, PING_TIMEOUT = 60.0, 2.5
UP = "Up"
LOST = ("Disconnected", "Down", "Alert", "Connecting")
MORE = 2  # intervals: one until the server looks, one for the investigation that follows


def silent_after(interval: float, timeout: float) -> float:
    """Seconds without a ping after which an agent counts as gone."""
    return interval * timeout


def noticed_within(interval: float, timeout: float) -> float:
    """Seconds after which the state of a host without a ping says so at the latest."""
    return silent_after(interval, timeout) + interval * MORE
