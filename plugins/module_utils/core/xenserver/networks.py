# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of a pool under the name that CloudStack's traffic label has: on a card, a bond or a VLAN, on every host.

Source: Hypervisor installation, "Physical Networking Setup for XenServer" and "NIC Bonding for XenServer".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue, Reason, Refused
from .layout import Step, XenHost, XenInterface, XenLayout

MODES = ("balance-slb", "active-backup", "lacp")
RELABEL = "use another name, or rename that network first: CloudStack identifies networks only by name"


@dataclass(frozen=True)
class NetworkWish:
    """name: name-label. interface: card or bond ("eth1", "bond0"). bond: cards to bond instead. vlan: tag on it."""

    name: str
    interface: str = ""
    bond: tuple[str, ...] = ()
    mode: str = "balance-slb"
    vlan: t.Optional[int] = None


def valid(wish: NetworkWish) -> NetworkWish:
    """Raises InvalidValue."""
    if bool(wish.interface) == bool(wish.bond):
        raise InvalidValue("interface", wish.interface, "one card or bond, or the option bond with two or more cards")
    if wish.bond and (len(set(wish.bond)) < 2 or wish.vlan is not None):
        raise InvalidValue(
            "bond",
            list(wish.bond),
            "two or more different cards, and no vlan (create the VLAN on bond0 in a separate task)",
        )
    if wish.vlan is not None and not 1 <= wish.vlan <= 4094:
        raise InvalidValue("vlan", wish.vlan, "a tag between 1 and 4094")
    return wish


def network_steps(layout: XenLayout, wish: NetworkWish) -> tuple[Step, ...]:
    """What makes it so, the master first. Raises Refused with every reason."""
    valid(wish)
    steps, reasons = (_bonded if wish.bond else _tagged if wish.vlan is not None else _named)(layout, wish)
    if wish.name in layout.networks and any(each.what in ("rename", "network") for each in steps):
        reasons.append(_reason("name_taken", f"another network already has the name {wish.name!r}", RELABEL))
    if layout.networks.count(wish.name) > 1:
        reasons.append(_reason("name_twice", f"several networks have the name {wish.name!r}", RELABEL))
    if reasons:
        raise Refused(f"network {wish.name}", reasons)
    return tuple(steps)


Found = tuple[list[Step], list[Reason]]


def _reason(code: str, message: str, remedy: str, **facts: object) -> Reason:
    return Reason(code, message, remedy, facts)


def _missing(host: XenHost, device: str) -> Reason:
    message = f"{host.name} has no interface {device}"
    return _reason(
        "interface_missing",
        message,
        "connect the network cards of all hosts of a pool in the same way",
        host=host.name,
        interface=device,
    )


def _in_bond(host: XenHost, card: XenInterface) -> Reason:
    message = f"{card.device} of {host.name} is already in {card.member_of}"
    return _reason("bonded", message, f"use {card.member_of}", host=host.name, interface=card.device)


def _elsewhere(host: XenHost, wish: NetworkWish, other: XenInterface, remedy: str) -> Reason:
    message = f"network {wish.name!r} is on {_shown(other)} of {host.name}"
    return _reason("elsewhere", message, remedy, host=host.name, interface=other.device)


def _named(layout: XenLayout, wish: NetworkWish) -> Found:
    """The network that the interface is in takes the name; one network spans the pool."""
    steps: list[Step] = []
    reasons: list[Reason] = []
    renamed = set()
    for host in layout.ordered:
        card = layout.card(host, wish.interface)
        if card is None:
            reasons.append(_missing(host, wish.interface))
        elif card.member_of:
            reasons.append(_in_bond(host, card))
        elif card.network != wish.name and card.network not in renamed:
            renamed.add(card.network)
            text = f"rename the network {card.network!r} of {wish.interface} to {wish.name!r}"
            steps.append(Step("rename", text, {"interface": card.ref, "name": wish.name}))
    if len(steps) > 1:
        message = f"{wish.interface} is in different networks on the hosts: {', '.join(sorted(renamed))}"
        reasons.append(
            _reason(
                "networks_differ", message, "join the hosts to one pool, or connect their network cards in the same way"
            )
        )
    return steps, reasons


