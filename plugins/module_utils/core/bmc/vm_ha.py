# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VM HA: which VMs are started elsewhere when a host is lost, and why the others are not.

Sources: 4.11.1 documentation, "HA-Enabled Instances", "Dedicated HA Hosts" (18529-18554);
HighAvailabilityManagerImpl; field facts, "Offerings, limits". Host HA is another feature: it fences the host,
which lets the server start these VMs.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..capacity.headroom import packed
from ..placement.fleet import Fleet, vms_of
from ..placement.instances import Instance
from ..placement.rules import Packing, Vm, misfit

# The server restarts these itself, whatever an offering says.
ALWAYS = frozenset(("ConsoleProxy", "SecondaryStorageVm", "Router", "InternalLb"))
REMEDIES: t.Mapping[str, str] = {
    "not_ha": "use an offering with HA (offerha), or set haenable if the offering allows it",
    "local_storage": "migrate its disks to shared storage",
    "no_tagged_host": "add the tag of ha.tag to another host of the cluster, or clear ha.tag",
    "no_place": "add capacity to the cluster, or stop VMs",
    "rule": "check the listed rule: its host tag, dedication, affinity or storage pool excludes every other host",
}


@dataclass(frozen=True)
class NotRestarted:
    """A VM that stays down. code: a key of REMEDIES. why: the numbers or the rule behind it."""

    id: str
    name: str
    kind: str
    code: str
    why: str


@dataclass(frozen=True)
class Loss:
    """What the loss of one host costs."""

    host_id: str
    host: str
    restarted: tuple[str, ...]
    lost: tuple[NotRestarted, ...]


def losses(fleet: Fleet, ha_tag: str = "") -> tuple[Loss, ...]:
    """For each host of the cluster, alone: which of its VMs are started elsewhere, in the order of their size.

    ha_tag: the setting ha.tag; where it is set, HA VMs of users are started on hosts with that tag alone.
    """
    packing = packed(fleet)
    planned = {vm.id: vm for vm in vms_of(fleet)}
    return tuple(_loss(fleet, packing, planned, n, ha_tag) for n, _host in enumerate(packing.hosts))


def _loss(fleet: Fleet, packing: Packing, planned: t.Mapping[str, Vm], n: int, ha_tag: str) -> Loss:
    host = packing.hosts[n]
    room = packing.copy()
    lost: list[NotRestarted] = []
    ready: list[tuple[Instance, Vm]] = []
    for vm in fleet.on(host.id):
        reason = _never(vm)
        if reason:
            lost.append(NotRestarted(vm.id, vm.name, vm.kind, *reason))
        else:
            ready.append((vm, planned[vm.id]))
    restarted = []
    for vm, unit in sorted(ready, key=lambda each: (-each[1].size.ram, -each[1].size.cpu, each[1].name)):
        places = _places(room, unit, n, ha_tag if vm.kind == "User" else "")
        if isinstance(places, tuple):
            lost.append(NotRestarted(vm.id, vm.name, vm.kind, *places))
            continue
        room.put(unit, places)
        restarted.append(vm.name)
    return Loss(host.id, host.name, tuple(restarted), tuple(lost))


def _never(vm: Instance) -> t.Optional[tuple[str, str]]:
    """The code and the reason of what is never restarted elsewhere; None where nothing speaks against it."""
    if vm.local:
        return "local_storage", "one of its disks is on local storage of the host"
    if not vm.ha_enabled and vm.kind not in ALWAYS:
        return "not_ha", "HA is disabled for the VM"
    return None


def _places(room: Packing, unit: Vm, failed: int, ha_tag: str) -> t.Union[int, tuple[str, str]]:
    """The host with the most memory left that takes the VM, or why there is none."""
    others = [n for n, host in enumerate(room.hosts) if n != failed]
    tagged = [n for n in others if not ha_tag or ha_tag in room.hosts[n].tags]
    if ha_tag and not tagged:
        return "no_tagged_host", f"ha.tag is {ha_tag} and no other host of the cluster has it"
    # Where the tag is asked for, the server takes the tagged hosts, which it keeps from all other VMs.
    rules = {n: misfit(unit.needs, replace(room.hosts[n], for_ha=room.hosts[n].for_ha and not ha_tag)) for n in tagged}
    suited = [n for n in tagged if not rules[n]]
    if not suited:
        return "rule", ", ".join(sorted(set(rules.values()))) or "the cluster has no other host"
    fitting = [n for n in suited if room.fits(unit, n)]
    if not fitting:
        return (
            "no_place",
            f"{unit.size.ram >> 20} MiB and {unit.size.cpu} MHz fit on none of the {len(suited)} suitable hosts",
        )
    return max(fitting, key=lambda n: (room.ram[n], room.hosts[n].name))
