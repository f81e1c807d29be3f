"""Guest operating systems."""

from __future__ import annotations

from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world.os_types import OsType

USER = "org.apache.cloudstack.api.command.user"


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
