# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of a KVM host as declared: cards, bonds, VLANs, VXLANs and bridges, and what each carries.

Source: KVM: Configure the Network Bridges, … using Open vSwitch; The VXLAN Plugin (4.11.1, 7.4).
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
import typing as t
from dataclasses import dataclass

Given = t.Mapping[str, t.Any]

VLAN_BY_NAME = re.compile(r"(?P<link>.+)\.(?P<id>[1-9][0-9]{0,3})")
VXLAN_PORT = 8472  # what CloudStack's own VXLANs use and its documents open (7.4.3); IANA's is 4789
USUAL_MTU = 1500
VXLAN_OVERHEAD, VXLAN6_OVERHEAD = 50, 70


@dataclass(frozen=True)
class Route:
    """to: a network, "10.1.0.0/16". via: a gateway, or "" for what is on the link itself.

    table: a routing table besides the main one. source: the address that packets leave with.
    """

    to: str
    via: str = ""
    metric: t.Optional[int] = None
    table: str = ""
    source: str = ""


@dataclass(frozen=True)
class Rule:
    """Which packets look into a table: those from a network, to one, or with a mark. priority: its place."""

    table: str
    source: str = ""
    to: str = ""
    mark: str = ""
    priority: t.Optional[int] = None

    @property
    def version(self) -> int:
        return 6 if ":" in self.source or ":" in self.to else 4


@dataclass(frozen=True)
class Lease:
    """What comes from the network by itself, beside or instead of addresses that are written down.

    metric: of the routes of a lease. routes: whether it may bring any. ra: routers' advertisements are heard. dhcp6: a
    lease of IPv6. token: the host's part of the addresses that it makes out of them, where that is not the MAC's.
    expected: the addresses that came that way until now.
    """

    metric: t.Optional[int] = None
    routes: bool = True
    ra: bool = False
    dhcp6: bool = False
    token: str = ""
    expected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Addressing:
    """method: "none", "static", "dhcp" or "keep" (what it, or what lies under it, carries now).

    addresses: with prefix length. gateway, gateway6: of the default route. dns, search: what it brings for resolving.
    kept: taken over from the host, so that nothing of it contradicts the method. rules, lease: of what was kept.
    """

    method: str = "none"
    addresses: tuple[str, ...] = ()
    gateway: str = ""
    gateway6: str = ""
    routes: tuple[Route, ...] = ()
    dns: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    lease: Lease = Lease()
    kept: bool = False

    def on_link(self, router: str) -> bool:
        """Whether a router is reached on the link although no subnet of the interface holds it."""
        address = ipaddress.ip_address(router)
        own = [ipaddress.ip_interface(one).network for one in self.addresses]
        same = [network for network in own if network.version == address.version]
        return bool(same) and not address.is_link_local and not any(address in network for network in same)


@dataclass(frozen=True)
class Device:
    """One interface. mtu in bytes and mac: None and "" leave them alone. implied: named by another, not declared."""

    name: str
    mtu: t.Optional[int] = None
    mac: str = ""
    address: Addressing = Addressing()
    implied: bool = False

    @property
    def ports(self) -> tuple[str, ...]:
        """The interfaces that it is master of."""
        return ()

    @property
    def lower(self) -> tuple[str, ...]:
        """The interfaces that it lies on."""
        return self.ports

    @property
    def section(self) -> str:
        """The key of the layout that declares such ones."""
        return SECTIONS[type(self)]


@dataclass(frozen=True)
class Nic(Device):
    """A network card, by its name. named_by: the MAC address by which the back-end finds it and gives it that name."""

    named_by: str = ""


@dataclass(frozen=True)
class Bond(Device):
    """type: "linux" or "openvswitch". miimon, up_delay, down_delay: milliseconds. lacp: of Open vSwitch only.

    lacp_partner: whether the switch has to answer LACP already, in mode 802.3ad.
    """

    interfaces: tuple[str, ...] = ()
    type: str = "linux"
    mode: str = "active-backup"
    lacp_rate: str = ""
    lacp: str = ""
    hash_policy: str = ""
    primary: str = ""
    miimon: int = 100
    up_delay: t.Optional[int] = None
    down_delay: t.Optional[int] = None
    min_links: t.Optional[int] = None
    lacp_partner: bool = True

    @property
    def ports(self) -> tuple[str, ...]:
        return self.interfaces

    @property
    def openvswitch(self) -> bool:
        return self.type == "openvswitch"


@dataclass(frozen=True)
class Vlan(Device):
    """id: tag of IEEE 802.1Q. link: the interface whose frames are tagged."""

    id: int = 0
    link: str = ""

    @property
    def lower(self) -> tuple[str, ...]:
        return (self.link,)


@dataclass(frozen=True)
class Vxlan(Device):
    """group: a multicast group; peers: the other hosts, where there is no multicast. local: address to send from."""

    vni: int = 0
    device: str = ""
    group: str = ""
    peers: tuple[str, ...] = ()
    local: str = ""
    port: int = VXLAN_PORT
    ttl: t.Optional[int] = None

    @property
    def lower(self) -> tuple[str, ...]:
        return (self.device,) if self.device else ()


@dataclass(frozen=True)
class Bridge(Device):
    """type: "linux" or "openvswitch". forward_delay: seconds that a port learns before it forwards.

    A fake bridge of Open vSwitch has a parent and a vlan. trunks: VLANs that the ports of an Open vSwitch bridge carry.
    """

    interfaces: tuple[str, ...] = ()
    type: str = "linux"
    stp: bool = False
    forward_delay: int = 0
    parent: str = ""
    vlan: t.Optional[int] = None
    trunks: tuple[int, ...] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        return self.interfaces

    @property
    def lower(self) -> tuple[str, ...]:
        return (*self.interfaces, self.parent) if self.parent else self.interfaces

    @property
    def openvswitch(self) -> bool:
        return self.type == "openvswitch"

    @property
    def fake(self) -> bool:
        return bool(self.parent)


