# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One VM to a host that the operator chooses. The server checks capacity and tags alone; a plan checks every rule.

Source: 4.11.1 documentation, "Moving VMs Between Hosts (Manual Live Migration)".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Outcome
from ...core.errors import HostcraftError, NotAsRead, Reason, Refused
from ...core.naming import matches, only
from ...core.placement.back import bring_one, suitable
from ...core.placement.fleet import Fleet, Instance
from ...core.zone.hosts import HostName
from ...ports.cloud import Cloud
from .. import lookup
from ..zone import hosts
from .migrations import Limits, carry_out


@dataclass(frozen=True)
class MigrationRequest:
    """vm, host: names or ids. seconds: that the migration may take."""

    zone: t.Optional[str]
    vm: str
    host: str
    spare_hosts: int
    seconds: float


def migrate(cloud: Cloud, request: MigrationRequest, check_mode: bool) -> Outcome:
    """Raises NotFound, Ambiguous, Refused with every reason and the hosts that are suitable, ApiError, WaitTimeout."""
    zone = lookup.zone(cloud, request.zone)
    host = hosts.required(cloud, HostName(request.host), zone)
    fleet = cloud.fleets.read(lookup.cluster(cloud, host.cluster_id, zone))
    vm = _chosen(fleet, request.vm)
    names = {each.id: each.name for each in fleet.hosts}
    source = names.get(vm.host_id, "")
    told: dict[str, object] = {"vm": vm.name, "vm_id": vm.id, "source": source}
    if vm.host_id == host.id:
        return Outcome(False, result={**told, "host": host.name, "suitable_hosts": []})
    plan = bring_one(fleet, vm.id, host.id, request.spare_hosts)
    fit = suitable(fleet, vm.id, request.spare_hosts)
    if not plan.moves:
        raise Refused(f"migration of VM {vm.name}", [_with_hosts(each, fit) for each in plan.left or (_stopped(vm),)])
    outcome = Outcome(
        True, {"host": source}, {"host": host.name}, {**told, "host": host.name, "suitable_hosts": list(fit)}
    )
    if check_mode:
        return outcome
    carried = carry_out(cloud, plan.moves, {vm.id: vm}, Limits(seconds=request.seconds), f"migration of VM {vm.name}")
    for error in carried.failed.values():
        raise error
    seen = cloud.fleets.machine(vm.id, vm.kind)
    if seen is None or seen.host_id != host.id:
        raise _elsewhere(vm, names.get(seen.host_id, "") if seen else "", host.name)
    return outcome


def _chosen(fleet: Fleet, name: str) -> Instance:
    """By id, name or the name that hypervisors have for it."""
    found = matches(fleet.instances, name) or [each for each in fleet.instances if each.instance_name == name]
    return only(found, "VM", name, f"cluster {fleet.cluster.name}", [each.name for each in fleet.instances])


def _stopped(vm: Instance) -> Reason:
    return Reason("vm_state", f"VM {vm.name} is {vm.state}", "only a running VM can be migrated: start it on the host")


def _with_hosts(reason: Reason, fit: t.Sequence[str]) -> Reason:
    others = f"suitable hosts: {', '.join(fit[:5])}" if fit else "no other host of its cluster is suitable"
    remedy = "; ".join(filter(None, (reason.remedy, others)))
    return Reason(reason.code, reason.message, remedy, {**reason.facts, "suitable_hosts": list(fit)})


def _elsewhere(vm: Instance, seen: str, wanted: str) -> HostcraftError:
    return NotAsRead(f"VM {vm.name}", {"host": {"held": seen or None, "wanted": wanted}})
