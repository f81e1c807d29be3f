# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where VMs may run: the rules of placement, and room for them on hosts, as data that a planner can search fast.

Source: FIELD_FACTS "Host life cycle"; Working with Hosts, "Maintenance mode"; Deployment planning of the server as
measured. A migration is checked by the server for capacity and tags but not for affinity, so affinity is kept here.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..accounting import Amount
from ..errors import Reason
from .implicit import ANYBODY, Keeper, kept_for, kept_from

NO_LIMIT = 1 << 30
NOTHING = Amount()


@dataclass(frozen=True)
class VmHost:
    """A host as the planner sees it: ``room`` is its effective capacity less what is reserved and what is no VM's.

    held: what is reserved: with the room it is the capacity, of which loads are shares.
    unusable: a reason code when no VM may land on it. dedicated_to: whom it, its cluster or its pod is dedicated to.
    zone_of: whom its zone is dedicated to. pools: ids of the storage pools that it reaches, None for all.
    access_groups: its storage access groups, None where these do not matter: the server asks a restart for none.
    kept_for: whose implicit dedication closes it to others, where VMs are restarted after a failure.
    for_ha: it has the tag of the setting ha.tag: it is kept free for VMs that are restarted after a failure, and the
    server places no VM there whose offering asks for no host tag (FirstFitAllocator).
    """

    id: str
    name: str
    room: Amount
    cores: int = 1 << 30
    speed: int = 1 << 30
    tags: frozenset[str] = frozenset()
    pools: t.Optional[frozenset[str]] = None
    dedicated_to: str = ""
    zone_of: str = ""
    arch: str = ""
    uefi: bool = True
    most_vms: int = NO_LIMIT
    unusable: str = ""
    held: Amount = NOTHING
    for_ha: bool = False
    access_groups: t.Optional[frozenset[str]] = frozenset()
    kept_for: str = ""


@dataclass(frozen=True)
class Needs:
    """What a VM asks of any host that it may run on. VMs of one offering share these, so they are judged once.

    owners: those whose dedicated hosts it may use. dedicated: it may use no others (group of explicit dedication).
    anywhere: dedication is no rule for it. access_groups: those of its present host, all of which the server wants of
    another one (server: validateStorageAccessGroupsOnHosts). alike: only hosts with just these, from which it can leave
    again as it came. account: of its implicit dedication, where hosts have ``kept_for``.
    """

    tags: frozenset[str] = frozenset()
    pools: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    dedicated: bool = False
    anywhere: bool = False
    arch: str = ""
    uefi: bool = False
    cores: int = 0
    speed: int = 0
    access_groups: frozenset[str] = frozenset()
    alike: bool = False
    account: str = ""


@dataclass(frozen=True)
class Vm:
    """A VM as the planner sees it. size: what it holds and asks for. pinned: a reason code when it cannot move live.

    why: words for that reason, and remedy what helps, where more is known of this VM than the code tells.
    beside: what it serves with another VM, or their non-strict anti-affinity group: it goes to another host than that
    if there is one with room.
    apart: strict anti-affinity groups; together: the strict affinity group whose members share a host. keeper: its
    implicit dedication.
    """

    id: str
    name: str
    host: str
    size: Amount
    needs: Needs = Needs()
    apart: tuple[str, ...] = ()
    together: str = ""
    pinned: str = ""
    kind: str = "User"
    why: str = ""
    remedy: str = ""
    beside: str = ""
    keeper: Keeper = ANYBODY


