# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges of numeric settings that the server does not tell in its listing.

Source: server, ConfigurationManagerImpl (populateConfigValuesForValidationSet, weightBasedParametersForValidation,
overProvisioningFactorsForValidation, validateConfigurationValue), the same from 4.11 on; T3:62-63.
"""

from __future__ import annotations

import re
import typing as t
from decimal import Decimal

# The server refuses zero and less, and for some of them more.
_POSITIVE = frozenset(
    (
        "account.cleanup.interval",
        "alert.wait",
        "consoleproxy.capacityscan.interval",
        "event.purge.interval",
        "expunge.interval",
        "externaldhcp.vmip.max.retry",
        "externaldhcp.vmip.retrieval.interval",
        "externaldhcp.vmipfetch.threadpool.max",
        "host.stats.interval",
        "incorrect.login.attempts.allowed",
        "network.gc.interval",
        "ovm3.heartbeat.interval",
        "ovm3.heartbeat.timeout",
        "ping.interval",
        "snapshot.poll.interval",
        "storage.cleanup.interval",
        "storage.stats.interval",
        "wait",
        "xenserver.heartbeat.interval",
        "xenserver.heartbeat.timeout",
    )
)
_BOUNDS = {
    "mac.identifier": (0, 255),
    "remote.access.vpn.psk.length": (8, 256),
    "vm.password.length": (6, None),
    "agent.load.threshold": (0, 1),
    "vm.user.dispersion.weight": (0, 1),
}
_FACTOR = re.compile(r"(cpu|mem|storage)\.overprovisioning\.factor")
_SHARE = re.compile(r".*capacity\.(notification|disable)threshold")
# Times, of which the server takes any number: what it makes of a negative one is another thing for each.
_TIME = re.compile(r"(.*[._])?(delay|interval|period|retention|timeout|wait)([._].*)?")


def expected(name: str, value: Decimal) -> str:
    """What the server would take instead of a value that it refuses; "" for one that it takes."""
    key = name.casefold()
    if key in _POSITIVE or _FACTOR.fullmatch(key):
        return "" if value > 0 else "a number above 0"
    low, high = (0, 1) if _SHARE.fullmatch(key) else _BOUNDS.get(key, (None, None))
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    return f"a number from {low} to {high}" if high is not None else f"a number of at least {low}"


def doubt(name: str, value: Decimal, default: t.Optional[Decimal]) -> str:
    """Why a value that the server takes is hardly meant: a time before zero, where the default is one after it."""
    if value >= 0 or default is None or default <= 0 or not _TIME.fullmatch(name.casefold()):
        return ""
    return f"{name} is a time, and {value:f} is less than 0"
