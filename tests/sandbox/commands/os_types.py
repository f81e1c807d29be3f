"""Guest operating systems, and templates that operators register (T4:78-80)."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from ..errors import bad_parameter, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world.os_types import OsType
from ..world.vms import Template
from .offerings import template_view

USER = "org.apache.cloudstack.api.command.user"
FORMATS = ("QCOW2", "RAW", "VHD", "VHDX", "OVA", "VMDK", "TAR", "ISO", "VDI")


@command("listOsTypes", f"{USER}.guest", id="os_types")
def list_os_types(call: Call) -> Body:
    world = call.world
    rows = world.os_types.select(**filters(call, id="id", description="name", oscategoryid="category_id"))

    def view(row: OsType) -> Body:
        category = world.os_categories[row.category_id]
        return {
            "id": row.uuid,
            "oscategoryid": category.uuid,
            "oscategoryname": category.name,
            "name": row.name,
            "description": row.name,
            "isuserdefined": False,
            "fordisplay": True,
        }

    return answer(call, "ostype", keyword(call, rows), view)


@command("listOsCategories", f"{USER}.guest", id="os_categories")
def list_os_categories(call: Call) -> Body:
    rows = call.world.os_categories.select(**filters(call, id="id", name="name"))
    return answer(call, "oscategory", keyword(call, rows), lambda row: {"id": row.uuid, "name": row.name})


def _check_url(text: str) -> None:
    """An address of the management server's own machine or link is refused (T4:79)."""
    url = urlsplit(text)
    if url.scheme not in ("http", "https", "nfs", "ftp") or not url.hostname:
        raise invalid(f"Unsupported scheme or host of url {text}")
    try:
        address = ipaddress.ip_address(url.hostname)
    except ValueError:
        return
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        raise bad_parameter("Illegal host specified in URL.")


@command("registerTemplate", f"{USER}.template")
def register_template(call: Call) -> Body:
    """Only the refusal is recorded; what is registered is ready at once."""
    world = call.world
    _check_url(call["url"])
    if call["format"].upper() not in FORMATS:
        raise invalid(f"Invalid format {call['format']}")
    other: OsType = world.os_types.select(name="Other (64-bit)")[0]
    system, zone = call.get("ostypeid", other), call.get("zoneid")
    template = Template(
        world.templates.next_id(), world.new_uuid(), call["name"], call["hypervisor"],
        "ROUTING" if call.get("isrouting") else "USER", call["format"].upper(), system.name, system.uuid, call["url"],
        world.now(),
    )  # fmt: skip
    template.public, template.featured = call.get("ispublic", False), call.get("isfeatured", False)
    template.account, template.zone_id = world.admin.name, zone.id if zone is not None and zone != -1 else None
    world.templates.add(template)
    return {"count": 1, "template": [template_view(world, template)]}
