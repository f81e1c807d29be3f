# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs back onto the host that they were moved off for its maintenance, as far as rules and room allow it now.

Source: Working with Hosts, "vCenter and Maintenance Mode": VMs may be migrated back when the maintenance has ended.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..errors import Reason
from .drain import Move, revert
from .fleet import Fleet, hosts_of, vms_of
from .landing import Unit, units_of
from .rules import Packing, Vm, reason
from .spare import unbearable

CHOSEN = "server_chooses"
BESIDE, WISH = "redundant_router", "anti_affinity_wish"


@dataclass(frozen=True)
class Back:
    """moves: in the order to start them. left: why others of the VMs stay where they are."""

    moves: tuple[Move, ...] = ()
    left: tuple[Reason, ...] = ()


def bring_back(
    fleet: Fleet,
    vm_ids: t.Collection[str],
    host_id: str,
    spare_hosts: int,
    moved: str = "moved back",
    wish: bool = True,
) -> Back:
    """VMs that are there already, or that do not run in the cluster any more, are left out without a word.

    moved: what is told of those that stay. wish: those that should better not be with one that is there stay too.
    """
    hosts = [replace(host, unusable="") if host.id == host_id else host for host in hosts_of(fleet)]
    chosen = {each.id for each in fleet.instances if fleet.server_chooses(each)}
    vms = [replace(vm, pinned=vm.pinned or CHOSEN) if vm.id in chosen else vm for vm in vms_of(fleet)]
    packing = Packing(hosts, vms)
    n = packing.index[host_id]
    wanted = [vm for vm in vms if vm.id in vm_ids and vm.host != host_id]
    secure = not (spare_hosts and unbearable(packing, (), spare_hosts))
    moves: list[Move] = []
    left: list[Reason] = []
    for unit in units_of(packing, wanted):
        code = _obstacle(packing, unit, n) or (_met(packing, unit, n) if wish else "")
        if code:
            left += [_left(packing, vm, code, n, moved) for vm in unit.vms]
            continue
        for vm in unit.vms:
            packing.take(vm)
            packing.put(vm, n)
            moves.append(Move(vm.id, vm.host, host_id))
    if moves and secure and spare_hosts and unbearable(packing, (), spare_hosts):
        revert(packing, reversed(moves))
        gone = {move.vm for move in moves}
        return Back((), (*left, *(_left(packing, vm, "n_plus_f", n, moved) for vm in wanted if vm.id in gone)))
    return Back(tuple(moves), tuple(left))


def _met(packing: Packing, unit: Unit, n: int) -> str:
    """The code of what one of them should better not be with there; "" for nothing. A group may have more VMs than
    there are hosts: one that is not alone where it is has nothing to lose.
    """
    met = [vm for vm in unit.vms if packing.meets(vm, n)]
    if any(vm.kind == "Router" for vm in met):
        return BESIDE
    return WISH if any(not packing.meets(vm, packing.where[vm.id]) for vm in met) else ""


def _obstacle(packing: Packing, unit: Unit, n: int) -> str:
    for vm in unit.vms:
        if vm.pinned:
            return vm.pinned
    if any(n not in packing.allowed(vm.needs) for vm in unit.vms):
        return "rule"
    if n not in unit.hosts:
        return "affinity_group_split"
    if unit.fits(packing, n):
        return ""
    return next(filter(None, (packing.room_code(vm, n) for vm in unit.vms)), "ram")


WORDS: t.Mapping[str, str] = {
    CHOSEN: "CloudStack chooses its host",
    "cpu": "the host does not have enough CPU left",
    "ram": "the host does not have enough RAM left",
    "max_vms": "the host has as many VMs as its hypervisor allows",
    WISH: "a VM of its non-strict anti-affinity group runs on the host",
    BESIDE: "the other router of its network runs on the host",
    "implicit_dedication": "the host or the VM is reserved for one account (implicit dedication)",
    "anti_affinity": "a VM of its anti-affinity group runs on the host",
    "affinity_group_split": "other VMs of its affinity group stay on the present host",
    "n_plus_f": "the other hosts could not restart all VMs after a failure",
    "vm_state": "it is not Running",
    "rule": "a tag, a dedication or a storage pool excludes the host",
}


def _left(packing: Packing, vm: Vm, code: str, n: int, moved: str) -> Reason:
    why = vm.why or WORDS.get(code, f"it cannot be migrated ({code})")
    message = f"VM {vm.name} is not {moved} to {packing.hosts[n].name}: {why}"
    return reason(code, message, vm=vm.id, vm_name=vm.name)
