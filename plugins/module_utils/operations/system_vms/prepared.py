# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A template copied to the primary storage pools of zones, and waited for.

Sources: see core/system_vms/prepared.py.
"""

from __future__ import annotations

import typing as t

from ...core.errors import HostcraftError
from ...core.system_vms.prepared import PoolCopy, copies_on, shows_copies
from ...core.system_vms.templates import SystemTemplate
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from ..lost_answers import surely
from ..waiting import until

Look = t.Callable[[], t.Sequence[SystemTemplate]]


class PreparationFailed(HostcraftError):
    """The server could not copy the template to a primary storage pool."""

    code = "preparation_failed"


def on_pools(
    cloud: Cloud, zones: t.Iterable[Zone], held: t.Iterable[SystemTemplate], hypervisor: str
) -> tuple[PoolCopy, ...]:
    """Those of the zones, whether they get a copy or not."""
    pools = [pool for zone in zones for pool in cloud.storage_pools.all(zone_id=zone.id)]
    return copies_on(pools, held, hypervisor)


def missing(copies: t.Iterable[PoolCopy]) -> list[PoolCopy]:
    return [each for each in copies if not each.left_out and not each.ready]


def prepare(
    cloud: Cloud, zones: t.Sequence[Zone], look: Look, hypervisor: str, timeout: float
) -> tuple[tuple[PoolCopy, ...], tuple[str, ...]]:
    """Ask for every copy that is missing, one pool at a time, and wait for all. The copies, and warnings.

    Raises PreparationFailed, WaitTimeout.
    """
    held = look()
    failed_before: set[str] = set()
    for each in missing(on_pools(cloud, zones, held, hypervisor)):
        if each.failed:
            failed_before.add(each.pool_id)
        cloud.progress(f"preparing template {held[0].name} on primary storage {each.pool}")
        row = next(one for one in held if one.zone_id == each.zone_id)
        _ask(cloud, zones, look, row, each)
    if not shows_copies(held):
        text = "the server does not show which primary storage pools have the template: the task requested a copy"
        return on_pools(cloud, zones, held, hypervisor), (text,)

    def read() -> tuple[PoolCopy, ...]:
        copies = on_pools(cloud, zones, look(), hypervisor)
        for each in missing(copies):
            # An error of an earlier attempt may be shown until the new one begins.
            if each.failed and each.pool_id not in failed_before:
                facts = {"zone": each.zone, "pool": each.pool, "state": each.state}
                raise PreparationFailed(f"template {held[0].name} could not be copied to {each.progress}", **facts)
        return copies

    what = f"template {held[0].name} on primary storage"
    copies = until(cloud, read, lambda seen: not missing(seen), what=what, limit=timeout, show=_left)
    return copies, ()


def _left(copies: t.Iterable[PoolCopy]) -> str:
    return "; ".join(each.progress for each in missing(copies))


def _ask(cloud: Cloud, zones: t.Sequence[Zone], look: Look, row: SystemTemplate, copy: PoolCopy) -> None:
    """Once, even if the answer is lost. row: the template in the zone of the pool."""

    def begun() -> t.Optional[bool]:
        found = on_pools(cloud, zones, look(), row.hypervisor)
        return True if any(each.pool_id == copy.pool_id and each.state != copy.state for each in found) else None

    def ask() -> bool:
        cloud.system_templates.prepare(row.id, row.zone_id, copy.pool_id)
        return True

    surely(cloud, ask, begun)


def names(copies: t.Iterable[PoolCopy], ready_only: bool) -> list[str]:
    """For the difference: pools that have it, or all that get it."""
    return sorted(each.pool for each in copies if not each.left_out and (each.ready or not ready_only))
