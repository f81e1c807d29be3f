# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether another machine has an address that a change brings: of IPv4 by probes and answers of RFC 5227.

With two owners of an address, who gets through depends on who answered last; every other check may pass by luck. For
IPv6 the kernel itself has asked (RFC 4862, 5.4), and keeps an address that it does not use.
"""

from __future__ import annotations

import ipaddress
import typing as t

from .state import LinkState, RunningState

ARP = b"\x08\x06"
# Of Ethernet and IPv4, whose addresses have 6 and 4 bytes.
HEAD = b"\x00\x01\x08\x00\x06\x04"
REQUEST = b"\x00\x01"
NOBODY, EVERYBODY = bytes(6), b"\xff" * 6


class Claim(t.NamedTuple):
    """An interface, its MAC address, and an IPv4 address that it has now and nothing on the host had before."""

    link: str
    mac: str
    address: str


def claims(before: RunningState, now: RunningState, shared: t.Iterable[str] = ()) -> tuple[Claim, ...]:
    """What to ask for: new IPv4 addresses of interfaces that reach a wire. shared: as NetworkChange says."""
    return tuple(
        Claim(link.name, link.mac, address.split("/")[0])
        for link, address in _new(before, now, shared)
        if ":" not in address and len(octets(link.mac)) == 6
    )


def refused(before: RunningState, now: RunningState, shared: t.Iterable[str] = ()) -> tuple[str, ...]:
    """A reason for each new IPv6 address that the kernel does not use, or not yet."""
    found = []
    for link, address in _new(before, now, shared):
        if address in link.duplicate:
            found.append(belongs(address.split("/")[0], link.name))
        elif address in link.tentative:
            found.append(f"whether another machine has {address.split('/')[0]} on {link.name} is not known yet")
    return tuple(found)


def belongs(address: str, link: str, mac: str = "") -> str:
    """The reason to take back a change that brings an address of another machine."""
    whose = f", with the MAC address {mac}" if mac else ""
    return (
        f"{address} on {link} is also the address of another machine{whose}. Declare a free address, or remove it from "
        "that machine first. If a router answers for other machines (proxy ARP), add the address to shared (role: "
        "host_network_shared)"
    )


def _new(before: RunningState, now: RunningState, shared: t.Iterable[str]) -> t.Iterator[tuple[LinkState, str]]:
    """Addresses, on interfaces that reach a wire, which nothing on the host had before."""
    held = {address.split("/")[0] for link in before.links.values() for address in link.addresses}
    networks = [ipaddress.ip_network(text, strict=False) for text in shared]
    for link in now.links.values():
        for address in link.addresses if link.name != "lo" and link.carrier else ():
            own = address.split("/")[0]
            if own not in held and not any(ipaddress.ip_address(own) in network for network in networks):
                yield link, address


def octets(mac: str) -> bytes:
    """The bytes of a MAC address; none where it is not one of Ethernet."""
    try:
        return bytes.fromhex(mac.replace(":", "")) if mac.count(":") == 5 else b""
    except ValueError:
        return b""


def question(claim: Claim) -> bytes:
    """The frame that asks who has the address, in nobody's name (RFC 5227, 2.1.1)."""
    mac, asked = octets(claim.mac), ipaddress.IPv4Address(claim.address).packed
    return EVERYBODY + mac + ARP + HEAD + REQUEST + mac + bytes(4) + NOBODY + asked


def owner(frame: bytes, claim: Claim, own: t.Container[bytes]) -> str:
    """The MAC address of another machine that says by this frame that it has, or is to have, the address; else "".

    own: the MAC addresses of this host, whose cards on one wire answer for each other.
    """
    if len(frame) < 42 or frame[12:14] != ARP or frame[14:20] != HEAD:
        return ""
    sender, has = frame[22:28], frame[28:32]
    asked = ipaddress.IPv4Address(claim.address).packed
    # Two machines that probe at the same time exclude each other, too.
    probes = frame[20:22] == REQUEST and has == bytes(4) and frame[38:42] == asked
    return sender.hex(":") if (has == asked or probes) and sender not in own else ""
