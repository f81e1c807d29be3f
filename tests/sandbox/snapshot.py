"""Large worlds from a file: `python -m sandbox.snapshot --hosts 10000 --vms 300000 FILE` writes one, `load` reads it.

JSON Lines, small words for large numbers: one line a zone, pod, cluster or host, one for all VMs of a host, one for the
networks of a zone. A name ending in ".gz" is compressed. Loading needs no running server and goes through the same
tables and the same books as the API does.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from . import served
from .rules import templates
from .world import World
from .world.hosts import Host
from .world.hypervisors import DEFAULTS, GIB
from .world.vms import USER, ServiceOffering, Vm
from .world.zones import Cluster, IpRange, Pod, Zone

Line = dict[str, Any]
HOSTS_PER_CLUSTER, CLUSTERS_PER_POD = 32, 8
# Name, cores, MHz, MiB of the offerings that the VMs of a generated snapshot have.
OFFERINGS = (("small", 1, 1000, 1024), ("medium", 2, 1000, 2048), ("large", 2, 2000, 4096))
# Cores and memory over-provisioned as operators do, so that 30 VMs find room on a host.
FACTORS = (4.0, 1.0)


def _open(path: Path, mode: str) -> IO[str]:
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, mode + "t", encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def generate(hosts: int, vms: int, hypervisor: str = "KVM", seed: int = 1) -> Iterator[Line]:
    """Lines of a zone with that many hosts and VMs, spread unevenly within what each host can hold.

    ValueError when the VMs do not fit.
    """
    luck, facts = random.Random(seed), DEFAULTS[hypervisor]
    yield {"kind": "zone", "name": "z1"}
    clusters = -(-hosts // HOSTS_PER_CLUSTER)
    for pod in range(-(-clusters // CLUSTERS_PER_POD)):
        yield {"kind": "pod", "name": f"p{pod}", "zone": "z1", "net": f"10.{pod % 250}.0.1"}
    for number in range(clusters):
        pod_name = f"p{number // CLUSTERS_PER_POD}"
        yield {"kind": "cluster", "name": f"c{number}", "pod": pod_name, "hypervisor": hypervisor, "factors": FACTORS}
    left = vms
    for number in range(hosts):
        free_memory, free_mhz = facts.memory >> 20, int(facts.cores * facts.mhz * FACTORS[0])
        mean = left / (hosts - number)
        wanted = left if number == hosts - 1 else min(left, max(0, round(luck.gauss(mean, mean / 6))))
        placed: list[int] = []
        while len(placed) < wanted:
            choice = luck.choices(range(len(OFFERINGS)), (5, 3, 2))[0]
            # The last ones are small: a host that is nearly full still takes them.
            choice = choice if free_memory > (wanted - len(placed)) * 1024 + OFFERINGS[choice][3] else 0
            _, cores, mhz, memory = OFFERINGS[choice]
            if memory > free_memory or cores * mhz > free_mhz:
                break
            free_memory, free_mhz = free_memory - memory, free_mhz - cores * mhz
            placed.append(choice)
        left -= len(placed)
        yield {"kind": "host", "name": f"h{number}", "cluster": f"c{number // HOSTS_PER_CLUSTER}", "vms": placed}
    if left:
        raise ValueError(f"{left} of {vms} VMs do not fit on {hosts} hosts")


def networks(zone: str, count: int) -> Iterator[Line]:
    """A line of that many networks: half with redundant routers, a quarter each with a single one and of VPCs."""
    if count:
        vpc = count // 4
        single = (count - vpc) // 3
        yield {"kind": "networks", "zone": zone, "redundant": count - vpc - single, "single": single, "vpc": vpc}


def write(path: Path, lines: Iterator[Line]) -> None:
    with _open(path, "w") as out:
        for line in lines:
            out.write(json.dumps(line, separators=(",", ":")) + "\n")


class _Loader:
    """Rows of a snapshot by the names that its lines use."""

    def __init__(self, world: World) -> None:
        self.world, self.now = world, world.now()
        self.zones: dict[str, Zone] = {}
        self.pods: dict[str, Pod] = {}
        self.clusters: dict[str, Cluster] = {}
        self.addresses: dict[int, itertools.count[int]] = {}
        self.offerings = [
            world.service_offerings.add(
                ServiceOffering(
                    world.service_offerings.next_id(), world.new_uuid(), name, name, cores, mhz, memory, self.now,
                    world.new_uuid(),
                )
            )
            for name, cores, mhz, memory in OFFERINGS
        ]  # fmt: skip

    def zone(self, line: Line) -> None:
        world = self.world
        zone = Zone(
            world.zones.next_id(), world.new_uuid(), line["name"], "Advanced", "10.0.0.1", "10.0.0.1", world.new_uuid()
        )
        zone.allocation_state = "Enabled"
        self.zones[zone.name] = world.zones.add(zone)

    def pod(self, line: Line) -> None:
        world, zone, gateway = self.world, self.zones[line["zone"]], line["net"]
        start = gateway.rpartition(".")[0]
        ranges = [IpRange(f"{start}.2", f"{start}.250")]
        pod = Pod(world.pods.next_id(), world.new_uuid(), line["name"], zone.id, gateway, "255.255.0.0", ranges)
        self.pods[pod.name] = world.pods.add(pod)
        self.addresses[pod.id] = itertools.count(256)

    def cluster(self, line: Line) -> None:
        world, pod = self.world, self.pods[line["pod"]]
        cluster = Cluster(
            world.clusters.next_id(), world.new_uuid(), line["name"], pod.zone_id, pod.id, line["hypervisor"]
        )
        cpu, memory = line.get("factors", (1.0, 1.0))
        cluster.details = {"cpuOvercommitRatio": str(cpu), "memoryOvercommitRatio": str(memory)}
        self.clusters[cluster.name] = world.clusters.add(cluster)
        templates.register(world, world.zones[pod.zone_id], cluster.hypervisor)

    def host(self, line: Line) -> None:
        world, cluster = self.world, self.clusters[line["cluster"]]
        facts, pod = DEFAULTS[cluster.hypervisor], world.pods[cluster.pod_id]
        offset = next(self.addresses[pod.id])
        net = ".".join(pod.gateway.split(".")[:2])
        host = Host(
            world.hosts.next_id(), world.new_uuid(), line["name"], f"http://{line['name']}", cluster.zone_id,
            cluster.pod_id, cluster.id, cluster.hypervisor, facts.version, f"{net}.{offset >> 8}.{offset & 255}",
            line.get("cores", facts.cores), line.get("mhz", facts.mhz), line.get("memory_gib", 0) * GIB or facts.memory,
            facts.capabilities, self.now, self.now,
        )  # fmt: skip
        host.tags, host.measured = sorted(line.get("tags", [])), True
        self.vms(world.hosts.add(host), cluster, line.get("vms", []))

    def networks(self, line: Line) -> None:
        served.add(self.world, self.zones[line["zone"]], line)

    def vms(self, host: Host, cluster: Cluster, choices: list[int]) -> None:
        world, zone = self.world, self.world.zones[host.zone_id]
        template = world.templates.select(zone_id=zone.id, hypervisor=cluster.hypervisor, kind=templates.BUILTIN)[0]
        ratio = float(cluster.details["cpuOvercommitRatio"]), float(cluster.details["memoryOvercommitRatio"])
        kept = [each if each > 1.0 else None for each in ratio]
        for choice in choices:
            offering, number = self.offerings[choice], world.vms.next_id()
            name = f"vm{number}"
            vm = Vm(
                number, world.new_uuid(), name, USER, f"i-{world.admin.id}-{number}-VM", zone.id, host.hypervisor,
                offering.cores, offering.mhz, offering.memory, offering.id, template.id, world.admin.id, self.now,
                "Running", host.pod_id, host.id, host.id,
            )  # fmt: skip
            vm.factors = (kept[0], kept[1])
            world.vms.add(vm)
            host.used_mhz += vm.total_mhz
            host.used_memory += vm.total_bytes


def fill(world: World, lines: Iterable[Line]) -> None:
    """Add what the lines say to a world. KeyError for a line that names something unknown."""
    loader = _Loader(world)
    steps = {
        "zone": loader.zone,
        "pod": loader.pod,
        "cluster": loader.cluster,
        "host": loader.host,
        "networks": loader.networks,
    }
    for line in lines:
        steps[line["kind"]](line)


def load(world: World, path: Path) -> None:
    """Add what the file holds to a world."""
    with _open(path, "r") as lines:
        fill(world, (json.loads(text) for text in lines))


def main() -> None:
    options = argparse.ArgumentParser(prog="sandbox.snapshot", description="Write a large world for --snapshot.")
    options.add_argument("--hosts", type=int, default=10_000)
    options.add_argument("--vms", type=int, default=300_000)
    options.add_argument("--hypervisor", default="KVM", choices=sorted(DEFAULTS))
    options.add_argument("--networks", type=int, default=0, help="half with redundant routers, a quarter of VPCs")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("file", type=Path)
    given = options.parse_args()
    lines = generate(given.hosts, given.vms, given.hypervisor, given.seed)
    write(given.file, itertools.chain(lines, networks("z1", given.networks)))


if __name__ == "__main__":
    main()
