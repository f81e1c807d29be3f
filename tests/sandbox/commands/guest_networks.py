"""Guest networks (T2:7, T3:45-49, T4:24-33, T4:71-74)."""

from __future__ import annotations

from typing import Any

from ..errors import failed, invalid, refused
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules import network_services, offering_changes, public_addresses, reservations, system_vms
from ..rules.addresses import subnet
from ..rules.nics import implement
from ..surface import version_key
from ..validation import UNLIMITED
from ..world import World
from ..world.accounts import Account
from ..world.networks import Network, NetworkOffering
from ..world.settings import setting
from ..world.vms import ROUTER
from ..world.zones import Zone
from . import guest_network_places
from .accounts import suffix_of

USER = "org.apache.cloudstack.api.command.user.network"
ADMIN_UPDATE = "org.apache.cloudstack.api.command.admin.network.UpdateNetworkCmdByAdmin"
# VLANs that a network was given keep it in Setup until it is used; the others are Allocated first (T2:7, T4:24).
SETUP, ALLOCATED, IMPLEMENTED = "Setup", "Allocated", "Implemented"


def _offering_view(offering: NetworkOffering) -> Body:
    return {
        "networkofferingid": offering.uuid,
        "networkofferingname": offering.name,
        "networkofferingdisplaytext": offering.display_text,
        "networkofferingconservemode": offering.conserve_mode,
        "networkofferingavailability": offering.availability,
        "service": network_services.of_network(offering.services),
        "specifyvlan": offering.specify_vlan,
        "specifyipranges": offering.specify_ip_ranges,
        "ispersistent": offering.persistent,
        "supportsvmautoscaling": "Lb" in offering.services,
        "egressdefaultpolicy": offering.egress_default,
        "type": offering.guest_type,
    }


def _address_view(network: Network, zone: Zone) -> Body:
    body: Body = {"dns1": network.dns1 or zone.dns1}
    if network.gateway:
        body.update(
            gateway=network.gateway, netmask=network.netmask, cidr=str(subnet(network.gateway, network.netmask))
        )
    if network.guest_vm_cidr:
        # Then cidr is the part of VMs (seed: "IP Reservation in Isolated Guest Networks").
        body.update(networkcidr=body["cidr"], cidr=network.guest_vm_cidr)
        body["reservediprange"] = reservations.reserved(network)
    if network.pvlan is not None:
        # Only the address tells the VLANs (apache/cloudstack, ApiResponseHelper; apache/cloudstack#3732).
        kind, secondary = network.pvlan
        body.update(vlan="N/A", broadcasturi=f"pvlan://{network.vlan}-{kind}{secondary}")
    elif network.vlan_list:
        body.update(vlan=network.vlan_list, broadcasturi=f"vlan://{network.vlan_list}")
    elif network.vlan is not None:
        body.update(vlan=str(network.vlan), broadcasturi=f"vlan://{network.vlan}")
    if network.cidr6:
        body.update(ip6gateway=network.gateway6, ip6cidr=network.cidr6)
    if network.domain:
        body["networkdomain"] = network.domain
    return body


def account_view(world: World, account_id: int | None) -> Body:
    account = world.system if account_id == world.system.id else world.accounts.get(account_id)
    if account is None:
        return {}
    domain = world.domains[account.domain_id]
    project = world.projects.get(account.project_id)
    if project is not None:
        body = {"projectid": project.uuid, "project": project.name}
        return {**body, "domainid": domain.uuid, "domain": domain.name, "domainpath": domain.path}
    return {"account": account.name, "domainid": domain.uuid, "domain": domain.name, "domainpath": domain.path}


def _owner_view(world: World, network: Network) -> Body:
    """Nobody owns a network of a domain (recorded: 06, step 252)."""
    if network.for_domain is None:
        return {"acltype": "Account", **account_view(world, network.account_id)}
    domain = world.domains[network.for_domain]
    named = {"domainid": domain.uuid, "domain": domain.name, "domainpath": domain.path}
    return {"acltype": "Domain", "subdomainaccess": network.subdomains, **named}


def told(call: Call, body: Body) -> Body:
    """As a server of that release tells of a VM: the path of its domain came with 4.19.2 (source)."""
    if version_key(call.version) < (4, 19, 2):
        body.pop("domainpath", None)
    return body


