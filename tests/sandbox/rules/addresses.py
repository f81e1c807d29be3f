"""IPv4 checks of pods and public ranges (T1:28, T1:33)."""

from __future__ import annotations

import ipaddress

from ..errors import invalid


def is_ip(text: str, version: int = 4) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def is_cidr(text: str) -> bool:
    try:
        return "/" in text and ipaddress.ip_network(text, strict=False).version == 4
    except ValueError:
        return False


def subnet(gateway: str, netmask: str) -> ipaddress.IPv4Network:
    """The network of a gateway; ApiError 431 when either is no address."""
    if not is_ip(gateway):
        raise invalid("Please specify a valid gateway")
    try:
        if not is_ip(netmask):
            raise ValueError(netmask)
        return ipaddress.IPv4Network(f"{gateway}/{netmask}", strict=False)
    except ValueError:
        raise invalid("Please specify a valid netmask") from None


def check_range(start: str, end: str, net: ipaddress.IPv4Network) -> None:
    """Both ends are addresses of `net`, in order."""
    if not is_ip(start):
        raise invalid("Please specify a valid start IP")
    if not is_ip(end):
        raise invalid("Please specify a valid end IP")
    if ipaddress.IPv4Address(start) not in net:
        raise invalid("The start address of the IP range is not in the CIDR subnet.")
    if ipaddress.IPv4Address(end) not in net:
        raise invalid("The end address of the IP range is not in the CIDR subnet.")
    if ipaddress.IPv4Address(start) > ipaddress.IPv4Address(end):
        raise invalid("The start IP address must have a lower value than the end IP address.")


def overlap(start: str, end: str, other_start: str, other_end: str) -> bool:
    address = ipaddress.IPv4Address
    return address(start) <= address(other_end) and address(other_start) <= address(end)


def count(start: str, end: str) -> int:
    """Addresses of a range, both ends included; none without a start."""
    return int(ipaddress.IPv4Address(end or start)) - int(ipaddress.IPv4Address(start)) + 1 if start else 0
