"""Address ranges of public and shared networks (T1:32-33, T3:52-57)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from ..errors import failed, invalid
from ..paging import answer, filters
from ..registry import Body, Call, command
from ..rules.addresses import check_range, is_ip, overlap, subnet
from ..rules.public_addresses import give_back
from ..rules.vlans import covers
from ..world import World
from ..world.networks import Network, PhysicalNetwork, PublicIp, VlanRange
from ..world.zones import Zone
from .guest_networks import account_view
from .guest_vlans import owner
from .portable_ips import overlapping

JAVA = "org.apache.cloudstack.api.command.admin.vlan"
PREFIX, UNTAGGED = "vlan://", "vlan://untagged"


def _owner_view(world: World, row: VlanRange) -> Body:
    """A domain's range names the domain alone (documented)."""
    domain = world.domains.get(row.domain_id)
    if domain is not None:
        return {"domainid": domain.uuid, "domain": domain.name, "domainpath": domain.path}
    return account_view(world, row.account_id)


def view(world: World, row: VlanRange) -> Body:
    body: Body = {
        "id": row.uuid,
        "forvirtualnetwork": row.virtual,
        "zoneid": world.zones[row.zone_id].uuid,
        "vlan": row.vlan,
        **_owner_view(world, row),
        "networkid": world.networks[row.network_id].uuid,
        "physicalnetworkid": world.physical_networks[row.physical_network_id].uuid,
        "forsystemvms": row.for_system_vms,
    }
    if row.start:
        body.update(gateway=row.gateway, netmask=row.netmask, cidr=str(subnet(row.gateway, row.netmask)))
        body.update(startip=row.start, endip=row.end)
    if row.cidr6:
        body.update(ip6gateway=row.gateway6, ip6cidr=row.cidr6)
    if row.start6:
        body.update(startipv6=row.start6, endipv6=row.end6)
    if row.pod_id is not None:
        pod = world.pods[row.pod_id]
        body.update(podid=pod.uuid, podname=pod.name)
    return body


def _physical(world: World, zone: Zone) -> PhysicalNetwork:
    for network in world.physical_networks.select(zone_id=zone.id):
        if any(t.traffic_type == "Public" for t in world.traffic_types.select(physical_network_id=network.id)):
            return network
    raise invalid(f"Unable to find a physical network with public traffic in the zone {zone.name}")


def _place(call: Call) -> tuple[Zone, Network, PhysicalNetwork]:
    """Zone, logical and physical network; the last is found by its public traffic when the call leaves it out."""
    world = call.world
    physical: PhysicalNetwork | None = call.get("physicalnetworkid")
    network: Network | None = call.get("networkid")
    zone = call.get("zoneid")
    if zone is None:
        place = network or physical
        if place is None:
            raise invalid("Please specify a valid zone.")
        zone = world.zones[place.zone_id]
    if network is None:
        if not call.get("forvirtualnetwork"):
            raise invalid("Only ranges of the public network (forvirtualnetwork=true) can be made without a network")
        network = world.networks.select(zone_id=zone.id, traffic_type="Public", system=True)[0]
    if physical is None:
        physical = world.physical_networks.get(network.physical_network_id) or _physical(world, zone)
    return zone, network, physical


def uri(text: str) -> str:
    """`"50"`, `"vlan://50"` → `"vlan://50"`; nothing → untagged."""
    bare = text.removeprefix(PREFIX)
    return f"{PREFIX}{bare}" if bare else UNTAGGED


@dataclass(frozen=True)
class Addresses:
    """IPv4 and IPv6 parts of a range; blank where it has none."""

    gateway: str = ""
    netmask: str = ""
    start: str = ""
    end: str = ""
    gateway6: str = ""
    cidr6: str = ""
    start6: str = ""
    end6: str = ""

    def check(self) -> None:
        """ApiError 431 for what cannot be a range (T1:33; IPv6 texts not recorded)."""
        if not self.start and not self.cidr6:
            raise invalid("Please specify IPv4 or IPv6 range")
        if self.start or self.gateway:
            check_range(self.start, self.end, subnet(self.gateway, self.netmask))
            if overlap(self.gateway, self.gateway, self.start, self.end):
                raise invalid("The gateway ip should not be the part of the ip range being added.")
        if self.cidr6:
            self._check6()

    def _check6(self) -> None:
        try:
            net = ipaddress.IPv6Network(self.cidr6, strict=False)
        except ValueError:
            raise invalid("Ip6cidr is not a valid IPv6 CIDR") from None
        if not is_ip(self.gateway6, 6) or ipaddress.IPv6Address(self.gateway6) not in net:
            raise invalid("Invalid gateway of IPv6 range: it is no address of the CIDR")
        ends = [ipaddress.IPv6Address(text) for text in (self.start6, self.end6) if is_ip(text, 6)]
        if len(ends) != bool(self.start6) + bool(self.end6) or any(end not in net for end in ends):
            raise invalid("Invalid IPv6 range: its ends are no addresses of the CIDR")
        if len(ends) == 2 and ends[0] > ends[1]:
            raise invalid("Invalid IPv6 range: its start is after its end")


