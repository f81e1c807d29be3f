"""A part of a network's addresses kept from VMs (seed: "IP Reservation in Isolated Guest Networks")."""

from __future__ import annotations

import ipaddress

from ..errors import invalid
from ..world.networks import Network
from .addresses import subnet


def reserved(network: Network) -> str:
    """The addresses after those of VMs, up to the last one."""
    whole, part = subnet(network.gateway, network.netmask), ipaddress.IPv4Network(network.guest_vm_cidr)
    return f"{part.broadcast_address + 1}-{whole.broadcast_address - 1}"


def checked(text: str, network: Network) -> str:
    """The part of VMs, "" for the whole network (NetworkServiceImpl.updateGuestNetwork)."""
    if network.guest_type != "Isolated":
        raise invalid("Can only allow IP Reservation in networks with guest type Isolated")
    if network.state != "Implemented":
        raise invalid(
            f"The network must be in Implemented state. IP Reservation cannot be applied in {network.state} state"
        )
    try:
        part = ipaddress.IPv4Network(text)
    except ValueError:
        raise invalid("Invalid format of Guest VM CIDR.") from None
    whole = subnet(network.gateway, network.netmask)
    if not part.subnet_of(whole):
        subset = f"Guest VM CIDR  should be a subset of network CIDR : {whole}"
        raise invalid(f"Invalid value of Guest VM CIDR. For IP Reservation, {subset}")
    if any(ipaddress.IPv4Address(ip) not in part for ip in network.used_ips):
        raise invalid(f"IP Reservation cannot be applied, as active IPs exist outside the Guest VM CIDR: {text}")
    return "" if part == whole else text
