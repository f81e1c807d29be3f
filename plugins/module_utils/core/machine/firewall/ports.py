# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of ports by what a machine is for, management servers and migration included, and which of the declared
networks need each.

Sources: "KVM: Open Ports" of the hypervisor installation; "Hosts: Security" for 16514 and 8250; cs#5834 for 16509;
"Management Server Load Balancing"; "Using a Separate NFS Server" for the fixed ports of NFS; "The VXLAN
Plugin" for 8472; and of the server itself:
9090 is the calls between management servers, 8096 answers every command without authentication.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...servers.ports import AGENTS, PEERS, UNAUTHENTICATED, WEB, WEB_TLS

Scope = t.Literal[
    "management", "cluster", "console", "users", "agents", "peers", "database", "storage", "tunnels", "nobody"
]
Protocol = t.Literal["tcp", "udp"]


@dataclass(frozen=True)
class Port:
    """Ports first to last, and which of the declared networks need them."""

    name: str
    first: int
    last: int
    scope: Scope
    protocol: Protocol = "tcp"


SSH = "ssh"
# Without TLS whoever reaches it is root on the host (cs#5834).
PLAIN = "libvirt-tcp"
# Guests' packets of zones that isolate by VXLAN; its hosts join multicast groups.
VXLAN = "vxlan"
KVM_HOST = "kvm_host"


def _one(name: str, port: int, scope: Scope, protocol: Protocol = "tcp") -> Port:
    return Port(name, port, port, scope, protocol)


# Every machine.
ALL: tuple[Port, ...] = (_one(SSH, 22, "management"),)
PURPOSES: t.Mapping[str, tuple[Port, ...]] = {
    KVM_HOST: (
        _one("agent", 1798, "management"),
        _one("libvirt-tls", 16514, "cluster"),
        _one(PLAIN, 16509, "cluster"),
        Port("consoles", 5900, 6100, "console"),
        Port("migration", 49152, 49216, "cluster"),
        _one(VXLAN, 8472, "tunnels", "udp"),
    ),
    "management_server": (
        _one("web", WEB, "users"),
        _one("web-tls", WEB_TLS, "users"),
        _one("agents", AGENTS, "agents"),
        _one("peers", PEERS, "peers"),
        _one("unauthenticated", UNAUTHENTICATED, "nobody"),
    ),
    "database": (_one("database", 3306, "database"),),
    "load_balancer": (
        _one("http", 80, "users"),
        _one("https", 443, "users"),
        _one("web", WEB, "users"),
        _one("agents", AGENTS, "agents"),
        _one("unauthenticated", UNAUTHENTICATED, "nobody"),
    ),
    "nfs_server": (
        *(_one("portmapper", 111, "storage", protocol) for protocol in ("tcp", "udp")),
        _one("nfs", 2049, "storage"),
        _one("lockd", 32803, "storage"),
        _one("lockd-udp", 32769, "storage", "udp"),
        *(_one("mountd", 892, "storage", protocol) for protocol in ("tcp", "udp")),
        *(_one("rquotad", 875, "storage", protocol) for protocol in ("tcp", "udp")),
        *(_one("statd", 662, "storage", protocol) for protocol in ("tcp", "udp")),
    ),
}
# Without these networks the machine is of no use. peers and database may be empty: one server, a local database.
REQUIRED: t.Mapping[str, Scope] = {KVM_HOST: "cluster", "nfs_server": "storage"}
# Networks that are those of management where none are named.
AS_MANAGEMENT: tuple[Scope, ...] = ("console", "users", "agents")
