# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A baseboard management controller as it answers by itself, over IPMI or Redfish.

Source: IPMI 2.0 (privilege levels, cipher suites); DMTF DSP0266 (ResetType and its allowable values).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

IPMI, REDFISH = "ipmi", "redfish"
ADMINISTRATOR = "administrator"
# What CloudStack's redfish driver sends for each power action (RedfishClient.RedfishResetCmd and its driver).
REDFISH_RESET: t.Mapping[str, str] = {
    "ON": "On",
    "OFF": "GracefulShutdown",
    "SOFT": "GracefulShutdown",
    "RESET": "ForceRestart",
    "CYCLE": "PowerCycle",
}


@dataclass(frozen=True)
class Access:
    """How a controller is reached. protocol: ipmi or redfish. timeout: seconds of one question."""

    protocol: str
    address: str
    port: int
    username: str
    password: str = field(repr=False)
    verify: bool = True
    ca_path: t.Optional[str] = None
    timeout: float = 15.0


@dataclass(frozen=True)
class Account:
    """A user of the controller. privilege: in lower case, "" where it was not told."""

    name: str
    privilege: str = ""
    enabled: t.Optional[bool] = None
    id: str = ""


@dataclass(frozen=True)
class Controller:
    """What one login learned. None and () mean that the protocol does not tell.

    power: On, Off or Unknown. reset_types: what a Redfish system accepts. cipher_suites: of IPMI channel 1.
    """

    power: str
    privilege: str = ""
    accounts: tuple[Account, ...] = ()
    reset_types: t.Optional[frozenset[str]] = None
    cipher_suites: t.Optional[frozenset[int]] = None
    firmware: str = ""
    model: str = ""


@dataclass(frozen=True)
class Failure:
    """Why a login did not succeed. reason: "silent" (nothing answers), "refused" (no such service), "password",
    "certificate", or "protocol" (something answers that is no such controller)."""

    reason: str
    text: str
