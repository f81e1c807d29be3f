"""Network offerings (T2:6, T3:42-44, T4:21-23)."""

from __future__ import annotations

from ..errors import failed, invalid
from ..paging import answer, filters, keyword
from ..registry import Body, Call, command
from ..rules import network_services
from ..world import World
from ..world.networks import NetworkOffering
from ..world.vms import ROUTER
from .offerings import changed_limits, limits_view

NETWORK = "org.apache.cloudstack.api.command.admin.network"
USER = "org.apache.cloudstack.api.command.user.network"
GUEST_TYPES = ("Isolated", "Shared", "L2")
STATES = ("Enabled", "Disabled")


def view(world: World, offering: NetworkOffering) -> Body:
    body: Body = {
        "id": offering.uuid,
        "name": offering.name,
        "displaytext": offering.display_text,
        "created": offering.created,
        "traffictype": offering.traffic_type,
        "isdefault": offering.default,
        "specifyvlan": offering.specify_vlan,
        "conservemode": offering.conserve_mode,
        "specifyipranges": offering.specify_ip_ranges,
        "availability": offering.availability,
        "networkrate": offering.rate,
        "state": offering.state,
        "guestiptype": offering.guest_type,
        "service": network_services.of_offering(offering.services),
        "forvpc": offering.for_vpc,
        "fornsx": False,
        "fortungsten": False,
        "ispersistent": offering.persistent,
        "egressdefaultpolicy": offering.egress_default,
        "supportsstrechedl2subnet": False,
        "supportspublicaccess": False,
        "supportsinternallb": False,
        "internetprotocol": offering.protocol,
        "specifyasnumber": False,
        "hasannotations": False,
    }
    chosen = offering.router_offering
    router = world.service_offerings.first(id=chosen) if chosen else world.service_offerings.first(system_kind=ROUTER)
    if offering.services and router is not None:
        body["serviceofferingid"] = router.uuid
    if offering.max_connections is not None:
        body["maxconnections"] = offering.max_connections
    if offering.tags:
        body["tags"] = ",".join(offering.tags)
    return {**body, **limits_view(world, offering.domain_ids, offering.zone_ids)}


def _services(call: Call) -> dict[str, list[str]]:
    """Services with providers; a service that no provider was given for has none (T3:42)."""
    known = {name.lower(): name for name in network_services.ORDER}
    services: dict[str, list[str]] = {}
    for name in call.get("supportedservices", []):
        if name.strip().lower() not in known:
            raise invalid(f"Invalid service name specified: {name}")
        services[known[name.strip().lower()]] = []
    for item in call.get("serviceproviderlist", []):
        service, provider = known.get(item.get("service", "").lower()), item.get("provider", "")
        if service is None or service not in services:
            raise invalid(
                f"Service {item.get('service')} is not enabled for the network offering, can't add a provider to it"
            )
        # In any case (the incumbent's own target writes "virtualrouter").
        able = {name.lower(): name for name in network_services.PROVIDERS[service]}
        if provider.lower() not in able:
            # Measured for VirtualRouter and NetworkACL.
            raise invalid(f"{provider} Provider cannot provide service {service}")
        services[service].append(able[provider.lower()])
    return services


@command("listSupportedNetworkServices", USER)
def list_supported_network_services(call: Call) -> Body:
    wanted = call.get("service")
    rows = [row for row in network_services.supported() if wanted in (None, row["name"])]
    return answer(call, "networkservice", rows, lambda row: row)


