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


def _row(world: World, hypervisor: str, version: str) -> HypervisorCapabilities | None:
    """Of the very version, of VMware since 4.18.1 else of its parent (source: HypervisorCapabilitiesDaoImpl)."""
    rows = {row.version: row for row in world.hypervisor_capabilities.select(name=hypervisor)}
    if version in rows or hypervisor != "VMware" or world.release < (4, 18, 1):
        return rows.get(version)
    major, minor, patch, *_rest = [*version.split("."), "0", "0"]
    return rows.get(f"{major}.{minor}" if patch == "0" else f"{major}.{minor}.{patch}")


def storage_motion(world: World, hypervisor: str, version: str) -> bool:
    """Whether it is listed for this version (FIELD_FACTS "Second look"); KVM is not asked."""
    if hypervisor == "KVM":
        return True
    row = _row(world, hypervisor, version)
    return row is not None and row.motion


def guest_limit(world: World, hypervisor: str, version: str) -> int | None:
    """Guests that a host may run; None for KVM, which is not asked since 4.16 (apache/cloudstack#5417)."""
    if hypervisor == "KVM" and world.release >= (4, 16):
        return None
    row = _row(world, hypervisor, version) or _row(world, hypervisor, DEFAULT)
    return GUESTS if row is None else row.guests
