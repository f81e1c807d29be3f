# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a declared layout takes over from the host: addresses, leases, routes, rules, MTUs, MAC addresses.

All that an interface carries is kept, or what cannot be is refused with its name; nothing goes in silence.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t

from ..files.daemons import given_addresses
from .findings import Finding, of
from .model import USUAL_MTU, Addressing, Bond, Bridge, Device, Layout, Lease, Nic, Route, Rule, Vlan, Vxlan, with_mtus
from .seen import BY_THEMSELVES, SeenAddress, SeenLink, SeenNetwork, SeenRoute, SeenRule, bare

DEFAULTS = {4: "0.0.0.0/0", 6: "::/0"}
# The metric that the kernel gives to routes of IPv6 for which none is said.
USUAL_METRIC6 = 1024


def settled(layout: Layout, seen: SeenNetwork) -> Layout:
    """The layout with "keep" replaced by what is kept, where there is something, and MTUs and MAC addresses pinned.

    A bridge or bond without a MAC address of its own would get another one from systemd, and so another lease.
    """

    def settle(device: Device) -> Device:
        mac = device.mac.lower() or _mac(device, layout, seen)
        source = source_of(device, layout, seen)
        address = kept(device.address, source, seen, mac or source.mac) if source else device.address
        if source:
            # A name server of the link's scope is reached over the interface that takes its place.
            moved = (re.sub(f"%{re.escape(source.name)}$", f"%{device.name}", server) for server in address.dns)
            address = dataclasses.replace(address, dns=tuple(moved))
        return dataclasses.replace(device, address=address, mac=mac, mtu=_mtu(device, layout, seen))

    found = with_mtus(layout.changed(settle))

    def pin(device: Device) -> Device:
        # A VLAN that nobody says an MTU for gets that of the interface below when it is made.
        link, below = seen.named(device.name), [found.named(name) for name in device.lower]
        larger = any(one is not None and (one.mtu or 0) > USUAL_MTU for one in below)
        usual = isinstance(device, Vlan) and device.mtu is None and link is not None and link.mtu == USUAL_MTU
        return dataclasses.replace(device, mtu=USUAL_MTU) if usual and larger else device

    return found.changed(pin)


def source_of(device: Device, layout: Layout, seen: SeenNetwork) -> t.Optional[SeenLink]:
    """The interface that a device keeps the addresses of; None where it keeps none or there is none."""
    return kept_from(device, layout, seen) if device.address.method == "keep" else None


def kept_from(device: Device, layout: Layout, seen: SeenNetwork) -> t.Optional[SeenLink]:
    """The interface whose addresses a device takes over: its own, else those under it, else what lies on its cards."""
    below, queue = [device.name], list(device.lower)
    while queue:
        name = queue.pop(0)
        if name not in below:
            below.append(name)
            queue += (layout.named(name) or Nic(name)).lower
    over = [link.name for link in seen.links if set(seen.cards(link.name)) & set(layout.cards(device.name))]
    others = {other.name for other in layout.devices if other.address.method != "none"} - {device.name}
    for name in [*below, *(name for name in over if name not in others)]:
        link = seen.named(name)
        if link is not None and link.addresses and not link.for_guests:
            return link
    return None


def kept(wanted: Addressing, source: SeenLink, seen: SeenNetwork, mac: str) -> Addressing:
    """What an interface carries now, as if it had been declared; what was declared besides stays."""
    own = [one for one in source.addresses if not one.temporary and not given_by(one, source, seen)]
    leased = any(one.dynamic and one.version == 4 for one in own)
    routes = [route for route in own_routes(source, seen, leased) if not route.nexthops and not route.odd]
    gateways = {version: _gateway(routes, version) for version in DEFAULTS}
    further = [route for route in routes if route not in gateways.values()]
    peers = [Route(f"{one.peer}/{32 if one.version == 4 else 128}") for one in own if one.peer]
    found = (*peers, *(Route(_to(one), one.via, one.metric, one.table, one.source) for one in further))
    static = not leased and any(not one.dynamic for one in own)
    four, six = gateways[4], gateways[6]
    return dataclasses.replace(
        wanted,
        method="dhcp" if leased else "static",
        addresses=tuple(dict.fromkeys((*wanted.addresses, *(one.address for one in own if not one.dynamic)))),
        gateway=wanted.gateway or (four.via if four else ""),
        gateway6=wanted.gateway6 or (six.via if six else ""),
        routes=wanted.routes or tuple(dict.fromkeys(found)),
        dns=wanted.dns or (tuple(server for server in seen.dns if _of_link(server, source)) if static else ()),
        search=wanted.search or (seen.search if static else ()),
        rules=tuple(map(_rule, own_rules(source, seen))),
        lease=_lease(own, _made_here(source, wanted), source, seen, mac),
        kept=True,
    )


