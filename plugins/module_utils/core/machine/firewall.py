# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ports of a KVM host are open to whom: the documents' table, and a declaration judged against it.

Sources: "KVM: Open Ports" of the hypervisor installation; "Hosts: Security" for 16514 and 8250; cs#5834 for 16509.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue, Reason, Refused

Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
Scope = t.Literal["management", "cluster", "console"]
BACKENDS = ("firewalld", "ufw", "nftables", "iptables")
AGENT_PORT = 8250


@dataclass(frozen=True)
class Port:
    """TCP ports first to last, and which of the declared networks need them."""

    name: str
    first: int
    last: int
    scope: Scope


SSH = "ssh"
PORTS: tuple[Port, ...] = (
    Port(SSH, 22, 22, "management"),
    Port("agent", 1798, 1798, "management"),
    Port("libvirt-tls", 16514, 16514, "cluster"),
    Port("libvirt-tcp", 16509, 16509, "cluster"),
    Port("consoles", 5900, 6100, "console"),
    Port("migration", 49152, 49216, "cluster"),
)
# Without TLS whoever reaches it is root on the host (cs#5834).
PLAIN = "libvirt-tcp"


@dataclass(frozen=True)
class Peer:
    """The connection that the task came by: who connected, and to which port of the host."""

    address: str
    port: int = 22


@dataclass(frozen=True)
class Declaration:
    """What the operator said. Networks as CIDR; console: management unless said; servers: of port 8250, outwards.

    others: what becomes of all other ports: "leave" them to the host's own rules, or "drop".
    extra: more ports, each with its own networks.
    """

    management: tuple[str, ...]
    cluster: tuple[str, ...]
    console: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    ssh_port: int = 22
    plain_libvirt: bool = False
    others: str = "leave"
    extra: tuple[t.Mapping[str, t.Any], ...] = ()


@dataclass(frozen=True)
class Opening:
    """Ports that the named networks reach, and nobody else; without networks nobody at all."""

    name: str
    first: int
    last: int
    networks: tuple[str, ...]
    protocol: str = "tcp"


@dataclass(frozen=True)
class Firewall:
    """What has to hold, whichever back-end does it. others: "leave" or "drop"."""

    openings: tuple[Opening, ...]
    servers: tuple[str, ...] = ()
    others: str = "leave"


def network(parameter: str, text: str) -> Network:
    """Raises InvalidValue, with the network that an address with host bits is in."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        pass
    try:
        near = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise InvalidValue(parameter, text, "a network such as 10.0.0.0/24") from None
    raise InvalidValue(parameter, text, f"a network: {near}")


def decide(declared: Declaration, peer: t.Optional[Peer] = None) -> Firewall:
    """The openings that a declaration means. Raises InvalidValue; Refused where they would cut off who asks."""
    if declared.others not in ("leave", "drop"):
        raise InvalidValue("others", declared.others, "leave or drop")
    if not 1 <= declared.ssh_port <= 65535:
        raise InvalidValue("ssh_port", declared.ssh_port, "a port, 1 to 65535")
    networks: dict[str, tuple[str, ...]] = {}
    for scope in ("management", "cluster"):
        networks[scope] = _networks(scope, getattr(declared, scope))
        if not networks[scope]:
            raise InvalidValue(
                scope, [], "the networks that need these ports; without sources, nothing can connect to them"
            )
    networks["console"] = _networks("console", declared.console) or networks["management"]
    servers = _networks("servers", declared.servers)
    _refuse_cut(declared, networks["management"], peer)
    return Firewall(
        openings=(*_table(declared, networks), *_extra(declared.extra)),
        servers=servers,
        others=declared.others,
    )


def _networks(parameter: str, texts: t.Iterable[str]) -> tuple[str, ...]:
    """Sorted and merged, so that the same declaration in another order is the same firewall."""
    found = [network(parameter, str(text)) for text in texts]
    v4 = ipaddress.collapse_addresses(one for one in found if isinstance(one, ipaddress.IPv4Network))
    v6 = ipaddress.collapse_addresses(one for one in found if isinstance(one, ipaddress.IPv6Network))
    return tuple(str(one) for one in (*v4, *v6))


def _table(declared: Declaration, networks: t.Mapping[str, tuple[str, ...]]) -> t.Iterator[Opening]:
    for port in PORTS:
        first, last = (declared.ssh_port, declared.ssh_port) if port.name == SSH else (port.first, port.last)
        closed = port.name == PLAIN and not declared.plain_libvirt
        yield Opening(port.name, first, last, () if closed else networks[port.scope])


def _extra(rows: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[Opening]:
    for row in rows:
        name, ports = str(row.get("name", "")), str(row.get("ports", ""))
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", ports)
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
            raise InvalidValue("extra", row, "a name of lowercase letters, digits and hyphens")
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= 65535:
            raise InvalidValue(f"extra {name}", ports, "ports as 9100 or 9100-9110")
        if row.get("protocol", "tcp") not in ("tcp", "udp"):
            raise InvalidValue(f"extra {name}", row["protocol"], "tcp or udp")
        yield Opening(
            name, first, last, _networks(f"extra {name}", row.get("networks") or ()), row.get("protocol", "tcp")
        )


def _refuse_cut(declared: Declaration, management: t.Sequence[str], peer: t.Optional[Peer]) -> None:
    if peer is None:
        return
    try:
        address = ipaddress.ip_address(peer.address.partition("%")[0])
    except ValueError:
        raise InvalidValue("peer", peer.address, "the address that the task's connection comes from") from None
    reasons = []
    if not any(address in ipaddress.ip_network(one) for one in management):
        reasons.append(
            Reason(
                "peer_left_out",
                f"this connection comes from {peer.address}, which is in none of the management networks "
                f"({', '.join(management)})",
                f"add {address}/{address.max_prefixlen} or its network to management",
                {"address": peer.address, "management": list(management)},
            )
        )
    if peer.port != declared.ssh_port:
        reasons.append(
            Reason(
                "ssh_port_other",
                f"this connection uses port {peer.port}, not ssh_port={declared.ssh_port}",
                f"set ssh_port to {peer.port}",
                {"port": peer.port},
            )
        )
    if reasons:
        raise Refused("host firewall", reasons)


def peer_of(connection: str) -> t.Optional[Peer]:
    """From ``SSH_CONNECTION`` ("CLIENT PORT SERVER PORT"); None where the task did not come by SSH."""
    parts = connection.split()
    return Peer(parts[0], int(parts[3])) if len(parts) == 4 and parts[3].isdigit() else None


def backend_of(active: t.Collection[str], installed: t.Collection[str]) -> str:
    """The back-end that a host runs already, else the one it could; "" where it has none.

    active: of BACKENDS, those whose service runs (ufw: is enabled). installed: those whose program is there.
    """
    for name in BACKENDS[:3]:
        if name in active:
            return name
    return next((name for name in ("nftables", "iptables") if name in installed), "")
