# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether agents have to show a certificate, and the record of what was set before it was relaxed.

Source: Working with Hosts, "Security"; apache/cloudstack#8707, #5805 (agents that cannot connect).
"""

from __future__ import annotations

import re
import typing as t

from ..errors import Reason
from .check import Secured

RELAXED, RESTORED, STRICT = "relaxed", "restored", "strict"
STATES = (RELAXED, RESTORED, STRICT)
PREFIX = "hostcraft.strictness "
_RECORD = re.compile(r"hostcraft\.strictness before=(true|false)\Z")


def record(before: str) -> str:
    """An annotation of a cluster, by which a killed run is made good."""
    return f"{PREFIX}before={before}"


def before_of(text: str) -> t.Optional[str]:
    """What a record says; None for any other annotation."""
    found = _RECORD.match(text)
    return found[1] if found else None


def reasons_against(hosts: t.Iterable[Secured]) -> tuple[Reason, ...]:
    """Hosts whose agents might not come back once certificates are demanded."""
    return tuple(
        Reason(
            "host_unsecured" if each.secured is False else "secured_unknown",
            f"host {each.host} is not secured"
            if each.secured is False
            else f"the server does not return whether host {each.host} is secured",
            "provision a certificate with cs_certificate",
            {"host": each.host},
        )
        for each in hosts
        if not each.secured
    )