SECTIONS: t.Mapping[type[Device], str] = {
    Nic: "nics",
    Bond: "bonds",
    Vlan: "vlans",
    Vxlan: "vxlans",
    Bridge: "bridges",
}


@dataclass(frozen=True)
class Layout:
    """Everything declared, and what that implies."""

    nics: tuple[Nic, ...] = ()
    bonds: tuple[Bond, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    vxlans: tuple[Vxlan, ...] = ()
    bridges: tuple[Bridge, ...] = ()

    @property
    def devices(self) -> tuple[Device, ...]:
        """Kind by kind, which is an order to make them in but for VLANs on bridges."""
        return (*self.nics, *self.bonds, *self.vlans, *self.vxlans, *self.bridges)

    @property
    def virtual(self) -> tuple[Device, ...]:
        return self.devices[len(self.nics) :]

    def named(self, name: str) -> t.Optional[Device]:
        return next((device for device in self.devices if device.name == name), None)

    def master(self, name: str) -> t.Optional[Device]:
        """The bridge or bond that an interface is a port of."""
        return next((device for device in self.devices if name in device.ports), None)

    def cards(self, name: str, seen: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The cards that an interface lies on in the end."""
        device = self.named(name)
        if device is None or name in seen:
            return ()
        if isinstance(device, Nic):
            return (name,)
        below = (card for lower in device.lower for card in self.cards(lower, seen | {name}))
        return tuple(dict.fromkeys(below))

    def changed(self, change: t.Callable[[Device], Device]) -> Layout:
        """The same layout with every device replaced."""
        kinds = {f.name: tuple(map(change, getattr(self, f.name))) for f in dataclasses.fields(self)}
        return Layout(**t.cast(t.Any, kinds))

    @property
    def uses_openvswitch(self) -> bool:
        return any(bridge.openvswitch for bridge in self.bridges) or any(bond.openvswitch for bond in self.bonds)


def layout_of(given: Given) -> Layout:
    """The layout of the parameter ``layout`` of cs_network_layout, MTUs and implied interfaces filled in."""
    parts: dict[str, t.Any] = {
        section: tuple(_device(kind, each) for each in given.get(section) or ()) for kind, section in SECTIONS.items()
    }
    return with_mtus(_with_implied(Layout(**parts)))


def _device(kind: type[Device], given: Given) -> Device:
    names = {f.name for f in dataclasses.fields(kind)} - {"address", "implied", "named_by"}
    values = {name: _frozen(value) for name, value in given.items() if name in names and value is not None}
    if kind is Vlan and "link" not in values:
        found = VLAN_BY_NAME.fullmatch(given["name"])
        values.update({"link": found["link"], "id": values.get("id", int(found["id"]))} if found else {})
    if kind is Bridge:
        if values.get("parent"):
            values["type"] = "openvswitch"
        # 5 s as the documents have it; without spanning tree the kernel does not wait.
        values.setdefault("forward_delay", 5 if values.get("stp") else 0)
    return kind(address=_addressing(given), **t.cast(t.Any, values))


def _frozen(value: t.Any) -> t.Any:
    return tuple(value) if isinstance(value, list) else value


def _addressing(given: Given) -> Addressing:
    addresses = tuple(given.get("addresses") or ())
    return Addressing(
        method=given.get("method") or ("static" if addresses else "none"),
        addresses=addresses,
        gateway=given.get("gateway") or "",
        gateway6=given.get("gateway6") or "",
        routes=tuple(
            Route(each["to"], each.get("via") or "", each.get("metric")) for each in given.get("routes") or ()
        ),
        dns=tuple(given.get("dns") or ()),
        search=tuple(given.get("search") or ()),
    )


def _with_implied(layout: Layout) -> Layout:
    """Interfaces that others name: NAME.N is VLAN N on NAME, as CloudStack's documents write it; else a card."""
    missing = [name for device in layout.devices for name in device.lower if layout.named(name) is None]
    for name in dict.fromkeys(name for name in missing if name):
        found = VLAN_BY_NAME.fullmatch(name)
        if found:
            vlan = Vlan(name, id=int(found["id"]), link=found["link"], implied=True)
            return _with_implied(dataclasses.replace(layout, vlans=(*layout.vlans, vlan)))
        layout = dataclasses.replace(layout, nics=(*layout.nics, Nic(name, implied=True)))
    return layout


def with_mtus(layout: Layout) -> Layout:
    """What lies under an interface with an MTU has to carry it: set where nothing else is said."""
    wanted: dict[str, int] = {device.name: device.mtu for device in layout.devices if device.mtu is not None}
    for _round in layout.devices:  # no chain is longer than there are interfaces
        for device in layout.devices:
            if device.name not in wanted:
                continue
            extra = overhead(device) if isinstance(device, Vxlan) else 0
            for lower in device.lower:
                below = layout.named(lower)
                # A smaller MTU on top needs nothing below, where others may lie too.
                if below is not None and below.mtu is None and wanted[device.name] + extra > USUAL_MTU:
                    wanted[lower] = max(wanted.get(lower, 0), wanted[device.name] + extra)
    return layout.changed(lambda device: dataclasses.replace(device, mtu=wanted.get(device.name)))


def overhead(vxlan: Vxlan) -> int:
    outer = (vxlan.group, vxlan.local, *vxlan.peers)
    return VXLAN6_OVERHEAD if any(":" in address for address in outer) else VXLAN_OVERHEAD
