# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudStack's own accounting of CPU and RAM, to the MHz and byte, and what follows from it: what is free, and what a
migration asks for.

Source: CapacityManagerImpl of the server as recorded in T2:14-18 and T3:95-106; Working with Hosts, "Over-Provisioning
and Service Offering Limits". Units everywhere: MHz and bytes.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

LARGEST_CAST = 999999.9999  # that DECIMAL(10,4) holds
# VM states that hold capacity on their host; Migrating holds it on both.
HOLDING = frozenset(("Running", "Starting", "Stopping", "Migrating"))
# What results of modules call the two resources.
RESOURCES = {"cpu": "cpu", "ram": "memory"}


@dataclass(frozen=True)
class Factors:
    """Over-provisioning factors of a cluster, or those that a VM was started with."""

    cpu: float = 1.0
    ram: float = 1.0


@dataclass(frozen=True)
class Remembered:
    """The factors of a VM's last start as the server keeps them: one by one, and only those above 1.

    kept: false for those that an old server counts with and does not keep.
    """

    cpu: t.Optional[float] = None
    ram: t.Optional[float] = None
    kept: bool = True

    def counted_by(self, now: Factors) -> Factors:
        """The server counts with the cluster's factor of today where none is kept (CapacityManagerImpl; measured)."""
        return Factors(now.cpu if self.cpu is None else self.cpu, now.ram if self.ram is None else self.ram)

    @property
    def started_with(self) -> Factors:
        """A factor of 1 is not kept."""
        return self.counted_by(Factors())


@dataclass(frozen=True)
class Amount:
    """Some CPU (MHz) and RAM (bytes)."""

    cpu: int = 0
    ram: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.cpu + other.cpu, self.ram + other.ram)

    def __sub__(self, other: Amount) -> Amount:
        return Amount(self.cpu - other.cpu, self.ram - other.ram)

    def fits_in(self, room: Amount) -> bool:
        return self.cpu <= room.cpu and self.ram <= room.ram


def total(amounts: t.Iterable[Amount]) -> Amount:
    """The sum of some amounts."""
    result = Amount()
    for each in amounts:
        result = result + each
    return result


def effective(physical: Amount, factors: Factors) -> Amount:
    """What the server hands out on a host: cores × speed × CPU factor, RAM (less the agent's reserve) × RAM factor."""
    return Amount(int(physical.cpu * factors.cpu), int(physical.ram * factors.ram))


def as_summed(factors: Factors) -> Factors:
    """What listCapacity multiplies with: its query casts the factors to DECIMAL(10,4) (CapacityDaoImpl)."""

    def cast(factor: float) -> float:
        return float(Decimal(str(min(factor, LARGEST_CAST))).quantize(Decimal("0.0001"), ROUND_HALF_UP))

    return Factors(cast(factors.cpu), cast(factors.ram))


def accounted(demand: Amount, own: Factors, now: Factors) -> Amount:
    """What a VM counts for: its demand by the factor of its last start, scaled by the cluster's factor of today.

    A VM started at 1.0 counts twice its size once the cluster's factor is 2.0, until it is stopped and started.
    """
    return Amount(int(demand.cpu / own.cpu * now.cpu), int(demand.ram / own.ram * now.ram))


def asked_by_migration(demand: Amount, own: Factors, now: Factors) -> Amount:
    """What a destination must have free: the server checks the plain demand on arrival and recounts it afterwards."""
    later = accounted(demand, own, now)
    return Amount(max(demand.cpu, later.cpu), max(demand.ram, later.ram))


@dataclass(frozen=True)
class Balance:
    """One host's or cluster's account. capacity is effective; reserved: of VMs stopped there not long ago."""

    capacity: Amount
    used: Amount
    reserved: Amount = Amount()

    @property
    def free(self) -> Amount:
        return self.capacity - self.used - self.reserved

    def share(self) -> dict[str, float]:
        """Used (with reserved) as a fraction of the capacity, by resource; 0 where there is none."""
        held = self.used + self.reserved
        return {
            "cpu": held.cpu / self.capacity.cpu if self.capacity.cpu else 0.0,
            "ram": held.ram / self.capacity.ram if self.capacity.ram else 0.0,
        }


def joined(balances: t.Iterable[Balance]) -> Balance:
    """The account of several hosts together."""
    items = list(balances)
    return Balance(total(b.capacity for b in items), total(b.used for b in items), total(b.reserved for b in items))


def largest_vm(balances: t.Iterable[Balance]) -> Amount:
    """The most CPU and the most RAM that one more VM can have, each on the host that has the most of it free."""
    frees = [b.free for b in balances]
    return Amount(max((f.cpu for f in frees), default=0), max((f.ram for f in frees), default=0))


def stranded(balances: t.Iterable[Balance], size: Amount) -> Amount:
    """What is free in the sum but of no use to a VM of ``size``: the rest of each host after as many as fit."""
    lost = Amount()
    for balance in balances:
        free = balance.free
        count = min(_times(free.cpu, size.cpu), _times(free.ram, size.ram))
        lost = lost + Amount(max(free.cpu, 0) - count * size.cpu, max(free.ram, 0) - count * size.ram)
    return lost


def _times(room: int, size: int) -> int:
    return max(room, 0) // size if size else 1 << 60
