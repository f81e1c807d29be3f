# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an inventory is made of: hypervisors, system VMs, routers and management servers."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import plain
from ...core.errors import Unsupported
from ...core.inventory.build import HYPERVISOR, KINDS, ROUTER, SERVER, SYSTEM_VM, Entry
from ...core.servers.nodes import Server
from ...core.system_vms.vm import SystemVm
from ...ports.cloud import Cloud
from ..zone import hosts
from ..zone.info import host_scope


@dataclass(frozen=True)
class Wanted:
    """kinds: of KINDS. zone, pod, cluster: names or ids. The rest limits hypervisors, in the server's words."""

    kinds: tuple[str, ...] = KINDS
    zone: t.Optional[str] = None
    pod: t.Optional[str] = None
    cluster: t.Optional[str] = None
    hypervisor: t.Optional[str] = None
    state: t.Optional[str] = None
    resource_state: t.Optional[str] = None


def entries(cloud: Cloud, wanted: Wanted) -> tuple[list[Entry], list[str]]:
    """What the server shows, and warnings. Raises NotFound or Ambiguous for a place.

    By the server's filters; only its list of system VMs knows neither names of pods nor clusters.
    """
    scope = host_scope(cloud, wanted.zone, {"pod": wanted.pod, "cluster": wanted.cluster})
    limits = {"hypervisor": wanted.hypervisor, "state": wanted.state, "resource_state": wanted.resource_state}
    found: list[Entry] = []
    warnings: list[str] = []
    if HYPERVISOR in wanted.kinds:
        listed = cloud.hosts.all(**scope, **{name: word for name, word in limits.items() if word})
        found += [Entry(HYPERVISOR, hosts.show(each)) for each in listed if each.removed is None]
    if SYSTEM_VM in wanted.kinds:
        found += [Entry(SYSTEM_VM, _system_vm(each)) for each in _system_vms(cloud, scope) if each.id]
    if ROUTER in wanted.kinds:
        place = {name: str(id) for name, id in scope.items() if name.endswith("_id")}
        found += [Entry(ROUTER, _without(plain(each), "checks")) for each in cloud.routers.all(place)]
    if SERVER in wanted.kinds:
        try:
            found += [Entry(SERVER, _server(each)) for each in cloud.management_servers.all() if each.id]
        except Unsupported as error:
            warnings.append(f"the inventory has no management servers: {error.message}")
    return list({(each.kind, each.text("id")): each for each in found}.values()), warnings


def _system_vms(cloud: Cloud, scope: t.Mapping[str, object]) -> t.Iterable[SystemVm]:
    listed = cloud.system_vms.all(str(scope.get("zone_id") or ""))
    if "cluster_id" in scope:
        here = {each.id for each in cloud.hosts.all(**scope)}
        return [each for each in listed if each.host_id in here]
    if "pod_id" in scope:
        pods = {each.name for each in cloud.pods.all(zone_id=scope["zone_id"]) if each.id == scope["pod_id"]}
        return [each for each in listed if each.pod in pods]
    return listed


def _system_vm(vm: SystemVm) -> dict[str, object]:
    return {**_without(plain(vm), "kind"), "system_vm_type": vm.kind}


def _server(server: Server) -> dict[str, object]:
    """With the number of its agents: a list of thousands helps nobody here."""
    return {**_without(plain(server), "peers"), "agents": None if server.agents is None else len(server.agents)}


def _without(facts: t.Mapping[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in facts.items() if key != name}
