"""listHypervisorCapabilities, updateHypervisorCapabilities (not recorded)."""

from __future__ import annotations

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world.hypervisor_capabilities import HypervisorCapabilities

ADMIN = "org.apache.cloudstack.api.command.admin.config"


def view(row: HypervisorCapabilities) -> Body:
    body: Body = {
        "id": row.uuid,
        "hypervisorversion": row.version,
        "hypervisor": row.name,
        "maxguestslimit": row.guests,
        "securitygroupenabled": row.name in ("KVM", "XenServer"),
        "maxdatavolumeslimit": row.volumes,
        "storagemotionenabled": row.motion,
        "vmsnapshotenabled": row.name in ("VMware", "XenServer"),
    }
    return body if row.hosts is None else {**body, "maxhostspercluster": row.hosts}


@command("listHypervisorCapabilities", ADMIN, id="hypervisor_capabilities")
def list_hypervisor_capabilities(call: Call) -> Body:
    rows = call.world.hypervisor_capabilities.select(**filters(call, id="id", hypervisor="name"))
    return answer(call, "hypervisorCapabilities", keyword(call, rows), view)


@command("updateHypervisorCapabilities", ADMIN, id="hypervisor_capabilities")
def update_hypervisor_capabilities(call: Call) -> Body:
    """By id, or by hypervisor and version."""
    row = call.get("id")
    if row is None:
        wanted = {"name": call.get("hypervisor", ""), "version": call.get("hypervisorversion", "")}
        row = call.world.hypervisor_capabilities.first(**wanted)
    if row is None:
        raise invalid("unable to find the hypervisor capabilities")
    row.guests = call.get("maxguestslimit", row.guests)
    return {"hypervisorCapabilities": view(row)}
