# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contradictions among declared addresses, gateways, routes and name servers."""

from __future__ import annotations

import ipaddress
import typing as t

from .findings import Finding, of
from .model import Addressing, Device, Layout

Interface = t.Union[ipaddress.IPv4Interface, ipaddress.IPv6Interface]
Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
IP = t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
ROUTER = "use the address of a router, without a zone such as %eth0"
IPV6_MTU = 1280  # RFC 8200, 5


def address_findings(layout: Layout) -> t.Iterator[Finding]:
    """All contradictions of addresses, device by device and between them."""
    for device in layout.devices:
        yield from _method(device)
        for address in device.address.addresses:
            yield from _address(device, address)
        for key in ("gateway", "gateway6"):
            yield from _gateway(device, key, getattr(device.address, key), 6 if key == "gateway6" else 4)
        yield from _routes(device)
        for server in device.address.dns:
            own, _percent, zone = server.partition("%")
            if ip(own) is None or (zone and not ipaddress.ip_address(own).is_link_local):
                yield of(
                    device, "bad_address", "dns", server, "is not an IP address", "use the address of a name server"
                )
            elif zone not in ("", device.name):
                message = f"has the zone {zone}, which gets no address"
                yield of(device, "bad_address", "dns", server, message, f"use {own}%{device.name}")
    yield from _between(layout)


def _method(device: Device) -> t.Iterator[Finding]:
    held = device.address
    if held.kept:
        return
    if held.method == "static" and not held.addresses:
        message = "method static requires addresses"
        yield of(
            device, "missing", "addresses", [], message, "set addresses with a prefix length, such as 192.0.2.10/24"
        )
    if held.method in ("none", "dhcp") and held.addresses:
        message = f"cannot be used with method {held.method}"
        yield of(device, "address_without_method", "addresses", list(held.addresses), message, "use method: static")
    if held.method in ("none", "dhcp"):
        for key in ("gateway", "gateway6"):
            if getattr(held, key):
                message = f"cannot be used with method {held.method}"
                yield of(device, "address_without_method", key, getattr(held, key), message, "use method: static")
    if held.method == "none":
        for key in ("routes", "dns", "search"):
            if getattr(held, key):
                message = "has no effect on an interface without addresses"
                yield of(
                    device,
                    "address_without_method",
                    key,
                    len(getattr(held, key)),
                    message,
                    "set addresses, or use method: dhcp",
                )


def _address(device: Device, text: str) -> t.Iterator[Finding]:
    address = interface(text)
    right = "use an address of the host with a prefix length, such as 192.0.2.10/24"
    if address is None:
        yield of(device, "bad_address", "addresses", text, "is not an address with a prefix length", right)
        return
    network = address.network
    if address.is_multicast or address.is_loopback or address.is_unspecified:
        yield of(device, "bad_address", "addresses", text, "cannot be the address of a host", right)
    elif network.version == 4 and network.prefixlen < 31 and address.ip in (network[0], network[-1]):
        kind = "the network" if address.ip == network[0] else "the broadcast"
        yield of(device, "bad_address", "addresses", text, f"is {kind} address of {network}", right)
    if network.version == 6 and device.mtu is not None and device.mtu < IPV6_MTU:
        yield of(device, "mtu_too_small", "mtu", device.mtu, "is too small for IPv6", f"use {IPV6_MTU} or more")


def _gateway(device: Device, key: str, text: str, version: int) -> t.Iterator[Finding]:
    gateway = ip(text)
    if not text or device.address.method not in ("static", "keep"):
        return
    if gateway is None or gateway.version != version:
        yield of(device, "bad_address", key, text, f"is not an IPv{version} address", ROUTER)
    elif device.address.method == "static":
        yield from _reached(device, key, text, "gateway_outside")


