"""Templates: listed, registered, changed, deleted (T2:5, T4:78-80, T6:112-116, T6:297-323)."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from ..errors import bad_parameter, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, Work, command
from ..rules import templates
from ..validation import UNLIMITED
from ..world import World
from ..world.os_types import OsType
from ..world.vms import Template, Vm
from ..world.zones import Zone
from .guest_networks import asked_for

USER = "org.apache.cloudstack.api.command.user.template"
ADMIN = "org.apache.cloudstack.api.command.admin.template"
FILTERS = ("featured", "self", "selfexecutable", "sharedexecutable", "executable", "community", "all", "shared")
TYPES = ("ROUTING", "SYSTEM", "BUILTIN", "PERHOST", "USER", "VNF", "DATADISK")
HYPERVISORS = (
    "XenServer", "KVM", "VMware", "Hyperv", "VirtualBox", "Parralels", "BareMetal", "Simulator", "Ovm", "Ovm3", "LXC",
    "Custom", "External", "Any",
)  # fmt: skip
# How a file of a format may end, beside compressed ones.
ENDINGS = {
    "QCOW2": ("qcow2", "img"), "RAW": ("raw", "img"), "VHD": ("vhd",), "VHDX": ("vhdx",), "OVA": ("ova",),
    "VMDK": ("vmdk",), "TAR": ("tar",), "ISO": ("iso",), "VDI": ("vdi",),
}  # fmt: skip
PACKED = (".gz", ".bz2", ".zip")
# What the simulator says that it has fetched (T6:297).
SIMULATED = 5 << 20


def _downloads(world: World, template: Template, zone: Zone) -> list[Body]:
    """Where it lies: the zone's image stores, and primary storage once something was started from it."""
    ready = templates.is_ready(world, template, zone)
    done = {
        "downloadState": "DOWNLOADED" if ready else "DOWNLOAD_IN_PROGRESS",
        "downloadPercent": "100" if ready else "10",
    }
    found = []
    for store in world.image_stores:
        if store.zone_id in (zone.id, None):
            found.append({**done, "datastore": store.name, "datastoreRole": "Image", "datastoreId": store.uuid})
    pools = {pool.id: pool for pool in world.storage_pools.select(zone_id=zone.id)}
    used = any(vm.template_id == template.id for vm in world.vms.select(zone_id=zone.id))
    for pool in pools.values():
        shown = {"datastore": pool.name, "datastoreRole": "Primary", "datastoreId": pool.uuid}
        if used and pool is next(iter(pools.values())):
            found.append({**done, **shown})
        elif pool.id in template.pools:
            found.append({**templates.on_pool(world, template, pool), **shown})
    return found


def _known(world: World, template: Template) -> Body:
    """What an answer without a zone tells too."""
    domain = world.domains[world.admin.domain_id]
    project = world.projects.get(template.project_id)
    owner = {"account": template.account} if project is None else {"project": project.name, "projectid": project.uuid}
    return {
        "id": template.uuid,
        "name": template.name,
        "displaytext": template.display_text or template.name,
        "ispublic": template.public,
        "created": template.created,
        "format": template.format,
        "isfeatured": template.featured,
        "crossZones": template.account == "system" or templates.is_everywhere(template),
        "ostypeid": template.os_type_uuid,
        "ostypename": template.os_type,
        **owner,
        "templatetype": template.kind,
        "hypervisor": template.hypervisor,
        "domain": domain.name,
        "domainpath": domain.path,
        "domainid": domain.uuid,
        "bits": 0,
        "isdynamicallyscalable": template.dynamic,
        "tags": [],
        **({"templatetag": template.tag} if template.tag else {}),
    }


def view(world: World, template: Template, zone: Zone) -> Body:
    ready = templates.is_ready(world, template, zone)
    return {
        **_known(world, template),
        "isready": ready,
        "passwordenabled": template.password,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "status": "Download Complete" if ready else "10% Downloaded",
        "size": template.size,
        "physicalsize": template.size,
        "isextractable": template.extractable,
        **({"checksum": ""} if template.account == "system" else {}),
        "details": dict(template.details),
        "downloaddetails": _downloads(world, template, zone),
        "arch": template.arch,
        "sshkeyenabled": False,
        "directdownload": False,
        "deployasis": False,
        "forcks": False,
        "requireshvm": template.requires_hvm,
        "url": template.url,
        "hasannotations": False,
    }


