"""Service offerings (T2:2-4, T6:71-79)."""

from __future__ import annotations

import uuid
from typing import Any

from ..errors import invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..world import World
from ..world.vms import CONSOLE_PROXY, ROUTER, STORAGE_VM, ServiceOffering

ADMIN, USERS = "org.apache.cloudstack.api.command.admin.offering", "org.apache.cloudstack.api.command.user"


def _words(text: str) -> list[str]:
    return sorted({word.strip() for word in text.split(",") if word.strip()})


def offering_view(world: World, offering: ServiceOffering) -> Body:
    body: dict[str, Any] = {
        "id": offering.uuid,
        "name": offering.name,
        "state": "Active",
        "displaytext": offering.display_text,
        "cpunumber": offering.cores,
        "cpuspeed": offering.mhz,
        "memory": offering.memory,
        "created": offering.created,
        "storagetype": "local" if offering.local else "shared",
        "provisioningtype": "thin",
        "offerha": offering.ha,
        "limitcpuuse": offering.limit_cpu,
        "isvolatile": False,
        "issystem": offering.system,
        "defaultuse": False,
        "iscustomized": False,
        "rootdisksize": 0,
        "dynamicscalingenabled": True,
        "diskofferingstrictness": False,
        "diskofferingid": offering.disk_offering_uuid,
        "diskofferingname": offering.name,
        "diskofferingdisplaytext": offering.display_text,
        "encryptroot": False,
        "hasannotations": False,
    }
    if offering.system:
        body["systemvmtype"] = offering.system_kind.lower()
    if offering.builtin and offering.system:
        # They have no text of their own (T6:77).
        body["defaultuse"] = True
        del body["displaytext"], body["diskofferingdisplaytext"]
    if not offering.builtin:
        body["gpudisplay"] = False
    if offering.system and not offering.builtin:
        body.update(iscustomizediops=False, miniops=0, maxiops=0)
    if offering.rate is not None:
        body["networkrate"] = offering.rate
    if offering.host_tags:
        body["hosttags"] = ",".join(offering.host_tags)
    if offering.storage_tags:
        body["storagetags"] = offering.storage_tags
    if offering.details:
        body["serviceofferingdetails"] = offering.details
    return body


def _system_kind(text: str) -> str:
    found = next((kind for kind in (ROUTER, CONSOLE_PROXY, STORAGE_VM) if kind.lower() == text.lower()), None)
    if found is None:
        raise invalid("Invalid systemVmType. Supported types are: DomainRouter, ConsoleProxy, SecondaryStorageVm")
    return found


@command("createServiceOffering", ADMIN, domainid="domains", zoneid="zones")
def create_service_offering(call: Call) -> Body:
    """T2:3; custom offerings are not modelled."""
    world = call.world
    for name, words in (("cpunumber", "cpu core"), ("cpuspeed", "cpu speed"), ("memory", "memory")):
        if call.get(name, 0) <= 0:
            raise invalid(
                f"Failed to create service offering {call['name']}: specify the {words} value as a positive one"
            )
    system = bool(call.get("issystem"))
    # A system offering without a kind is one for routers (T6:76).
    kind = _system_kind(call.get("systemvmtype") or ROUTER) if system else ""
    offering = ServiceOffering(
        world.service_offerings.next_id(), world.new_uuid(), call["name"], call.get("displaytext") or call["name"],
        call["cpunumber"], call["cpuspeed"], call["memory"], world.now(), world.new_uuid(),
        _words(call.get("hosttags", "")), call.get("tags", ""), kind, system,
        bool(call.get("offerha", False)), bool(call.get("limitcpuuse", False)),
        local=str(call.get("storagetype", "shared")).lower() == "local", rate=call.get("networkrate"),
        details={each["key"]: each["value"] for each in call.get("serviceofferingdetails", [])},
    )  # fmt: skip
    world.service_offerings.add(offering)
    return {"serviceoffering": offering_view(world, offering)}


@command("updateServiceOffering", ADMIN, id="service_offerings", domainid="", zoneid="")
def update_service_offering(call: Call) -> Body:
    """Names and tags; what it is made of stays."""
    offering: ServiceOffering = call["id"]
    offering.name = call.get("name") or offering.name
    offering.display_text = call.get("displaytext") or offering.display_text
    if "hosttags" in call:
        offering.host_tags = _words(call["hosttags"])
    if "storagetags" in call:
        offering.storage_tags = call["storagetags"]
    return {"serviceoffering": offering_view(call.world, offering)}


@command("deleteServiceOffering", ADMIN, id="service_offerings")
def delete_service_offering(call: Call) -> Body:
    """The server's own ones stay (text not recorded)."""
    offering: ServiceOffering = call["id"]
    if offering.builtin and offering.system:
        raise invalid("Default service offerings cannot be deleted.")
    call.world.service_offerings.remove(offering)
    return {"success": True}


@command("listServiceOfferings", f"{USERS}.offering", id="service_offerings")
def list_service_offerings(call: Call) -> Body:
    system = bool(call.get("issystem", False))
    wanted = filters(call, id="id", name="name")
    if call.get("systemvmtype"):
        wanted["system_kind"] = _system_kind(call["systemvmtype"])
    rows = call.world.service_offerings.select(lambda offering: offering.system == system, **wanted)
    return answer(call, "serviceoffering", keyword(call, rows), lambda offering: offering_view(call.world, offering))


@command("listDiskOfferings", f"{USERS}.offering", id="nothing", virtualmachineid="vms", volumeid="volumes")
def list_disk_offerings(call: Call) -> Body:
    """Those of a fresh installation (their ids are not recorded)."""
    named = (("Small", 5), ("Medium", 20), ("Large", 100), ("Custom", 0))
    rows = [{"id": str(uuid.uuid5(uuid.NAMESPACE_OID, name)), "name": name, "disksize": size} for name, size in named]
    return answer(call, "diskoffering", rows, lambda row: {**row, "iscustomized": row["disksize"] == 0})
