"""Capacity of hosts and what is left of it (T1:41, T1:57, T2:16, T3:95-108; FIELD_FACTS "Over-provisioning")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ..world import World
from ..world.hosts import Host
from ..world.settings import setting
from ..world.storage import StoragePool
from ..world.vms import USER, Vm
from ..world.zones import Cluster
from . import volumes

CPU_FACTOR, MEMORY_FACTOR = "cpu.overprovisioning.factor", "mem.overprovisioning.factor"

# Bytes.
SYSTEM_VOLUME = 100


class Factors(NamedTuple):
    cpu: float
    memory: float


class Totals(NamedTuple):
    """Of a set of hosts: MHz, bytes and cores with over-provisioning, and what VMs hold of them."""

    mhz: int
    memory: int
    cores: int
    used_mhz: int
    used_memory: int
    used_cores: int


# Storage.StoragePoolType: those that over-provision.
OVERPROVISIONED = frozenset(
    (
        *("Filesystem", "NetworkFilesystem", "RBD", "VMFS", "PreSetup", "EXT", "DatastoreCluster"),
        *("PowerFlex", "Linstor", "StorPool", "FiberChannel"),
    )
)


def pool_factor(world: World, pool: StoragePool) -> float:
    """What the server multiplies the size of a pool with (StorageManagerImpl): that of a mount point on newer ones."""
    mounts = (4, 18, 2) <= world.release < (4, 19) or world.release >= (4, 19, 1)
    if pool.type not in OVERPROVISIONED and not (pool.type == "SharedMountPoint" and mounts):
        return 1.0
    return float(setting(world, "storage.overprovisioning.factor", "StoragePool", pool.id))


def from_one(world: World) -> bool:
    """Whether a running VM that remembers no factor counts from 1, as in CapacityManagerImpl before 4.16."""
    return world.release < (4, 16)


def both_or_none(world: World) -> bool:
    """Whether a VM that starts remembers both factors once one is above 1 (VirtualMachineManagerImpl before 4.19.1)."""
    return world.release < (4, 19, 1)


def factors(cluster: Cluster) -> Factors:
    """The over-provisioning factors in effect for a cluster."""
    return Factors(float(cluster.details["cpuOvercommitRatio"]), float(cluster.details["memoryOvercommitRatio"]))


def cast(factor: float) -> Decimal:
    """As the queries of CapacityDaoImpl have it: CAST(… AS DECIMAL (10,4))."""
    return Decimal(str(factor)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def host_mhz(world: World, host: Host) -> int:
    return int(host.cores * host.mhz * factors(world.clusters[host.cluster_id]).cpu)


def host_memory(world: World, host: Host) -> int:
    return int(host.memory * factors(world.clusters[host.cluster_id]).memory)


def fits(world: World, host: Host, mhz: int, memory: int) -> bool:
    """Whether so much more MHz and bytes find room on the host."""
    free_mhz = host_mhz(world, host) - host.held_mhz
    return mhz <= free_mhz and memory <= host_memory(world, host) - host.held_memory


def totals(world: World, hosts: Iterable[Host]) -> Totals:
    """Each host counts with the factors of its own cluster; a core of a VM is not over-provisioned."""
    mhz = memory = cores = used_mhz = used_memory = used_cores = 0
    for host in hosts:
        if not host.counted:
            continue
        mhz += host_mhz(world, host)
        memory += host_memory(world, host)
        cores += host.cores
        used_mhz += host.held_mhz
        used_memory += host.held_memory
        used_cores += sum(vm.cores for vm in holders(world, host))
    return Totals(mhz, memory, cores, used_mhz, used_memory, used_cores)


def holders(world: World, host: Host) -> list[Vm]:
    """VMs that hold capacity of a host: those on it, and those stopped with capacity kept there."""
    stopped = world.vms.select(lambda vm: vm.reserved, last_host_id=host.id)
    return [*world.vms.select(host_id=host.id), *stopped]


def recalculate(world: World, host: Host) -> None:
    """What the server's periodic check makes of a host's figures after a change of factors (T3:96-106).

    A running VM counts in proportion to the present factor by each kind of which it remembers one, else as it is; what
    is kept for a stopped VM always grows with the present factor. On old servers a running VM does so too.
    """
    now = factors(world.clusters[host.cluster_id])
    host.used_mhz = host.used_memory = host.reserved_mhz = host.reserved_memory = 0
    for vm in holders(world, host):
        running = vm.host_id == host.id
        missing = now if running and not from_one(world) else Factors(1.0, 1.0)
        then = Factors(*(other if own is None else own for own, other in zip(vm.factors, missing, strict=True)))
        mhz, memory = int(vm.total_mhz / then.cpu * now.cpu), int(vm.total_bytes / then.memory * now.memory)
        if running:
            host.used_mhz += mhz
            host.used_memory += memory
        else:
            host.reserved_mhz += mhz
            host.reserved_memory += memory


def recalculate_all(world: World) -> None:
    """The periodic check: hosts' figures, and what volumes take of primary storage.

    A volume has one copy of its template beside it; a system VM's own is next to nothing (T3:102).
    """
    for host in world.hosts:
        recalculate(world, host)
    allocated: Counter[int] = Counter()
    copies: set[tuple[int, int]] = set()
    for vm in world.vms:
        pool = None if vm.state in ("Destroyed", "Expunging", "Error") else volumes.pool_of(world, vm)
        if pool is None:
            continue
        allocated[pool.id] += world.templates[vm.template_id].size if vm.kind == USER else SYSTEM_VOLUME
        if vm.kind == USER and (pool.id, vm.template_id) not in copies:
            copies.add((pool.id, vm.template_id))
            allocated[pool.id] += world.templates[vm.template_id].size
    for pool in world.storage_pools:
        pool.allocated = allocated[pool.id]


def percent(used: float, total: float) -> float:
    return 100.0 * used / total if total else 0.0


def short(value: float) -> str:
    """Two decimals without trailing zeros, as `percentused` is written: "0", "50", "10.94"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def share(used: float, total: float) -> str:
    """A share as hosts write it: "0.00%", else without trailing zeros (T2:16, T3:95)."""
    value = percent(used, total)
    return f"{short(value)}%" if value else "0.00%"