def _rows(world: World, template: Template, zone: Zone | None) -> list[tuple[Template, Zone]]:
    """One line for each zone that it is in."""
    zones = [zone] if zone is not None else list(world.zones)
    return [(template, each) for each in zones if templates.is_in(template, each)]


@command("listTemplates", USER, id="templates", ids="templates")
def list_templates(call: Call) -> Body:
    world = call.world
    if call["templatefilter"].lower() not in FILTERS:
        raise bad_parameter(
            "No enum constant com.cloud.template.VirtualMachineTemplate.TemplateFilter." + call["templatefilter"]
        )
    chosen = filters(call, id="id", name="name", hypervisor="hypervisor")
    found = world.templates.select(lambda row: "id" in call or asked_for(call, row.project_id), **chosen)
    if "ids" in call:
        wanted = {template.id for template in call["ids"]}
        found = [template for template in found if template.id in wanted]
    if "imagestoreid" in call:
        found = [template for template in found if template.id in call["imagestoreid"].templates]
    if call.get("templatetype"):
        found = [template for template in found if template.kind == call["templatetype"].upper()]
    if call["templatefilter"].lower() == "featured":
        found = [template for template in found if template.featured]
    rows = [row for template in keyword(call, found) for row in _rows(world, template, call.get("zoneid"))]
    if "isready" in call:
        rows = [row for row in rows if templates.is_ready(world, *row) == call["isready"]]
    return answer(call, "template", rows, lambda row: view(world, *row))


def _check_url(text: str, shape: str) -> None:
    """An address of the management server's own machine or link is refused (T4:79), and what does not look like a
    file of the format (T6:298-301)."""
    url = urlsplit(text)
    if url.scheme not in ("http", "https", "nfs", "file") or not (url.hostname or url.scheme == "file"):
        raise bad_parameter(f"Unsupported scheme for url: {text}")
    try:
        address = ipaddress.ip_address(url.hostname or "")
    except ValueError:
        pass
    else:
        if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
            raise bad_parameter("Illegal host specified in URL.")
    path = url.path.lower()
    for end in PACKED:
        path = path.removesuffix(end)
    ending = path.rpartition(".")[2]
    if ending in ENDINGS[shape]:
        return
    if any(ending in known for known in ENDINGS.values()):
        raise bad_parameter(f"Please specify a valid URL. URL:{url.path} is an invalid for the format {shape.lower()}")
    raise bad_parameter(f"Please specify a valid {shape.lower()}")


def _kind(call: Call, everywhere: bool, now: str = "USER") -> str:
    """`isrouting` makes a ROUTING one; SYSTEM and BUILTIN are for templates of all zones (T6:303-311)."""
    text = call.get("templatetype")
    if not text:
        if "isrouting" not in call:
            return now
        return "ROUTING" if call["isrouting"] else "USER" if now == "ROUTING" else now
    if text.upper() not in TYPES:
        shown = "[Lcom.cloud.storage.Storage$TemplateType;@" + call.world.new_uuid().split("-")[0]
        raise invalid(f"Please specify a valid templatetype: ,{shown}")
    if text.upper() in ("SYSTEM", "BUILTIN") and not everywhere:
        raise invalid("System and Builtin templates must be cross zone.")
    return str(text.upper())


@command("registerTemplate", USER, zoneids="zones")
def register_template(call: Call) -> Body:
    """Ready after `template download` of durations: at once by default, as on the simulator (T6:297)."""
    world = call.world
    zones: list[Any] = [call["zoneid"]] if "zoneid" in call else call.get("zoneids", [])
    if not zones:
        raise bad_parameter("Either zoneid or zoneids is required. Both cannot be null.")
    hypervisor = next((name for name in HYPERVISORS if name.lower() == call["hypervisor"].lower()), None)
    if hypervisor is None:
        names = ", ".join(HYPERVISORS)
        raise invalid(f"Hypervisor Type: {call['hypervisor']} is invalid. Supported Hypervisor types are: {names}")
    if call["format"].upper() not in ENDINGS:
        raise invalid(f"Invalid format {call['format']}")
    _check_url(call["url"], call["format"].upper())
    everywhere = UNLIMITED in zones
    kind = _kind(call, everywhere)
    system: OsType = call.get("ostypeid") or world.os_types.select(name="Other (64-bit)")[0]
    template = Template(
        world.templates.next_id(), world.new_uuid(), call["name"], hypervisor, kind, call["format"].upper(),
        system.name, system.uuid, call["url"], world.now(), SIMULATED,
    )  # fmt: skip
    template.public, template.featured = call.get("ispublic", False), call.get("isfeatured", False)
    template.extractable, template.password = call.get("isextractable", False), call.get("passwordenabled", False)
    template.requires_hvm, template.dynamic = call.get("requireshvm", True), call.get("isdynamicallyscalable", False)
    template.display_text, template.arch = call.get("displaytext", ""), call.get("arch") or "x86_64"
    for item in call.get("details", []):
        template.details.update(item)
    template.account, template.registered = world.admin.name, world.time()
    template.project_id = call["projectid"].id if "projectid" in call else None
    if not everywhere:
        template.zone_id = zones[0].id if len(zones) == 1 else None
        template.zones = tuple(zone.id for zone in zones) if len(zones) > 1 else ()
    world.templates.add(template)
    rows = _rows(world, template, None)
    return {"count": len(rows), "template": [view(world, *row) for row in rows]}


