"""Notes on anything that has an id (T2:36 shows one in a listing; these commands are not recorded).

Before 4.16 the server knows three types of things, and looks for none (AnnotationService and AnnotationManagerImpl of
4.11).
"""

from __future__ import annotations

from typing import Any

from ..errors import ApiError, invalid
from ..paging import answer
from ..registry import Body, Call, command
from ..surface import version_key
from ..world import World
from ..world.log import Annotation

JAVA = "org.apache.cloudstack.api.command.admin.annotation"
TABLES = {
    "VM": "vms",
    "SYSTEM_VM": "vms",
    "VR": "vms",
    "HOST": "hosts",
    "CLUSTER": "clusters",
    "POD": "pods",
    "ZONE": "zones",
    "DOMAIN": "domains",
    "NETWORK": "networks",
    "PRIMARY_STORAGE": "storage_pools",
    "SECONDARY_STORAGE": "image_stores",
    "SERVICE_OFFERING": "service_offerings",
    "NETWORK_OFFERING": "network_offerings",
    "TEMPLATE": "templates",
}


OLD_TYPES = ("HOST", "DOMAIN", "VM")
NO_CONSTANT = "No enum constant org.apache.cloudstack.annotation.AnnotationService.EntityType."


def _is_old(call: Call) -> bool:
    return version_key(call.version) < (4, 16)


def _entity(world: World, kind: str, uuid: str) -> Any:
    if kind not in TABLES:
        raise invalid(f"Invalid entity type: {kind}")
    row = world.table(TABLES[kind]).by_uuid(uuid)
    if row is None:
        raise invalid(f"Invalid entity id {uuid}: there is no such {kind}")
    return row


def view(world: World, row: Annotation) -> Body:
    entity = world.table(TABLES[row.entity_type]).by_uuid(row.entity_uuid)
    return {
        "id": row.uuid,
        "entityid": row.entity_uuid,
        "entityname": getattr(entity, "name", ""),
        "entitytype": row.entity_type,
        "annotation": row.text,
        "userid": world.admin.user_uuid,
        "username": world.admin.name,
        "adminsonly": row.admins_only,
        "created": row.created,
    }


def _show_on(world: World, row: Annotation) -> None:
    """A host's listing tells its newest note."""
    host = world.hosts.by_uuid(row.entity_uuid)
    if host is not None:
        notes = world.annotations.select(entity_uuid=host.uuid)
        host.annotation = notes[-1].text if notes else ""
        host.annotated = notes[-1].created if notes else ""


def add(world: World, kind: str, uuid: str, text: str, admins_only: bool = True) -> Annotation:
    number = world.annotations.next_id()
    row = Annotation(number, world.new_uuid(), kind, uuid, text, world.now(), admins_only)
    world.annotations.add(row)
    _show_on(world, row)
    return row


@command("addAnnotation", JAVA)
def add_annotation(call: Call) -> Body:
    kind, uuid = call.get("entitytype", "").upper(), call.get("entityid", "")
    if not _is_old(call):
        _entity(call.world, kind, uuid)
    elif kind not in OLD_TYPES:
        raise ApiError(530, 4250, NO_CONSTANT + kind)
    if not call.get("annotation"):
        raise invalid("Annotation text is missing")
    default = call.world.settings.value("annotations.admin.only.default") == "true"
    row = add(call.world, kind, uuid, call["annotation"], call.get("adminsonly", default))
    return {"annotation": view(call.world, row)}


@command("listAnnotations", JAVA)
def list_annotations(call: Call) -> Body:
    world, word = call.world, (call.get("keyword") or "").lower()
    chosen = {"entity_uuid": call["entityid"]} if call.get("entityid") else {}
    if call.get("entitytype"):
        chosen["entity_type"] = call["entitytype"].upper()
    rows = world.annotations.select(
        lambda row: word in row.text.lower() and call.get("id") in (None, row.uuid), **chosen
    )
    return answer(call, "annotation", rows, lambda row: view(world, row))


@command("removeAnnotation", JAVA)
def remove_annotation(call: Call) -> Body:
    row = call.world.annotations.by_uuid(call["id"])
    if row is None:
        raise invalid(f"Unable to find annotation {call['id']}")
    call.world.annotations.remove(row)
    _show_on(call.world, row)
    return {"success": True}
