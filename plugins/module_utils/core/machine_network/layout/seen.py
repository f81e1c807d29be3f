# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that a host has, and what a declared layout takes over from it: addresses to keep, MAC addresses."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t
from dataclasses import dataclass, field

from ...machine.check.network import FOR_GUESTS, RECOGNISED
from .model import (
    Addressing,
    Bond,
    Bridge,
    Device,
    Layout,
    Nic,
    Route,
)

VIRTUAL = frozenset(("bridge", "bond", "vlan", "vxlan", "openvswitch"))


@dataclass(frozen=True)
class SeenAddress:
    """address: with prefix length. dynamic: leased or autoconfigured."""

    address: str
    dynamic: bool = False


@dataclass(frozen=True)
class SeenLink:
    """kind: as ``ip -d link`` says, "" for a card. mac: the card's own. lower: what a VLAN or VXLAN lies on.

    traits: of its kind, as ``ip`` names them ("id" of a VLAN, "mode" of a bond). addresses: of global scope.
    """

    name: str
    kind: str = ""
    mac: str = ""
    master: str = ""
    lower: str = ""
    mtu: int = 1500
    addresses: tuple[SeenAddress, ...] = ()
    traits: t.Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def for_guests(self) -> bool:
        """Whether it is one that the agent or libvirt plugs in for a guest, and takes out again."""
        return self.kind in FOR_GUESTS and not RECOGNISED.fullmatch(self.name)


@dataclass(frozen=True)
class SeenRoute:
    """to: a network, or "default". protocol: who made it ("kernel", "dhcp", "static", "boot")."""

    to: str
    device: str
    via: str = ""
    metric: t.Optional[int] = None
    protocol: str = ""


@dataclass(frozen=True)
class SeenNetwork:
    """files: text by path, of every back-end. backends: names of those that run. connection: address that Ansible
    came to, "" where it came by no network."""

    links: tuple[SeenLink, ...] = ()
    routes: tuple[SeenRoute, ...] = ()
    files: t.Mapping[str, str] = field(default_factory=dict)
    backends: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    connection: str = ""

    def named(self, name: str) -> t.Optional[SeenLink]:
        return next((link for link in self.links if link.name == name), None)

    def carrying(self, address: str) -> t.Optional[SeenLink]:
        """The interface that an address is on."""
        return next((link for link in self.links if any(bare(a.address) == address for a in link.addresses)), None)

    def cards(self, name: str, above: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The cards that an interface lies on now."""
        link = self.named(name)
        if link is None or name in above:
            return ()
        below = [one.name for one in self.links if one.master == name and not one.for_guests]
        if link.lower:
            below.append(link.lower)
        if not below and link.kind not in VIRTUAL:
            return (name,)
        return tuple(dict.fromkeys(card for one in below for card in self.cards(one, above | {name})))


def bare(address: str) -> str:
    """Without its prefix length."""
    return address.partition("/")[0]


def settled(layout: Layout, seen: SeenNetwork) -> Layout:
    """The layout with "keep" replaced by what is kept, where there is something, and with MAC addresses pinned.

    A bridge or bond without a MAC address of its own would get another one from systemd, and so another lease.
    """

    def settle(device: Device) -> Device:
        address = device.address
        if address.method == "keep":
            source = kept_from(device, layout, seen)
            address = kept(address, source, seen) if source else address
        return dataclasses.replace(device, address=address, mac=device.mac.lower() or _mac(device, layout, seen))

    return layout.changed(settle)


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


def kept(wanted: Addressing, source: SeenLink, seen: SeenNetwork) -> Addressing:
    """What an interface carries now, as if it had been declared; what was declared besides stays."""
    if any(one.dynamic and ipaddress.ip_interface(one.address).version == 4 for one in source.addresses):
        return dataclasses.replace(wanted, method="dhcp")
    routes = [route for route in seen.routes if route.device == source.name and route.protocol not in ("kernel", "ra")]
    gateways = [route.via for route in routes if route.to == "default"]
    return dataclasses.replace(
        wanted,
        method="static",
        addresses=tuple(one.address for one in source.addresses if not one.dynamic),
        gateway=wanted.gateway or next((via for via in gateways if "." in via), ""),
        gateway6=wanted.gateway6 or next((via for via in gateways if ":" in via), ""),
        routes=wanted.routes or tuple(Route(one.to, one.via, one.metric) for one in routes if one.to != "default"),
        dns=wanted.dns or seen.dns,
        search=wanted.search or seen.search,
    )


def _mac(device: Device, layout: Layout, seen: SeenNetwork) -> str:
    if not isinstance(device, (Bond, Bridge)) or (isinstance(device, Bridge) and device.fake):
        return ""
    links = (seen.named(card) for port in device.ports for card in layout.cards(port))
    return next((link.mac.lower() for link in links if link is not None and link.mac), "")
