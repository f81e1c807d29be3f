# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Frames that show whether switches pass a VLAN between hosts, and what it means where one is not heard.

A frame is a broadcast with a tag and IEEE 802's EtherType for experiments. It has no address of IP, needs no interface
of its own, and names its sender by its place in the list of hosts: nothing that a stranger sends is taken for a name.
"""

from __future__ import annotations

import hashlib
import struct
import typing as t
from dataclasses import dataclass

from ..vlans import ranges as vlans
from ..vlans.ranges import Range

ETHERTYPE, TAGGED = 0x88B5, 0x8100
_BROADCAST, _MAGIC = b"\xff" * 6, b"hostcraft\0"
_HEAD, _BODY = struct.Struct("!HHH"), struct.Struct("!10s8sHH")
SHORTEST = 64
NUMBER = 0x0FFF


@dataclass(frozen=True)
class Arrival:
    """A frame of another host. vlan: the one that it was sent on. on: the one that it came on; 0 without a tag."""

    sender: int
    vlan: int
    on: int


@dataclass(frozen=True)
class Report:
    """What a host heard. heard: VLANs by sender. moved: pairs of sent on and came on, by sender."""

    host: str
    heard: t.Mapping[str, tuple[Range, ...]]
    moved: t.Mapping[str, tuple[tuple[int, int], ...]]


def key(run: str) -> bytes:
    """What tells the frames of one run from those of others."""
    return hashlib.sha256(run.encode()).digest()[:8]


def packed(source: bytes, run: bytes, sender: int, vlan: int) -> bytes:
    head = _BROADCAST + source + _HEAD.pack(TAGGED, vlan, ETHERTYPE)
    return (head + _BODY.pack(_MAGIC, run, sender, vlan)).ljust(SHORTEST, b"\0")


def read(data: bytes, tag: t.Optional[int], run: bytes) -> t.Optional[Arrival]:
    """tag: what the kernel took out of the frame, None where it left it in. None for what is not of this run."""
    start, on = 14, (tag or 0) & NUMBER
    if data[12:14] == TAGGED.to_bytes(2, "big"):
        start, on = 18, on or int.from_bytes(data[14:16], "big") & NUMBER
    body = data[start : start + _BODY.size]
    if data[start - 2 : start] != ETHERTYPE.to_bytes(2, "big") or len(body) < _BODY.size:
        return None
    magic, its, sender, vlan = _BODY.unpack(body)
    return Arrival(sender, vlan, on) if (magic, its) == (_MAGIC, run) else None


def gaps(wanted: t.Sequence[Range], reports: t.Sequence[Report]) -> list[str]:
    """What does not pass, said once: by no host, not to or from one host, one way between two. Empty if all passes."""
    hosts = [report.host for report in reports]
    lost = {
        (sender, report.host): vlans.difference(wanted, report.heard.get(sender, ()))
        for report in reports
        for sender in hosts
        if sender != report.host
    }
    told = []
    nowhere = _in_all(lost.values())
    if nowhere:
        told.append(f"VLAN {_text(nowhere)} does not pass between any of {', '.join(hosts)}")
    apart: dict[str, tuple[Range, ...]] = {}
    for host in hosts:
        own = _in_all(missing for pair, missing in lost.items() if host in pair)
        apart[host] = vlans.difference(own, nowhere)
        if apart[host]:
            told.append(f"VLAN {_text(apart[host])} does not reach {host}, and passes between other hosts")
    for (sender, receiver), missing in lost.items():
        rest = vlans.difference(missing, vlans.union(nowhere, apart[sender], apart[receiver]))
        if rest:
            told.append(f"VLAN {_text(rest)} does not pass from {sender} to {receiver}")
    for report in reports:
        for sender, pairs in report.moved.items():
            told += [
                f"VLAN {sent} of {sender} arrives at {report.host} {f'on VLAN {on}' if on else 'without a tag'}"
                for sent, on in pairs
            ]
    return told


def _text(ranges: t.Iterable[Range]) -> str:
    return ",".join(vlans.words(ranges))


def _in_all(sets: t.Iterable[tuple[Range, ...]]) -> tuple[Range, ...]:
    found: t.Optional[tuple[Range, ...]] = None
    for each in sets:
        found = each if found is None else vlans.intersection(found, each)
    return found or ()
