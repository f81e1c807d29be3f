"""Addresses, VLANs and MACs that VMs take from networks, pods and public ranges (T2:1, T2:8, T2:15)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from ..world import World
from ..world.networks import Network, VlanRange
from ..world.vms import Nic, Vm
from ..world.zones import Pod, Zone
from .life import no_room

LINK_LOCAL_NETMASK, LINK_LOCAL_GATEWAY = "255.255.0.0", "169.254.0.1"


def _free(start: str, end: str, used: set[str]) -> Iterator[str]:
    first, last = int(ipaddress.IPv4Address(start)), int(ipaddress.IPv4Address(end))
    return (text for n in range(first, last + 1) if (text := str(ipaddress.IPv4Address(n))) not in used)


def system_network(world: World, zone: Zone, traffic: str) -> Network | None:
    return world.networks.first(zone_id=zone.id, traffic_type=traffic, system=True)


def guest_mac(world: World) -> str:
    world.last_mac += 1
    return f"02:01:00:cc:{world.last_mac >> 8 & 255:02x}:{world.last_mac & 255:02x}"


def _mac(world: World, ip: str) -> str:
    a, b, c, d = (int(part) for part in ip.split("."))
    return f"1e:00:{world.random_number(0, 256):02x}:00:{(a + b + c) & 255:02x}:{d:02x}"


def public(world: World, zone: Zone) -> Nic:
    """The next address of the zone's public ranges; ApiError 533 when all are taken."""
    network = system_network(world, zone, "Public")
    for ip_range in world.vlan_ranges.select(zone_id=zone.id, virtual=True):
        ip = next(_free(ip_range.start, ip_range.end, ip_range.used_ips), None)
        if ip is not None and network is not None:
            ip_range.used_ips.add(ip)
            mac = _mac(world, ip)
            return Nic(world.new_uuid(), network.id, ip, mac, ip_range.gateway, ip_range.netmask, "Public", True)
    raise no_room(f"Insufficient public IP addresses in zone {zone.name}")


def public_range(world: World, zone_id: int, ip: str) -> VlanRange | None:
    """The range that an address in use is of."""
    return next((r for r in world.vlan_ranges.select(zone_id=zone_id) if ip in r.used_ips), None)


def management(world: World, zone: Zone, pod: Pod) -> Nic:
    """A free management address of the pod; ApiError 533 when all are taken."""
    network = system_network(world, zone, "Management")
    free = [ip for r in pod.ranges for ip in _free(r.start, r.end, pod.used_ips)]
    if not free or network is None:
        raise no_room(f"Insufficient management IP addresses in pod {pod.name}")
    ip = free[len(free) * 3 // 4]
    pod.used_ips.add(ip)
    return Nic(world.new_uuid(), network.id, ip, _mac(world, ip), pod.gateway, pod.netmask, "Management")


def control(world: World, zone: Zone) -> Nic:
    network = system_network(world, zone, "Control")
    third, fourth = world.random_number(1, 255), world.random_number(2, 255)
    mac = f"0e:00:a9:fe:{third:02x}:{fourth:02x}"
    ip = f"169.254.{third}.{fourth}"
    owner = network.id if network else 0
    return Nic(world.new_uuid(), owner, ip, mac, LINK_LOCAL_GATEWAY, LINK_LOCAL_NETMASK, "Control")


def guest(world: World, network: Network, default: bool) -> Nic:
    """A free address of the network; ApiError 533 when all are taken."""
    hosts = ipaddress.IPv4Network(f"{network.gateway}/{network.netmask}", strict=False)
    taken = network.used_ips | {network.gateway}
    ip = next(_free(str(hosts[2]), str(hosts[-2]), taken), None)
    if ip is None:
        raise no_room(f"Insufficient addresses in network {network.name}")
    network.used_ips.add(ip)
    return Nic(world.new_uuid(), network.id, ip, guest_mac(world), network.gateway, network.netmask, "Guest", default)


def router_guest(world: World, network: Network, redundant: bool = False, tier: bool = False) -> Nic:
    """A router's side of the network: its gateway address; redundant ones share that and have one each (T6:202)."""
    if redundant:
        return replace(guest(world, network, default=False), gateway="")
    mac, gateway = guest_mac(world), network.gateway if tier else ""
    return Nic(world.new_uuid(), network.id, network.gateway, mac, gateway, network.netmask, "Guest")


def implement(world: World, network: Network) -> None:
    """Give a guest network its VLAN, one of its physical network that is free (the server draws it at random)."""
    if network.state == "Implemented":
        return
    if network.vlan is None:
        physical = world.physical_networks.get(network.physical_network_id)
        if physical is not None:
            free = [v for a, b in physical.vlans for v in range(a, b + 1) if v not in physical.used_vlans]
            if not free:
                raise no_room(f"Unable to allocate vnet as a part of network {network.name} implement")
            network.vlan = free[len(free) * 3 // 4]
            physical.used_vlans.add(network.vlan)
    network.state = "Implemented"


def release(world: World, vm: Vm) -> None:
    """What a VM's NICs hold is free again."""
    for nic in vm.nics:
        network = world.networks.get(nic.network_id)
        if nic.traffic_type == "Guest" and network is not None:
            network.used_ips.discard(nic.ip)
        elif nic.traffic_type == "Public" and world.public_ips.first(ip=nic.ip) is None:
            ip_range = public_range(world, vm.zone_id, nic.ip)
            if ip_range is not None:
                ip_range.used_ips.discard(nic.ip)
        elif nic.traffic_type == "Management" and vm.pod_id is not None:
            world.pods[vm.pod_id].used_ips.discard(nic.ip)
