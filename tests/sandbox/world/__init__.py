"""Everything the server knows: plain rows in tables. Handlers change it; nothing here speaks HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from . import hypervisor_capabilities, network_offerings, os_types
from .accounts import Account, Domain, ManagementServer, Project, User
from .agents import Agents
from .hosts import Dedication, Host
from .hypervisor_capabilities import HypervisorCapabilities
from .hypervisors import Sizes
from .infrastructure import Infrastructure
from .offerings import install_offerings
from .settings import Settings
from .storage import ImageStore, StoragePool
from .table import Table
from .vms import AffinityGroup, DiskOffering, ServiceOffering, Template, Vm, version_key
from .volumes import Volumes
from .zones import Cluster, Pod, VmwareDatacenter, Zone

# With this stream the hosts that the server drew at random in the recorded conversations come out again.
PLACEMENT_SEED = 443
# Seconds. The named ones happen beside jobs: an opened zone gets its system VMs, a VM moves, an agent comes back, the
# collectors of statistics pass by, a router boots, one of two routers is found to be PRIMARY or BACKUP, its health is
# checked, the agent of a system VM that started connects, a template is there.
NEWEST = "4.22.0.0-SNAPSHOT"
DURATIONS = {
    "*": 0.02,
    "system VMs": 0.5,
    "migration": 0.2,
    "disconnection": 0.0,
    "reconnection": 14.0,
    "statistics": 0.5,
    "replacement": 10.0,
    "router": 0.05,
    "redundant state": 0.5,
    "health checks": 0.5,
    "system VM agent": 0.5,
    "template download": 0.0,
    "template preparation": 0.5,
    "console reset": 15.0,
    "host HA": 5.0,
    "server drain": 0.2,
    "server stop": 0.5,
}
TIME_FORMAT = "%Y-%m-%dT%H:%M:%S+0000"


class World(Infrastructure):
    """A fresh installation. `seed` makes its identifiers repeatable; `durations` are seconds by command.

    `sizes` gives hosts their size by URL. `speed` divides every duration (2.0 = twice as fast).
    """

    def __init__(self, seed: int | None = None, speed: float = 1.0, sizes: Sizes | None = None) -> None:
        super().__init__()
        self._random = random.Random(seed)
        # Placement draws from its own stream, so that identifiers do not depend on it.
        self.luck = random.Random(PLACEMENT_SEED if seed is None else seed)
        self.speed, self.sizes = speed, sizes
        # This server's clock, in seconds since 1970; it need not be that of those who call it.
        self.time: Callable[[], float] = time.time
        # Seconds that the job of a command takes before its effect; "*" stands for all others.
        self.durations: dict[str, float] = dict(DURATIONS)
        self.settings = Settings()
        # Of the server, for rules that are not the same in all; its agents have it too.
        self.version = NEWEST
        self.domains: Table[Domain] = Table()
        self.accounts: Table[Account] = Table()
        self.projects: Table[Project] = Table()
        self.users: Table[User] = Table()
        self.management_servers: Table[ManagementServer] = Table()
        self.zones: Table[Zone] = Table("name")
        self.pods: Table[Pod] = Table("zone_id")
        self.clusters: Table[Cluster] = Table("zone_id", "pod_id")
        self.hosts: Table[Host] = Table("zone_id", "pod_id", "cluster_id", "name", "ip_address", "resource_state")
        self.storage_pools: Table[StoragePool] = Table("zone_id", "cluster_id")
        self.image_stores: Table[ImageStore] = Table("zone_id")
        self.staging_stores: Table[ImageStore] = Table("zone_id")
        self.vmware_datacenters: Table[VmwareDatacenter] = Table("zone_id")
        self.service_offerings: Table[ServiceOffering] = Table("name")
        self.disk_offerings: Table[DiskOffering] = Table("name")
        self.hypervisor_capabilities: Table[HypervisorCapabilities] = Table("name", "version")
        self.templates: Table[Template] = Table("zone_id")
        self.vms: Table[Vm] = Table("zone_id", "host_id", "last_host_id", "network_id", "vpc_id", "kind", "name")
        self.volumes = Volumes(self.vms)
        self.affinity_groups: Table[AffinityGroup] = Table("name")
        # Zones, pods and clusters that belong to a domain or account, by kind and row id; hosts say it themselves.
        self.dedicated_places: dict[tuple[str, int], Dedication] = {}
        # What is special about the volumes of a VM, by its row id: "local", or a state such as "Snapshotting".
        self.volume_marks: dict[int, str] = {}
        # VMs that have VM snapshots, by row id.
        self.vm_snapshots: set[int] = set()
        self.jobs: Table[Any] = Table()
        self.nothing: Table[Any] = Table()
        # Which management server has an agent, by its uuid; those that are not here are with the one that answers.
        self.agent_servers: dict[str, int] = {}
        self.last_mac = 0
        # How many jobs wait for a program or a machine outside.
        self.outside = 0
        # Set by a test whose KVM hosts are machines.
        self.agents: Agents | None = None
        self._install()

    @property
    def release(self) -> tuple[int, ...]:
        return version_key(self.version)

    def _install(self) -> None:
        network_offerings.install(self)
        os_types.install(self)
        root = self.domains.add(Domain(1, self.new_uuid(), "ROOT", "ROOT"))
        # Row 1 is the account "system" on a real server.
        self.admin = self.accounts.add(Account(2, self.new_uuid(), "admin", root.id, self.new_uuid()))
        self.users.add(User(2, self.admin.user_uuid, "admin", self.admin.id))
        install_offerings(self)
        hypervisor_capabilities.install(self)
        # It owns the routers of shared networks; no listing shows it.
        self.system = Account(1, self.new_uuid(), "system", root.id, self.new_uuid())
        self.server = self.management_servers.add(ManagementServer(1, self.new_uuid(), "localhost"))

    def os_type(self, name: str) -> str:
        """The identifier of a guest operating system; KeyError for an unknown one."""
        row = self.os_types.first(name=name)
        if row is None:
            raise KeyError(name)
        return row.uuid

    def table(self, name: str) -> Table[Any]:
        """The table of that attribute name."""
        found = getattr(self, name)
        if not isinstance(found, Table):
            raise TypeError(f"{name} is no table")
        return found

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def random_number(self, first: int, end: int) -> int:
        return self._random.randrange(first, end)

    def now(self) -> str:
        return datetime.fromtimestamp(self.time(), UTC).strftime(TIME_FORMAT)

    @contextlib.contextmanager
    def waits_outside(self) -> Iterator[None]:
        """For as long no time is skipped: what is outside does not know of it."""
        self.outside += 1
        try:
            yield
        finally:
            self.outside -= 1

    def later(self, what: str, act: Callable[[], object]) -> None:
        """Run `act` after `durations[what]`: what the server does on its own, beside jobs."""
        asyncio.get_running_loop().call_later(self.duration(what), act)

    async def pause(self, what: str) -> None:
        """Let `durations[what]` pass inside a job."""
        await asyncio.sleep(self.duration(what))

    def duration(self, command: str) -> float:
        """Seconds that a job of `command` takes."""
        return self.durations.get(command, self.durations["*"]) / self.speed

    @property
    def max_page_size(self) -> int:
        return int(self.settings.value("default.page.size"))
