# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template on primary storage pools: which can hold it, and which have it.

Sources: Working with System Virtual Machines, "Upgrading Virtual Routers" (the template on all primary storage pools
before the upgrade); T6:112-114 (copies that a listing of templates shows).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..zone.storage import StoragePool
from .templates import Copy, SystemTemplate

ANY = ("", "any")
READY, MISSING = "DOWNLOADED", "missing"
_FAILED = ("error", "abandoned", "failed")


@dataclass(frozen=True)
class PoolCopy:
    """state: as the server shows it, or "missing". left_out: why the pool gets no copy, "" for one that does."""

    pool: str
    pool_id: str
    zone: str
    zone_id: str
    state: str
    percent: str = ""
    left_out: str = ""

    @property
    def ready(self) -> bool:
        return self.state.casefold() == READY.casefold()

    @property
    def failed(self) -> bool:
        return any(word in self.state.casefold() for word in _FAILED)

    @property
    def progress(self) -> str:
        return f"{self.pool} of zone {self.zone}: {self.state}" + (f", {self.percent} %" if self.percent else "")


def left_out(pool: StoragePool, hypervisor: str) -> str:
    """Why a pool gets no copy: the server copies to pools that are Up, and without a host of the hypervisor it cannot.

    Managed storage makes its volumes of the template by itself.
    """
    if pool.state != "Up":
        return pool.state or "state unknown"
    own = (pool.hypervisor or "").casefold()
    if own not in ANY and own != hypervisor.casefold():
        return f"hypervisor {pool.hypervisor}"
    return "managed" if pool.managed else ""


def copies_on(
    pools: t.Iterable[StoragePool], held: t.Iterable[SystemTemplate], hypervisor: str
) -> tuple[PoolCopy, ...]:
    """The template on each pool. held: its rows, one a zone."""
    there = [(each.zone_id, copy) for each in held for copy in each.copies if copy.role == "primary"]
    found = []
    for pool in pools:
        mine = [copy for zone_id, copy in there if _on(copy, zone_id, pool)]
        best = next((copy for copy in mine if copy.there), mine[0] if mine else Copy(pool.name, "primary", MISSING))
        place = (pool.name, pool.id, pool.zone, pool.zone_id)
        found.append(PoolCopy(*place, best.state or MISSING, best.percent, left_out(pool, hypervisor)))
    return tuple(sorted(found, key=lambda each: (each.zone, each.pool, each.pool_id)))


def _on(copy: Copy, zone_id: str, pool: StoragePool) -> bool:
    """Pools of one zone may have one name, therefore by id where the server tells it."""
    if copy.store_id:
        return copy.store_id == pool.id
    return copy.store == pool.name and zone_id == pool.zone_id


def shows_copies(held: t.Iterable[SystemTemplate]) -> bool:
    """Whether the server tells where templates lie: an older one has no list of copies at all."""
    return any(each.copies for each in held)
