"""Templates that a zone gets with its first host of a hypervisor (T2:5; recorded for the simulator)."""

from __future__ import annotations

from ..world import World
from ..world.vms import Template
from ..world.zones import Zone

SYSTEM, BUILTIN = "SYSTEM", "BUILTIN"
FORMATS = {"KVM": "QCOW2", "LXC": "TAR", "VMware": "OVA"}
_SYSTEM_URL = "http://nfs1.lab.vmops.com/templates/routing/debian/latest/systemvm.vhd.bz2"
_BUILTIN_URL = "http://nfs1.lab.vmops.com/templates/centos53-x86_64/latest/{uuid}.vhd.bz2"


def register(world: World, zone: Zone, hypervisor: str) -> None:
    """Make the system VM template and one for users, unless the zone has them."""
    if world.templates.first(zone_id=zone.id, hypervisor=hypervisor) or hypervisor not in SYSTEM_NAMES:
        return
    shape = FORMATS.get(hypervisor, "VHD")
    word = SYSTEM_NAMES[hypervisor]
    for name, kind, os_type, url in (
        (f"SystemVM Template ({word})", SYSTEM, "Debian GNU/Linux 5.0 (64-bit)", _SYSTEM_URL),
        (f"CentOS 5.6 (64-bit) no GUI ({hypervisor})", BUILTIN, "CentOS 5.6 (64-bit)", _BUILTIN_URL),
    ):
        template = Template(
            world.templates.next_id(), world.new_uuid(), name, hypervisor, kind, shape, os_type, world.os_type(os_type),
            url.format(uuid=world.new_uuid()), world.now(), zone_id=zone.id,
        )  # fmt: skip
        template.public = template.featured = kind == BUILTIN
        world.templates.add(template)


def system_template(world: World, zone: Zone, hypervisor: str) -> Template | None:
    return world.templates.first(zone_id=zone.id, hypervisor=hypervisor, kind=SYSTEM)


SYSTEM_NAMES = {
    "Simulator": "simulator",
    "KVM": "KVM",
    "XenServer": "XenServer",
    "VMware": "vSphere",
    "Hyperv": "HyperV",
    "LXC": "LXC",
}
