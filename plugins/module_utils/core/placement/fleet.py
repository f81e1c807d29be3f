# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster as it stands: its hosts, every VM on them, the rules that bind these; and how a planner sees all that."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass, field, replace

from ..accounting import (
    HOLDING,
    Amount,
    Balance,
    Factors,
    accounted,
    asked_by_migration,
    effective,
    total,
)
from ..errors import Reason
from ..zone.hosts import Host
from ..zone.resource_states import ENABLED
from ..zone.topology import Cluster
from .implicit import ANYBODY, Keeper
from .instances import Instance, Offering
from .pinned import pinned, words
from .rules import NO_LIMIT, Needs, Vm, VmHost

MIB = 1 << 20
# The type of groups whose VMs the server keeps apart where it can, since 4.18 (NonStrictHostAntiAffinityProcessor).
APART_IF_POSSIBLE = "non-strict host anti-affinity"
# Kinds that go to any host, whoever it is dedicated to (DeploymentPlanningManagerImpl, checkForNonDedicatedResources).
UNBOUND = frozenset(("ConsoleProxy", "SecondaryStorageVm", "InternalLb"))


@dataclass(frozen=True)
class AffinityGroup:
    """type: "host anti-affinity", "host affinity" (strict), "non-strict …" or "ExplicitDedication"."""

    id: str
    name: str
    type: str
    vm_ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fleet:
    """One cluster at one moment. dedicated: the owner, as VMs name theirs, by host id.

    guest_limits: how many VMs a host may run, by host id; none for a host without such a limit. rough: by how many MHz
    ``cpu_allocated`` may be off where it was told as a share, by host id. disputes: figures that contradict each other.
    no_motion: ids of hosts off which a system VM goes only where the server chooses, because it lists no storage motion
    for their very version. local_strategy: host.maintenance.local.storage.strategy of the server.
    ha_tag: its setting ha.tag, where a host has tags. zone_owner: whom the zone is dedicated to, as VMs name it.
    """

    cluster: Cluster
    hosts: tuple[Host, ...]
    instances: tuple[Instance, ...]
    offerings: t.Mapping[str, Offering]
    groups: tuple[AffinityGroup, ...] = ()
    dedicated: t.Mapping[str, str] = field(default_factory=dict)
    guest_limits: t.Mapping[str, int] = field(default_factory=dict)
    rough: t.Mapping[str, int] = field(default_factory=dict)
    disputes: tuple[Reason, ...] = ()
    no_motion: frozenset[str] = frozenset()
    local_strategy: str = "Error"
    ha_tag: str = ""
    zone_owner: str = ""

    @property
    def factors(self) -> Factors:
        """The cluster's over-provisioning factors of today."""
        return self.cluster.factors

    def server_chooses(self, vm: Instance) -> bool:
        """Whether a migration of the VM cannot name its target."""
        return vm.kind != "User" and vm.host_id in self.no_motion

    def on(self, host_id: str) -> tuple[Instance, ...]:
        """The VMs that hold capacity on a host."""
        return self._by_host.get(host_id, ())

    @functools.cached_property
    def _by_host(self) -> t.Mapping[str, tuple[Instance, ...]]:
        """Sorted once: everything that judges a cluster asks for every host."""
        found: dict[str, list[Instance]] = {}
        for each in self.instances:
            if each.state in HOLDING:
                found.setdefault(each.host_id, []).append(each)
        return {host_id: tuple(vms) for host_id, vms in found.items()}


def counts(vm: Instance, now: Factors) -> Amount:
    """What a VM counts for: as it is by each kind of which it remembers no factor (T3:96-99)."""
    return accounted(vm.demand, vm.own.counted_by(now), now)


def physical(host: Host) -> Amount:
    """Cores × speed, and RAM without any over-provisioning."""
    return Amount((host.cpu_number or 0) * (host.cpu_speed or 0), host.memory_total or 0)


def balances(fleet: Fleet) -> dict[str, Balance]:
    """Every host's account by the server's own rules. reserved: what the server holds beyond the VMs that run there."""
    result = {}
    for host in fleet.hosts:
        used = total(counts(vm, fleet.factors) for vm in fleet.on(host.id))
        said = Amount(host.cpu_allocated or 0, host.memory_allocated or 0)
        rest = Amount(max(said.cpu - used.cpu, 0), max(said.ram - used.ram, 0))
        if rest.cpu <= fleet.rough.get(host.id, 0):
            rest = Amount(0, rest.ram)
        result[host.id] = Balance(effective(physical(host), fleet.factors), used, rest)
    return result


def hosts_of(fleet: Fleet) -> tuple[VmHost, ...]:
    """The hosts as a planner sees them."""
    accounts = balances(fleet)
    return tuple(
        VmHost(
            id=host.id,
            name=host.name,
            room=accounts[host.id].capacity - accounts[host.id].reserved,
            held=accounts[host.id].reserved,
            cores=host.cpu_number or 0,
            speed=host.cpu_speed or 0,
            tags=_tags(host),
            access_groups=host.access_groups,
            for_ha=bool(fleet.ha_tag) and fleet.ha_tag in _tags(host),
            dedicated_to=fleet.dedicated.get(host.id, ""),
            zone_of=fleet.zone_owner,
            arch=host.arch or "",
            uefi=host.uefi_capability is not False,
            most_vms=fleet.guest_limits.get(host.id, NO_LIMIT),
            unusable=_unusable(host),
        )
        for host in fleet.hosts
    )


