# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks on the wire whether another machine has an address that a change brings."""

from __future__ import annotations

import contextlib
import select
import socket
import time
import typing as t

from ....core.machine_network.change.claims import ARP, Claim, belongs, claims, octets, owner, question, refused
from ....core.machine_network.change.state import RunningState
from .uses import at_once

# As often as RFC 5227 (PROBE_NUM) asks, and in less time, for the host waits for it.
QUESTIONS, SECONDS = 3, 0.3
MOST = 65535


def taken(before: RunningState, now: RunningState, shared: t.Collection[str] = ()) -> list[str]:
    """A reason for each new address that somebody else has. shared: as NetworkChange says."""
    own = frozenset(octets(link.mac) for link in now.links.values())
    asked = claims(before, now, shared)
    owners = at_once(lambda claim: asked_for(claim, own), asked)
    found = [belongs(claim.address, claim.link, mac) for claim, mac in zip(asked, owners) if mac]
    return [*found, *refused(before, now, shared)]


def asked_for(claim: Claim, own: frozenset[bytes]) -> str:
    """The MAC address of another machine that has it, "" for none. What cannot be asked counts as free."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
        wire.bind((claim.link, int.from_bytes(ARP, "big")))
        for _question in range(QUESTIONS):
            wire.send(question(claim))
            end = time.monotonic() + SECONDS
            while select.select([wire], [], [], max(end - time.monotonic(), 0.0))[0]:
                frame, origin = wire.recvfrom(MOST)
                # A port of a bridge hears also what is said to others.
                found = owner(frame, claim, own) if origin[2] != socket.PACKET_OTHERHOST else ""
                if found:
                    return found
    return ""
