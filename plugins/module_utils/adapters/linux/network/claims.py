# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks on the wire whether another machine has an address that a change brings."""

from __future__ import annotations

import contextlib
import select
import socket
import time

from ....core.machine_network.change.claims import ARP, Claim, claims, octets, owner, question
from ....core.machine_network.change.state import RunningState
from .uses import at_once

# As often as RFC 5227 (PROBE_NUM) asks, and in less time, for the host waits for it.
QUESTIONS, SECONDS = 3, 0.3
MOST = 65535


def taken(before: RunningState, now: RunningState) -> list[str]:
    """A reason for each new address that somebody else has."""
    own = frozenset(octets(link.mac) for link in now.links.values())
    asked = claims(before, now)
    owners = at_once(lambda claim: asked_for(claim, own), asked)
    return [
        f"{claim.address} on {claim.link} belongs to another machine, too, with the MAC address {mac}. "
        "Declare an address that is free, or take it from that machine first"
        for claim, mac in zip(asked, owners)
        if mac
    ]


def asked_for(claim: Claim, own: frozenset[bytes]) -> str:
    """The MAC address of another machine that has it, "" for none. What cannot be asked counts as free."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((claim.link, int.from_bytes(ARP, "big")))
        for _question in range(QUESTIONS):
            wire.send(question(claim))
            end = time.monotonic() + SECONDS
            while select.select([wire], [], [], max(end - time.monotonic(), 0.0))[0]:
                found = owner(wire.recv(MOST), claim, own)
                if found:
                    return found
    return ""
