# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A roll's plan as plain data: waves with their moves, headroom, bounds, loads before and after, expected seconds."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.accounting import Amount
from ...core.consent import ALL
from ...core.errors import Reason
from ...core.hypervisors.procedures import steps
from ...core.placement.cautions import cautions
from ...core.placement.distribution import distribution
from ...core.placement.drain import Move
from ...core.placement.evacuation import balance, strangers_of
from ...core.placement.fleet import Fleet, vms_of
from ...core.placement.not_drained import broken
from ...core.placement.rolling import Roll
from ...core.zone.resource_states import DRAINING, MAINTENANCE
from ...core.zone.topology import Cluster
from ...ports.cloud import Cloud
from ..capacity.account import disable_thresholds

Json = dict[str, t.Any]


class Asked(t.Protocol):
    """What of a request for a roll a plan is told with."""

    @property
    def spare_hosts(self) -> int: ...
    @property
    def migrations(self) -> int: ...
    @property
    def seconds_per_gib(self) -> float: ...
    @property
    def seconds_per_host(self) -> float: ...
    @property
    def reach(self) -> object: ...
    @property
    def balance(self) -> bool: ...


class Shown(t.NamedTuple):
    """A plan as a module returns it, and what a person has to know before it is carried out."""

    result: Json
    warnings: tuple[str, ...]


def stuck_reasons(fleet: Fleet, roll: Roll) -> list[Reason]:
    names = {host.id: host.name for host in fleet.hosts}
    return [
        replace(reason, message=f"host {names[host]}: {reason.message}", facts={**reason.facts, "host": names[host]})
        for host, reasons in roll.stuck.items()
        for reason in reasons
    ]


def broken_reasons(fleet: Fleet, pending: t.Collection[str]) -> list[Reason]:
    """Of hosts that the server is to prepare still: it would refuse when all VMs of the host are moved."""
    hosts = [host for host in fleet.hosts if host.id in pending and host.resource_state not in (MAINTENANCE, DRAINING)]
    return [
        replace(each, message=f"host {host.name}: {each.message}", facts={**each.facts, "host": host.name})
        for host in hosts
        for each in broken(fleet, [host.id])
    ]


def strangers(cloud: Cloud, fleet: Fleet, host_ids: t.Collection[str], consent: t.Collection[str]) -> tuple[str, ...]:
    """A warning of names in consent that no VM of the zone has: one that is stopped, or in a cluster that is rolled
    with the same consent, is no misspelling.
    """
    here = {ALL, *(text for vm in fleet.instances for text in (vm.id, vm.name))}
    strange = [each for each in consent if each not in here]
    if not strange:
        return ()
    known = cloud.fleets.names(fleet.cluster.zone_id)
    wrong = [each for each in strange if each not in known]
    return strangers_of(vms_of(fleet), host_ids, wrong, fleet.cluster.name)


def server_balances(cloud: Cloud, cluster: Cluster) -> t.Iterator[str]:
    """CloudStack's own DRS, since 4.19: it migrates VMs of a cluster from time to time, also during a roll."""
    held = cloud.settings.find("drs.automatic.enable", "cluster", cluster.id)
    if held is not None and str(held.value).lower() == "true":
        yield (
            f"cluster {cluster.name}: CloudStack's automatic DRS may migrate VMs during the roll, so they move more "
            "often than planned; set drs.automatic.enable of the cluster to false until the roll is over"
        )


def plain_reason(reason: Reason) -> Json:
    return {"code": reason.code, "message": reason.message, "remedy": reason.remedy, **reason.facts}


def moves_told(fleet: Fleet, moves: t.Iterable[Move]) -> list[Json]:
    names = {host.id: host.name for host in fleet.hosts}
    vms = {vm.id: vm.name for vm in fleet.instances}
    return [{"vm": vms[m.vm], "source": names[m.source], "target": names[m.target]} for m in moves]


def shown_plan(cloud: Cloud, fleet: Fleet, roll: Roll, asked: Asked) -> Shown:
    names = {host.id: host.name for host in fleet.hosts}
    vms = {vm.id: vm for vm in fleet.instances}
    scope = {host for wave in roll.waves for host in wave.hosts}
    count = sum(1 for vm in fleet.instances if vm.host_id in scope)
    waves = [
        {
            "hosts": [names[each] for each in wave.hosts],
            # With ids, because two VMs may share a name.
            "moves": [{**told, "vm_id": m.vm} for told, m in zip(moves_told(fleet, wave.moves), wave.moves)],
            "free": {"cpu_mhz": wave.free.cpu, "ram_bytes": wave.free.ram},
            "seconds": round(_seconds([vms[m.vm].demand for m in wave.moves], len(fleet.hosts), asked)),
        }
        for wave in roll.waves
    ]
    moves = [move for wave in roll.waves for move in wave.moves]
    level = balance(fleet, moves, asked.spare_hosts, back=scope) if asked.balance and roll.feasible else ()
    spread = distribution(fleet, [*moves, *level], disable_thresholds(cloud, fleet.cluster), roll.bounds.load)
    result = {
        "cluster": fleet.cluster.name,
        "cluster_id": fleet.cluster.id,
        "feasible": roll.feasible,
        "waves": waves,
        "moves": roll.moves,
        "vms": count,
        "moves_per_vm": round(roll.moves / count, 3) if count else 0.0,
        "bounds": {"moves": roll.bounds.moves, "waves": roll.bounds.waves},
        "ratio": round(roll.moves / roll.bounds.moves, 3) if roll.bounds.moves else 1.0,
        "balance": moves_told(fleet, level),
        "distribution": spread.told(),
        "seconds": sum(t.cast(int, wave["seconds"]) for wave in waves),
        "reasons": [plain_reason(reason) for reason in stuck_reasons(fleet, roll)],
        "fingerprint": roll.fingerprint,
        "procedure": list(steps(fleet.cluster.hypervisor, asked.reach is not None)),
    }
    warnings = (*spread.warnings(), *cautions(fleet, {move.vm: move.target for move in spread.moves}))
    return Shown(result, warnings if roll.feasible else ())


def _seconds(sizes: t.Sequence[Amount], hosts: int, asked: Asked) -> float:
    """Memory to copy over the lanes that the limits leave, then the work on the hosts."""
    lanes = max(1, min(asked.migrations, 2 * max(hosts - 1, 1)))
    return sum(size.ram for size in sizes) / (1 << 30) * asked.seconds_per_gib / lanes + asked.seconds_per_host
