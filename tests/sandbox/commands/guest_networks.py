"""Guest networks (T2:7, T3:45-49, T4:24-33, T4:71-74)."""

from __future__ import annotations

import ipaddress
from typing import Any

from ..errors import failed, invalid, refused
from ..paging import answer, filters
from ..registry import Body, Call, Work, command
from ..rules import network_services, offering_changes, public_addresses, reservations, system_vms, vlans
from ..rules.addresses import check_range, subnet
from ..rules.nics import implement
from ..validation import UNLIMITED
from ..world import World
from ..world.accounts import Account
from ..world.networks import Network, NetworkOffering, PhysicalNetwork, Vpc
from ..world.settings import setting
from ..world.vms import ROUTER
from ..world.zones import Zone
from .zones import describe as describe_zone

USER = "org.apache.cloudstack.api.command.user.network"
ADMIN_UPDATE = "org.apache.cloudstack.api.command.admin.network.UpdateNetworkCmdByAdmin"
DEFAULT_CIDR = "10.1.1.0/24"
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
        "acltype": "Account",
        **account_view(world, network.account_id),
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


def _physical(call: Call, zone: Zone) -> PhysicalNetwork:
    """The one asked for, or the zone's first that carries guest traffic."""
    world = call.world
    given: PhysicalNetwork | None = call.get("physicalnetworkid")
    if given is not None:
        return given
    for network in world.physical_networks.select(zone_id=zone.id):
        if any(t.traffic_type == "Guest" for t in world.traffic_types.select(physical_network_id=network.id)):
            return network
    raise invalid(f"Unable to find physical network which match the tags null or have guest traffic in zone {zone.id}")


def _vlan(call: Call, offering: NetworkOffering, zone: Zone, text: str) -> int | None:
    """The VLAN asked for; refused when a network or the pool has it, accepted outside all ranges (T4:25-28)."""
    if zone.network_type == "Basic":
        if text not in ("", "untagged"):
            raise invalid("Only vlan untagged can be created in Basic zone")
        return None
    if offering.specify_vlan and not text:
        raise invalid("Vlan has to be specified; corresponding offering says specifyVlan=true")
    if not text:
        return None
    if not offering.specify_vlan:
        raise invalid("Can't specify vlan; corresponding offering says specifyVlan=false")
    # 1, 4096 and 5000 are taken (measured on 4.22).
    if not text.isdigit() or int(text) in (vlans.LOWEST, vlans.HIGHEST):
        raise invalid(f"Invalid vlan {text}")
    world, tag = call.world, int(text)
    if any(tag in _vlans_of(network) for network in world.networks.select(zone_id=zone.id)):
        where = describe_zone(zone)
        raise invalid(f"Network with vlan {text} already exists or overlaps with other network vlans in zone {where}")
    pools = world.physical_networks.select(zone_id=zone.id)
    if any(vlans.covers(pool.vlans, tag) for pool in pools) and not call.get("bypassvlanoverlapcheck"):
        raise invalid(
            f"The VLAN tag to use for new guest network, {text} is already being used for dynamic vlan allocation for "
            f"the guest network in zone {zone.name}"
        )
    return tag


def _vlan_list(call: Call, offering: NetworkOffering) -> str:
    """Several VLANs of a layer-2 network, each checked as one is (UriUtils.expandVlanUri of apache/cloudstack)."""
    text: str = call.get("vlan", "").removeprefix("vlan://")
    if text.isdigit() or text in ("", "untagged"):
        return ""
    if offering.guest_type != "L2" or not offering.specify_vlan:
        raise invalid(f"Invalid vlan {text}")
    return text


