# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared hosts whose address is the one of another host in CloudStack.

A roll or a role would then log in to one machine while the server empties the other.
"""

from __future__ import annotations

import typing as t

from ..addresses import is_address
from ..zone.hosts import Host, HostIndex, HostName, url_name
from .problem import Problem, Record


def held_hosts(held: t.Sequence[Record]) -> list[Host]:
    """Hosts of cs_host_info as far as they tell which host they are."""
    return [
        Host(str(each.get("id")), str(each.get("name")), ip_address=str(each.get("ip_address") or "")) for each in held
    ]


def misplaced_hosts(hosts: t.Sequence[Record], held: t.Sequence[Record]) -> list[Problem]:
    """hosts: of ``declared_hosts``. held: hosts that CloudStack has, with name and ip_address."""
    there, found = held_hosts(held), []
    known, addressed = HostIndex(there), _by_address(there)
    for index, host in enumerate(hosts):
        its = known.matching(HostName(str(host.get("name") or "")))
        if len(its) != 1:
            continue
        for key, address in (
            ("ansible_host", str(host.get("ansible_host") or "")),
            ("url", _address(host)),
        ):
            other = next((each for each in addressed.get(address, ()) if address and each not in its), None)
            if other is not None and its[0].ip_address != address:
                found.append(_problem(index, host, key, address, its[0], other))
                break
    return found


def _by_address(hosts: t.Iterable[Host]) -> dict[str, list[Host]]:
    found: dict[str, list[Host]] = {}
    for host in hosts:
        found.setdefault(host.ip_address or "", []).append(host)
    return found


def _address(host: Record) -> str:
    name = url_name(str(host.get("url") or ""))
    return name if is_address(name) else ""


def _problem(index: int, host: Record, key: str, address: str, its: Host, other: Host) -> Problem:
    name = str(host.get("inventory_name") or host.get("name"))
    message = f"{address} is the address of host {other.name} in CloudStack, not of {its.name}"
    # The variable has no prefix, so the path ends at the host.
    path = (index, key) if key != "ansible_host" else (index,)
    return Problem("address_of_another", path, address, message, f"{key}: {its.ip_address}", name)
