"""Service offerings (T2:2-4, T6:71-79)."""

from __future__ import annotations

from typing import Any

from ..errors import failed, invalid
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
        "state": "Inactive" if offering.deleted else "Active",
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
    if "iscustomized" in offering.shown:
        for name in ("cpunumber", "cpuspeed", "memory"):
            del body[name]
    return {**body, **offering.shown, **limits_view(world, offering.domain_ids, offering.zone_ids)}


def limits_view(world: World, domain_ids: list[int], zone_ids: list[int]) -> Body:
    """Domains and zones that an offering is limited to, joined by commas; removed ones too (disk_offering_view)."""
    body: Body = {}
    domains, zones = [world.domains.ever(each) for each in domain_ids], [world.zones.ever(each) for each in zone_ids]
    if domains:
        body.update(domainid=",".join(row.uuid for row in domains), domain=",".join(row.path for row in domains))
    if zones:
        body.update(zoneid=",".join(row.uuid for row in zones), zone=",".join(row.name for row in zones))
    return body


def changed_limits(call: Call, table: Any, parameter: str, word: str) -> list[int] | None:
    """Row ids of the uuids that an update names; none for the word that takes the limit away (source)."""
    text: str | None = call.get(parameter)
    if text is None:
        return None
    if text.lower() in (word, ""):
        return []
    rows = [table.by_uuid(each) for each in text.split(",")]
    if None in rows:
        raise invalid(f"Please specify a valid {parameter}")
    return [row.id for row in rows]


PLANNERS = (
    "FirstFitPlanner", "UserDispersingPlanner", "UserConcentratedPodPlanner", "ImplicitDedicationPlanner",
    "BareMetalPlanner",
)  # fmt: skip
# What is given → what is shown.
SHOWN = {
    "provisioningtype": "provisioningtype", "isvolatile": "isvolatile", "bytesreadrate": "diskBytesReadRate",
    "byteswriterate": "diskBytesWriteRate", "iopsreadrate": "diskIopsReadRate", "iopswriterate": "diskIopsWriteRate",
    "customizediops": "iscustomizediops", "miniops": "miniops", "maxiops": "maxiops",
    "hypervisorsnapshotreserve": "hypervisorsnapshotreserve", "deploymentplanner": "deploymentplanner",
}  # fmt: skip


@command("listDeploymentPlanners", "org.apache.cloudstack.api.command.admin.config")
def list_deployment_planners(call: Call) -> Body:
    """As the setting vm.deployment.planner offers them."""
    return answer(call, "deploymentPlanner", PLANNERS, lambda name: {"name": name})


def iops_of(call: Call) -> Body:
    """IOPS count only where it is said that users do not choose them (source)."""
    custom, least, most = call.get("customizediops"), call.get("miniops"), call.get("maxiops")
    if custom is None:
        return {}
    if custom:
        return {"iscustomizediops": True}
    if least is None and most is None:
        least = most = 0
    elif least is None or least <= 0:
        raise invalid("The min IOPS must be greater than 0.")
    most = most or 0
    if least > most:
        raise invalid("The min IOPS must be less than or equal to the max IOPS.")
    return {"iscustomizediops": False, "miniops": least, "maxiops": most}


def _system_kind(text: str) -> str:
    found = next((kind for kind in (ROUTER, CONSOLE_PROXY, STORAGE_VM) if kind.lower() == text.lower()), None)
    if found is None:
        raise invalid("Invalid systemVmType. Supported types are: DomainRouter, ConsoleProxy, SecondaryStorageVm")
    return found