def _tags(host: Host) -> frozenset[str]:
    return frozenset(host.host_tags or ()) | frozenset(host.implicit_host_tags)


def _unusable(host: Host) -> str:
    if host.state != "Up":
        return "agent_down"
    if host.resource_state != ENABLED:
        return "not_enabled"
    return "tag_rule" if host.is_tag_a_rule else ""


def grouped(fleet: Fleet) -> bool:
    """Whether its hosts differ in their storage access groups."""
    return len({host.access_groups for host in fleet.hosts}) > 1


def vms_of(fleet: Fleet, alike: bool = False) -> tuple[Vm, ...]:
    """The VMs as a planner sees them: those that hold capacity on a host of the cluster.

    alike: they keep to hosts with the storage access groups of their own.
    """
    apart, together, dedication = _groups(fleet)
    beside = {vm_id: group.id for group in preferably_apart(fleet) for vm_id in sorted(group.vm_ids)}
    there = {host.id: host for host in fleet.hosts}
    return tuple(
        Vm(
            id=each.id,
            name=each.name,
            host=each.host_id,
            size=asked_by_migration(each.demand, each.own.counted_by(fleet.factors), fleet.factors),
            needs=_needs(each, fleet, each.id in dedication, there[each.host_id].access_groups, alike),
            apart=tuple(sorted(apart.get(each.id, ()))),
            together=together.get(each.id, ""),
            pinned=pinned(each, fleet.offerings.get(each.offering_id)),
            kind=each.kind,
            beside=each.beside or beside.get(each.id, ""),
            keeper=_keeper(each, fleet.offerings.get(each.offering_id)),
            **words(each, fleet.local_strategy),
        )
        for each in fleet.instances
        if each.state in HOLDING and each.host_id in there
    )


def _needs(vm: Instance, fleet: Fleet, dedicated: bool, groups: frozenset[str], alike: bool) -> Needs:
    offering = fleet.offerings.get(vm.offering_id)
    return Needs(
        tags=vm.tags | offering.host_tags if offering else vm.tags,
        pools=vm.pools,
        access_groups=groups,
        alike=alike,
        owners=_owners(vm, dedicated),
        dedicated=dedicated,
        anywhere=vm.kind in UNBOUND or (not dedicated and _zone_is_its(vm, fleet.zone_owner)),
        arch=vm.arch,
        uefi=vm.uefi,
        cores=vm.cpu_number,
        speed=vm.cpu_speed,
    )


def _owners(vm: Instance, dedicated: bool) -> frozenset[str]:
    """Whose dedicated hosts it may use. A router may use those of its account and of its own domain, without a group;
    other VMs without one none.
    """
    if dedicated or vm.kind != "Router":
        return vm.owners if dedicated else frozenset()
    domain = max((each for each in vm.owners if each.startswith("domain:")), key=len, default="")
    return frozenset(each for each in vm.owners if each == domain or each.startswith("account:"))


def _keeper(vm: Instance, offering: t.Optional[Offering]) -> Keeper:
    if offering is None or not offering.implicit:
        return ANYBODY
    owner = next((each for each in vm.owners if each.startswith(("account:", "project:"))), f"VM {vm.id}")
    return Keeper(owner, offering.strict)


def _zone_is_its(vm: Instance, owner: str) -> bool:
    """For the VMs of the account that has the zone, the server looks at no other dedication."""
    return owner.startswith("account:") and owner in vm.owners


def preferably_apart(fleet: Fleet) -> list[AffinityGroup]:
    """Groups whose VMs go to different hosts where there is room, with those of their VMs that run in the cluster."""
    running = {each.id for each in fleet.instances if each.state in HOLDING}
    found = [replace(group, vm_ids=group.vm_ids & running) for group in fleet.groups if _is_soft(group)]
    return [group for group in found if len(group.vm_ids) > 1]


def _is_soft(group: AffinityGroup) -> bool:
    return group.type.casefold() == APART_IF_POSSIBLE


def _groups(fleet: Fleet) -> tuple[dict[str, set[str]], dict[str, str], set[str]]:
    """Strict ones only: anti-affinity groups and the affinity group by VM id, and the explicitly dedicated VMs.

    Affinity groups that share a VM which runs are one: all of their VMs have to be on its host.
    """
    apart: dict[str, set[str]] = {}
    together: dict[str, str] = {}
    dedicated: set[str] = set()
    running = {each.id for each in fleet.instances if each.state in HOLDING}
    for group in fleet.groups:
        kind = group.type.casefold()
        if kind == "host affinity":
            members = group.vm_ids & running
            known = {together[each] for each in members if each in together}
            joined = [each for each, its in together.items() if its in known]
            together.update(dict.fromkeys((*members, *joined), group.id))
        for vm_id in group.vm_ids:
            if kind == "host anti-affinity":
                apart.setdefault(vm_id, set()).add(group.id)
            elif kind == "explicitdedication":
                dedicated.add(vm_id)
    return apart, together, dedicated
