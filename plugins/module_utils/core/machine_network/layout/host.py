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
            message = "neither it nor what it lies on carries an address"
            yield of(device, "nothing_to_keep", "method", "keep", message, "addresses, or method: dhcp")
    yield from _lost_addresses(layout, seen)
    yield from _connection(layout, seen, purpose.address)
    for label in dict.fromkeys((*purpose.labels, *purpose.guest_labels)):
        yield from _label(layout, seen, label, purpose)


def _card(nic: Nic, seen: SeenNetwork) -> t.Iterator[Finding]:
    link = seen.named(nic.name)
    if link is None:
        cards = [one.name for one in seen.links if one.kind not in VIRTUAL and not one.for_guests and one.name != "lo"]
        near = nearest(nic.name, cards) or sorted(cards)
        remedy = "one of the host's: " + " ".join(near) if near else "a card that the host has"
        yield of(nic, "no_such_card", "name", nic.name, "the host has no such interface", remedy)
    elif link.kind in VIRTUAL:
        message = f"it is a {link.kind}"
        yield of(nic, "no_card", "name", nic.name, message, "a declaration under its own kind, or a card")


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
            message = f"{' '.join(lost)} would go, though nothing is declared for {device.name}"
            yield of(
                device,
                "address_dropped",
                "method",
                "none",
                message,
                f"declare it: method: keep, or none ({device.section})",
            )
        elif lost:
            message = f"{' '.join(lost)} goes from {device.name} and is declared nowhere"
            remedy = f"it among the addresses of {over}" if over else "method: keep at what is to have it"
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
        message = "no declared interface carries it"
        yield Finding("connection_lost", where, wanted, message, "it among the addresses of an interface")
    elif holder is None:
        leased = [one.name for one in layout.devices if one.address.method == "dhcp"]
        on = link.name if link else "an interface that is not there"
        if link is not None and leased and set(_cards_of(layout, leased)) & set(seen.cards(link.name)):
            return
        message = f"Ansible came to it on {on}, and no declared interface carries it"
        yield Finding("connection_lost", where, wanted, message, "method: keep, or this address, at what replaces it")
    elif link is not None and not set(layout.cards(holder.name)) & set(seen.cards(link.name)):
        message = f"it moves from {link.name} to {holder.name}, which lies on other cards"
        remedy = "a switch port that carries the same network"
        yield Finding("connection_moves", where, wanted, message, remedy, False)


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
        right = "a declared bridge: " + " ".join(nearest(label, names) or names or ["none is declared"])
        yield Finding("label_no_bridge", "traffic_labels", label, "is no bridge of the layout", right)
        return
    source: Device = (layout.named(bridge.parent) if bridge.fake else None) or bridge
    ports = source.ports
    if not ports:
        message = "its frames reach no other host"
        yield of(
            bridge,
            "bridge_empty",
            "interfaces",
            [],
            message,
            "a card, bond or VLAN, unless it is for this host alone",
            False,
        )
    elif not any(RECOGNISED.fullmatch(port) for port in ports):
        right = "a name such as eth*, bond*, team*, vlan*, em*, ens*, eno*, enp*, enx* or p1p1 (cs#10727)"
        yield of(bridge, "nic_name", "interfaces", list(ports), "the agent takes none of them for a card", right)
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
            right = f"a bond, or a card renamed to at most {GUEST_CARD_LENGTH} characters"
            yield of(bridge, "card_name_too_long", "interfaces", port, message, right)


def _for_vxlan(bridge: Bridge) -> t.Iterator[Finding]:
    if bridge.openvswitch:
        message = "the agent makes VXLANs with Linux bridges only (7.4.1)"
        yield of(bridge, "vxlan_on_openvswitch", "type", bridge.type, message, "type: linux")
    if bridge.address.method == "none":
        message = "the agent sends VXLAN from an address of the labelled interface (7.4.3)"
        yield of(bridge, "label_without_address", "method", "none", message, "addresses, keep or dhcp")
    if (bridge.mtu or 1500) < VXLAN_MTU:
        message = f"guests get {(bridge.mtu or 1500) - VXLAN_OVERHEAD} only"
        yield of(
            bridge, "mtu_for_vxlan", "mtu", bridge.mtu, message, f"{VXLAN_MTU} or more, on the switches too", False
        )


def switched_connection(layout: Layout, seen: SeenNetwork) -> t.Iterator[Finding]:
    """The way in under Open vSwitch, where the back-end does not take a failed change of it back."""
    link = seen.carrying(seen.connection)
    for bridge in layout.bridges if link is not None else ():
        cards = [card for card in layout.cards(bridge.name) if link is not None and card in seen.cards(link.name)]
        if bridge.openvswitch and not bridge.fake and cards and link is not None and link.kind != "openvswitch":
            message = (
                f"{cards[0]} carries the connection, and a failed change of Open vSwitch's database is not taken back"
            )
            remedy = "backend: ifupdown, another card, or this one step by hand at the console"
            yield of(bridge, "connection_on_openvswitch", "interfaces", cards[0], message, remedy)


def guests_on(seen: SeenNetwork, names: t.Iterable[str]) -> t.Iterator[Finding]:
    """Interfaces that are to be deleted although guests are plugged into them."""
    for name in names:
        guests = sorted(one.name for one in seen.links if one.master == name and one.for_guests)
        if guests:
            message = f"{len(guests)} interfaces of guests are plugged into it: {' '.join(guests[:5])}"
            yield Finding("guests_on_bridge", f"bridges.{name}", name, message, "move the guests away first")