def view(world: World, network: Network) -> Body:
    zone, offering = world.zones[network.zone_id], world.network_offerings.get(network.offering_id)
    physical = world.physical_networks.get(network.physical_network_id)
    body: Body = {
        "id": network.uuid,
        "name": network.name,
        "displaytext": network.display_text,
        "broadcastdomaintype": "Vlan",
        "traffictype": network.traffic_type,
        "zoneid": zone.uuid,
        "zonename": zone.name,
        "issystem": network.system,
        "state": network.state,
        "related": network.uuid,
        **_owner_view(world, network),
        **_address_view(network, zone),
        "restartrequired": network.restart_required,
        "canusefordeploy": True,
        "tags": [],
        "details": dict(network.details),
        "displaynetwork": network.display,
        "strechedl2subnet": False,
        "redundantrouter": network.redundant,
        "created": network.created,
        "receivedbytes": network.received,
        "sentbytes": network.sent,
        "publicmtu": 1500,
        "privatemtu": 1500,
        "hasannotations": False,
    }
    if offering is not None:
        body.update(_offering_view(offering))
    if physical is not None:
        body["physicalnetworkid"] = physical.uuid
    vpc = world.vpcs.get(network.vpc_id)
    if vpc is not None:
        body.update(vpcid=vpc.uuid, vpcname=vpc.name)
    return body


@command("createNetwork", USER)
def create_network(call: Call) -> Body:
    world, zone, offering = call.world, call["zoneid"], call["networkofferingid"]
    if offering.state != "Enabled":
        error = invalid("Can't use specified network offering id as its state is not Enabled")
        error.uuids = [{"uuid": offering.uuid, "description": "networkOfferingId"}]
        raise error
    vpc = call.get("vpcid")
    if offering.for_vpc and vpc is None:
        raise invalid("Network offering can be used for VPC networks only")
    if vpc is not None and not offering.for_vpc:
        raise invalid("Network offering can't be used for VPC networks")
    if zone.network_type == "Basic":
        guest_network_places.check_basic(call, zone, offering)
    physical = guest_network_places.physical_network(call, zone)
    if offering.guest_type == "Shared" and zone.network_type == "Advanced" and not physical.isolation:
        # Measured on 4.22.
        raise refused("Unable to convert network offering with specified id to network profile")
    several = guest_network_places.vlan_list(call, offering)
    texts = (
        map(str, guest_network_places.numbers(several)) if several else [call.get("vlan", "").removeprefix("vlan://")]
    )
    vlan, *_rest = [guest_network_places.vlan_of(call, offering, zone, text) for text in texts]
    private = guest_network_places.private_vlan(call, zone, vlan)
    gateway, netmask = guest_network_places.addresses(call, offering, zone)
    guest_network_places.check_tier(world, vpc, gateway, netmask)
    guest_network_places.check_ipv6(call, offering)
    brings_range = guest_network_places.brings_range(call, offering, zone)
    owner = whose(call)
    if vpc is not None and vpc.account_id != owner.id:
        raise invalid(f"Vpc {vpc.name} owner is different from the network owner {owner.name}")
    network = Network(
        world.networks.next_id(), world.new_uuid(), call["name"], zone.id, "Guest", False,
        call.get("displaytext") or call["name"], offering.id, physical.id, owner.id,
    )  # fmt: skip
    network.guest_type, network.vlan, network.pvlan = offering.guest_type, vlan, private
    if offering.guest_type == "Shared" and call.get("acltype", "Domain").lower() == "domain":
        network.for_domain = (call.get("domainid") or world.domains[world.admin.domain_id]).id
        network.subdomains = call.get("subdomainaccess", True)
    network.vlan_list = several
    network.gateway6, network.cidr6 = call.get("ip6gateway", ""), call.get("ip6cidr", "")
    network.gateway, network.netmask = gateway, netmask
    network.state = ALLOCATED if vlan is None else SETUP
    suffix = setting(world, "guest.domain.suffix", "Zone", zone.id)
    network.domain = call.get("networkdomain") or suffix_of(world, owner, zone) or f"cs{owner.id:x}{suffix}"
    network.dns1, network.created = call.get("dns1", ""), world.now()
    network.display = call.get("displaynetwork", True)
    network.redundant, network.vpc_id = offering.redundant, None if vpc is None else vpc.id
    world.networks.add(network)
    if brings_range:
        guest_network_places.add_range(call, network)
    return {"network": view(world, network)}


@command("listNetworks", USER, id="networks")
def list_networks(call: Call) -> Body:
    """Newest first (T4:29); those of the system only on request."""
    chosen = filters(
        call,
        id="id",
        zoneid="zone_id",
        name="name",
        physicalnetworkid="physical_network_id",
        networkofferingid="offering_id",
        traffictype="traffic_type",
        restartrequired="restart_required",
        vpcid="vpc_id",
        displaynetwork="display",
    )
    if "id" not in call:
        chosen["system"] = bool(call.get("issystem", False))
    rows = call.world.networks.select(lambda row: _passes(call, row), **chosen)
    if call.get("retrieveonlyresourcecount"):
        return {"count": len(rows)}
    return answer(call, "network", rows[::-1], lambda row: view(call.world, row))


