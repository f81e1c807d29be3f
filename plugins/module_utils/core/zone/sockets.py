# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU sockets of hosts by hypervisor, by which licences are counted."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .hosts import Host


@dataclass(frozen=True)
class Sockets:
    """CPU sockets of the hosts of one hypervisor. not_told: hosts whose number the server does not have."""

    hypervisor: str
    hosts: int
    sockets: int
    not_told: tuple[str, ...] = ()


def sockets_of(hosts: t.Iterable[Host]) -> tuple[Sockets, ...]:
    """What a licence for each socket is counted by; the server says nothing or 0 until an agent has told it."""
    kinds: dict[str, list[Host]] = {}
    for host in hosts:
        kinds.setdefault(host.hypervisor, []).append(host)
    return tuple(
        Sockets(
            kind,
            len(its),
            sum(host.cpu_sockets or 0 for host in its),
            tuple(sorted(host.name for host in its if not host.cpu_sockets)),
        )
        for kind, its in sorted(kinds.items())
    )
