"""Templates that a zone gets with its first host of a hypervisor (T2:5; recorded for the simulator)."""

from __future__ import annotations

from ..world import World
from ..world.settings import setting
from ..world.storage import StoragePool
from ..world.vms import Template
from ..world.zones import Zone
from . import troubles

SYSTEM, BUILTIN, ROUTING = "SYSTEM", "BUILTIN", "ROUTING"
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


def is_everywhere(template: Template) -> bool:
    return template.zone_id is None and not template.zones


def is_in(template: Template, zone: Zone) -> bool:
    return is_everywhere(template) or zone.id in (template.zone_id, *template.zones)


def is_ready(world: World, template: Template, zone: Zone) -> bool:
    """There and complete; `template download` of durations is how long that takes, or `template download ZONE` there.

    A test can ask for one that never is.
    """
    if not template.registered or not template.ready:
        return template.ready
    if troubles.befalls(world, troubles.NEVER_READY, template.name, template.uuid, zone.name, zone.uuid):
        return False
    here = f"template download {zone.name}"
    return world.time() >= template.registered + world.duration(
        here if here in world.durations else "template download"
    )


def on_pool(world: World, template: Template, pool: StoragePool) -> dict[str, str]:
    """How far it is copied to a pool; `template preparation` of durations is how long that takes."""
    if troubles.befalls(world, troubles.NEVER_PREPARED, pool.name, pool.uuid):
        return {"downloadState": "DOWNLOAD_ERROR", "downloadPercent": "0"}
    if world.time() < template.pools[pool.id] + world.duration("template preparation"):
        return {"downloadState": "DOWNLOAD_IN_PROGRESS", "downloadPercent": "10"}
    return {"downloadState": "DOWNLOADED", "downloadPercent": "100"}


def _among(world: World, zone: Zone, hypervisor: str, *kinds: str) -> list[Template]:
    """Those that are ready in the zone, oldest first."""
    rows = [*world.templates.select(zone_id=zone.id), *world.templates.select(zone_id=None)]
    rows = [row for row in rows if row.hypervisor == hypervisor and row.kind in kinds and is_in(row, zone)]
    return sorted((row for row in rows if is_ready(world, row, zone)), key=lambda row: row.id)


def system_template(world: World, zone: Zone, hypervisor: str) -> Template | None:
    """The newest one."""
    found = _among(world, zone, hypervisor, SYSTEM)
    return found[-1] if found else None


def router_template(world: World, zone: Zone, hypervisor: str) -> Template | None:
    """The one that the zone's setting names; the simulator has no such setting (T6:278)."""
    name = f"router.template.{hypervisor.lower()}"
    if name not in world.settings:
        return system_template(world, zone, hypervisor)
    wanted = setting(world, name, "Zone", zone.id)
    found = [row for row in _among(world, zone, hypervisor, SYSTEM, ROUTING) if row.name == wanted]
    return found[-1] if found else None


SYSTEM_NAMES = {
    "Simulator": "simulator",
    "KVM": "KVM",
    "XenServer": "XenServer",
    "VMware": "vSphere",
    "Hyperv": "HyperV",
    "LXC": "LXC",
}