def _lease(
    own: t.Sequence[SeenAddress], made: t.Sequence[SeenAddress], source: SeenLink, seen: SeenNetwork, mac: str
) -> Lease:
    dynamic = [one for one in own if one.dynamic]
    six = [one for one in dynamic if one.version == 6]
    leased6 = [one for one in six if not one.autoconf and one.address.endswith("/128")]
    token = _host_part_kept(made, seen, mac)
    heard = any(route.protocol == "ra" and route.touches(source.name) for route in seen.routes)
    four = [route for route in seen.routes if route.device == source.name and route.version == 4 and not route.table]
    by_dhcp = [route for route in four if route.protocol == "dhcp"]
    bound = next((one for one in by_dhcp if one.to == "default"), next(iter(by_dhcp), None))
    # Where others have the way out and a lease brings no route at all, it was told not to.
    silent = not by_dhcp and not any(route.to == "default" for route in four)
    elsewhere = any(route.to == "default" and route.version == 4 for route in seen.routes)
    leased = any(one.version == 4 for one in dynamic)
    return Lease(
        metric=bound.metric if bound else None,
        routes=not (leased and silent and elsewhere),
        ra=any(one not in leased6 for one in six) or heard,
        dhcp6=bool(leased6),
        token=token if token != by_mac(mac) else "",
        expected=tuple(bare(one.address) for one in dynamic),
    )


def _made_here(source: SeenLink, wanted: Addressing) -> list[SeenAddress]:
    """Addresses whose host's part this host has chosen: neither leased nor temporary, nor declared."""
    six = [one for one in source.addresses if one.dynamic and one.version == 6 and not one.temporary]
    own = [one for one in six if one.autoconf or not one.address.endswith("/128")]
    return [one for one in own if one.address not in wanted.addresses]


def _host_part_kept(made: t.Sequence[SeenAddress], seen: SeenNetwork, mac: str) -> str:
    """The one host's part of all addresses: that of the connection, else the first that is not the MAC's."""
    parts = {bare(one.address): host_part(one.address) for one in made}
    others = (part for part in parts.values() if part != by_mac(mac))
    return parts.get(seen.connection) or next(others, by_mac(mac))


def host_part(address: str) -> str:
    """The last 64 bits of an address of IPv6, as an address."""
    return str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(bare(address))) & (2**64 - 1)))


def by_mac(mac: str) -> str:
    """The host's part that a MAC address gives (RFC 4291, appendix A)."""
    digits = mac.replace(":", "")
    if len(digits) != 12:
        return ""
    number = int(digits, 16)
    return str(ipaddress.IPv6Address(((number >> 24) << 40 | 0xFFFE << 24 | (number & 0xFFFFFF)) ^ (2 << 56)))


def _gateway(routes: t.Iterable[SeenRoute], version: int) -> t.Optional[SeenRoute]:
    """The default route that needs no more than its router's address to be told."""
    for route in routes:
        usual = route.metric in (None, 0) or (version == 6 and route.metric == USUAL_METRIC6)
        if route.to == "default" and route.version == version and route.via and usual and not route.table:
            return None if route.source else route
    return None


def _of_link(server: str, source: SeenLink) -> bool:
    """A server with the zone of another link belongs to that link, and resolvers refuse it on this one."""
    return server.partition("%")[2] in ("", source.name)


def _to(route: SeenRoute) -> str:
    return DEFAULTS[route.version] if route.to == "default" else route.to


def own_routes(source: SeenLink, seen: SeenNetwork, leased: bool) -> list[SeenRoute]:
    """The routes over an interface that nobody makes again by himself: neither the kernel, a lease nor a daemon."""
    return [
        route
        for route in seen.routes
        if route.touches(source.name) and route.configured and not (leased and _of_lease(route, seen))
    ]