@command("prepareTemplate", ADMIN, templateid="templates", storageid="storage_pools")
def prepare_template(call: Call) -> Body:
    """Answered at once: the server copies afterwards, to every pool in use that can hold it, or to the one that is
    named. It says nothing about a pool that it leaves out."""
    world, template, zone = call.world, call["templateid"], call["zoneid"]
    chosen = [call["storageid"]] if "storageid" in call else world.storage_pools.select(zone_id=zone.id)
    for pool in chosen:
        if pool.state == "Up" and pool.hypervisor in (template.hypervisor, "Any"):
            template.pools.setdefault(pool.id, world.time())
    return {"template": [view(world, template, zone)] if templates.is_in(template, zone) else []}


@command("updateTemplate", USER, id="templates")
def update_template(call: Call) -> Body:
    """The system VM template too may become one of users (T6:309-316)."""
    world, template = call.world, _there(call)
    kind = _kind(call, template.account == "system" or templates.is_everywhere(template), template.kind)
    world.templates.update(template, name=call.get("name") or template.name, kind=kind)
    for param, field in (
        ("displaytext", "display_text"),
        ("passwordenabled", "password"),
        ("arch", "arch"),
        ("templatetag", "tag"),
    ):
        if param in call:
            setattr(template, field, call[param])
    if "requireshvm" in call:
        template.requires_hvm = call["requireshvm"]
    if "isdynamicallyscalable" in call:
        template.dynamic = call["isdynamicallyscalable"]
    if "ostypeid" in call:
        template.os_type, template.os_type_uuid = call["ostypeid"].name, call["ostypeid"].uuid
    # The zone is not said, so it is not ready anywhere (T6:310).
    return {"template": {**_known(world, template), "isready": False, "bootable": True}}


@command("updateTemplatePermissions", USER, id="templates")
def update_template_permissions(call: Call) -> Body:
    template = _there(call)
    for param, field in (("ispublic", "public"), ("isfeatured", "featured"), ("isextractable", "extractable")):
        if param in call:
            setattr(template, field, call[param])
    return {"success": True}


def _there(call: Call) -> Template:
    template: Template = call["id"]
    if template not in call.world.templates:
        raise invalid(f"Unable to find UUID for id [{template.id}] of type [VirtualMachineTemplate]")
    return template


def _instance(vm: Vm) -> str:
    known = f'"id":{vm.id},"instanceName":"{vm.instance_name}","state":"{vm.state}"'
    return f'VM instance {{{known},"type":"{vm.kind}","uuid":"{vm.uuid}"}}'


@command("deleteTemplate", USER, id="templates")
def delete_template(call: Call) -> Work:
    """One that VMs were made from is kept, unless forced (T6:317-321)."""
    world, template = call.world, _there(call)

    def run() -> Body:
        users = [vm for vm in world.vms if vm.template_id == template.id]
        if users and not call.get("forced"):
            known = f'"format":"{template.format}","id":{template.id},"name":"{template.name}"'
            what = f'Template {{{known},"uniqueName":"{template.name}","uuid":"{template.uuid}"}}'
            held = ",".join(_instance(vm) for vm in users)
            raise invalid(f"Unable to delete template: {what} because VM instances: [{held}] are using it.")
        world.templates.bury(template)
        return {"success": True}

    return Work(run, instance=("Template", template.uuid))


@command("listIsos", USER, id="nothing", ids="nothing")
def list_isos(_call: Call) -> Body:
    """There are none."""
    return {}


@command("listSnapshots", "org.apache.cloudstack.api.command.user.snapshot", id="nothing", ids="nothing")
def list_snapshots(_call: Call) -> Body:
    """There are none."""
    return {}
