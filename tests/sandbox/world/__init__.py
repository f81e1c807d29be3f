"""Everything the server knows: plain rows in tables. Handlers change it; nothing here speaks HTTP."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from typing import Any

from .accounts import Account, Domain, ManagementServer
from .hosts import Host
from .hypervisors import Sizes
from .networks import Network, PhysicalNetwork, Provider, RouterElement, TrafficType, VlanRange
from .settings import Settings
from .storage import ImageStore, StoragePool
from .table import Table
from .vms import ServiceOffering, Template, Vm
from .zones import Cluster, Pod, VmwareDatacenter, Zone

TIME_FORMAT = "%Y-%m-%dT%H:%M:%S+0000"


class World:
    """A fresh installation. `seed` makes its identifiers repeatable; `durations` are seconds by command.

    `sizes` gives hosts their size by URL. `speed` divides every duration (2.0 = twice as fast).
    """

    def __init__(self, seed: int | None = None, speed: float = 1.0, sizes: Sizes | None = None) -> None:
        self._random = random.Random(seed)
        self.speed, self.sizes = speed, sizes
        # Seconds that the job of a command takes before its effect; "*" stands for all others.
        self.durations: dict[str, float] = {"*": 0.02}
        self.settings = Settings()
        self.domains: Table[Domain] = Table()
        self.accounts: Table[Account] = Table()
        self.management_servers: Table[ManagementServer] = Table()
        self.zones: Table[Zone] = Table("name")
        self.pods: Table[Pod] = Table("zone_id")
        self.clusters: Table[Cluster] = Table("zone_id", "pod_id")
        self.hosts: Table[Host] = Table("zone_id", "pod_id", "cluster_id", "name", "ip_address", "resource_state")
        # A real server's physical and logical networks are numbered from 200 (T3:7).
        self.physical_networks: Table[PhysicalNetwork] = Table("zone_id", first_id=200)
        self.traffic_types: Table[TrafficType] = Table("physical_network_id")
        self.providers: Table[Provider] = Table("physical_network_id")
        self.router_elements: Table[RouterElement] = Table("provider_id")
        self.networks: Table[Network] = Table("zone_id", first_id=200)
        self.vlan_ranges: Table[VlanRange] = Table("zone_id", "network_id", "physical_network_id")
        self.storage_pools: Table[StoragePool] = Table("zone_id", "cluster_id")
        self.image_stores: Table[ImageStore] = Table("zone_id")
        self.vmware_datacenters: Table[VmwareDatacenter] = Table("zone_id")
        self.service_offerings: Table[ServiceOffering] = Table("name")
        self.templates: Table[Template] = Table("zone_id")
        self.vms: Table[Vm] = Table("zone_id", "host_id", "last_host_id", "network_id", "kind", "name")
        self.jobs: Table[Any] = Table()
        self.nothing: Table[Any] = Table()
        self._install()

    def _install(self) -> None:
        root = self.domains.add(Domain(1, self.new_uuid(), "ROOT", "ROOT"))
        # Row 1 is the account "system" on a real server.
        self.admin = self.accounts.add(Account(2, self.new_uuid(), "admin", root.id, self.new_uuid()))
        self.server = self.management_servers.add(ManagementServer(1, self.new_uuid(), "localhost"))

    def table(self, name: str) -> Table[Any]:
        """The table of that attribute name."""
        found = getattr(self, name)
        if not isinstance(found, Table):
            raise TypeError(f"{name} is no table")
        return found

    def new_uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def now(self) -> str:
        return datetime.now(UTC).strftime(TIME_FORMAT)

    def duration(self, command: str) -> float:
        """Seconds that a job of `command` takes."""
        return self.durations.get(command, self.durations["*"]) / self.speed

    @property
    def max_page_size(self) -> int:
        return int(self.settings.value("default.page.size"))