def _of_lease(route: SeenRoute, seen: SeenNetwork) -> bool:
    """dhclient(8) marks its routes with no protocol; a file that names one has made it instead."""
    if route.protocol == "dhcp":
        return True
    told = route.via if route.to == "default" else bare(route.to)
    return (
        route.version == 4 and route.protocol != "static" and not any(_says(text, told) for text in seen.files.values())
    )


def _says(text: str, address: str) -> bool:
    return bool(address) and re.search(rf"(?<![\w.:]){re.escape(address)}(?![\w.:])", text) is not None


def own_rules(source: SeenLink, seen: SeenNetwork) -> list[SeenRule]:
    """The rules that belong to an interface: by its addresses, by its name, or by the tables of its routes."""
    tables = {route.table for route in seen.routes if route.table and route.touches(source.name)}
    return [
        rule
        for rule in seen.rules
        if rule.table in tables or source.name in rule.devices or any(_within(rule, one) for one in source.addresses)
    ]


def _within(rule: SeenRule, address: SeenAddress) -> bool:
    own = ipaddress.ip_interface(address.address)
    network = ipaddress.ip_network(rule.source, strict=False) if rule.source else None
    return network is not None and network.version == own.version and own.ip in network and network.prefixlen > 0


def _rule(rule: SeenRule) -> Rule:
    return Rule(rule.table, rule.source, rule.to, rule.mark, rule.priority)


def given_by(address: SeenAddress, source: SeenLink, seen: SeenNetwork) -> str:
    """What gives an address besides the host's own configuration, for people; "" where that is its own.

    Daemons such as keepalived(8) move addresses from host to host: written down, two hosts would have them at once.
    """
    if address.dynamic:
        return ""
    if address.protocol and address.protocol not in ("kernel_lo", "kernel_ra", "kernel_ll", "static", "boot"):
        return address.protocol
    told = bare(address.address)
    path = next((path for path in sorted(seen.daemons) if told in given_addresses(path, seen.daemons[path])), "")
    if path:
        return path
    single = address.address.endswith("/32" if address.version == 4 else "/128")
    others = [ipaddress.ip_interface(one.address).network for one in source.addresses if one is not address]
    inside = any(ipaddress.ip_address(told) in network and network.num_addresses > 1 for network in others)
    if single and inside and not address.peer and not any(_says(text, told) for text in seen.files.values()):
        return "an unknown program"
    return ""


def keep_findings(layout: Layout, seen: SeenNetwork) -> t.Iterator[Finding]:
    """What of the host cannot be kept, or is left to whoever made it. layout: as declared."""
    for device in layout.devices:
        source = source_of(device, layout, seen)
        if source is not None:
            yield from _not_kept(device, source, seen)
            yield from _left_to_others(device, source, seen)
            yield from _servers_of_others(device, source, layout, seen)
            mac = device.mac.lower() or _mac(device, layout, seen) or source.mac
            yield from _other_host_parts(device, source, seen, mac)


def _other_host_parts(device: Device, source: SeenLink, seen: SeenNetwork, mac: str) -> t.Iterator[Finding]:
    """Back-ends have one token for all prefixes, while some hosts choose a host's part for each (RFC 7217)."""
    made = _made_here(source, device.address)
    kept_part = _host_part_kept(made, seen, mac)
    for one in made:
        if host_part(one.address) != kept_part:
            message = f"{one.address} would change, because it ends differently from other addresses of {source.name}"
            yield of(device, "not_kept", "method", "keep", message, f"add {one.address} to addresses")


