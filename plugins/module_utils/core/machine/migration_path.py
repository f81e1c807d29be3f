# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a host could send a VM to another one, judged by what it reaches there (cs#11709, cs#9965)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import Reason

TLS, TCP = 16514, 16509
# libvirt's ports by what the hosts use among themselves.
TRANSPORTS: t.Mapping[str, tuple[int, ...]] = {"tls": (TLS,), "tcp": (TCP,), "any": (TLS, TCP)}
FIRST, LAST = 49152, 49216


@dataclass(frozen=True)
class MigrationPath:
    """What was tried towards one host. resolved: addresses of its name; None where it was not asked.

    libvirt: error by port, "" where it connected. migration: the same for ports that the other one held open.
    """

    peer: str
    address: str
    resolved: t.Optional[tuple[str, ...]]
    libvirt: t.Mapping[int, str]
    migration: t.Mapping[int, str]


def broken(path: MigrationPath, transport: str) -> tuple[Reason, ...]:
    """Why a migration to that host would fail. transport: one of TRANSPORTS."""
    return tuple(_broken(path, transport))


def _broken(path: MigrationPath, transport: str) -> t.Iterator[Reason]:
    facts = {"peer": path.peer, "address": path.address}
    if path.resolved is not None and path.address not in path.resolved:
        seen = ", ".join(path.resolved) or "nothing"
        yield Reason(
            "peer_name",
            f"{path.peer} resolves to {seen}, but its address in CloudStack is {path.address}",
            "correct DNS or /etc/hosts",
            facts,
        )
    ports = TRANSPORTS[transport]
    if not any(path.libvirt.get(port, "not tried") == "" for port in ports):
        tried = "; ".join(f"{port}: {path.libvirt.get(port, 'not tried')}" for port in ports)
        yield Reason(
            "peer_libvirt",
            f"libvirt of {path.peer} cannot be reached ({tried})",
            "check the firewall of the host",
            facts,
        )
    for port, error in path.migration.items():
        if error:
            yield Reason(
                "peer_migration_port",
                f"{path.peer}:{port}, on which the host listens for the test, cannot be reached ({error})",
                f"allow the hosts of the cluster to connect to ports {FIRST} to {LAST}",
                facts,
            )