def whose_project(call: Call, account_id: int | None) -> int | None:
    account = call.world.accounts.get(account_id)
    return account.project_id if account else None


def in_project(call: Call, account_id: int | None) -> bool:
    """What is a project's is listed only where projects are asked for: one, or all by -1.

    With listall -1 lists what is nobody's project too (measured on 4.22: VMs; server: AccountManagerImpl), but only
    since 4.14 (apache/cloudstack#3894).
    """
    return asked_for(call, whose_project(call, account_id))


def asked_for(call: Call, its: int | None) -> bool:
    """Whether what belongs to a project, or to none, is listed."""
    asked = call.get("projectid")
    if asked == UNLIMITED:
        return its is not None or (bool(call.get("listall")) and version_key(call.version) >= (4, 14))
    return its == (asked.id if asked else None)


def whose(call: Call) -> Account:
    """The account or project that a call names; the caller's own account otherwise."""
    world, project = call.world, call.get("projectid")
    if project is not None:
        return world.accounts[project.account_id]
    if not call.get("account"):
        return world.admin
    domain = call.get("domainid")
    for account in world.accounts.select(name=call["account"]):
        if domain is None or account.domain_id == domain.id:
            return account
    raise invalid(f"Unable to find account {call['account']}")


def _passes(call: Call, network: Network) -> bool:
    if (
        not ("id" in call and "projectid" not in call)
        and not network.system
        and not in_project(call, network.account_id)
    ):
        return False
    # With networks -1 is projects alone, whatever listall says (apache/cloudstack#9602).
    if call.get("projectid") == UNLIMITED and not network.system and whose_project(call, network.account_id) is None:
        return False
    word = (call.get("keyword") or "").lower()
    if word and word not in network.name.lower() and word not in network.display_text.lower():
        return False
    if call.get("type") and call["type"].lower() != network.guest_type.lower():
        return False
    if call.get("vlan") and call["vlan"] != str(network.vlan):
        return False
    wanted = {name.lower() for name in call.get("supportedservices", [])}
    offering = call.world.network_offerings.get(network.offering_id)
    return not wanted or (offering is not None and wanted <= {name.lower() for name in offering.services})


@command("updateNetwork", ADMIN_UPDATE, id="networks")
def update_network(call: Call) -> Work:
    """T4:32: any update writes down whether address usage is hidden."""
    world, network = call.world, call["id"]
    if network.system:
        raise invalid("Don't allow to update system network")
    if call.get("networkofferingid") not in (None, world.network_offerings.get(network.offering_id)):
        offering_changes.check(call, network, call["networkofferingid"])
    if call.get("guestvmcidr"):
        network.guest_vm_cidr = reservations.checked(call["guestvmcidr"], network)

    def run() -> Body:
        changes: dict[str, Any] = {}
        for param, attribute in (("name", "name"), ("displaytext", "display_text"), ("networkdomain", "domain")):
            if call.get(param):
                changes[attribute] = call[param]
        if "networkofferingid" in call:
            changes["offering_id"] = call["networkofferingid"].id
            if call.get("changecidr"):
                network.guest_vm_cidr = ""
        world.networks.update(network, **changes)
        if "networkofferingid" in call and call["networkofferingid"].persistent and network.state == ALLOCATED:
            # Without a VM too (seed: "Persistent Network Considerations").
            implement(world, network)
        network.details["hideIpAddressUsage"] = "true" if call.get("hideipaddressusage") else "false"
        return {"network": view(world, network)}

    return Work(run, instance=("Network", None))


def release_vlan(world: World, network: Network) -> None:
    """A network that goes or rests gives its VLAN back to the pool that it is from."""
    physical = world.physical_networks.get(network.physical_network_id)
    if physical is not None and network.vlan in physical.used_vlans:
        physical.used_vlans.discard(network.vlan)
        network.vlan = None


@command("deleteNetwork", USER, id="networks")
def delete_network(call: Call) -> Work:
    """T4:33; refused while VMs of users have a NIC on it (source)."""
    world, network = call.world, call["id"]
    if network.system:
        raise invalid("Network can't be deleted: it is a system network")

    def run() -> Body:
        users = [vm for vm in world.vms if vm.kind == "User" and any(n.network_id == network.id for n in vm.nics)]
        if any(vm.state not in ("Expunging", "Destroyed") for vm in users) and not call.get("forced"):
            raise failed("Failed to delete network")
        for router in list(world.vms.select(network_id=network.id, kind=ROUTER)):
            system_vms.discard(world, router)
        for address in public_addresses.of(world, network):
            public_addresses.give_back(world, address)
        release_vlan(world, network)
        for each in list(world.vlan_ranges.select(network_id=network.id)):
            world.vlan_ranges.bury(each)
        world.networks.remove(network)
        return {"success": True}

    return Work(run, instance=("Network", None))