def _tagged(layout: XenLayout, wish: NetworkWish) -> Found:
    """A VLAN on the interface of each host that lacks it."""
    steps: list[Step] = []
    reasons: list[Reason] = []
    for host in layout.ordered:
        card = layout.card(host, wish.interface)
        if card is None:
            reasons.append(_missing(host, wish.interface))
            continue
        if card.member_of:
            reasons.append(_in_bond(host, card))
            continue
        held = [e for e in layout.interfaces if (e.host, e.device, e.vlan) == (host.ref, wish.interface, wish.vlan)]
        other = [e for e in layout.interfaces if e.host == host.ref and e.network == wish.name and e not in held]
        if held and held[0].network != wish.name:
            message = f"VLAN {wish.vlan} on {wish.interface} of {host.name} is network {held[0].network!r}"
            reasons.append(_reason("vlan_taken", message, "use that name, or remove the VLAN first", host=host.name))
        elif other:
            reasons.append(_elsewhere(host, wish, other[0], "use another name, or move the network first"))
        elif not held:
            fields = {"interface": card.ref, "tag": wish.vlan, "name": wish.name}
            steps.append(Step("vlan", f"VLAN {wish.vlan} on {wish.interface} of {host.name}", fields))
    return _with_network(layout, wish, steps), reasons


def _shown(one: XenInterface) -> str:
    return one.device if one.vlan is None else f"{one.device} with VLAN {one.vlan}"


def _with_network(layout: XenLayout, wish: NetworkWish, steps: list[Step]) -> list[Step]:
    """The network itself first, where it is not there yet."""
    if steps and wish.name not in layout.networks:
        steps.insert(0, Step("network", f"network {wish.name!r}", {"name": wish.name}))
    return steps


def _bonded(layout: XenLayout, wish: NetworkWish) -> Found:
    """The master's bond first; members have to have the same cards."""
    steps: list[Step] = []
    reasons: list[Reason] = []
    wanted = tuple(sorted(wish.bond))
    for host in layout.ordered:
        cards = {device: layout.card(host, device) for device in wanted}
        there = [card for card in cards.values() if card is not None]
        reasons += [_missing(host, device) for device, card in cards.items() if card is None]
        same = [e for e in layout.interfaces if e.host == host.ref and e.members and tuple(sorted(e.members)) == wanted]
        if same:
            if same[0].network != wish.name:
                message = f"the bond of {', '.join(wanted)} on {host.name} is network {same[0].network!r}"
                reasons.append(_reason("bond_named", message, f"set interface={same[0].device} to rename it"))
            elif same[0].mode != wish.mode:
                fields = {"interface": same[0].ref, "mode": wish.mode}
                steps.append(Step("mode", f"mode {wish.mode} of {same[0].device} on {host.name}", fields))
            continue
        reasons += [_in_bond(host, card) for card in there if card.member_of]
        # A network is on one interface of a host; also that of a card that is to be in the bond keeps it.
        other = [e for e in layout.interfaces if e.host == host.ref and e.network == wish.name]
        if other:
            reasons.append(_elsewhere(host, wish, other[0], "use another name, or rename that network first"))
        addressed = [card.device for card in there if card.addressed]
        if len(addressed) > 1:
            message = f"{' and '.join(addressed)} of {host.name} both have an IP address"
            reasons.append(
                _reason("two_addresses", message, "keep one of the addresses: a bond has one address", host=host.name)
            )
        refs = [card.ref for card in there]
        text = f"bond of {', '.join(wanted)} on {host.name}"
        steps.append(Step("bond", text, {"interfaces": refs, "name": wish.name, "mode": wish.mode}))
    return _with_network(layout, wish, steps), reasons


def network_state(layout: XenLayout, name: str) -> dict[str, object]:
    """Where a network is, by host, for a difference and a result."""
    names = {host.ref: host.name for host in layout.hosts}
    return {
        names[each.host]: {
            "interface": each.device,
            **({"vlan": each.vlan} if each.vlan is not None else {}),
            **({"bond": sorted(each.members), "mode": each.mode} if each.members else {}),
            **({"address": each.address} if each.address else {}),
        }
        for each in layout.interfaces
        if each.network == name and not each.member_of and each.host in names
    }


def network_warnings(layout: XenLayout, wish: NetworkWish) -> tuple[str, ...]:
    """Cards without a link: it works until the other one fails too."""
    wanted = set(wish.bond or (wish.interface,))
    names = {host.ref: host.name for host in layout.hosts}
    down = [each for each in layout.interfaces if each.device in wanted and each.vlan is None and not each.link]
    return tuple(f"{each.device} of {names[each.host]} has no link" for each in down if each.host in names)
