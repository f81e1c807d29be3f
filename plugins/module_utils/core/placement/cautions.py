# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan cannot promise, in words."""

from __future__ import annotations

import typing as t

from ..accounting import HOLDING
from .fleet import Fleet, preferably_apart
from .instances import Instance


def cautions(fleet: Fleet, moving: t.Mapping[str, str], stopping: t.Collection[str] = ()) -> list[str]:
    """What a plan cannot promise of the VMs that it moves, and whose networks fail with those that it stops.

    moving: the host that each comes to at last. stopping: ids of VMs.
    """
    found: list[str] = []
    for vm in fleet.instances:
        if vm.id in moving:
            found += _cautions(vm)
            if fleet.server_chooses(vm):
                found.append(
                    f"The server chooses the target of VM {vm.name}, because it lists no storage migration for the "
                    "present host"
                )
        elif vm.id in stopping and vm.alone_for:
            found.append(
                f"Router {vm.name} must be stopped, and it is the only router of {vm.alone_for}: the network is "
                "interrupted until the router runs on another host, which takes longer than a live migration. Make the "
                "network redundant first (cs_network_restart), or empty the host in a maintenance window"
            )
    return [*found, *_met(fleet, moving), *_stacked(fleet, moving)]


def _met(fleet: Fleet, moving: t.Mapping[str, str]) -> t.Iterator[str]:
    """Routers of one network that come to one host: the server keeps them apart only when it starts them."""
    hosts = {host.id: host.name for host in fleet.hosts}
    places: dict[tuple[str, str], list[Instance]] = {}
    for vm in fleet.instances:
        if vm.beside and vm.state in HOLDING:
            places.setdefault((vm.beside, moving.get(vm.id, vm.host_id)), []).append(vm)
    for (_network, host), routers in places.items():
        if len(routers) > 1 and any(vm.id in moving for vm in routers):
            names = " and ".join(sorted(vm.name for vm in routers))
            yield (
                f"Routers {names} of one redundant network will be on host {hosts.get(host, host)}, because no other "
                "host can run one of them: if it fails, the network is interrupted. Migrate one of them when another "
                "host has capacity"
            )


def _stacked(fleet: Fleet, moving: t.Mapping[str, str]) -> t.Iterator[str]:
    """VMs of a non-strict anti-affinity group that come to one host and were not on one before."""
    hosts = {host.id: host.name for host in fleet.hosts}
    machines = {vm.id: vm for vm in fleet.instances}
    for group in preferably_apart(fleet):
        places: dict[str, list[Instance]] = {}
        for vm in (machines[each] for each in sorted(group.vm_ids)):
            places.setdefault(moving.get(vm.id, vm.host_id), []).append(vm)
        for host, vms in places.items():
            if len(vms) > 1 and len({vm.host_id for vm in vms}) > 1:
                names = " and ".join(sorted(vm.name for vm in vms))
                yield (
                    f"VMs {names} of the non-strict anti-affinity group {group.name} will be on host "
                    f"{hosts.get(host, host)}, because no other host can run one of them"
                )


def _cautions(vm: Instance) -> t.Iterator[str]:
    if vm.iso:
        yield f"VM {vm.name} has the ISO {vm.iso} attached: detach it first if not every host can read it"
    if vm.config_drive:
        yield (
            f"VM {vm.name} has a config drive: migration fails unless the other host can read its "
            "storage (vm.configdrive.primarypool.enabled)"
        )
