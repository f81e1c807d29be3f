"""Where a new guest network lies: its physical network, VLANs and addresses (T4:24-33)."""

from __future__ import annotations

import ipaddress

from ..errors import invalid, refused
from ..registry import Call
from ..rules import vlans
from ..rules.addresses import check_range, subnet
from ..surface import version_key
from ..world import World
from ..world.networks import Network, NetworkOffering, PhysicalNetwork, VlanRange, Vpc
from ..world.zones import Zone
from .zones import describe as describe_zone

DEFAULT_CIDR = "10.1.1.0/24"


def physical_network(call: Call, zone: Zone) -> PhysicalNetwork:
    """The one asked for, or the zone's first that carries guest traffic."""
    world = call.world
    given: PhysicalNetwork | None = call.get("physicalnetworkid")
    if given is not None:
        return given
    for network in world.physical_networks.select(zone_id=zone.id):
        if any(t.traffic_type == "Guest" for t in world.traffic_types.select(physical_network_id=network.id)):
            return network
    raise invalid(f"Unable to find physical network which match the tags null or have guest traffic in zone {zone.id}")


def vlan_of(call: Call, offering: NetworkOffering, zone: Zone, text: str) -> int | None:
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
    # The check is bypassed for shared networks alone before 4.12 (NetworkOrchestrator; apache/cloudstack#3026).
    may = offering.guest_type == "Shared" or version_key(call.version) >= (4, 12)
    bypass = may and call.get("bypassvlanoverlapcheck")
    if any(vlans.covers(pool.vlans, tag) for pool in pools) and not bypass:
        raise invalid(
            f"The VLAN tag to use for new guest network, {text} is already being used for dynamic vlan allocation for "
            f"the guest network in zone {zone.name}"
        )
    return tag


def vlan_list(call: Call, offering: NetworkOffering) -> str:
    """Several VLANs of a layer-2 network, each checked as one is (UriUtils.expandVlanUri of apache/cloudstack)."""
    text: str = call.get("vlan", "").removeprefix("vlan://")
    if text.isdigit() or text in ("", "untagged"):
        return ""
    if offering.guest_type != "L2" or not offering.specify_vlan:
        raise invalid(f"Invalid vlan {text}")
    return text


def numbers(text: str) -> list[int]:
    """Of "850,860-869"."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            raise invalid(f"Invalid vlan {text}")
        found += range(int(first), int(last or first) + 1)
    return found


def _vlans_of(network: Network) -> set[int | None]:
    several = set(numbers(network.vlan_list)) if network.vlan_list else set()
    return {network.vlan, network.pvlan[1] if network.pvlan else None, *several} - {None}


def private_vlan(call: Call, zone: Zone, vlan: int | None) -> tuple[str, int] | None:
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


def addresses(call: Call, offering: NetworkOffering, zone: Zone) -> tuple[str, str]:
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


def check_ipv6(call: Call, offering: NetworkOffering) -> None:
    """Given to shared networks alone, with 64 bits (texts from the source)."""
    cidr = call.get("ip6cidr")
    if not cidr:
        return
    if offering.guest_type != "Shared":
        raise invalid("IPv6 is not supported when create Isolated network with an IPv6 CIDR")
    if not cidr.endswith("/64"):
        raise invalid("The cidr size of IPv6 network must be 64 bits!")


def brings_range(call: Call, offering: NetworkOffering, zone: Zone) -> bool:
    """Whether the network comes with a range of its addresses (createVlan of NetworkServiceImpl.createGuestNetwork).

    ApiError where its offering lets nobody give one.
    """
    shared = offering.guest_type == "Shared"
    plain = offering.guest_type == "Isolated" and "SourceNat" not in offering.services
    brings = bool(call.get("startip")) and zone.network_type == "Advanced" and (shared or plain)
    brings = brings or (bool(call.get("ip6cidr")) and shared)
    if brings and not offering.specify_ip_ranges:
        raise invalid("Network offering with specified id doesn't support adding multiple ip ranges")
    return brings


def add_range(call: Call, network: Network) -> None:
    world, start, start6 = call.world, call.get("startip", ""), call.get("startipv6", "")
    vlan = "vlan://untagged" if network.vlan is None else f"vlan://{network.vlan}"
    row = VlanRange(
        world.vlan_ranges.next_id(), world.new_uuid(), network.zone_id, network.id, network.physical_network_id or 0,
        False, vlan, network.gateway, network.netmask, start, call.get("endip") or start,
    )  # fmt: skip
    row.gateway6, row.cidr6, row.start6 = network.gateway6, network.cidr6, start6
    row.end6 = call.get("endipv6") or start6
    world.vlan_ranges.add(row)


def check_tier(world: World, vpc: Vpc | None, gateway: str, netmask: str) -> None:
    """A tier lies within its VPC (T6:234) and beside its other tiers (source)."""
    if vpc is None or not gateway:
        return
    for tier in world.networks.select(vpc_id=vpc.id):
        if subnet(tier.gateway, tier.netmask).overlaps(subnet(gateway, netmask)):
            raise invalid(f"Network cidr {subnet(gateway, netmask)} crosses other network cidr in the vpc {vpc.name}")
    if not subnet(gateway, netmask).subnet_of(ipaddress.IPv4Network(vpc.cidr)):
        what = f'VPC {{"id":{vpc.id},"name":"{vpc.name}","uuid":"{vpc.uuid}"}}'
        raise invalid(f"Network cidr {subnet(gateway, netmask)} is not within vpc {what} cidr")


def check_basic(call: Call, zone: Zone, offering: NetworkOffering) -> None:
    """A basic zone has one guest network, shared and without source NAT (source)."""
    if offering.guest_type != "Shared" or "SourceNat" in offering.services:
        raise invalid(
            "For zone of type Basic only offerings of guestType Shared with disabled SourceNat service are allowed"
        )
    if call.world.networks.select(zone_id=zone.id, traffic_type="Guest"):
        raise refused(f"Can't have more than one Guest network in zone with network type {zone.network_type}")
