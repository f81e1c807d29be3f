# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of 32 hosts and 1,000 VMs read from a simulated vCenter, ours and the two usual ways.

Requests are counted by the vCenter. All three must find the same VMs on the same hosts with the same CPUs and memory.
Prints a table for docs/benchmarks.md. A vCenter is rarely on the same machine: each way is taken once more with a pause
before each request that stands for the network. Run: python benchmarks/vcenter_read.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / part) for part in ("tests", ".venv/collections")]

from counterparts.vcenter import Vcsim
from pyVmomi import SoapAdapter

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.vcenter.gateway import VcenterGateway

HOSTS, GUESTS = 32, 1000
WAY_THERE = 0.005  # seconds
MIB = 1 << 20
Seen = set[tuple[str, str, int, int]]


def in_bulk(gateway: VcenterGateway) -> Seen:
    """One request for all, its steps and properties named."""
    view = gateway.read()
    names = {each.id: each.name for each in view.hosts}
    return {(each.name, names[each.host_id], each.cpus or 0, each.memory_max or 0) for each in view.guests}


def machines(gateway: VcenterGateway) -> Any:
    client = gateway.client
    kinds = [client.vim.VirtualMachine]
    return client.content.viewManager.CreateContainerView(gateway.place.ref, kinds, True)


def by_attribute(gateway: VcenterGateway) -> Seen:
    """pyVmomi's objects and their attributes: each is a request when it is looked at."""
    hosts = {each._moId: each.name for each in gateway.place.ref.host}
    found: Seen = set()
    for machine in machines(gateway).view:
        hardware = machine.config.hardware
        found.add((machine.name, hosts[machine.runtime.host._moId], hardware.numCPU, hardware.memoryMB * MIB))
    return found


def by_machine(gateway: VcenterGateway) -> Seen:
    """A container view to list VMs, then the needed properties of each in a request."""
    client = gateway.client
    hosts = {each._moId: each.name for each in gateway.place.ref.host}
    paths = ("name", "runtime.host", "config.hardware.numCPU", "config.hardware.memoryMB")
    found: Seen = set()
    for machine in machines(gateway).view:
        one = client.read([machine], [], {"VirtualMachine": paths}).of("VirtualMachine")[0]
        memory = one["config.hardware.memoryMB"] * MIB
        found.add((one["name"], hosts[one["runtime.host"]._moId], one["config.hardware.numCPU"], memory))
    return found


WAYS: dict[str, Callable[[VcenterGateway], Seen]] = {
    "one bulk read (this collection; includes hosts, networks and storage)": in_bulk,
    "container view, then a request for each VM": by_machine,
    "attributes of pyVmomi's objects": by_attribute,
}


@contextmanager
def far(seconds: float) -> Iterator[None]:
    """Every request of pyVmomi's takes longer by that."""
    adapter: Any = SoapAdapter.SoapStubAdapter
    really = adapter.InvokeMethod

    def invoke(*args: Any) -> Any:
        time.sleep(seconds)
        return really(*args)

    adapter.InvokeMethod = invoke
    try:
        yield
    finally:
        adapter.InvokeMethod = really


def timed(vcenter: Vcsim, way: Callable[[VcenterGateway], Seen]) -> tuple[Seen, int, float, float]:
    """What is seen, requests with the login's, seconds, and those of the client's CPU."""
    before, began, worked = len(vcenter.calls()), time.perf_counter(), time.process_time()
    with closing(vcenter.open()) as gateway:
        seen = way(gateway)
        taken = time.perf_counter() - began, time.process_time() - worked
        return seen, len(vcenter.calls()) - before, *taken


def main() -> int:
    results: list[Seen] = []
    with Vcsim(hosts=HOSTS, guests=1) as vcenter:
        vcenter.ask("guests", number=GUESTS - 1)
        print(f"{HOSTS} hosts, {GUESTS} VMs\n")
        print(f"| method | requests | seconds | CPU | seconds with {WAY_THERE * 1000:.0f} ms a request |")
        print("|---|---|---|---|---|")
        for name, way in WAYS.items():
            seen, requests, seconds, cpu = timed(vcenter, way)
            with far(WAY_THERE):
                _seen, _requests, there, _cpu = timed(vcenter, way)
            results.append(seen)
            print(f"| {name} | {requests:,} | {seconds:.2f} | {cpu:.2f} | {there:.2f} |")
    if not all(each == results[0] and len(each) == GUESTS for each in results):
        print("the methods return different VMs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
