# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent into a system VM or router to look at its network, and what came back.

Source: Working with System Virtual Machines, "Troubleshoot networks from System VMs": in extra arguments only letters,
digits, "-" and "." are allowed. The server accepts more than that, and addresses that are none (T6:92-98).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..addresses import is_address, is_host_name
from ..errors import InvalidValue, Reason

PING, TRACEROUTE, ARPING = "ping", "traceroute", "arping"
TYPES = (PING, TRACEROUTE, ARPING)
_ARGUMENT = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)
# Files and tables that can be asked for: a path, or a name in brackets such as [IPTABLES].
_FILE = re.compile(
    r"/(?!.*(?:^|/)\.\.(?:/|$))[A-Za-z0-9._/-]{1,250}|\[[A-Z0-9_]{1,40}\]|[A-Za-z][A-Za-z0-9]{0,39}", re.ASCII
)
MOST_ARGUMENTS = 16


@dataclass(frozen=True)
class Target:
    """A system VM or router. kind: as the server names it; "router" for those."""

    id: str
    name: str
    kind: str
    state: str
    zone_id: str
    zone: str
    runs: bool


@dataclass(frozen=True)
class Diagnosis:
    """What a tool said inside. exit_code: None where the server does not tell one."""

    output: str
    errors: str
    exit_code: t.Optional[int]

    @property
    def good(self) -> bool:
        return self.exit_code == 0


def address(text: str, kind: str) -> str:
    """Raises InvalidValue for what is neither an address nor a host name: the server would send it all the same."""
    if kind == ARPING and not (is_address(text) and ":" not in text):
        raise InvalidValue("address", text, "an IPv4 address, because arping has no other")
    if not (is_address(text) or is_host_name(text)):
        raise InvalidValue("address", text, "an address or a host name")
    return text


def arguments(given: t.Sequence[str]) -> str:
    """As they are sent. Raises InvalidValue."""
    if len(given) > MOST_ARGUMENTS:
        raise InvalidValue("arguments", list(given), f"at most {MOST_ARGUMENTS} arguments")
    for each in given:
        if not _ARGUMENT.fullmatch(each):
            raise InvalidValue("arguments", each, "only letters, digits, - and . in each argument")
    return " ".join(given)


def files(given: t.Sequence[str]) -> tuple[str, ...]:
    """Paths and names of an archive. Raises InvalidValue."""
    for each in given:
        if not _FILE.fullmatch(each):
            raise InvalidValue("files", each, "an absolute path without .., or a name such as [IPTABLES]")
    return tuple(given)


def unfit(target: Target) -> tuple[Reason, ...]:
    """Why nothing can be run in it: a stopped router fails with a text about its host (T6:166)."""
    if target.runs:
        return ()
    message = f"{target.kind} {target.name} is {target.state or 'in an unknown state'}"
    return (Reason("not_running", message, "start it first", {"name": target.name, "state": target.state}),)
