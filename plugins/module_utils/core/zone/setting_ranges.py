# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ranges of numeric settings that the server does not tell in its listing.

Source: server, ConfigurationManagerImpl (populateConfigValuesForValidationSet, weightBasedParametersForValidation,
overProvisioningFactorsForValidation, validateConfigurationValue), but for what a release changed; T3:62-63.
"""

from __future__ import annotations

import re
import typing as t
from decimal import Decimal

from ..versions import FACTOR_BELOW_ONE

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
    "vm.user.dispersion.weight": (0, 1),
    "cluster.cpu.allocated.capacity.disablethreshold": (0, 1),
    "cluster.memory.allocated.capacity.disablethreshold": (0, 1),
}
# Of type Float at first and later of type Double, of which the server takes any number; no listing tells which.
_ONCE_FLOAT = frozenset(
    (
        "agent.load.threshold",
        "cluster.localstorage.capacity.notificationthreshold",
        "pod.privateip.capacity.notificationthreshold",
        "zone.directnetwork.publicip.capacity.notificationthreshold",
        "zone.secstorage.capacity.notificationthreshold",
        "zone.virtualnetwork.publicip.capacity.notificationthreshold",
        "zone.vlan.capacity.notificationthreshold",
    )
)
_FACTOR = re.compile(r"(cpu|mem|storage)\.overprovisioning\.factor")
_SHARE = re.compile(r".*capacity\.(notification|disable)threshold")
# Times, of which the server takes any number: what it makes of a negative one is another thing for each.
_TIME = re.compile(r"(.*[._])?(delay|interval|period|retention|timeout|wait)([._].*)?")
# Those that a number below 0 switches off, and how descriptions say so.
_OFF_BELOW = frozenset(("vm.stats.max.retention.time",))
_SAYS_OFF = re.compile(
    r"\b(0|zero) or (less|lower|below)|(?<!not be )(?<!not be a )\bnegative\b|(?<![\w.])-1\b", re.IGNORECASE
)


class Doubt(t.NamedTuple):
    """Why a value that the server takes is hardly meant; code: of a declaration's problem, right: instead of it."""

    code: str
    text: str
    right: str


def expected(name: str, value: Decimal, typed: bool, release: tuple[int, ...] = ()) -> str:
    """What the server would take instead of a value that it refuses; "" for one that it takes, or may take.

    typed: whether the server tells types; release: of the server, () where that is not known.
    """
    key = name.casefold()
    if key in _POSITIVE:
        return "" if value > 0 else "a number above 0"
    if _FACTOR.fullmatch(key):
        if () < release < FACTOR_BELOW_ONE:
            return "" if value >= 1 else "a number of at least 1"
        return "" if value > 0 else "a number above 0"
    low, high = (0, 1) if key in _ONCE_FLOAT and not typed else _BOUNDS.get(key, (None, None))
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    return f"a number from {low} to {high}" if high is not None else f"a number of at least {low}"


def by_release(name: str, value: Decimal, typed: bool) -> bool:
    """Whether it depends on the release of the server that it takes a value."""
    return not typed and 0 < value < 1 and _FACTOR.fullmatch(name.casefold()) is not None


def doubt(
    name: str, value: Decimal, default: t.Optional[Decimal], kind: str, description: str = ""
) -> t.Optional[Doubt]:
    """Of a share, a factor that older servers refuse, or a time before zero where the default is one after it.

    kind: the type as the server tells it, "" where it does not.
    """
    key = name.casefold()
    if kind == "Range" or _SHARE.fullmatch(key):
        if 0 <= value <= 1:
            return None
        return Doubt("setting_share", f"{name} is a share, and {value:f} is not from 0 to 1", "a number from 0 to 1")
    if by_release(name, value, bool(kind)):
        return Doubt("setting_factor", f"CloudStack before 4.17 refuses {name} below 1", "1 or more")
    if value >= 0 or default is None or default <= 0 or not _TIME.fullmatch(key):
        return None
    if key in _OFF_BELOW or _SAYS_OFF.search(description):
        return None
    return Doubt("setting_negative", f"{name} is a time, and {value:f} is less than 0", "0 or more")