def _numbers(text: str) -> list[int]:
    """Of "850,860-869"."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            raise invalid(f"Invalid vlan {text}")
        found += range(int(first), int(last or first) + 1)
    return found


def _vlans_of(network: Network) -> set[int | None]:
    several = set(_numbers(network.vlan_list)) if network.vlan_list else set()
    return {network.vlan, network.pvlan[1] if network.pvlan else None, *several} - {None}


def _private(call: Call, zone: Zone, vlan: int | None) -> tuple[str, int] | None:
    """The secondary VLAN asked for; refused where a network has it (apache/cloudstack#3732)."""
    text = call.get("isolatedpvlan")
    if not text:
        return None
    if vlan is None or not text.isdigit():
        raise invalid(f"Invalid private vlan {text}")
    kind = (call.get("isolatedpvlantype") or "isolated")[0].lower()
    if (kind == "p") != (int(text) == vlan):
        raise invalid("Promiscuous private VLANs have one id, the others two")
    if any(int(text) in _vlans_of(network) for network in call.world.networks.select(zone_id=zone.id)):
        raise invalid(f"Network with private vlan {text} already exists or overlaps with other network pvlans")
    return kind, int(text)


def _addresses(call: Call, offering: NetworkOffering, zone: Zone) -> tuple[str, str]:
    """Gateway and netmask: given, the zone's guest CIDR for isolated networks, none for L2."""
    gateway, netmask = call.get("gateway", ""), call.get("netmask", "")
    if offering.guest_type == "L2" or (zone.network_type == "Basic" and not gateway):
        return "", ""
    if not gateway and not netmask and offering.guest_type == "Isolated" and "SourceNat" in offering.services:
        default = subnet(*_split(zone.guest_cidr or DEFAULT_CIDR))
        return str(default[1]), str(default.netmask)
    if call.get("ip6cidr") and not gateway:
        return "", ""
    if not gateway or not netmask:
        raise invalid("StartIp/endIp/gateway/netmask are required when create network without SourceNat service")
    net = subnet(gateway, netmask)
    if call.get("startip"):
        check_range(call["startip"], call.get("endip") or call["startip"], net)
    return gateway, netmask


def _split(cidr: str) -> tuple[str, str]:
    net = ipaddress.IPv4Network(cidr, strict=False)
    return str(net.network_address), str(net.netmask)


def _check_ipv6(call: Call, offering: NetworkOffering) -> None:
    """Given to shared networks alone, with 64 bits (texts from the source)."""
    cidr = call.get("ip6cidr")
    if not cidr:
        return
    if offering.guest_type != "Shared":
        raise invalid("IPv6 is not supported when create Isolated network with an IPv6 CIDR")
    if not cidr.endswith("/64"):
        raise invalid("The cidr size of IPv6 network must be 64 bits!")


def _check_tier(world: World, vpc: Vpc | None, gateway: str, netmask: str) -> None:
    """A tier lies within its VPC (T6:234) and beside its other tiers (source)."""
    if vpc is None or not gateway:
        return
    for tier in world.networks.select(vpc_id=vpc.id):
        if subnet(tier.gateway, tier.netmask).overlaps(subnet(gateway, netmask)):
            raise invalid(f"Network cidr {subnet(gateway, netmask)} crosses other network cidr in the vpc {vpc.name}")
    if not subnet(gateway, netmask).subnet_of(ipaddress.IPv4Network(vpc.cidr)):
        what = f'VPC {{"id":{vpc.id},"name":"{vpc.name}","uuid":"{vpc.uuid}"}}'
        raise invalid(f"Network cidr {subnet(gateway, netmask)} is not within vpc {what} cidr")


def _check_basic(call: Call, zone: Zone, offering: NetworkOffering) -> None:
    """A basic zone has one guest network, shared and without source NAT (source)."""
    if offering.guest_type != "Shared" or "SourceNat" in offering.services:
        raise invalid(
            "For zone of type Basic only offerings of guestType Shared with disabled SourceNat service are allowed"
        )
    if call.world.networks.select(zone_id=zone.id, traffic_type="Guest"):
        raise refused(f"Can't have more than one Guest network in zone with network type {zone.network_type}")


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
        _check_basic(call, zone, offering)
    physical = _physical(call, zone)
    if offering.guest_type == "Shared" and zone.network_type == "Advanced" and not physical.isolation:
        # Measured on 4.22.
        raise refused("Unable to convert network offering with specified id to network profile")
    several = _vlan_list(call, offering)
    texts = map(str, _numbers(several)) if several else [call.get("vlan", "").removeprefix("vlan://")]
    vlan, *_rest = [_vlan(call, offering, zone, text) for text in texts]
    private = _private(call, zone, vlan)
    gateway, netmask = _addresses(call, offering, zone)
    _check_tier(world, vpc, gateway, netmask)
    _check_ipv6(call, offering)
    network = Network(
        world.networks.next_id(), world.new_uuid(), call["name"], zone.id, "Guest", False,
        call.get("displaytext") or call["name"], offering.id, physical.id, whose(call).id,
    )  # fmt: skip
    network.guest_type, network.vlan, network.pvlan = offering.guest_type, vlan, private
    network.vlan_list = several
    network.gateway6, network.cidr6 = call.get("ip6gateway", ""), call.get("ip6cidr", "")
    network.gateway, network.netmask = gateway, netmask
    network.state = ALLOCATED if vlan is None else SETUP
    suffix = setting(world, "guest.domain.suffix", "Zone", zone.id)
    network.domain = call.get("networkdomain") or f"cs{world.admin.id:x}{suffix}"
    network.dns1, network.created = call.get("dns1", ""), world.now()
    network.display = call.get("displaynetwork", True)
    network.redundant, network.vpc_id = offering.redundant, None if vpc is None else vpc.id
    return {"network": view(world, world.networks.add(network))}


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


def in_project(call: Call, account_id: int | None) -> bool:
    """What is a project's is listed only where projects are asked for: one, or all by -1.

    With listall -1 lists what is nobody's project too (measured on 4.22: VMs; server: AccountManagerImpl).
    """
    account = call.world.accounts.get(account_id)
    its = account.project_id if account else None
    asked = call.get("projectid")
    if asked == UNLIMITED:
        return its is not None or bool(call.get("listall"))
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
    if "id" not in call and not network.system and not in_project(call, network.account_id):
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
        world.networks.remove(network)
        return {"success": True}

    return Work(run, instance=("Network", None))
