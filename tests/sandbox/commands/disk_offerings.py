"""Disk offerings (checks and texts from DiskOfferingServiceImpl of apache/cloudstack; not recorded)."""

from __future__ import annotations

from typing import Any

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.vms import DiskOffering
from .offerings import ADMIN, USERS, changed_limits, in_state, iops_of, limits_view

# Of each rate: what is given, what is shown, and its name in texts.
RATES = (
    ("bytesreadrate", "diskBytesReadRate", "Bytes Read"), ("byteswriterate", "diskBytesWriteRate", "Bytes Write"),
    ("iopsreadrate", "diskIopsReadRate", "IOPS Read"), ("iopswriterate", "diskIopsWriteRate", "IOPS Write"),
)  # fmt: skip
BURSTS = (("", ""), ("max", "Max"), ("maxlength", "MaxLength"))
MODES = ("none", "writeback", "writethrough", "hypervisor_default")
MOST_GB = 2000


def _view(world: World, row: DiskOffering) -> Body:
    body: Body = {
        "id": row.uuid, "name": row.name, "displaytext": row.display_text, "disksize": row.size,
        "created": row.created, "iscustomized": row.size == 0, "storagetype": "shared", "provisioningtype": "thin",
        "displayoffering": True, "state": "Inactive" if row.deleted else "Active",
        "cacheMode": "none", "encrypt": False, "disksizestrictness": False,
        "hasannotations": False, **row.shown, **limits_view(world, row.domain_ids, row.zone_ids),
    }  # fmt: skip
    return {**body, "tags": row.storage_tags} if row.storage_tags else body


def _rates(call: Call) -> dict[str, Any]:
    """Only those above 0 are taken, also by an update."""
    found = {}
    for given, shown, text in RATES:
        normal, most = call.get(given), call.get(f"{given}max")
        if None not in (normal, most) and most < normal:
            raise invalid(f"{text} rate ({normal}) cannot be greater than {text} maximum rate ({most})")
        for end, shown_end in BURSTS:
            if call.get(given + end, 0) > 0:
                found[shown + shown_end] = call[given + end]
    return found


def _mode(call: Call) -> dict[str, Any]:
    mode: str | None = call.get("cachemode")
    if mode is None:
        return {}
    if mode.lower() not in MODES:
        raise invalid(
            f"Invalid cache mode ({mode}). Please specify one of the following valid cache mode parameters: none, "
            "writeback, writethrough or hypervisor_default."
        )
    return {"cacheMode": mode.lower()}


def _tags(text: str) -> str:
    return ",".join(word.strip() for word in text.split(",") if word.strip())


@command("createDiskOffering", ADMIN, domainid="domains", zoneid="zones")
def create_disk_offering(call: Call) -> Body:
    world, custom, size = call.world, bool(call.get("customized")), call.get("disksize")
    if not custom and size is None:
        raise invalid("Disksize is required for a non-customized disk offering")
    if custom and size is not None:
        raise invalid("Disksize is not allowed for a customized disk offering")
    if size is not None and size <= 0:
        raise invalid("Please specify a disk size of at least 1 GB.")
    if size is not None and size > MOST_GB:
        raise invalid(f"The maximum size for a disk is {MOST_GB} GB.")
    shown = {**_rates(call), **_mode(call), **iops_of(call)}
    kinds = {"storagetype": ("shared", "local"), "provisioningtype": ("thin", "sparse", "fat")}
    for name, words in kinds.items():
        shown[name] = str(call.get(name, words[0])).lower()
        if shown[name] not in words:
            raise invalid(f"Invalid {name} {call[name]}")
    for name in ("displayoffering", "hypervisorsnapshotreserve", "disksizestrictness", "encrypt"):
        if name in call:
            shown[name] = call[name]
    row = DiskOffering(
        world.disk_offerings.next_id(), world.new_uuid(), call["name"], call.get("displaytext") or call["name"],
        world.now(), size or 0, _tags(call.get("tags", "")), shown,
        [each.id for each in call.get("domainid", [])], [each.id for each in call.get("zoneid", [])],
    )  # fmt: skip
    return {"diskoffering": _view(world, world.disk_offerings.add(row))}


@command("updateDiskOffering", ADMIN, id="disk_offerings", domainid="", zoneid="")
def update_disk_offering(call: Call) -> Body:
    world, row = call.world, call["id"]
    changes = {**_rates(call), **_mode(call)}
    domains = changed_limits(call, world.domains, "domainid", "public")
    zones = changed_limits(call, world.zones, "zoneid", "all")
    if call.get("name"):
        world.disk_offerings.update(row, name=call["name"])
    row.display_text = call.get("displaytext") or row.display_text
    row.shown.update(changes)
    if "displayoffering" in call:
        row.shown["displayoffering"] = call["displayoffering"]
    if "tags" in call:
        row.storage_tags = _tags(call["tags"])
    row.domain_ids = row.domain_ids if domains is None else domains
    row.zone_ids = row.zone_ids if zones is None else zones
    return {"diskoffering": _view(world, row)}


@command("deleteDiskOffering", ADMIN, id="disk_offerings")
def delete_disk_offering(call: Call) -> Body:
    if call["id"].deleted:
        raise invalid(f"Unable to find disk offering by id {call['id'].uuid}")
    call["id"].deleted = True
    return {"success": True}


@command("listDiskOfferings", f"{USERS}.offering", id="disk_offerings", virtualmachineid="vms", volumeid="volumes")
def list_disk_offerings(call: Call) -> Body:
    wanted = filters(call, id="id", name="name")
    rows = call.world.disk_offerings.select(lambda row: in_state(call, row.deleted), **wanted)
    return answer(call, "diskoffering", keyword(call, rows), lambda row: _view(call.world, row))