def _reached(device: Device, key: str, text: str, code: str) -> t.Iterator[Finding]:
    """Whether a router is in a subnet of the interface, and is not the host itself."""
    router = ipaddress.ip_address(text)
    own = [one for one in map(interface, device.address.addresses) if one is not None]
    if router.is_link_local and router.version == 6:
        return
    if any(router == one.ip for one in own):
        yield of(
            device, "gateway_is_host", key, text, "is the address of the host itself", "use the address of the router"
        )
    elif not any(router in one.network for one in own) and not _beside(device, router, own):
        subnets = " ".join(str(one.network) for one in own) or "none"
        right = (
            f"use an address in one of them, or add routes: [{{to: {text}/{router.max_prefixlen}}}] if the "
            "link reaches it"
        )
        yield of(device, code, key, text, f"is not in a subnet of {device.name}: {subnets}", right)


def _beside(device: Device, router: IP, own: t.Iterable[Interface]) -> bool:
    """Whether a router is reached on the link all the same: an address of one host alone has no other way out."""
    if device.address.kept or any(one.version == router.version and one.network.num_addresses == 1 for one in own):
        return True
    linked = (_network(route.to) for route in device.address.routes if not route.via and not route.table)
    return any(network is not None and network.prefixlen > 0 and router in network for network in linked)


def _routes(device: Device) -> t.Iterator[Finding]:
    for route in device.address.routes:
        network = _network(route.to)
        if network is None:
            yield of(device, "bad_route", "routes", route.to, "is not a network", "use a network such as 10.1.0.0/16")
            continue
        # A further default route is kept with its metric or its table, which tell it from the first.
        if network.prefixlen == 0 and not device.address.kept:
            yield of(device, "bad_route", "routes", route.to, "is the default route", "use gateway or gateway6")
        if route.metric is not None and not 0 <= route.metric < 2**32:
            yield of(device, "bad_route", "routes", route.metric, "is not a valid metric", "use 0 or more")
        if route.via:
            router = ip(route.via)
            if router is None or router.version != network.version:
                yield of(
                    device,
                    "bad_route",
                    "routes",
                    route.via,
                    f"is not a router to {route.to}",
                    ROUTER,
                )
            elif device.address.method == "static":
                yield from _reached(device, "routes", route.via, "route_outside")


def _between(layout: Layout) -> t.Iterator[Finding]:
    """One default route a family, each address once, no subnet on two interfaces."""
    held: dict[object, Device] = {}
    subnets: list[tuple[Network, Device]] = []
    for device in layout.devices:
        for key in ("gateway", "gateway6"):
            first = held.setdefault(key, device) if getattr(device.address, key) else device
            if first is not device:
                message = f"{first.name} already has the default route"
                yield of(device, "two_gateways", key, getattr(device.address, key), message, "use routes instead")
        for address in map(interface, device.address.addresses):
            if address is None:
                continue
            other = held.setdefault(address.ip, device)
            if other is not device:
                yield of(
                    device,
                    "address_twice",
                    "addresses",
                    str(address),
                    f"{other.name} already has this address",
                    "use another address",
                )
                continue
            for network, holder in subnets:
                if holder is not device and network.version == address.version and network.overlaps(address.network):
                    message = f"{holder.name} is in {network} too, so replies may use either interface"
                    yield of(
                        device,
                        "same_subnet",
                        "addresses",
                        str(address),
                        message,
                        "use one interface for each subnet",
                        False,
                    )
            subnets.append((address.network, device))


def carried(addressing: Addressing) -> frozenset[str]:
    """The addresses without their prefix lengths, in canonical spelling; those too that come by themselves again."""
    own = frozenset(str(one.ip) for one in map(interface, addressing.addresses) if one is not None)
    return own | frozenset(addressing.lease.expected)


def interface(text: str) -> t.Optional[Interface]:
    try:
        return ipaddress.ip_interface(text) if "/" in text and "%" not in text else None
    except ValueError:
        return None


def ip(text: str) -> t.Optional[IP]:
    """None for one with a zone ("fe80::1%eth0") too: the interface is the one that has it."""
    try:
        return ipaddress.ip_address(text) if "%" not in text else None
    except ValueError:
        return None


def _network(text: str) -> t.Optional[Network]:
    try:
        return ipaddress.ip_network(text) if "/" in text else None
    except ValueError:
        return None
