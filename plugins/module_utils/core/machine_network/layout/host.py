# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared layout against the host that it is for: its cards, its guests, CloudStack's labels, the way in."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...machine.check.network import RECOGNISED
from ...naming import nearest
from .addresses import carried
from .findings import Finding, of
from .keep import given_by
from .model import VXLAN_OVERHEAD, Bridge, Device, Layout, Nic
from .seen import VIRTUAL, SeenLink, SeenNetwork, bare

# The agent names a guest VLAN's bridge "br" + card + "-" + VLAN, and no name has more than 15 characters (source).
GUEST_CARD_LENGTH = 15 - len("br-4094")
VXLAN_MTU = 1500 + VXLAN_OVERHEAD


@dataclass(frozen=True)
class Purpose:
    """What CloudStack expects. labels: KVM traffic labels. guest_labels: those that guest VLANs are made on.

    vxlan_networks: how many VXLANs the agent may have to make; then a label needs an address (7.4.3). address: where
    the host is to answer afterwards, "" for where it does now.
    """

    labels: tuple[str, ...] = ()
    guest_labels: tuple[str, ...] = ()
    vxlan_networks: int = 0
    address: str = ""


def host_findings(layout: Layout, seen: SeenNetwork, purpose: Purpose) -> t.Iterator[Finding]:
    """All contradictions of a settled layout with what was seen."""
    for device in layout.devices:
        if isinstance(device, Nic):
            yield from _card(device, seen)
        if device.address.method == "keep":
            message = "neither the interface nor an interface below it has an address"
            yield of(device, "nothing_to_keep", "method", "keep", message, "set addresses, or use method: dhcp")
    yield from _lost_addresses(layout, seen)
    yield from _connection(layout, seen, purpose.address)
    for label in dict.fromkeys((*purpose.labels, *purpose.guest_labels)):
        yield from _label(layout, seen, label, purpose)


def _card(nic: Nic, seen: SeenNetwork) -> t.Iterator[Finding]:
    link = seen.named(nic.name)
    if link is None:
        cards = [one.name for one in seen.links if one.kind not in VIRTUAL and not one.for_guests and one.name != "lo"]
        near = nearest(nic.name, cards) or sorted(cards)
        remedy = "use an existing one: " + " ".join(near) if near else "use a network card of the host"
        yield of(nic, "no_such_card", "name", nic.name, "the host has no such interface", remedy)
    elif link.kind in VIRTUAL:
        message = f"it is a {link.kind}"
        yield of(
            nic, "no_card", "name", nic.name, message, "declare it in the section of its kind, or use a network card"
        )


def _lost_addresses(layout: Layout, seen: SeenNetwork) -> t.Iterator[Finding]:
    """An address must not go because its interface is only named by another; where that is meant, it is told."""
    kept = frozenset[str]().union(*(carried(device.address) for device in layout.devices))
    leased = [device.name for device in layout.devices if device.address.method in ("dhcp", "keep")]
    for device in layout.devices:
        link = seen.named(device.name)
        if link is None or device.address.method != "none":
            continue
        over = next((one.name for one in layout.devices if one.address.kept and device.name in one.lower), "")
        lost = [
            one.address
            for one in link.addresses
            if bare(one.address) not in kept and not one.temporary and not (over and given_by(one, link, seen))
        ]
        # Whoever asks on the same card gets it again.
        again = set(_cards_of(layout, leased)) & set(seen.cards(link.name))
        lost = [] if again and all(one.dynamic for one in link.addresses) else lost
        if lost and device.implied and layout.master(device.name) is None:
            message = f"{' '.join(lost)} would be removed, because {device.name} is not declared"
            yield of(
                device,
                "address_dropped",
                "method",
                "none",
                message,
                f"declare it in {device.section} with method: keep or method: none",
            )
        elif lost:
            message = f"{' '.join(lost)} is removed from {device.name} and not declared elsewhere"
            remedy = (
                f"add it to the addresses of {over}"
                if over
                else "use method: keep on the interface that gets the address"
            )
            yield of(device, "address_dropped", "method", "none", message, remedy, False)


def _connection(layout: Layout, seen: SeenNetwork, address: str) -> t.Iterator[Finding]:
    """The address that Ansible came to, or the new one, is on a declared interface, or on one left alone."""
    wanted = address or seen.connection
    if not wanted:
        return
    where = "address" if address else "connection"
    holder = next((one for one in layout.devices if wanted in carried(one.address)), None)
    link = seen.carrying(wanted)
    if holder is None and link is not None and not _touched(layout, seen, link):
        return
    if holder is None and address:
        message = "no declared interface has this address"
        yield Finding("connection_lost", where, wanted, message, "add it to the addresses of an interface")
    elif holder is None:
        leased = [one.name for one in layout.devices if one.address.method == "dhcp"]
        on = link.name if link else "an interface that does not exist"
        if link is not None and leased and set(_cards_of(layout, leased)) & set(seen.cards(link.name)):
            return
        message = f"Ansible is connected to this address on {on}, but no declared interface has it"
        remedy = "use method: keep or this address on the interface that replaces it"
        passing = _passing(link, wanted)
        if link is not None and passing:
            lasting = [bare(one.address) for one in link.addresses if not one.temporary and bare(one.address) != wanted]
            message = f"Ansible is connected to this address on {on}, which is {passing} and will not be kept"
            remedy = "connect to an address that is kept" + (f", such as {lasting[0]}" if lasting else "")
        yield Finding("connection_lost", where, wanted, message, remedy)
    elif link is not None and not set(layout.cards(holder.name)) & set(seen.cards(link.name)):
        message = f"the address moves from {link.name} to {holder.name}, which uses other network cards"
        remedy = "make sure that their switch ports are in the same network"
        yield Finding("connection_moves", where, wanted, message, remedy, False)


