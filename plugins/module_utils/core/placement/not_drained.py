# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a host from being emptied, before anyone asks where its VMs could go: its own state, its agent, another
host that is drained, VMs that the server prepares no host with.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..errors import Reason
from ..versions import NO_DRAIN_BY_ERROR
from ..zone.hosts import Host, release_of
from ..zone.resource_states import DRAINING, FAILED_DRAIN, MAINTENANCE, WORKABLE
from .fleet import Fleet
from .instances import Instance
from .rules import reason

BLOCKS_OTHERS = (DRAINING, "ErrorInPrepareForMaintenance")
LEAVE_OUT = "omit the host: list the others in hosts, or record it with state=skipped"
BROKEN = ("Error", "Unknown")  # states of VMs with which the server prepares no host (ResourceManagerImpl.maintain)


def blocks(host: Host) -> bool:
    """Whether the server drains no other host of its cluster. Before 4.13, ErrorInMaintenance does that too."""
    by_error = host.resource_state == "ErrorInMaintenance" and () < release_of(host) < NO_DRAIN_BY_ERROR
    return host.resource_state in BLOCKS_OTHERS or by_error


def other_draining(host: Host) -> Reason:
    message = f"host {host.name} of the cluster is in {host.resource_state}, and only one host can be drained at a time"
    return reason("other_draining", message, host=host.id, host_name=host.name)


def blocked(fleet: Fleet, host_ids: t.Collection[str]) -> tuple[Reason, ...]:
    """Why a roll through these hosts ends at the first one: a drain of another host has failed."""
    failed = [h for h in fleet.hosts if h.id not in host_ids and blocks(h) and h.resource_state in FAILED_DRAIN]
    found = [(host, other_draining(host)) for host in failed]
    remedy = "end its maintenance first, or include it in the roll"
    return tuple(replace(its, remedy=remedy, facts={**its.facts, "host": host.name}) for host, its in found)


def unworkable(host: Host) -> t.Optional[Reason]:
    """Why a host cannot enter maintenance from its resource state; None where it can."""
    if host.resource_state in WORKABLE:
        return None
    message = f"its resource state is {host.resource_state}, from which it cannot enter maintenance"
    remedy = (
        "call cancelHostAsDegraded first"
        if host.resource_state == "Degraded"
        else "check the log of the management server"
    )
    return Reason("resource_state", message, remedy, {"resource_state": host.resource_state})


def broken(fleet: Fleet, host_ids: t.Collection[str]) -> tuple[Reason, ...]:
    """VMs of these hosts for which the server does not prepare them."""
    found = [vm for vm in fleet.instances if vm.host_id in host_ids and vm.state in BROKEN]
    return tuple(
        reason("vm_error", f"VM {vm.name} is in state {vm.state}", vm=vm.id, vm_name=vm.name, state=vm.state)
        for vm in found
    )


def unreachable(fleet: Fleet, host_ids: t.Collection[str]) -> dict[str, Reason]:
    """By host id: those that a roll is still to prepare and cannot: by their state, or because their agents do not
    answer, whom the server asks first (ResourceManagerImpl.doMaintain).
    """
    found: dict[str, Reason] = {}
    for host in fleet.hosts:
        its = unworkable(host)
        if its is not None:
            its = replace(its, message=f"host {host.name}: {its.message}")
        elif host.state != "Up" and host.resource_state not in (MAINTENANCE, DRAINING):
            its = agent_down(host, fleet.on(host.id))
        if its is not None and host.id in host_ids:
            facts = {**its.facts, "host": host.name}
            found[host.id] = replace(its, remedy=f"{its.remedy}; or {LEAVE_OUT}", facts=facts)
    return found


def agent_down(host: Host, vms: t.Sequence[Instance]) -> Reason:
    """Nothing moves off a host whose agent does not answer."""
    names = ", ".join(vm.name for vm in vms)
    what = f"{names} cannot be migrated" if vms else "the server cannot prepare it for maintenance"
    message = f"the agent of host {host.name} is {host.state}, so {what}"
    facts = {"host": host.id, "host_name": host.name, "state": host.state, "vms": [vm.id for vm in vms]}
    return reason("agent_down", message, **facts)
