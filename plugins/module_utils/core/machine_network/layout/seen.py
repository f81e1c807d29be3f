# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network that a host has, as far as a layout is judged against it or takes it over."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...machine.check.network import FOR_GUESTS, RECOGNISED
from ..files.definition import NO_CARD, Facts

VIRTUAL = frozenset(("bridge", "bond", "vlan", "vxlan", "openvswitch"))
# The protocols of routes that configuration makes; every other one is a daemon's, which makes its own again.
CONFIGURED = frozenset(("", "static", "boot", "dhcp"))
# Of the kernel itself, and of routers' advertisements.
BY_THEMSELVES = frozenset(("kernel", "ra", "redirect"))


@dataclass(frozen=True)
class SeenAddress:
    """address: with prefix length. dynamic: leased or autoconfigured.

    peer: the other end of a link between two. autoconf: out of a router's advertisement. temporary: an extra one of
    those, for privacy. protocol: who gave it, where the kernel remembers that ("keepalived").
    """

    address: str
    dynamic: bool = False
    peer: str = ""
    autoconf: bool = False
    temporary: bool = False
    protocol: str = ""

    @property
    def version(self) -> int:
        return 6 if ":" in self.address else 4


@dataclass(frozen=True)
class SeenLink:
    """kind: as ``ip -d link`` says, "" for a card. mac: the card's own. lower: what a VLAN or VXLAN lies on.

    traits: of its kind, as ``ip`` names them ("id" of a VLAN, "mode" of a bond). addresses: of global scope. local: of
    the link's scope, without prefix length. present: its MAC address now. driver, path: as udev knows them. other:
    further names.
    """

    name: str
    kind: str = ""
    mac: str = ""
    master: str = ""
    lower: str = ""
    mtu: int = 1500
    addresses: tuple[SeenAddress, ...] = ()
    traits: t.Mapping[str, t.Any] = field(default_factory=dict)
    present: str = ""
    driver: str = ""
    path: str = ""
    other: tuple[str, ...] = ()
    local: tuple[str, ...] = ()

    @property
    def for_guests(self) -> bool:
        """Whether it is one that the agent or libvirt plugs in for a guest, and takes out again."""
        return self.kind in FOR_GUESTS and not RECOGNISED.fullmatch(self.name)

    @property
    def facts(self) -> Facts:
        mac = (self.present or self.mac).lower()
        # Only cards have one; what is not known of a card may match.
        permanent = NO_CARD if self.kind else self.mac.lower()
        return Facts(self.name, mac, permanent, self.driver, self.path, self.kind, self.other)


@dataclass(frozen=True)
class SeenRoute:
    """to: a network, or "default". protocol: who made it ("kernel", "dhcp", "static", "boot").

    table: "" for the main one. nexthops: (router, interface) of several ways at once. odd: attributes that no layout
    can say.
    """

    to: str
    device: str
    via: str = ""
    metric: t.Optional[int] = None
    protocol: str = ""
    table: str = ""
    source: str = ""
    version: int = 4
    nexthops: tuple[tuple[str, str], ...] = ()
    odd: tuple[str, ...] = ()

    @property
    def configured(self) -> bool:
        """Whether a file or an administrator made it, so that nobody makes it again by himself."""
        return self.protocol in CONFIGURED

    def touches(self, name: str) -> bool:
        return self.device == name or any(device == name for _via, device in self.nexthops)


@dataclass(frozen=True)
class SeenRule:
    """A rule that somebody added. source, to: networks. devices: interfaces that it names. odd: as of a route."""

    table: str
    source: str = ""
    to: str = ""
    mark: str = ""
    priority: t.Optional[int] = None
    version: int = 4
    devices: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeenNetwork:
    """files: text by path, of every back-end. backends: names of those that run. connection: address that Ansible
    came to, "" where it came by no network. daemons: text by path of what gives out addresses besides."""

    links: tuple[SeenLink, ...] = ()
    routes: tuple[SeenRoute, ...] = ()
    files: t.Mapping[str, str] = field(default_factory=dict)
    backends: tuple[str, ...] = ()
    dns: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    connection: str = ""
    rules: tuple[SeenRule, ...] = ()
    daemons: t.Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> t.Optional[SeenLink]:
        return next((link for link in self.links if link.name == name), None)

    def carrying(self, address: str) -> t.Optional[SeenLink]:
        """The interface that an address is on; one of the link's scope may name it ("fe80::1%eth0")."""
        own, _percent, zone = address.partition("%")
        links = [link for link in self.links if not zone or link.name == zone]
        on = (link for link in links if any(bare(a.address) == own for a in link.addresses))
        return next(on, next((link for link in links if own in link.local), None))

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