def _passing(link: t.Optional[SeenLink], address: str) -> str:
    """What kind of address it is that no file says; "" for others."""
    if link is None:
        return ""
    if any(bare(one.address) == address and one.temporary for one in link.addresses):
        return "a temporary address"
    return "a link-local address" if address.partition("%")[0] in link.local else ""


def _cards_of(layout: Layout, names: t.Iterable[str]) -> list[str]:
    return [card for name in names for card in layout.cards(name)]


def _touched(layout: Layout, seen: SeenNetwork, link: SeenLink) -> bool:
    """Whether the layout declares an interface or anything that it lies on now."""
    names = {link.name, link.lower, *seen.cards(link.name)} | {
        one.name for one in seen.links if one.master == link.name
    }
    return any(device.name in names for device in layout.devices)


def _label(layout: Layout, seen: SeenNetwork, label: str, purpose: Purpose) -> t.Iterator[Finding]:
    bridge = layout.named(label)
    if not isinstance(bridge, Bridge):
        link = seen.named(label)
        if bridge is None and link is not None and link.kind in ("bridge", "openvswitch"):
            return
        names = [one.name for one in layout.bridges]
        right = "use a declared bridge: " + " ".join(nearest(label, names) or names or ["none is declared"])
        yield Finding("label_no_bridge", "traffic_labels", label, "is not a bridge of the layout", right)
        return
    source: Device = (layout.named(bridge.parent) if bridge.fake else None) or bridge
    ports = source.ports
    if not ports:
        message = "the bridge has no connection to other hosts"
        yield of(
            bridge,
            "bridge_empty",
            "interfaces",
            [],
            message,
            "add a network card, bond or VLAN, unless the bridge is for this host only",
            False,
        )
    elif not any(RECOGNISED.fullmatch(port) for port in ports):
        right = "use a name such as eth*, bond*, team*, vlan*, em*, ens*, eno*, enp*, enx* or p1p1 (cs#10727)"
        yield of(
            bridge, "nic_name", "interfaces", list(ports), "the agent recognizes none of these as a network card", right
        )
    if label in purpose.guest_labels and not bridge.openvswitch:
        yield from _guest_card(layout, bridge)
    if purpose.vxlan_networks and label in (purpose.guest_labels or purpose.labels):
        yield from _for_vxlan(bridge)


def _guest_card(layout: Layout, bridge: Bridge) -> t.Iterator[Finding]:
    """The agent puts guest VLANs on a bridge's card, or under its VLAN's link."""
    for port in bridge.ports:
        device = layout.named(port)
        card = device.lower[0] if device is not None and device.section == "vlans" else port
        if len(card) > GUEST_CARD_LENGTH:
            message = f"the agent would name a guest VLAN's bridge br{card}-4094, which is too long"
            right = f"use a bond, or rename the network card to at most {GUEST_CARD_LENGTH} characters"
            yield of(bridge, "card_name_too_long", "interfaces", port, message, right)


def _for_vxlan(bridge: Bridge) -> t.Iterator[Finding]:
    if bridge.openvswitch:
        message = "the agent supports VXLAN with Linux bridges only (7.4.1)"
        yield of(bridge, "vxlan_on_openvswitch", "type", bridge.type, message, "use type: linux")
    if bridge.address.method == "none":
        message = "the agent needs an address on the labelled interface to send VXLAN (7.4.3)"
        yield of(
            bridge, "label_without_address", "method", "none", message, "set addresses, or use method: keep or dhcp"
        )
    if (bridge.mtu or 1500) < VXLAN_MTU:
        message = f"guests on VXLANs can use an MTU of only {(bridge.mtu or 1500) - VXLAN_OVERHEAD}"
        yield of(
            bridge, "mtu_for_vxlan", "mtu", bridge.mtu, message, f"use {VXLAN_MTU} or more, on the switches too", False
        )


def switched_connection(layout: Layout, seen: SeenNetwork) -> t.Iterator[Finding]:
    """The way in under Open vSwitch, where the back-end does not take a failed change of it back."""
    link = seen.carrying(seen.connection)
    for bridge in layout.bridges if link is not None else ():
        cards = [card for card in layout.cards(bridge.name) if link is not None and card in seen.cards(link.name)]
        if bridge.openvswitch and not bridge.fake and cards and link is not None and link.kind != "openvswitch":
            message = (
                f"{cards[0]} is used by the connection, and a failed change of Open vSwitch's database is "
                "not rolled back"
            )
            remedy = "use backend: ifupdown, use another card, or do this step manually on the console"
            yield of(bridge, "connection_on_openvswitch", "interfaces", cards[0], message, remedy)


def guests_on(seen: SeenNetwork, names: t.Iterable[str]) -> t.Iterator[Finding]:
    """Interfaces that are to be deleted although guests are plugged into them."""
    for name in names:
        guests = sorted(one.name for one in seen.links if one.master == name and one.for_guests)
        if guests:
            message = f"{len(guests)} interfaces of guests are connected to it: {' '.join(guests[:5])}"
            yield Finding("guests_on_bridge", f"bridges.{name}", name, message, "migrate the guests away first")
