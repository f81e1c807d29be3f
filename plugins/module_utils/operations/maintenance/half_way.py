# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a killed run left half way, and hosts of a roll that are lost: with which of them it goes on."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.errors import Reason
from ...core.placement.fleet import Fleet
from ...core.placement.not_drained import BLOCKS_OTHERS, blocks, unreachable
from ...core.zone.hosts import Host
from ...core.zone.resource_states import DISABLED, ENABLED, MAINTENANCE
from ...ports.cloud import Cloud
from . import marks, records


def left_half_way(cloud: Cloud, fleet: Fleet, record: records.Record, most: int) -> list[Host]:
    """Hosts that a killed run left so, in the order in which they go on."""
    pending = [host for host in fleet.hosts if host.id in record.pending]
    found = [host for host in pending if _half_way(cloud, host, record)]
    # One that is marked and Enabled may be one that the server was asked for, and prepares only now.
    rest = [host for host in pending if found and host not in found and host.resource_state == ENABLED]
    asked = [host for host in rest if marks.read(cloud, host) is not None][: max(most - len(found), 0)]
    # No other host is emptied while the server drains one, or has failed to.
    return sorted([*asked, *found], key=lambda host: host.resource_state not in BLOCKS_OTHERS)


def _half_way(cloud: Cloud, host: Host, record: records.Record) -> bool:
    """Worked on already, in maintenance, on the way there, emptied by a run that was killed, or where a drain failed
    that blocks all others.
    """
    if host.id in record.worked or host.resource_state == MAINTENANCE or blocks(host):
        return True
    return host.resource_state != ENABLED and marks.read(cloud, host) is not None


def lost_of(
    cloud: Cloud, fleet: Fleet, record: records.Record, pending: t.Collection[str], half_way: t.Sequence[Host]
) -> dict[str, Reason]:
    """By host id: pending hosts that the server cannot prepare, but for those that a run has begun on."""
    found = unreachable(fleet, pending)
    doubtful = [host for host in half_way if host.id in found]
    begun = {host.id for host in doubtful if host.id in record.worked or marks.read(cloud, host) is not None}
    return {each: its for each, its in found.items() if each not in begun}


def able_of(pending: t.Iterable[str], lost: t.Collection[str], half_way: t.Iterable[Host]) -> tuple[str, ...]:
    """With which hosts a roll that has begun goes on. With none where a drain failed on one that is lost."""
    if any(host.id in lost for host in half_way):
        return ()
    return tuple(each for each in pending if each not in lost)


def lost_told(lost: t.Mapping[str, Reason]) -> tuple[str, ...]:
    """Warnings, where the others go on."""
    after = "the roll continues with the other hosts and is refused once only such hosts are left"
    return tuple(f"{its.message}; {after}: {its.remedy}" for its in lost.values())


def enabled_again(cloud: Cloud, fleet: Fleet, half_way: t.Sequence[Host]) -> Fleet:
    """A host that a killed run closed takes VMs again once the roll is through with it, which it is first."""

    def closed(host: Host) -> bool:
        mark = marks.read(cloud, host) if host in half_way and host.resource_state == DISABLED else None
        return mark is not None and mark.before == ENABLED

    hosts = tuple(replace(host, resource_state=ENABLED) if closed(host) else host for host in fleet.hosts)
    return replace(fleet, hosts=hosts)