# Remedies by reason code; the messages carry the numbers.
REMEDIES: t.Mapping[str, str] = {
    "cpu": "raise the CPU over-provisioning factor, or move or stop VMs elsewhere in the cluster",
    "ram": "free memory in the cluster, or add a host to it",
    "aggregate_short": "add a host to the cluster, or stop VMs that are not needed",
    "fragmentation": "free capacity on one other host by migrating its VMs, or add a host",
    "tag": "add the tag to another host of the cluster",
    "tag_rule": "add a plain tag to another host of the cluster: only the server can evaluate a tag rule",
    "ha_host": "add a host without the tag of ha.tag to the cluster, or free capacity on one",
    "dedication": "dedicate another host of the cluster to the same owner",
    "not_dedicated": "dedicate another host of the cluster to its owner, or remove it from the dedication group",
    "implicit_dedication": "empty another host of the cluster, or allow it to be stopped (add its name to consent)",
    "anti_affinity": "add a host, or remove a VM from the anti-affinity group",
    "affinity_group_split": "migrate the group manually, or remove VMs from it",
    "local_storage": "migrate its volumes to shared storage, or allow it to be stopped (add its name to consent)",
    "storage_scope": "make the storage pool reachable from another host of the cluster",
    "access_group": "set the same storage access groups on another host of the cluster",
    "iso": "detach the ISO, or allow it to be stopped (add its name to consent)",
    "container": "allow it to be stopped in its maintenance window (add its name to consent)",
    "host_device": "allow it to be stopped in its maintenance window (add its name to consent)",
    "gpu": "allow it to be stopped in its maintenance window (add its name to consent)",
    "vgpu": "allow it to be stopped in its maintenance window (add its name to consent)",
    "vm_state": "wait until it is Running or Stopped",
    "vm_error": "repair, stop or expunge the VM: the server does not prepare a host that has such a VM",
    "snapshot": "wait until its snapshot is done",
    "arch": "add a host of that architecture to the cluster",
    "uefi": "add a host that supports UEFI to the cluster",
    "cores": "add a host with as many cores of the same speed",
    "max_vms": "raise the hypervisor's limit of guests, or add a host",
    "anti_affinity_wish": "move the other VM of the group to another host first",
    "redundant_router": "move the other router of its network to another host first",
    "agent_down": "repair the host's agent: check its log and port 8250",
    "not_enabled": "enable the host",
    "leaving": "set fewer hosts into maintenance at the same time",
    "last_host": "add or enable another host in the cluster",
    "migration_failed": "check the failed jobs, then run again",
    "n_plus_f": "lower spare_hosts, or add a host",
    "other_draining": "wait for the other drain, or cancel it",
}


def misfit(needs: Needs, host: VmHost) -> str:
    """The code of the first rule that keeps such a VM off a host for good; "" when none does."""
    return host.unusable or unsuited(needs, host)


def unsuited(needs: Needs, host: VmHost) -> str:
    """The same for a host that is in service, or once it is again."""
    if not needs.tags <= host.tags:
        return "tag"
    if host.for_ha and not needs.tags:
        return "ha_host"
    if not needs.anywhere and (code := _dedication(needs, host)):
        return code
    if host.kept_for and host.kept_for != needs.account:
        return "implicit_dedication"
    if host.pools is not None and not needs.pools <= host.pools:
        return "storage_scope"
    theirs = host.access_groups
    if theirs is not None and not (needs.access_groups == theirs if needs.alike else needs.access_groups <= theirs):
        return "access_group"
    if needs.arch and host.arch and needs.arch != host.arch:
        return "arch"
    if needs.uefi and not host.uefi:
        return "uefi"
    if needs.cores > host.cores or needs.speed > host.speed:
        return "cores"
    return ""


def _dedication(needs: Needs, host: VmHost) -> str:
    """By DeploymentPlanningManagerImpl: a zone's dedication counts only for VMs that use dedicated hosts alone."""
    owner = host.dedicated_to or (host.zone_of if needs.dedicated else "")
    if owner:
        return "" if owner in needs.owners else "dedication"
    return "not_dedicated" if needs.dedicated else ""


def _with_account(vm: Vm) -> Vm:
    return replace(vm, needs=replace(vm.needs, account=vm.keeper.account)) if vm.keeper.account else vm


# A group of one VM and one host on which its migration failed in this run, so that another host is tried.
FAILED = "migration failed: "
BESIDE = "beside: "  # before what redundant VMs serve
TOGETHER = "together: "  # before the name of a strict affinity group


