"""What each hypervisor and version is said to be capable of (not recorded; rows for the hosts made here)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import World

DEFAULT = "default"
# Of hypervisors and versions without a row.
GUESTS = 50
# Hypervisor, version, guests a host, data volumes a VM, hosts a cluster.
INSTALLED = (
    ("Hyperv", "6.2", 1024, 64, None),
    ("KVM", DEFAULT, 50, 64, None),
    ("LXC", DEFAULT, 50, 6, None),
    ("Simulator", DEFAULT, 50, 6, None),
    ("VMware", DEFAULT, 128, 13, 32),
    ("VMware", "8.0.2", 1024, 59, 64),
    ("XenServer", DEFAULT, 50, 6, 16),
    ("XenServer", "8.2.1", 1000, 253, 64),
)


# Hypervisors whose rows list storage motion.
STORAGE_MOTION = ("VMware", "XenServer", "Simulator")


@dataclass(slots=True)
class HypervisorCapabilities:
    id: int
    uuid: str
    name: str
    version: str
    guests: int
    volumes: int
    hosts: int | None = None
    # Whether storage motion is listed.
    motion: bool = False
    groups: bool = False
    snapshots: bool = False


def install(world: World) -> None:
    for name, version, guests, volumes, hosts in INSTALLED:
        # Of its name, so that other identifiers do not depend on how many rows there are.
        made = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name} {version}"))
        number = world.hypervisor_capabilities.next_id()
        motion = name in STORAGE_MOTION
        row = HypervisorCapabilities(number, made, name, version, guests, volumes, hosts, motion)
        row.groups, row.snapshots = (
            name in ("KVM", "XenServer", "Simulator"),
            name in ("VMware", "XenServer", "Simulator"),
        )
        world.hypervisor_capabilities.add(row)


def storage_motion(world: World, hypervisor: str, version: str) -> bool:
    """Whether it is listed for this very version (FIELD_FACTS "Second look"); KVM is not asked."""
    if hypervisor == "KVM":
        return True
    rows = world.hypervisor_capabilities.select(name=hypervisor, version=version)
    return any(row.motion for row in rows)


def guest_limit(world: World, hypervisor: str, version: str) -> int | None:
    """Guests that a host may run; None for KVM, which is not asked since 4.16 (apache/cloudstack#5417)."""
    if hypervisor == "KVM" and world.release >= (4, 16):
        return None
    rows = {row.version: row.guests for row in world.hypervisor_capabilities.select(name=hypervisor)}
    return rows.get(version, rows.get(DEFAULT, GUESTS))
