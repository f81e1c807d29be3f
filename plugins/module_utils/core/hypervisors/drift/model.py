# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a difference between CloudStack and its hypervisors is, and which host is which."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...findings import Severity
from ...zone.hosts import Host
from ..model import HypervisorHost, HypervisorView


@dataclass(frozen=True)
class Drift:
    """One difference. cloudstack, hypervisor: what each says, plain data. host, vm: names, "" where it is about none.

    severity: "hurts" when a VM, its data or a maintenance is at risk, "note" when it is good to know.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    host: str = ""
    vm: str = ""
    cloudstack: object = None
    hypervisor: object = None


@dataclass(frozen=True)
class Expected:
    """What CloudStack counts on besides its hosts and VMs.

    labels: traffic labels of the zone for this hypervisor, by traffic type. pools: CloudStack's names of the
    storage that every host must reach, by the name that hypervisors know it by (the pool's id).
    """

    labels: t.Mapping[str, str] = field(default_factory=dict)
    pools: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """A host as both know it."""

    host: Host
    seen: HypervisorHost


@dataclass(frozen=True)
class Matched:
    """both: known to both. missing: to CloudStack alone, unread ones left out. strangers: to the hypervisor alone."""

    both: tuple[Pair, ...]
    missing: tuple[Host, ...]
    strangers: tuple[HypervisorHost, ...]


def matched(hosts: t.Iterable[Host], view: HypervisorView) -> Matched:
    """Which host of CloudStack is which of the hypervisor; those that could not be read are judged in no way."""
    unread = {name for name, _error in view.unread}
    readable = [host for host in hosts if host.name not in unread]
    seen = [(host, view.host(host.name, host.ip_address)) for host in readable]
    both = tuple(Pair(host, its) for host, its in seen if its is not None)
    known = {pair.seen.id for pair in both}
    return Matched(
        both,
        tuple(host for host, its in seen if its is None),
        tuple(each for each in view.hosts if each.id not in known and each.name not in unread),
    )