def _check_vlan(world: World, zone: Zone, vlan: str) -> None:
    """A tag of the pool of guest VLANs is refused for a public range (source)."""
    tag = vlan.removeprefix(PREFIX)
    pools = world.physical_networks.select(zone_id=zone.id)
    if tag.isdigit() and any(covers(pool.vlans, int(tag)) for pool in pools):
        raise invalid(
            f"The VLAN tag {tag} is already being used for dynamic vlan allocation for the guest network in zone "
            f"{zone.name}"
        )


def _check_subnet(world: World, zone: Zone, network: Network, vlan: str, new: Addresses) -> None:
    """A subnet is on one VLAN, with one gateway and netmask; two shared networks may have it (source)."""
    gateway, netmask = new.gateway or network.gateway, new.netmask or network.netmask
    if not (new.start and gateway and netmask):
        return
    for row in world.vlan_ranges.select(zone_id=zone.id):
        if not row.gateway or not subnet(gateway, netmask).overlaps(subnet(row.gateway, row.netmask)):
            continue
        if row.vlan == vlan or UNTAGGED in (row.vlan, vlan):
            if (gateway, netmask) != (row.gateway, row.netmask):
                raise invalid(
                    f"The IP range has already been added with gateway {row.gateway} ,and netmask {row.netmask}, "
                    "Please specify the gateway/netmask if you want to extend ip range"
                )
        elif network.system or row.virtual:
            raise invalid(
                f"The IP range with tag: {row.vlan} in zone {zone.name} has overlapped with the subnet. Please specify "
                "a different gateway/netmask."
            )


def _check_overlap(world: World, zone_id: int, vlan: str, new: Addresses, but: VlanRange | None = None) -> None:
    """Of the zone's other ranges: none of the same VLAN may hold one of these addresses (T1:33)."""
    for row in world.vlan_ranges.select(zone_id=zone_id):
        if row is but or not (row.vlan == vlan or UNTAGGED in (row.vlan, vlan)):
            continue
        both4 = new.start and row.start and overlap(new.start, new.end, row.start, row.end)
        both6 = new.start6 and row.start6 and _overlap6(new, row)
        if both4 or both6:
            raise invalid(
                "The IP range already has IPs that overlap with the new range. Please specify a different start "
                "IP/end IP."
            )


def _overlap6(new: Addresses, row: VlanRange) -> bool:
    address = ipaddress.IPv6Address
    ends = new.end6 or new.start6, row.end6 or row.start6
    return address(new.start6) <= address(ends[1]) and address(row.start6) <= address(ends[0])


@command("createVlanIpRange", JAVA)
def create_vlan_ip_range(call: Call) -> Body:
    world = call.world
    zone, network, physical = _place(call)
    start, start6 = call.get("startip", ""), call.get("startipv6", "")
    new = Addresses(
        call.get("gateway", ""), call.get("netmask", ""), start, call.get("endip") or start,
        call.get("ip6gateway", ""), call.get("ip6cidr", ""), start6, call.get("endipv6") or start6,
    )  # fmt: skip
    if network.system or not network.gateway:
        new.check()
    elif new.start:
        check_range(new.start, new.end, subnet(new.gateway or network.gateway, new.netmask or network.netmask))
    vlan = uri(call.get("vlan") or ("" if network.vlan is None else str(network.vlan)))
    if network.system:
        _check_vlan(world, zone, vlan)
    _check_subnet(world, zone, network, vlan, new)
    _check_overlap(world, zone.id, vlan, new)
    portable = overlapping(world, new.start, new.end) if new.start else None
    if portable:
        raise portable
    row = VlanRange(
        world.vlan_ranges.next_id(), world.new_uuid(), zone.id, network.id, physical.id, network.system, vlan,
        new.gateway or network.gateway, new.netmask or network.netmask, new.start, new.end,
        bool(call.get("forsystemvms", False)),
    )  # fmt: skip
    row.gateway6, row.cidr6, row.start6, row.end6 = new.gateway6, new.cidr6, new.start6, new.end6
    if call.get("podid"):
        row.pod_id = call["podid"].id
    if call.get("account"):
        row.account_id = owner(call).id
    return {"vlan": view(world, world.vlan_ranges.add(row))}


