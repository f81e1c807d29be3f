# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host uses its network for just now: storage that is mounted, routers of its routes, peers that it talks to.

What of it works before a change has to work after it. Read from /proc/mounts (nfs(5), mount.cifs(8), mount.ceph(8)),
ss(8), sessions of iSCSI and NVMe in /sys, and ip-route(8).
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from ...addresses import endpoint
from .state import RunningState

NFS_PORT, CIFS_PORT, GLUSTER_PORT = 2049, 445, 24007
# As many peers are asked as a moment allows; one of each address comes before a second one.
MOST = 48


@dataclass(frozen=True)
class Use:
    """what: for people. tcp: "ADDRESS:PORT" that takes connections. reach: an address whose next hop answers."""

    what: str
    tcp: str = ""
    reach: str = ""


@dataclass(frozen=True)
class UseReadings:
    """mounts: /proc/mounts. established, listening: what ss prints of TCP. targets: "ADDRESS PORT" of block storage."""

    mounts: str = ""
    established: str = ""
    listening: str = ""
    targets: tuple[str, ...] = ()


def uses(found: UseReadings, state: RunningState) -> tuple[Use, ...]:
    """Everything once, storage first."""
    own = {address.split("/")[0] for link in state.links.values() for address in link.addresses}
    told = [*_mounts(found.mounts), *_targets(found.targets), *_routers(state), *_peers(found, own)]
    kept = [use for use in told if not _is_own(use.reach or use.tcp.rpartition(":")[0].strip("[]"), own)]
    first = {(use.tcp, use.reach): use for use in reversed(kept)}
    return tuple(use for use in dict.fromkeys(kept) if first[(use.tcp, use.reach)] == use)


def _is_own(address: str, own: t.Container[str]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return (
        address in own or parsed.is_loopback or parsed.is_unspecified or (parsed.version == 6 and parsed.is_link_local)
    )


def _mounts(text: str) -> t.Iterator[Use]:
    for line in text.splitlines():
        words = line.split()
        if len(words) < 4:
            continue
        source, target, kind = words[0], re.sub(r"\\040", " ", words[1]), words[2]
        options = dict(option.partition("=")[::2] for option in words[3].split(","))
        what, address = f"the mount {target} ({kind})", options.get("addr", "")
        if kind in ("nfs", "nfs4") and address:
            tcp = options.get("proto", "tcp").startswith("tcp")
            port = options.get("port", "0")
            port = port if port.isdigit() and port != "0" else str(NFS_PORT)
            yield Use(what, tcp=endpoint(address, port)) if tcp else Use(what, reach=address)
        elif kind in ("cifs", "smb3") and address:
            yield Use(what, tcp=endpoint(address, options.get("port", str(CIFS_PORT))))
        elif kind == "ceph":
            monitors = options.get("mon_addr", source.partition(":/")[0]).replace("/", ",").split(",")
            yield from (Use(what, tcp=monitor) for monitor in monitors if re.search(r":\d+$", monitor))
        elif kind == "fuse.glusterfs" and ":" in source:
            yield Use(what, tcp=endpoint(source.partition(":")[0], str(GLUSTER_PORT)))


def _targets(targets: t.Iterable[str]) -> t.Iterator[Use]:
    for target in targets:
        words = target.split()
        if len(words) == 2 and words[1].isdigit():
            yield Use(f"the block storage of {words[0]}", tcp=endpoint(words[0], words[1]))


def _routers(state: RunningState) -> t.Iterator[Use]:
    """Next hops of all routes but the main default ones, which have a probe of their own."""
    for line in state.routes:
        words = line.split()
        if "via" in words and (words[1] != "default" or "table" in words) and not _learned(words):
            via = words[words.index("via") + 1]
            if via not in ("inet", "inet6"):
                yield Use(f"the router {via} of the route to {words[1]}", reach=via)


def _learned(words: t.Sequence[str]) -> bool:
    """A routing daemon's route goes and comes by itself."""
    return "proto" in words and words[words.index("proto") + 1] not in ("static", "boot", "dhcp")


def _peers(found: UseReadings, own: t.Container[str]) -> t.Iterator[Use]:
    ports = {line.split()[2].rpartition(":")[2] for line in found.listening.splitlines() if len(line.split()) > 3}
    connected: dict[str, list[str]] = {}
    come: dict[str, str] = {}
    for line in found.established.splitlines():
        words = line.split()
        if len(words) < 4 or "%" in words[3]:
            continue
        local, peer = (word.replace("[::ffff:", "[") for word in words[2:4])
        address = peer.rpartition(":")[0].strip("[]")
        if local.rpartition(":")[2] in ports:
            come[address] = f"{address}, which is connected to port {local.rpartition(':')[2]} of the host"
        else:
            connected.setdefault(address, []).append(endpoint(address, peer.rpartition(":")[2]))
    ends = [list(dict.fromkeys(each)) for each in connected.values()]
    for turn in range(max(map(len, ends), default=0)):
        for each in ends:
            if len(each) > turn and turn < MOST // max(len(ends), 1) + 1:
                yield Use(f"the connection to {each[turn]}", tcp=each[turn])
    yield from (Use(what, reach=address) for address, what in list(come.items())[:MOST])


def collateral(before: RunningState, now: RunningState, touched: t.Container[str]) -> tuple[str, ...]:
    """What interfaces have lost that the change says nothing about, whatever took it from them."""
    found = []
    for name, link in before.links.items():
        if name in touched or not link.addresses:
            continue
        held = now.links.get(name)
        missing = [one for one in link.addresses if held is None or one not in held.addresses]
        if missing:
            found.append(f"{name}, which is not part of the change, has lost {' '.join(missing)}")
    return tuple(found)
