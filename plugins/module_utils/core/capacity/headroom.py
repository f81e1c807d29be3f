# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster has left: its account as the server keeps it, how many more VMs fit, and what a failure leaves.

Units everywhere: MHz and bytes.
"""

from __future__ import annotations

import heapq
import typing as t

from ..accounting import Amount, Balance
from ..placement.fleet import Fleet, balances, hosts_of, vms_of
from ..placement.rules import Needs, Packing, Vm
from ..placement.spare import unbearable
from ..zone.hosts import Host
from ..zone.resource_states import ENABLED

MANY = 4096  # more VMs than this are not counted


class Size(t.NamedTuple):
    """A VM that might come: cores, MHz of each, bytes."""

    cpu_number: int
    cpu_speed: int
    ram: int

    @property
    def demand(self) -> Amount:
        return Amount(self.cpu_number * self.cpu_speed, self.ram)


def usable(host: Host) -> bool:
    """Whether the host takes VMs."""
    return host.state == "Up" and host.resource_state == ENABLED


def usable_balances(fleet: Fleet) -> list[Balance]:
    """The accounts of the hosts that take VMs."""
    accounts = balances(fleet)
    return [accounts[host.id] for host in fleet.hosts if usable(host)]


def packed(fleet: Fleet) -> Packing:
    """The fleet as a planner sees it."""
    return Packing(hosts_of(fleet), vms_of(fleet))


def failing(fleet: Fleet, spare_hosts: int) -> tuple[str, ...]:
    """Names of hosts whose joint failure would leave VMs without a place; () when any ``spare_hosts`` may fail."""
    names = {host.id: host.name for host in fleet.hosts}
    return tuple(names[each] for each in unbearable(packed(fleet), (), spare_hosts))


def room_for(fleet: Fleet, size: Size, spare_hosts: int = 0) -> int:
    """How many more VMs of a size, without tags or affinity, find room while any ``spare_hosts`` hosts may fail.

    A lower bound: so many surely do. Spread evenly; counted up to MANY.
    """
    packing = packed(fleet)
    spread = _spread(packing.copy(), size)
    if not spare_hosts:
        return len(spread)

    def holds(count: int) -> bool:
        twin = packing.copy()
        for vm, n in spread[:count]:
            twin.put(vm, n)
        return not unbearable(twin, (), spare_hosts)

    if not holds(0):
        return 0
    low, high = 0, len(spread) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _spread(packing: Packing, size: Size) -> list[tuple[Vm, int]]:
    """As many as fit, each on the host that can take the most more of them."""
    needs = Needs(cores=size.cpu_number, speed=size.cpu_speed)
    new = Vm("new", "new", "", size.demand, needs)
    queue = [(-_times(packing, n, size), n) for n in packing.allowed(needs) if not packing.keeps_off(new, n)]
    heapq.heapify(queue)
    found: list[tuple[Vm, int]] = []
    while queue and queue[0][0] < 0 and len(found) < MANY:
        _count, n = queue[0]
        vm = Vm(f"new {len(found)}", f"new {len(found)}", packing.hosts[n].id, size.demand, needs)
        packing.put(vm, n)
        found.append((vm, n))
        heapq.heapreplace(queue, (-_times(packing, n, size), n))
    return found


def _times(packing: Packing, n: int, size: Size) -> int:
    need = size.demand
    counts = [packing.slots[n]]
    if need.cpu:
        counts.append(packing.cpu[n] // need.cpu)
    if need.ram:
        counts.append(packing.ram[n] // need.ram)
    return max(min(counts), 0)


def below(limits: t.Mapping[str, float], its: Balance, size: Size) -> int:
    """How many more VMs of a size leave a cluster's shares at or below these limits, by kind; counted up to MANY.

    The server adds the VM that it deploys before it compares (LIST_CLUSTERS_CROSSING_THRESHOLD of CapacityDaoImpl).
    """
    held, counts = its.used + its.reserved, [MANY]
    for kind, limit in limits.items():
        need = getattr(size.demand, kind)
        if need:
            counts.append(int(getattr(its.capacity, kind) * limit - getattr(held, kind)) // need)
    return max(min(counts), 0)


def vm_limit(fleet: Fleet, most_vms: t.Optional[int], spare_hosts: int = 1) -> t.Optional[int]:
    """The most VMs that a cluster should hold: (N - f) × the limit a host; None where some host has no limit.

    most_vms: a limit instead of those that the server names; where these differ, the hosts of the highest fail.
    Source: 4.11.1 documentation, "Best Practices", maximum number of VM instances in a cluster.
    """
    limits = [fleet.guest_limits.get(h.id) if most_vms is None else most_vms for h in fleet.hosts if usable(h)]
    known = [limit for limit in limits if limit is not None]
    return None if not limits or len(known) < len(limits) else sum(sorted(known)[: max(len(known) - spare_hosts, 0)])


def by_tag(fleet: Fleet) -> dict[str, list[str]]:
    """Names of the hosts by host tag, those without a tag under ""."""
    found: dict[str, list[str]] = {}
    for host in fleet.hosts:
        for tag in sorted({*(host.host_tags or ()), *host.implicit_host_tags}) or [""]:
            found.setdefault(tag, []).append(host.name)
    return {tag: sorted(names) for tag, names in sorted(found.items())}
