"""Which host a VM goes to: what a host must offer, and how the planner draws one (T2:8-13, T2:39-44)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..world import World
from ..world.hosts import Host
from ..world.hypervisor_capabilities import guest_limit
from ..world.vms import Vm
from ..world.zones import Cluster
from . import affinity, capacity, dedication, implicit_dedication


def has_tags(host: Host, tags: Collection[str]) -> bool:
    return set(tags) <= set(host.tags)


def is_open(world: World, host: Host) -> bool:
    """Whether the planner uses a host at all: it is up, and enabled with its cluster, pod and zone."""
    places = (world.clusters[host.cluster_id], world.pods[host.pod_id], world.zones[host.zone_id])
    return (
        host.state == "Up"
        and host.resource_state == "Enabled"
        and places[0].managed_state == "Managed"
        and all(place.allocation_state == "Enabled" for place in places)
    )


def is_full(world: World, host: Host) -> bool:
    """Whether as many VMs as its hypervisor is said to be capable of hold it (not recorded)."""
    most = guest_limit(world, host.hypervisor, host.hypervisor_version)
    return most is not None and len(world.vms.select(host_id=host.id)) >= most


def takes(world: World, host: Host, vm: Vm) -> bool:
    """Whether `vm` may be placed on `host` now: open, of its hypervisor, with its tags and with room."""
    return (
        host.hypervisor == vm.hypervisor
        and is_open(world, host)
        and has_tags(host, vm.tags)
        and affinity.allows(world, host, vm)
        and dedication.allows(world, host, vm)
        and capacity.fits(world, host, vm.total_mhz, vm.total_bytes)
        and not is_full(world, host)
    )


def _clusters(world: World, vm: Vm) -> list[Cluster]:
    """Clusters of the zone, least loaded with CPU first; equals in random order."""

    def load(cluster: Cluster) -> float:
        hosts = world.hosts.select(cluster_id=cluster.id)
        held, total = sum(h.held_mhz for h in hosts), sum(capacity.host_mhz(world, h) for h in hosts)
        return held / total if total else 1.0

    found = list(world.clusters.select(zone_id=vm.zone_id, hypervisor=vm.hypervisor))
    world.luck.shuffle(found)
    return sorted(found, key=load)


def choose(world: World, vm: Vm, among: Sequence[Host] | None = None, avoid: Collection[int] = ()) -> Host | None:
    """A host for `vm`, drawn from those of the first cluster that has any (or from `among`); None without any.

    A VM that ran before goes back to its last host while that takes it, whichever cluster is first now (T4:51).
    """

    def fits(host: Host) -> bool:
        return host.id not in avoid and takes(world, host, vm) and implicit_dedication.allows(world, host, vm)

    last = world.hosts.get(vm.last_host_id)
    if last is not None and (among is None or last in among) and fits(last):
        return last
    groups = [among] if among is not None else [world.hosts.select(cluster_id=c.id) for c in _clusters(world, vm)]
    for group in groups:
        found = [host for host in group if fits(host)]
        if found:
            return world.luck.choice(found)
    return None