def _not_kept(device: Device, source: SeenLink, seen: SeenNetwork) -> t.Iterator[Finding]:
    remedy = "use addresses, gateway and routes instead of method: keep, or change the setting of the host"
    leased = any(one.dynamic and one.version == 4 for one in source.addresses)
    if not device.address.routes:
        for route in own_routes(source, seen, leased):
            if route.nexthops:
                ways = " and ".join(f"{via or 'the link'} on {name}" for via, name in route.nexthops)
                message = (
                    f"the route to {route.to} has several next hops ({ways}), which cannot be written to the files"
                )
                yield of(device, "not_kept", "method", "keep", message, remedy)
            elif route.odd:
                message = f"the route to {route.to} has {', '.join(route.odd)}, which cannot be written to the files"
                yield of(device, "not_kept", "method", "keep", message, remedy)
    for rule in own_rules(source, seen):
        named = [f"interface {name}" for name in rule.devices if name == source.name and name != device.name]
        if rule.odd or named:
            what = ", ".join((*rule.odd, *named))
            message = (
                f"the rule {rule.priority} into table {rule.table} has {what}, which cannot be written to the files"
            )
            yield of(device, "not_kept", "method", "keep", message, remedy)
    master = seen.named(source.master)
    if master is not None and master.kind == "vrf":
        message = f"{source.name} is in the VRF {master.name}, but a port of a bridge cannot be in a VRF"
        yield of(device, "not_kept", "method", "keep", message, "remove it from the VRF first")


def _left_to_others(device: Device, source: SeenLink, seen: SeenNetwork) -> t.Iterator[Finding]:
    for address in source.addresses:
        giver = given_by(address, source, seen)
        if giver:
            message = f"{address.address} of {source.name} is set by {giver} and not written to the files"
            remedy = f"configure that program to set it on {device.name}; add an address of this host only to addresses"
            yield of(device, "address_of_daemon", "method", "keep", message, remedy, False)
    learned = [
        one
        for one in seen.routes
        if one.touches(source.name) and not one.configured and one.protocol not in BY_THEMSELVES
    ]
    if learned:
        names = " ".join(sorted({one.protocol for one in learned}))
        message = f"{len(learned)} routes over {source.name} are set by {names} and not written to the files"
        yield of(
            device, "routes_of_daemon", "method", "keep", message, f"configure {names} to use {device.name}", False
        )


def _servers_of_others(device: Device, source: SeenLink, layout: Layout, seen: SeenNetwork) -> t.Iterator[Finding]:
    if device.address.dns or any(one.dynamic and one.version == 4 for one in source.addresses):
        return
    sources = {link.name for link in (source_of(one, layout, seen) for one in layout.devices) if link is not None}
    for server in seen.dns:
        zone = server.partition("%")[2]
        if zone and zone not in sources:
            message = f"the name server {server} belongs to {zone} and is not written to the files of {device.name}"
            remedy = f"nothing to do if the configuration of {zone} sets it; otherwise set dns"
            yield of(device, "name_server_of_link", "method", "keep", message, remedy, False)


def _mac(device: Device, layout: Layout, seen: SeenNetwork) -> str:
    if not isinstance(device, (Bond, Bridge)) or (isinstance(device, Bridge) and device.fake):
        return ""
    links = (seen.named(card) for port in device.ports for card in layout.cards(port))
    return next((link.mac.lower() for link in links if link is not None and link.mac), "")


def _mtu(device: Device, layout: Layout, seen: SeenNetwork) -> t.Optional[int]:
    """What is declared; else what the interface has now, which would be gone with the file that says it."""
    link = seen.named(device.name)
    if device.mtu is not None or isinstance(device, Vxlan) or device.name == "lo":
        return device.mtu
    if isinstance(device, Bridge):
        # A bridge's own MTU follows guests' interfaces; that of what is below it is what somebody has set.
        source = source_of(device, layout, seen)
        below = [mtu for name in device.lower for mtu in _mtus_below(name, layout, seen)]
        if source is None or not below or (link is not None and link.mtu == USUAL_MTU):
            return None
        return min(below) if min(below) not in (0, USUAL_MTU) else None
    if link is None or link.mtu in (0, USUAL_MTU) or isinstance(layout.master(device.name), Bond):
        return None
    return link.mtu


def _mtus_below(name: str, layout: Layout, seen: SeenNetwork, above: tuple[str, ...] = ()) -> list[int]:
    """The MTUs of interfaces: their own where they are there, such as that of a VLAN, else of what they lie on."""
    link, device = seen.named(name), layout.named(name)
    if link is not None and link.kind not in ("bridge", "openvswitch"):
        return [link.mtu]
    lower = device.lower if device is not None and name not in above else ()
    return [mtu for one in lower for mtu in _mtus_below(one, layout, seen, (*above, name))]
