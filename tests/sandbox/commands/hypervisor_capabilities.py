"""listHypervisorCapabilities, updateHypervisorCapabilities (T7:336-350)."""

from __future__ import annotations

from ..errors import invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world.hypervisor_capabilities import HypervisorCapabilities

CHANGES = {
    "maxguestslimit": "guests",
    "maxdatavolumeslimit": "volumes",
    "maxhostspercluster": "hosts",
    "securitygroupenabled": "groups",
    "storagemotionenabled": "motion",
    "vmsnapshotenabled": "snapshots",
}
ADMIN = "org.apache.cloudstack.api.command.admin.config"


def view(row: HypervisorCapabilities) -> Body:
    body: Body = {
        "id": row.uuid,
        "hypervisorversion": row.version,
        "hypervisor": row.name,
        "maxguestslimit": row.guests,
        "securitygroupenabled": row.groups,
        "maxdatavolumeslimit": row.volumes,
        "storagemotionenabled": row.motion,
        "vmsnapshotenabled": row.snapshots,
    }
    return body if row.hosts is None else {**body, "maxhostspercluster": row.hosts}


@command("listHypervisorCapabilities", ADMIN, id="hypervisor_capabilities")
def list_hypervisor_capabilities(call: Call) -> Body:
    rows = call.world.hypervisor_capabilities.select(**filters(call, id="id", hypervisor="name"))
    return answer(call, "hypervisorCapabilities", keyword(call, rows), view)


@command("updateHypervisorCapabilities", ADMIN, id="hypervisor_capabilities")
def update_hypervisor_capabilities(call: Call) -> Body:
    """By id, or by hypervisor and version."""
    row = call.get("id") or _named(call)
    if call.get("maxguestslimit", 0) < 0:
        raise refused(
            "Unable to update on DB, due to: Data truncation: Out of range value for column 'max_guests_limit' at row 1"
        )
    for param, field in CHANGES.items():
        if param in call:
            setattr(row, field, call[param])
    return {"hypervisorcapabilities": view(row)}


def _named(call: Call) -> HypervisorCapabilities:
    """T7:346-349."""
    name, version = call.get("hypervisor"), call.get("hypervisorversion")
    if not name or not version:
        raise invalid("Either ID or hypervisor and hypervisor version must be specified")
    if not call.world.hypervisor_capabilities.select(name=name):
        raise invalid("Invalid hypervisor specified")
    row = call.world.hypervisor_capabilities.first(name=name, version=version)
    if row is None:
        error = invalid("Unable to find the hypervisor capabilities for specified hypervisor and hypervisor version")
        named = (("hypervisor", name), ("hypervisorVersion", version))
        error.uuids = [{"uuid": value, "description": what} for what, value in named]
        raise error
    return row