@command("listVlanIpRanges", JAVA, id="vlan_ranges")
def list_vlan_ip_ranges(call: Call) -> Body:
    chosen = filters(
        call,
        id="id",
        zoneid="zone_id",
        podid="pod_id",
        networkid="network_id",
        physicalnetworkid="physical_network_id",
        forvirtualnetwork="virtual",
    )
    if call.get("vlan"):
        chosen["vlan"] = uri(call["vlan"])
    if call.get("account"):
        chosen["account_id"] = owner(call).id
    rows = call.world.vlan_ranges.select(**chosen)
    return answer(call, "vlaniprange", rows, lambda row: view(call.world, row))


def _there(call: Call, text: str) -> VlanRange:
    """The range; one that was deleted is still known by its id, yet refused (T3:57)."""
    row: VlanRange = call["id"]
    if row not in call.world.vlan_ranges:
        raise invalid(text)
    return row


@command("updateVlanIpRange", JAVA, id="vlan_ranges")
def update_vlan_ip_range(call: Call) -> Body:
    """T3:55; a range may not leave out addresses that are in use (source, text not recorded)."""
    world, row = call.world, _there(call, "Please specify a valid IP range id.")
    if row.account_id is not None and row.start and not (call.get("startip") and call.get("endip")):
        # It counts the addresses of an account's range by both ends, as they were sent (source).
        raise failed("Internal error executing command, please contact your system administrator")
    new = Addresses(
        call.get("gateway") or row.gateway, call.get("netmask") or row.netmask, call.get("startip") or row.start,
        call.get("endip") or row.end, call.get("ip6gateway") or row.gateway6, call.get("ip6cidr") or row.cidr6,
        call.get("startipv6") or row.start6, call.get("endipv6") or row.end6,
    )  # fmt: skip
    new.check()
    _check_overlap(world, row.zone_id, row.vlan, new, but=row)
    if any(not overlap(ip, ip, new.start, new.end) for ip in row.used_ips):
        raise invalid("Cannot update the IP range: addresses in use would be left out of it")
    row.gateway, row.netmask, row.start, row.end = new.gateway, new.netmask, new.start, new.end
    row.gateway6, row.cidr6, row.start6, row.end6 = new.gateway6, new.cidr6, new.start6, new.end6
    if "forsystemvms" in call:
        row.for_system_vms = call["forsystemvms"]
    return {"vlan": view(world, row)}


def _serves(world: World, row: PublicIp) -> bool:
    """Whether the address has NAT or rules."""
    return row.source_nat or row.vm_id is not None or any(world.network_rules.select(ip_id=row.id))


@command("deleteVlanIpRange", JAVA, id="vlan_ranges")
def delete_vlan_ip_range(call: Call) -> Body:
    """T3:56-57; refused while addresses are in use (source, text not recorded). An account's are released."""
    world, row = call.world, _there(call, "Please specify a valid IP range id.")
    if row.account_id is not None:
        held = list(world.public_ips.select(range_id=row.id))
        busy = next((ip for ip in held if _serves(world, ip)), None)
        if busy:
            raise invalid(
                f"Can't delete account specific vlan {row.uuid} as ip {busy.ip} belonging to the range is used"
            )
        for ip in held:
            give_back(world, ip)
    if row.used_ips:
        raise invalid(f"Can't delete vlan range {row.id} as allocated IP addresses {sorted(row.used_ips)} are in use")
    world.vlan_ranges.bury(row)
    return {"success": True}


@command("dedicatePublicIpRange", JAVA, id="vlan_ranges")
def dedicate_public_ip_range(call: Call) -> Body:
    """T3:53."""
    row = _there(call, f"Unable to find vlan by id {call.raw['id']}")
    if call.get("account") and call.get("projectid") is not None:
        raise invalid("Account and projectId can't be specified together")
    if (row.account_id, row.domain_id) != (None, None):
        raise invalid("Public IP range has already been dedicated")
    if not row.virtual:
        raise invalid("Vlan with specified id is not a public one: it cannot be dedicated")
    if call.get("account") or call.get("projectid") is not None:
        row.account_id = owner(call).id
    else:
        row.domain_id = call["domainid"].id
    return {"vlan": view(call.world, row)}


@command("releasePublicIpRange", JAVA, id="vlan_ranges")
def release_public_ip_range(call: Call) -> Body:
    """T3:54. Addresses without NAT and rules are taken from their owner, others stay (source)."""
    row = _there(call, f"Unable to find vlan by id {call.raw['id']}")
    if (row.account_id, row.domain_id) == (None, None):
        raise invalid(f"Can't release Public IP range {row.id} as it not dedicated to any account or domain")
    for ip in list(call.world.public_ips.select(range_id=row.id)):
        if not _serves(call.world, ip):
            give_back(call.world, ip)
    row.account_id = row.domain_id = None
    return {"success": True}
