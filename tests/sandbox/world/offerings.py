"""Service offerings of a fresh installation (T2:1-2; sizes of system VMs from T2:23, T3:96)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from .vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, DiskOffering, ServiceOffering

if TYPE_CHECKING:
    from . import World

# Name, cores, MHz, MiB, kind of system VM.
INSTALLED = (
    ("Small Instance", 1, 500, 512, ""),
    ("Medium Instance", 1, 1000, 1024, ""),
    ("System Offering For Console Proxy", 1, 500, 1024, CONSOLE_PROXY),
    ("System Offering For Secondary Storage VM", 1, 500, 512, STORAGE_VM),
    ("System Offering For Software Router", 1, 500, 512, ROUTER),
)


# Disk offerings: name, GB (their ids are not recorded).
DISKS = (("Small", 5), ("Medium", 20), ("Large", 100), ("Custom", 0))


def install_offerings(world: World) -> None:
    for name, size in DISKS:
        its = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
        world.disk_offerings.add(DiskOffering(world.disk_offerings.next_id(), its, name, name, world.now(), size))
    local = [(f"{name} - Local Storage", cores, mhz, mib, kind) for name, cores, mhz, mib, kind in INSTALLED if kind]
    for name, cores, mhz, memory, kind in (*INSTALLED, *local):
        row = ServiceOffering(
            world.service_offerings.next_id(), world.new_uuid(), name, name, cores, mhz, memory, world.now(),
            world.new_uuid(), system_kind=kind, system=bool(kind), builtin=True,
            local=name.endswith("Local Storage"),
        )  # fmt: skip
        world.service_offerings.add(row)
