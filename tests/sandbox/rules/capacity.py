"""Capacity of hosts and what is left of it (T1:41, T1:57, T2:16; FIELD_FACTS "Over-provisioning")."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..world import World
from ..world.hosts import Host
from ..world.zones import Cluster

CPU_FACTOR, MEMORY_FACTOR = "cpu.overprovisioning.factor", "mem.overprovisioning.factor"


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


def factors(world: World, cluster: Cluster) -> Factors:
    """The over-provisioning factors in effect for a cluster."""
    return Factors(
        float(world.settings.value(CPU_FACTOR, "Cluster", cluster.id)),
        float(world.settings.value(MEMORY_FACTOR, "Cluster", cluster.id)),
    )


def host_mhz(world: World, host: Host) -> int:
    return int(host.cores * host.mhz * factors(world, world.clusters[host.cluster_id]).cpu)


def host_memory(world: World, host: Host) -> int:
    return int(host.memory * factors(world, world.clusters[host.cluster_id]).memory)


def totals(world: World, hosts: Iterable[Host]) -> Totals:
    mhz = memory = cores = used_mhz = used_memory = 0
    for host in hosts:
        mhz += host_mhz(world, host)
        memory += host_memory(world, host)
        cores += host.cores
        used_mhz += host.used_mhz
        used_memory += host.used_memory
    return Totals(mhz, memory, cores, used_mhz, used_memory)


def percent(used: float, total: float) -> float:
    return 100.0 * used / total if total else 0.0


def short(value: float) -> str:
    """Two decimals without trailing zeros, as `percentused` is written: "0", "50", "10.94"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
