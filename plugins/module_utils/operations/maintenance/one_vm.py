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
from ...core.placement.cautions import cautions
from ...core.placement.drain import Move
from ...core.placement.fleet import Fleet
from ...core.placement.instances import Instance
from ...core.placement.one_vm import bring_one, suitable
from ...core.zone.hosts import Host, HostName
from ...ports.cloud import Cloud
from .. import lookup
from ..waiting import until
from ..zone import hosts
from . import locks
from .migrations import Limits, carry_out

UNANSWERED = 60.0  # seconds in which a migration whose answer was lost has an effect


@dataclass(frozen=True)
class MigrationRequest:
    """vm, host: names or ids. claim: of the cluster's lock. seconds: that the migration may take."""

    zone: t.Optional[str]
    vm: str
    host: str
    spare_hosts: int
    claim: locks.Claim
    seconds: float


def migrate(cloud: Cloud, request: MigrationRequest, check_mode: bool) -> Outcome:
    """Under the lock of the cluster, whose roll would count on the VM being elsewhere.

    Raises NotFound, Ambiguous, Refused with every reason and the hosts that are suitable, or because of the lock,
    ApiError, WaitTimeout.
    """
    zone = lookup.zone(cloud, request.zone)
    host = hosts.required(cloud, HostName(request.host), zone)
    cluster = lookup.cluster(cloud, host.cluster_id, zone)
    foretold = _foretold(cloud.fleets.read(cluster), request, host)
    if check_mode or not foretold.outcome.changed:
        return foretold.outcome
    with locks.held(cloud, cluster, request.claim) as lock:
        foretold = _foretold(cloud.fleets.read(cluster), request, host)
        vm, label = foretold.vm, f"migration of VM {foretold.vm.name}"
        limits = Limits(seconds=request.seconds)
        carried = carry_out(cloud, foretold.moves, {vm.id: vm}, limits, label, lock.beat)
        for error in carried.failed.values():
            raise error
        seen = _seen(cloud, vm, host, bool(carried.lost))
    if seen is None or seen.host_id != host.id:
        names = {each.id: each.name for each in foretold.fleet.hosts}
        raise _elsewhere(vm, names.get(seen.host_id, "") if seen else "", host.name)
    return foretold.outcome


def _seen(cloud: Cloud, vm: Instance, host: Host, unanswered: bool) -> t.Optional[Instance]:
    """The VM afterwards. Raises WaitTimeout where the answer was lost and nothing came of it."""

    def read() -> t.Optional[Instance]:
        return cloud.fleets.machine(vm.id, vm.kind)

    def there(seen: t.Optional[Instance]) -> bool:
        return seen is None or seen.host_id == host.id

    def show(seen: t.Optional[Instance]) -> str:
        return f"{seen.state} on another host; the answer to its migration was lost, run again" if seen else "gone"

    if not unanswered:
        return read()
    return until(cloud, read, there, what=f"VM {vm.name} to be on host {host.name}", limit=UNANSWERED, show=show)


class _Foretold(t.NamedTuple):
    fleet: Fleet
    vm: Instance
    moves: t.Sequence[Move]
    outcome: Outcome


def _foretold(fleet: Fleet, request: MigrationRequest, host: Host) -> _Foretold:
    vm = _chosen(fleet, request.vm)
    source = next((each.name for each in fleet.hosts if each.id == vm.host_id), "")
    told: dict[str, object] = {"vm": vm.name, "vm_id": vm.id, "source": source, "host": host.name}
    if vm.host_id == host.id:
        return _Foretold(fleet, vm, (), Outcome(False, result={**told, "suitable_hosts": []}))
    plan = bring_one(fleet, vm.id, host.id, request.spare_hosts)
    fit = suitable(fleet, vm.id, request.spare_hosts)
    if not plan.moves:
        raise Refused(f"migration of VM {vm.name}", [_with_hosts(each, fit) for each in plan.left or (_stopped(vm),)])
    result = {**told, "suitable_hosts": list(fit)}
    warnings = tuple(cautions(fleet, {vm.id: host.id}))
    return _Foretold(fleet, vm, plan.moves, Outcome(True, {"host": source}, {"host": host.name}, result, warnings))


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
