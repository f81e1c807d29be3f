"""Worlds made without the API: for tests of the books themselves."""

from __future__ import annotations

from pathlib import Path

from sandbox import snapshot
from sandbox.rules import life
from sandbox.world import World
from sandbox.world.hosts import Host
from sandbox.world.vms import USER, Vm

GIB = 1 << 30


def lay_out(world: World, hosts: int, folder: Path, clusters: int = 1) -> list[Host]:
    """A zone of simulated hosts of 4 × 8000 MHz and 8 GiB; cluster n holds every `clusters`-th of them."""
    lines: list[snapshot.Line] = [
        {"kind": "zone", "name": "z1"},
        {"kind": "pod", "name": "p1", "zone": "z1", "net": "172.16.0.1"},
    ]
    lines += [{"kind": "cluster", "name": f"c{n}", "pod": "p1", "hypervisor": "Simulator"} for n in range(clusters)]
    lines += [{"kind": "host", "name": f"h{n}", "cluster": f"c{n % clusters}"} for n in range(hosts)]
    file = folder / "world.jsonl"
    snapshot.write(file, iter(lines))
    snapshot.load(world, file)
    return list(world.hosts)


def new_vm(world: World, gib: int = 1, tags: tuple[str, ...] = ()) -> Vm:
    """A stopped VM of 1000 MHz."""
    zone, template = next(iter(world.zones)), next(iter(world.templates))
    offering = next(iter(world.service_offerings))
    number = world.vms.next_id()
    vm = Vm(
        number, world.new_uuid(), f"vm{number}", USER, f"i-2-{number}-VM", zone.id, "Simulator", 1, 1000, gib << 10,
        offering.id, template.id, world.admin.id, world.now(),
    )  # fmt: skip
    vm.tags = tags
    return world.vms.add(vm)


def run_on(world: World, host: Host, count: int) -> list[Vm]:
    """So many VMs of 1 GiB that run on `host`."""
    vms = [new_vm(world) for _ in range(count)]
    for vm in vms:
        life.place(world, vm, host)
    return vms
