# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which networks reach which ports of a machine: a declaration judged, the documents' tables merged with its own ports.
(The tables are in ``ports.py``.)"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass, replace

from ...errors import InvalidValue, Reason, Refused
from ...servers.ports import UNAUTHENTICATED
from .ports import ALL, AS_MANAGEMENT, KVM_HOST, PLAIN, PURPOSES, REQUIRED, SSH, VXLAN, Port

Network = t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]
BACKENDS = ("firewalld", "ufw", "nftables", "iptables")


@dataclass(frozen=True)
class Peer:
    """The connection that the task came by: who connected, and to which port of the host."""

    address: str
    port: int = 22


@dataclass(frozen=True)
class Declaration:
    """What the operator said. Networks as CIDR; servers: of port 8250, outwards.

    purposes: what the machine is for. tunnels: of hosts that send VXLAN; where none are named, its port is left to the
    host's own rules. console, users, agents: those of management where none are named.
    others: what becomes of all other ports: "leave" them to the host's own rules, or "drop".
    extra: more ports, each with its own networks.
    """

    management: tuple[str, ...]
    cluster: tuple[str, ...] = ()
    console: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    database: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()
    tunnels: tuple[str, ...] = ()
    purposes: tuple[str, ...] = (KVM_HOST,)
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
    """What has to hold, whichever back-end does it. others: "leave" or "drop".

    forwards: guests on bridges reach each other through this machine. multicast: it is in groups of the network, whose
    switches ask for its memberships.
    """

    openings: tuple[Opening, ...]
    servers: tuple[str, ...] = ()
    others: str = "leave"
    forwards: bool = True
    multicast: bool = False


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
    for purpose in declared.purposes:
        if purpose not in PURPOSES:
            raise InvalidValue("purposes", purpose, f"one of {', '.join(PURPOSES)}")
    networks = _by_scope(declared)
    servers = _networks("servers", declared.servers)
    _refuse_cut(declared, networks["management"], peer)
    return Firewall(
        openings=tuple(_merged([*_table(declared, networks), *_extra(declared)])),
        servers=servers,
        others=declared.others,
        forwards=KVM_HOST in declared.purposes,
        multicast=KVM_HOST in declared.purposes and bool(networks["tunnels"]),
    )


def _by_scope(declared: Declaration) -> dict[str, tuple[str, ...]]:
    """The networks of each scope. Raises InvalidValue where one is empty that nothing works without."""
    needed = {"management", *(REQUIRED[purpose] for purpose in declared.purposes if purpose in REQUIRED)}
    networks: dict[str, tuple[str, ...]] = {"nobody": ()}
    for scope in ("management", "cluster", "console", "users", "agents", "peers", "database", "storage", "tunnels"):
        networks[scope] = _networks(scope, getattr(declared, scope))
        if scope in needed and not networks[scope]:
            raise InvalidValue(
                scope, [], "the networks that need these ports; without sources, nothing can connect to them"
            )
        if scope in AS_MANAGEMENT:
            networks[scope] = networks[scope] or networks["management"]
    return networks


def _merged(openings: t.Iterable[Opening]) -> t.Iterator[Opening]:
    """One opening for the same ports: two purposes of one machine, and what is opened beside them, add up."""
    found: dict[tuple[int, int, str], Opening] = {}
    for opening in openings:
        key = (opening.first, opening.last, opening.protocol)
        held = found.get(key)
        if held is None:
            found[key] = opening
        else:
            found[key] = replace(held, networks=_networks(held.name, (*held.networks, *opening.networks)))
    yield from found.values()


def _networks(parameter: str, texts: t.Iterable[str]) -> tuple[str, ...]:
    """Sorted and merged, so that the same declaration in another order is the same firewall."""
    found = [network(parameter, str(text)) for text in texts]
    v4 = ipaddress.collapse_addresses(one for one in found if isinstance(one, ipaddress.IPv4Network))
    v6 = ipaddress.collapse_addresses(one for one in found if isinstance(one, ipaddress.IPv6Network))
    return tuple(str(one) for one in (*v4, *v6))


def _table(declared: Declaration, networks: t.Mapping[str, tuple[str, ...]]) -> t.Iterator[Opening]:
    # In the table's order: the same purposes in another order are the same firewall.
    ports: list[Port] = [*ALL]
    for purpose, its in PURPOSES.items():
        ports += its if purpose in declared.purposes else ()
    for port in ports:
        if port.name == VXLAN and not networks[port.scope]:
            continue
        first, last = (declared.ssh_port, declared.ssh_port) if port.name == SSH else (port.first, port.last)
        closed = port.name == PLAIN and not declared.plain_libvirt
        yield Opening(port.name, first, last, () if closed else networks[port.scope], port.protocol)


def _extra(declared: Declaration) -> t.Iterator[Opening]:
    shut = any(port.first == UNAUTHENTICATED for purpose in declared.purposes for port in PURPOSES[purpose])
    for row in declared.extra:
        name, ports = str(row.get("name", "")), str(row.get("ports", ""))
        match = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", ports)
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", name):
            raise InvalidValue("extra", row, "a name of lowercase letters, digits and hyphens")
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= 65535:
            raise InvalidValue(f"extra {name}", ports, "ports as 9100 or 9100-9110")
        if shut and first <= UNAUTHENTICATED <= last and row.get("networks"):
            raise InvalidValue(
                f"extra {name}",
                ports,
                f"ports without {UNAUTHENTICATED}, where CloudStack answers every command without authentication",
            )
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
    for name in BACKENDS:
        if name in active:
            return name
    return next((name for name in ("nftables", "iptables") if name in installed), "")