@command("createNetworkOffering", NETWORK, domainid="domains", zoneid="zones")
def create_network_offering(call: Call) -> Body:
    """A name that is there already is refused (T3:43)."""
    world, name = call.world, call["name"]
    if call["traffictype"].lower() != "guest":
        raise invalid("Invalid value for traffictype. Supported traffic types: Guest")
    kind = next((t for t in GUEST_TYPES if t.lower() == call["guestiptype"].lower()), None)
    if kind is None:
        raise invalid(f'Invalid "type" parameter is given; can have {", ".join(GUEST_TYPES)} values')
    services = _services(call)
    if world.network_offerings.first(name=name):
        raise failed("Entity already exists ")
    offering = NetworkOffering(
        world.network_offerings.next_id(), world.new_uuid(), name, call.get("displaytext") or name, kind, services,
        world.now(),
    )  # fmt: skip
    offering.specify_vlan = call.get("specifyvlan", False)
    offering.specify_ip_ranges = call.get("specifyipranges", False)
    offering.conserve_mode = call.get("conservemode", True)
    offering.availability = call.get("availability") or "Optional"
    offering.persistent = call.get("ispersistent", False)
    offering.egress_default = call.get("egressdefaultpolicy", True)
    offering.for_vpc = call.get("forvpc", False)
    offering.redundant = any(
        item.get("capabilitytype", "").lower() == "redundantrouter" and item.get("capabilityvalue") == "true"
        for item in call.get("servicecapabilitylist", [])
    )
    offering.rate = call.get("networkrate") or 200
    if "serviceofferingid" in call:
        offering.router_offering = call["serviceofferingid"].id
    # The server keeps it for a load balancer only.
    offering.max_connections = call.get("maxconnections") if "Lb" in services else None
    offering.tags = [tag for tag in call.get("tags", "").split(",") if tag]
    offering.protocol = call.get("internetprotocol") or "IPv4"
    if call.get("keepaliveenabled") and "Lb" not in services:
        raise invalid("Keep alive can only be set for the load balancer")
    offering.keepalive = bool(call.get("keepaliveenabled"))
    offering.domain_ids = [row.id for row in call.get("domainid", [])]
    offering.zone_ids = [row.id for row in call.get("zoneid", [])]
    offering.state = "Enabled" if call.get("enable") else "Disabled"
    return {"networkoffering": view(world, world.network_offerings.add(offering))}


@command("listNetworkOfferings", USER, id="network_offerings")
def list_network_offerings(call: Call) -> Body:
    rows = call.world.network_offerings.select(
        **filters(
            call,
            id="id",
            name="name",
            displaytext="display_text",
            state="state",
            guestiptype="guest_type",
            isdefault="default",
            specifyvlan="specify_vlan",
            specifyipranges="specify_ip_ranges",
            forvpc="for_vpc",
            availability="availability",
        )
    )
    wanted = {name.lower() for name in call.get("supportedservices", [])}
    if wanted:
        rows = [row for row in rows if wanted <= {name.lower() for name in row.services}]
    return answer(call, "networkoffering", keyword(call, rows), lambda row: view(call.world, row))


@command("updateNetworkOffering", NETWORK, id="network_offerings", domainid="", zoneid="")
def update_network_offering(call: Call) -> Body:
    """The id is not required, yet without it nothing is found (T3:44)."""
    offering: NetworkOffering | None = call.get("id")
    if offering is None:
        raise invalid("Unable to find network offering null")
    if call.get("state"):
        state = next((s for s in STATES if s.lower() == call["state"].lower()), None)
        if state is None:
            raise invalid(f"Unable to resolve Network Offering State '{call['state']}' to a supported value")
        offering.state = state
    if call.get("name"):
        call.world.network_offerings.update(offering, name=call["name"])
    offering.display_text = call.get("displaytext") or offering.display_text
    offering.availability = call.get("availability") or offering.availability
    if "maxconnections" in call and "Lb" in offering.services:
        offering.max_connections = call["maxconnections"]
    offering.keepalive = call.get("keepaliveenabled", offering.keepalive)
    if "tags" in call:
        offering.tags = [tag for tag in call["tags"].split(",") if tag]
    domains = changed_limits(call, call.world.domains, "domainid", "public")
    zones = changed_limits(call, call.world.zones, "zoneid", "all")
    offering.domain_ids = offering.domain_ids if domains is None else domains
    offering.zone_ids = offering.zone_ids if zones is None else zones
    return {"networkoffering": view(call.world, offering)}


@command("deleteNetworkOffering", NETWORK, id="network_offerings")
def delete_network_offering(call: Call) -> Body:
    """Refused for a default one and while networks use it (texts not recorded)."""
    world, offering = call.world, call["id"]
    if offering.default:
        raise invalid("Default network offering can't be deleted")
    if any(network.offering_id == offering.id for network in world.networks):
        raise failed("Can't delete network offering as it is used by networks. Disable it instead")
    world.network_offerings.remove(offering)
    return {"success": True}
