# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VMs the maintenance of a storage pool stops, and why a pool with volumes is not removed.

Source: 4.11.1 documentation, "Maintenance Mode for Primary Storage" (14042-14044); field facts, "Storage" (T7:225-244):
VMs of users are stopped, with HA or without; system VMs and routers are started again on another pool, if there is one.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..consent import agreed, doubtful, unknown
from ..errors import Reason
from ..zone.storage import StoragePool
from .volumes import GONE, PASSING, RUNNING, Volume, of_vms

MAINTENANCE, PREPARING, FAILED, UP, DISABLED = (
    "Maintenance",
    "PrepareForMaintenance",
    "ErrorInMaintenance",
    "Up",
    "Disabled",
)
KNOWN = (MAINTENANCE, PREPARING, FAILED, UP, DISABLED)


class Machine(t.NamedTuple):
    """A VM with a volume on the pool. volumes: names of those that are on it."""

    id: str
    name: str
    kind: str
    state: str
    volumes: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """stops: running VMs of users. restarts: running system VMs and routers. down: VMs that do not run anyway.

    elsewhere: names of pools that system VMs and routers can be started on meanwhile.
    """

    stops: tuple[Machine, ...]
    restarts: tuple[Machine, ...]
    down: tuple[Machine, ...]
    elsewhere: tuple[str, ...]


def planned(pool: StoragePool, volumes: t.Iterable[Volume], pools: t.Iterable[StoragePool]) -> Plan:
    """``pools``: those of the pool's zone."""
    machines = [
        Machine(id, its[0].vm, its[0].vm_kind, its[0].vm_state, tuple(each.name for each in its))
        for id, its in of_vms(volumes).items()
    ]
    alive = [each for each in machines if each.state == RUNNING or each.state in PASSING]
    return Plan(
        tuple(each for each in alive if each.kind == "User"),
        tuple(each for each in alive if each.kind != "User"),
        tuple(each for each in machines if each not in alive),
        tuple(sorted(each.name for each in pools if stands_in(each, pool))),
    )


def stands_in(other: StoragePool, pool: StoragePool) -> bool:
    """Whether VMs of the pool's hosts can be started on another one."""
    near = not other.cluster_id or not pool.cluster_id or other.cluster_id == pool.cluster_id
    return other.id != pool.id and other.state == UP and near and other.scope.upper() != "HOST"


def refusals(plan: Plan, consent: t.Collection[str]) -> t.Iterator[Reason]:
    """Every VM that would be stopped without consent; and one that is between two states."""
    for vm in (*plan.stops, *plan.restarts):
        if vm.state in PASSING:
            message = f"VM {vm.name} is {vm.state}"
            yield Reason("vm_state", message, "run again when this has ended", {"vm": vm.name, "vm_id": vm.id})
    there = [(vm.id, vm.name) for vm in (*plan.stops, *plan.restarts, *plan.down)]
    yield from doubtful(consent, there, [vm.id for vm in plan.stops])
    for vm in plan.stops:
        if not agreed(consent, vm.name, vm.id):
            message = f"the server stops VM {vm.name}, because its volumes {', '.join(vm.volumes)} are on the pool"
            remedy = "migrate its volumes first (cs_volume_migration), or add its name to consent"
            yield Reason("vm_stops", message, remedy, {"vm": vm.name, "vm_id": vm.id, "volumes": list(vm.volumes)})
    for vm in plan.restarts if not plan.elsewhere else ():
        if not agreed(consent, vm.name, vm.id):
            message = f"{vm.kind} {vm.name} would be stopped, and there is no other pool that it could run on meanwhile"
            remedy = "add or enable another storage pool first, or add its name to consent"
            yield Reason("no_other_pool", message, remedy, {"vm": vm.name, "vm_id": vm.id, "volumes": list(vm.volumes)})


def strangers(plan: Plan, consent: t.Collection[str], pool: str) -> tuple[str, ...]:
    """A warning of names in consent that no VM on the pool has."""
    there = [(vm.id, vm.name) for vm in (*plan.stops, *plan.restarts, *plan.down)]
    needing = [vm.name for vm in (*plan.stops, *(() if plan.elsewhere else plan.restarts))]
    return unknown(consent, there, f"storage pool {pool}", needing)


def unasked(plan: Plan) -> t.Iterator[Reason]:
    """As refusals, where there is no consent to give."""
    remedy = (
        "use cs_storage_maintenance with consent for the VM: it also starts the VM again at the end of the maintenance"
    )
    for reason in refusals(plan, ()):
        yield reason if reason.code == "vm_state" else replace(reason, remedy=remedy)


def reasons_not_to_remove(volumes: t.Iterable[Volume]) -> t.Iterator[Reason]:
    """The server removes no pool that has volumes (T7:282-291), and says so only in the maintenance.

    Those of system VMs and routers leave it in the maintenance.
    """
    left = sorted(each.name for each in volumes if each.of_user and each.state not in GONE)
    if left:
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        message = f"it has {len(left)} volumes, so the server does not remove it: {', '.join(left[:5])}{more}"
        yield Reason("volumes", message, "migrate them (cs_volume_migration), or delete them", {"volumes": left})


def shown(machine: Machine) -> dict[str, object]:
    return {
        "id": machine.id,
        "vm": machine.name,
        "kind": machine.kind,
        "state": machine.state,
        "volumes": list(machine.volumes),
    }