@command("createServiceOffering", ADMIN, domainid="domains", zoneid="zones")
def create_service_offering(call: Call) -> Body:
    """T2:3; of custom offerings nothing but that they are (texts on planners and custom ones from the source)."""
    world, custom = call.world, bool(call.get("customized"))
    if call.get("deploymentplanner", PLANNERS[0]) not in PLANNERS:
        raise invalid(
            "Invalid name for Deployment Planner specified, please use listDeploymentPlanners to get the valid set"
        )
    sizes = ("cpunumber", "cpuspeed", "memory")
    if custom and any(name in call for name in sizes):
        raise invalid(
            "For creating a custom compute offering min/max cpu and min/max memory/cpu speed should all be null"
        )
    for name, words in (("cpunumber", "cpu core"), ("cpuspeed", "cpu speed"), ("memory", "memory")):
        if call.get(name, 0) <= 0 and not custom:
            raise invalid(
                f"Failed to create service offering {call['name']}: specify the {words} value as a positive one"
            )
    system = bool(call.get("issystem"))
    # A system offering without a kind is one for routers (T6:76).
    kind = _system_kind(call.get("systemvmtype") or ROUTER) if system else ""
    offering = ServiceOffering(
        world.service_offerings.next_id(), world.new_uuid(), call["name"], call.get("displaytext") or call["name"],
        call.get("cpunumber", 0), call.get("cpuspeed", 0), call.get("memory", 0), world.now(), world.new_uuid(),
        _words(call.get("hosttags", "")), call.get("tags", ""), kind, system,
        bool(call.get("offerha", False)), bool(call.get("limitcpuuse", False)),
        local=str(call.get("storagetype", "shared")).lower() == "local", rate=call.get("networkrate"),
        details={each["key"]: each["value"] for each in call.get("serviceofferingdetails", [])},
    )  # fmt: skip
    offering.shown = {shown: call[name] for name, shown in SHOWN.items() if name in call}
    for name in ("miniops", "maxiops"):
        offering.shown.pop(name, None)
    offering.shown.update(iops_of(call))
    if custom:
        offering.shown["iscustomized"] = True
    offering.domain_ids = [row.id for row in call.get("domainid", [])]
    offering.zone_ids = [row.id for row in call.get("zoneid", [])]
    world.service_offerings.add(offering)
    return {"serviceoffering": offering_view(world, offering)}


@command("updateServiceOffering", ADMIN, id="service_offerings", domainid="", zoneid="")
def update_service_offering(call: Call) -> Body:
    """Names, tags and limits; what it is made of stays."""
    offering: ServiceOffering = call["id"]
    call.world.service_offerings.update(offering, name=call.get("name") or offering.name)
    offering.display_text = call.get("displaytext") or offering.display_text
    if "hosttags" in call:
        offering.host_tags = _words(call["hosttags"])
    if "storagetags" in call:
        offering.storage_tags = call["storagetags"]
    domains = changed_limits(call, call.world.domains, "domainid", "public")
    zones = changed_limits(call, call.world.zones, "zoneid", "all")
    offering.domain_ids = offering.domain_ids if domains is None else domains
    offering.zone_ids = offering.zone_ids if zones is None else zones
    return {"serviceoffering": offering_view(call.world, offering)}


@command("deleteServiceOffering", ADMIN, id="service_offerings")
def delete_service_offering(call: Call) -> Body:
    """The server's own ones stay (text not recorded)."""
    offering: ServiceOffering = call["id"]
    if offering.builtin and offering.system:
        raise invalid("Default service offerings cannot be deleted.")
    if offering.deleted:
        raise invalid(f"unable to find service offering {offering.id}")
    offering.deleted = True
    return {"success": True}


def in_state(call: Call, deleted: bool) -> bool:
    """What is deleted stays for what was made of it, and is listed where all are asked for (source)."""
    state = (call.get("state") or "Active").lower()
    if state not in ("all", "active", "inactive"):
        raise failed(f"Invalid state value: {call['state']}")
    return state == "all" or deleted == (state == "inactive")


@command("listServiceOfferings", f"{USERS}.offering", id="service_offerings")
def list_service_offerings(call: Call) -> Body:
    system = bool(call.get("issystem", False))
    wanted = filters(call, id="id", name="name")
    if call.get("systemvmtype"):
        wanted["system_kind"] = _system_kind(call["systemvmtype"])
    rows = call.world.service_offerings.select(
        lambda offering: offering.system == system and in_state(call, offering.deleted), **wanted
    )
    return answer(call, "serviceoffering", keyword(call, rows), lambda offering: offering_view(call.world, offering))
