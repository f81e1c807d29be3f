# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that system VMs can get in URLs: with a wildcard, one for each address of the public ranges.

Source: Working with System Virtual Machines, "Using a SSL Certificate for the Console Proxy".
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

from ...findings import Finding, Unseen, Verdict
from ...text import several, shortened
from ...zone.physical_networks import VlanIpRange
from .domains import Domain
from .table import CONSOLE

MOST = 65_536  # names of one task
TOLD, FACTS = 10, 100  # names in a finding's text and in its facts


@dataclass(frozen=True)
class PublicName:
    """A name, the address that it has to have, and those that it has."""

    name: str
    address: str
    found: tuple[str, ...] = ()


def public_names(domains: t.Iterable[Domain], ranges: t.Iterable[VlanIpRange]) -> tuple[list[PublicName], int]:
    """The first ``MOST`` of them, and how many more there are. System VMs get no address that others own."""
    spans = [_span(each) for each in ranges if each.for_virtual_network is not False and not each.owner]
    below = sorted({domain.name for domain in domains if domain.wildcard})
    total = sum(last - first + 1 for first, last in spans) * len(below)
    names: dict[str, PublicName] = {}
    for name in below:
        domain = Domain(name, True)
        for first, last in spans:
            for number in range(first, min(last + 1, first + MOST - len(names))):
                address = str(ipaddress.IPv4Address(number))
                names[domain.host_name(address)] = PublicName(domain.host_name(address), address)
    return list(names.values()), max(0, total - MOST)


def judge_names(names: t.Sequence[PublicName], more: int) -> t.Iterator[Verdict]:
    missing = [each for each in names if not each.found]
    wrong = [each for each in names if each.found and each.address not in each.found]
    if missing:
        yield _found("range_unresolved", names, missing, [each.name for each in missing])
    if wrong:
        shown = [f"{each.name} is {', '.join(shortened(it) for it in each.found)}" for each in wrong]
        yield _found("range_elsewhere", names, wrong, shown)
    if more:
        yield Unseen("range_unresolved", f"{more} more names of the public ranges")


def _found(code: str, names: t.Sequence[PublicName], bad: t.Sequence[PublicName], shown: t.Sequence[str]) -> Finding:
    evidence = f"{len(bad)} of {len(names)}: {several(shown, TOLD)}"
    return CONSOLE.found(code, evidence, number=len(bad), names=[each.name for each in bad[:FACTS]])


def _span(held: VlanIpRange) -> tuple[int, int]:
    """The first and the last address as numbers; without IPv4 addresses an empty span."""
    try:
        first = int(ipaddress.IPv4Address(held.start_ip or ""))
        last = int(ipaddress.IPv4Address(held.end_ip or held.start_ip or ""))
    except ValueError:
        return 1, 0
    return first, max(last, first - 1)
