"""createZone, updateZone, listZones, deleteZone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import ApiError, bad_parameter, invalid, refused
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import system_vms
from ..rules.addresses import is_cidr, is_ip
from ..world import World
from ..world.networks import Network
from ..world.zones import Zone
from .capacity import OF_ZONE, Scope, of_place

JAVA = "org.apache.cloudstack.api.command.admin.zone"
TYPES = ("Basic", "Advanced")
STATES = ("Enabled", "Disabled")
# Every zone has these networks from the start; public ranges belong to the first (T1:32).
SYSTEM_NETWORKS = ("Public", "Management", "Control", "Storage")
_ADDRESSES = (
    ("dns1", "dns1", 4, "DNS1"),
    ("dns2", "dns2", 4, "DNS2"),
    ("internaldns1", "internal_dns1", 4, "internal DNS1"),
    ("internaldns2", "internal_dns2", 4, "internal DNS2"),
    ("ip6dns1", "ip6_dns1", 6, "IPv6 DNS1"),
    ("ip6dns2", "ip6_dns2", 6, "IPv6 DNS2"),
)


def describe(zone: Zone) -> str:
    """A zone inside an error text (T1:30)."""
    return f'Zone {{"id": "{zone.id}", "name": "{zone.name}", "uuid": "{zone.uuid}"}}'


def view(world: World, zone: Zone) -> Body:
    body: Body = {"id": zone.uuid, "name": zone.name}
    optional = {
        "dns1": zone.dns1,
        "dns2": zone.dns2,
        "ip6dns1": zone.ip6_dns1,
        "ip6dns2": zone.ip6_dns2,
        "internaldns1": zone.internal_dns1,
        "internaldns2": zone.internal_dns2,
        "guestcidraddress": zone.guest_cidr,
        "domain": zone.domain,
    }
    body.update({name: value for name, value in optional.items() if value})
    if zone.domain_id is not None:
        domain = world.domains[zone.domain_id]
        body.update(domainid=domain.uuid, domainname=domain.name)
    body.update(
        networktype=zone.network_type,
        securitygroupsenabled=zone.security_groups,
        gputotal=0,
        gpuused=0,
        allocationstate=zone.allocation_state,
        zonetoken=zone.token,
        dhcpprovider=zone.dhcp_provider,
        localstorageenabled=zone.local_storage,
        tags=[],
        allowuserspecifyvrmtu=False,
        routerprivateinterfacemaxmtu=1500,
        routerpublicinterfacemaxmtu=1500,
        type=zone.kind,
        isnsxenabled=False,
        ismultiarch=False,
        asnrange="",
        routedmodeenabled=True,
        hasannotations=False,
    )
    if zone.details:
        body["resourcedetails"] = dict(zone.details)
    return body


def _allocation_state(text: str) -> str:
    """ "enabled" → "Enabled"; ApiError 431 otherwise (the text of T2:64)."""
    for state in STATES:
        if state.lower() == text.lower():
            return state
    raise invalid(f"Unable to resolve Allocation State '{text}' to a supported state")


def _changes(call: Call, zone: Zone | None) -> dict[str, Any]:
    """Checked fields that the call sets; `zone` is the one that is changed, None when one is made."""
    changes: dict[str, Any] = {}
    if "name" in call:
        other = call.world.zones.first(name=call["name"])
        if other is not None and other is not zone:
            raise invalid("A zone with that name already exists. Please specify a unique zone name.")
        changes["name"] = call["name"]
    if "allocationstate" in call:
        changes["allocation_state"] = _allocation_state(call["allocationstate"])
    for param, attribute, version, words in _ADDRESSES:
        if param in call:
            # A blank takes an optional address away.
            if not is_ip(call[param], version) and (call[param] or param in ("dns1", "internaldns1")):
                raise invalid(f"Please enter a valid {'IP' if version == 4 else 'IPv6'} address for {words}")
            changes[attribute] = call[param]
    if call.get("guestcidraddress"):
        if not is_cidr(call["guestcidraddress"]):
            raise invalid("Please enter a valid guest cidr")
        changes["guest_cidr"] = call["guestcidraddress"]
    for param, attribute in (("domain", "domain"), ("localstorageenabled", "local_storage")):
        if param in call:
            changes[attribute] = call[param]
    return changes


@command("createZone", JAVA)
def create_zone(call: Call) -> Body:
    """T1:5-11; the type is judged first, then the name, then the addresses."""
    world = call.world
    kind = next((t for t in TYPES if t.lower() == call["networktype"].lower()), None)
    if kind is None:
        raise invalid("Invalid zone type; only Advanced and Basic values are supported")
    changes = _changes(call, None)
    zone = Zone(id=world.zones.next_id(), uuid=world.new_uuid(), network_type=kind, token=world.new_uuid(), **changes)
    zone.security_groups = bool(call.get("securitygroupenabled", False)) or kind == "Basic"
    zone.kind = "Edge" if call.get("isedge") else "Core"
    if "domainid" in call:
        zone.domain_id = call["domainid"].id
    world.zones.add(zone)
    for traffic in SYSTEM_NETWORKS:
        world.networks.add(Network(world.networks.next_id(), world.new_uuid(), "", zone.id, traffic))
    return {"zone": view(world, zone)}


@command("updateZone", JAVA, id="zones")
def update_zone(call: Call) -> Body:
    zone: Zone = call["id"]
    changes = _changes(call, zone)
    if changes.get("allocation_state") == "Enabled" and zone.allocation_state != "Enabled":
        _check_enabling(call.world, zone)
    for item in call.get("details", []):
        zone.details.update({item["key"]: item.get("value", "")} if "key" in item else item)
    if call.get("dhcpprovider"):
        changes["dhcp_provider"] = call["dhcpprovider"]
    if call.get("ispublic"):
        changes["domain_id"] = None
    call.world.zones.update(zone, **changes)
    system_vms.ensure_later(call.world, zone)
    return {"zone": view(call.world, zone)}


def _check_enabling(world: World, zone: Zone) -> None:
    """A zone opens only with an enabled physical network that carries guest traffic (source; no recorded refusal)."""
    networks = world.physical_networks.select(zone_id=zone.id)
    if not networks:
        raise refused("Unable to find any physical network in the zone")
    kinds = {t.traffic_type for n in networks for t in world.traffic_types.select(physical_network_id=n.id)}
    if "Guest" not in kinds:
        raise _precondition(f"Cannot enable {describe(zone)}: no physical network carries guest traffic")
    if zone.network_type == "Advanced" and "Public" not in kinds:
        raise _precondition(f"Cannot enable {describe(zone)}: no physical network carries public traffic")


def _precondition(text: str) -> ApiError:
    return refused(text)


def listed(call: Call) -> Sequence[Zone]:
    rows = call.world.zones.select(
        lambda zone: not call.get("available") or zone.allocation_state == "Enabled",
        **filters(call, id="id", name="name", networktype="network_type", domainid="domain_id"),
    )
    if "ids" in call:
        if "id" in call:
            raise bad_parameter("id and ids parameters are mutually exclusive")
        wanted = {zone.id for zone in call["ids"]}
        rows = [zone for zone in rows if zone.id in wanted]
    return keyword(call, rows)


@command("listZones", "org.apache.cloudstack.api.command.user.zone", id="zones", ids="zones")
def list_zones(call: Call) -> Body:
    """With showcapacities also what is used of it (T3:103)."""
    world = call.world

    def one(zone: Zone) -> Body:
        body = view(world, zone)
        if call.get("showcapacities"):
            body["capacity"] = of_place(world, Scope(zone), OF_ZONE)
        return body

    return answer(call, "zone", listed(call), one)


@command("deleteZone", JAVA, id="zones")
def delete_zone(call: Call) -> Body:
    """Refused while anything lives in it (T2:72); takes the system networks along."""
    world, zone = call.world, call["id"]
    for table, words in (
        (world.hosts, "servers"),
        (world.pods, "pods"),
        (world.vlan_ranges, "IP addresses allocated"),
        (world.storage_pools, "storage pools"),
        (world.physical_networks, "physical networks"),
    ):
        if table.select(zone_id=zone.id):
            raise refused(f"The zone cannot be deleted because there are {words} in this zone.")
    for network in list(world.networks.select(zone_id=zone.id)):
        world.networks.remove(network)
    world.zones.remove(zone)
    return {"success": True}
