# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an upgrade of CloudStack is judged by: the database, and what was seen on the machines of the servers."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..database.management_servers import Server
from ..servers.release import Release, release, words

# Where in the upgrade the question is asked: before anything is stopped; after all servers were stopped and the new
# packages are there, before the first start; after it.
BEFORE, STOPPED, UPGRADED = "before", "stopped", "upgraded"
STAGES = (BEFORE, STOPPED, UPGRADED)
# Releases that change the schema (DatabaseUpgradeChecker), as a 4.22 runs through them.
CHAIN = (
    *("4.9.0", "4.9.1.0", "4.9.2.0", "4.9.3.0", "4.9.3.1", "4.10.0.0", "4.11.0.0", "4.11.1.0", "4.11.2.0", "4.11.3.0"),
    *("4.12.0.0", "4.13.0.0", "4.13.1.0", "4.14.0.0", "4.14.1.0", "4.15.0.0", "4.15.1.0", "4.15.2.0", "4.16.0.0"),
    *("4.16.1.0", "4.17.0.0", "4.17.1.0", "4.17.2.0", "4.18.0.0", "4.18.1.0", "4.19.0.0", "4.20.0.0", "4.20.1.0"),
    *("4.20.2.0", "4.21.0.0", "4.22.0.0"),
)


def chain(old: Release, new: Release) -> tuple[str, ...]:
    """The versions that the schema passes through."""
    between = [each for each in CHAIN if old < (release(each) or old) < new]
    return (*between, words(new)) if old < new else ()


@dataclass(frozen=True)
class Shipped:
    """A section of metadata.ini. kind: "kvm-x86_64".

    digests: of the file, in those algorithms that were asked for; empty where there is no file. url: where it is from.
    """

    kind: str
    name: str
    filename: str
    checksum: str
    digests: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True)
class Node:
    """A management server's machine. None and "" where nobody looked.

    package: installed, offered: what the repository has, refused: why the package manager would not install the wanted
    version. address: cluster.node.IP. shipped: None without a metadata.ini.
    """

    name: str
    address: str = ""
    reachable: bool = True
    package: str = ""
    offered: t.Optional[tuple[str, ...]] = None
    held: bool = False
    refused: str = ""
    java: t.Optional[int] = None
    encryption: t.Optional[str] = None
    encryptor: t.Optional[str] = None
    key: str = ""
    free: t.Optional[int] = None
    shipped: t.Optional[tuple[Shipped, ...]] = None
    packaged: bool = False
    active: t.Optional[bool] = None


@dataclass(frozen=True)
class Job:
    id: str
    command: str
    msid: str


@dataclass(frozen=True)
class Agent:
    """A hypervisor host."""

    name: str
    status: str
    resource_state: str
    version: str
    hypervisor: str
    hypervisor_version: str = ""


@dataclass(frozen=True)
class Kind:
    """What clusters of a zone are of."""

    zone: str
    hypervisor: str
    arch: str = ""


@dataclass(frozen=True)
class SystemTemplate:
    """ready: the zones that have a ready copy in a store."""

    name: str
    hypervisor: str
    arch: str = ""
    ready: tuple[str, ...] = ()


@dataclass(frozen=True)
class Store:
    """zone: "" for one of the region. free: bytes, None where it is not known."""

    name: str
    zone: str
    protocol: str
    readonly: bool = False
    free: t.Optional[int] = None


@dataclass(frozen=True)
class SystemVm:
    """kind: ConsoleProxy, SecondaryStorageVm or DomainRouter. version: of a router's template. memory: MiB."""

    name: str
    kind: str
    state: str
    version: str = ""
    memory: t.Optional[int] = None


@dataclass(frozen=True)
class Replica:
    """lag: seconds, None where the server says NULL, which is broken and not 0."""

    name: str
    io: bool
    sql: bool
    lag: t.Optional[float]
    said: str = ""


@dataclass(frozen=True)
class Database:
    """What the database holds. grants: privileges by schema, "*" for all. sizes: bytes by schema.

    settings: those of system VM templates.
    """

    version: str
    interrupted: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()
    jobs: tuple[Job, ...] = ()
    agents: tuple[Agent, ...] = ()
    kinds: tuple[Kind, ...] = ()
    templates: tuple[SystemTemplate, ...] = ()
    stores: tuple[Store, ...] = ()
    system_vms: tuple[SystemVm, ...] = ()
    local_paths: tuple[tuple[str, str], ...] = ()
    sizes: t.Mapping[str, int] = field(default_factory=dict)
    variables: t.Mapping[str, str] = field(default_factory=dict)
    grants: t.Mapping[str, frozenset[str]] = field(default_factory=dict)
    settings: t.Mapping[str, str] = field(default_factory=dict)
    unknown_settings: tuple[str, ...] = ()
    locked: bool = False
    encryptor: str = ""

    @property
    def size(self) -> int:
        return sum(self.sizes.values())


@dataclass(frozen=True)
class Facts:
    """to: the wanted release. backup_free: bytes where the dump is written, None where nobody looked."""

    to: Release
    database: Database
    nodes: tuple[Node, ...] = ()
    replicas: t.Optional[tuple[Replica, ...]] = None
    backup_free: t.Optional[int] = None
    stage: str = BEFORE