class Packing:
    """Who runs where, with the room left. Mutable, cheap to copy; every change goes through ``put`` and ``take``."""

    def __init__(self, hosts: t.Sequence[VmHost], vms: t.Iterable[Vm]) -> None:
        self.hosts = tuple(hosts)
        self.index = {host.id: n for n, host in enumerate(self.hosts)}
        # What a MHz and a byte are of each host's capacity; nothing where it is not known.
        capacities = [host.room + host.held for host in self.hosts]
        self.scales = [tuple(1 / each if each > 0 else 0.0 for each in (c.cpu, c.ram)) for c in capacities]
        self.cpu = [host.room.cpu for host in self.hosts]
        self.ram = [host.room.ram for host in self.hosts]
        self.slots = [host.most_vms for host in self.hosts]
        self.groups: list[dict[str, int]] = [{} for _host in self.hosts]
        self.on: list[dict[str, Vm]] = [{} for _host in self.hosts]
        # What others worked out about a host; forgotten when a VM comes or goes.
        self.notes: list[t.Any] = [None] * len(self.hosts)
        self.where: dict[str, int] = {}
        self._allowed: dict[Needs, frozenset[int]] = {}
        vms = tuple(vms)
        # How many VMs of each keeper are on each host; nothing where no VM has one.
        kept = any(vm.keeper is not ANYBODY for vm in vms)
        self.keepers: t.Optional[list[dict[Keeper, int]]] = [{} for _host in self.hosts] if kept else None
        for vm in vms:
            self.put(vm, self.index[vm.host])

    def copy(self) -> Packing:
        """An independent copy that shares what never changes."""
        twin = Packing.__new__(Packing)
        twin.hosts, twin.index, twin.scales, twin._allowed = self.hosts, self.index, self.scales, self._allowed
        twin.cpu, twin.ram, twin.slots = self.cpu[:], self.ram[:], self.slots[:]
        twin.groups = [dict(each) for each in self.groups]
        twin.on = [dict(each) for each in self.on]
        twin.keepers = None if self.keepers is None else [dict(each) for each in self.keepers]
        twin.where, twin.notes = dict(self.where), self.notes[:]
        return twin

    def after_failures(self) -> Packing:
        """The same where VMs are restarted after a failure, which hosts with the tag of ha.tag are kept for.

        Where the planner of implicit dedication finds no host, the server starts a VM with its HA planner, which does
        not ask for that (HighAvailabilityManagerImpl). Only the hosts that a strict VM reserved stay closed to others.
        """
        if self.keepers is None and not any(host.for_ha or host.access_groups for host in self.hosts):
            return self
        twin = self.copy()
        kept = [kept_for(there) for there in self.keepers or [{}] * len(self.hosts)]
        twin.hosts = tuple(
            replace(host, for_ha=False, access_groups=None, kept_for=its) for host, its in zip(self.hosts, kept)
        )
        twin.notes, twin.keepers, twin._allowed = [None] * len(self.hosts), None, {}
        if any(kept):
            twin.on = [{id: _with_account(vm) for id, vm in here.items()} for here in self.on]
        return twin

    def keep_off(self, vm: Vm, n: int) -> Vm:
        """Keep a VM off a host where its migration failed; the VM to use from now on."""
        group = FAILED + vm.id
        self.groups[n][group] = 1
        if group in vm.apart:
            return vm
        here = self.where[vm.id]
        barred = replace(vm, apart=(*vm.apart, group))
        self.on[here][vm.id] = barred
        self.groups[here][group] = 1
        return barred

    def put(self, vm: Vm, n: int) -> None:
        self.cpu[n] -= vm.size.cpu
        self.ram[n] -= vm.size.ram
        self.slots[n] -= 1
        self.on[n][vm.id] = vm
        self.notes[n] = None
        self.where[vm.id] = n
        self._count(vm, n, 1)
        for group in vm.apart:
            self.groups[n][group] = self.groups[n].get(group, 0) + 1
        if vm.together:
            self._join(vm, n, 1)
        if vm.beside:
            self.groups[n][BESIDE + vm.beside] = self.groups[n].get(BESIDE + vm.beside, 0) + 1

    def take(self, vm: Vm) -> None:
        n = self.where.pop(vm.id)
        self.cpu[n] += vm.size.cpu
        self.ram[n] += vm.size.ram
        self.slots[n] += 1
        del self.on[n][vm.id]
        self.notes[n] = None
        self._count(vm, n, -1)
        for group in vm.apart:
            self.groups[n][group] -= 1
        if vm.together:
            self._join(vm, n, -1)
        if vm.beside:
            self.groups[n][BESIDE + vm.beside] -= 1

    def _count(self, vm: Vm, n: int, by: int) -> None:
        if self.keepers is not None:
            here = self.keepers[n]
            here[vm.keeper] = here.get(vm.keeper, 0) + by
            if not here[vm.keeper]:
                del here[vm.keeper]

    def keeps_off(self, vm: Vm, n: int) -> bool:
        """Whether implicit dedication, of the VM or of those on the host, forbids it."""
        return self.keepers is not None and kept_from(self.keepers[n], vm.keeper)

    def _join(self, vm: Vm, n: int, by: int) -> None:
        """Where its group runs is a rule for the others of the group."""
        group = TOGETHER + vm.together
        self.groups[n][group] = self.groups[n].get(group, 0) + by
        for at in self.with_group(vm.together):
            self.notes[at] = None

    def meets(self, vm: Vm, n: int) -> bool:
        """Whether a host has the VM that it should better not be with."""
        return bool(vm.beside) and self.groups[n].get(BESIDE + vm.beside, 0) > (self.where.get(vm.id) == n)

    def with_group(self, group: str) -> dict[int, int]:
        """How many VMs of a strict affinity group are on each host (index) that has any."""
        counted = {n: here.get(TOGETHER + group, 0) for n, here in enumerate(self.groups)}
        return {n: count for n, count in counted.items() if count}

    def load(self, n: int, more: Amount = NOTHING) -> dict[str, float]:
        """The shares of its CPU and RAM that are taken, with ``more`` on it."""
        per_cpu, per_ram = self.scales[n]
        return {
            "cpu": 1 - (self.cpu[n] - more.cpu) * per_cpu if per_cpu else 0.0,
            "ram": 1 - (self.ram[n] - more.ram) * per_ram if per_ram else 0.0,
        }

    def share(self, n: int, more: Amount = NOTHING) -> float:
        """The larger of the two."""
        return max(self.load(n, more).values())

    def allowed(self, needs: Needs) -> frozenset[int]:
        """Indexes of the hosts that such a VM may run on as far as room and affinity do not matter."""
        found = self._allowed.get(needs)
        if found is None:
            found = frozenset(n for n, host in enumerate(self.hosts) if not misfit(needs, host))
            self._allowed[needs] = found
        return found

    def fits(self, vm: Vm, n: int) -> bool:
        """Whether there is room, and no VM that it must be apart from."""
        if vm.size.ram > self.ram[n] or vm.size.cpu > self.cpu[n] or self.slots[n] < 1:
            return False
        if self.keepers is not None and self.keeps_off(vm, n):
            return False
        return not vm.apart or not any(self.groups[n].get(group) for group in vm.apart)

    def room_code(self, vm: Vm, n: int) -> str:
        """Why it does not fit: "ram", "cpu", "max_vms", "implicit_dedication" or "anti_affinity"; "" when it does."""
        if vm.size.ram > self.ram[n]:
            return "ram"
        if vm.size.cpu > self.cpu[n]:
            return "cpu"
        if self.slots[n] < 1:
            return "max_vms"
        if self.keeps_off(vm, n):
            return "implicit_dedication"
        met = [group for group in vm.apart if self.groups[n].get(group)]
        if not met:
            return ""
        return "migration_failed" if all(group.startswith(FAILED) for group in met) else "anti_affinity"


def reason(code: str, message: str, **facts: object) -> Reason:
    """A reason with the remedy of its code."""
    return Reason(code, message, REMEDIES.get(code, ""), facts)
