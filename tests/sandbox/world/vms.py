"""Virtual machines of users and of the system itself, and what they are made from."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

USER, CONSOLE_PROXY, STORAGE_VM, ROUTER = "User", "ConsoleProxy", "SecondaryStorageVm", "DomainRouter"
SYSTEM_KINDS = (CONSOLE_PROXY, STORAGE_VM, ROUTER)
VERSION = re.compile(r"\d+\.\d+(\.\d+)*")
# What the recorded server's routers say (T2:15).
OLDEST = "4.10.0"


def version_key(text: str) -> tuple[int, ...]:
    """For comparing: "4.20.1" → (4, 20, 1)."""
    return tuple(int(part) for part in re.findall(r"\d+", text))


@dataclass(slots=True)
class ServiceOffering:
    """`mhz` per core; `memory` in MiB. `system_kind`: the kind of system VM that it is for."""

    id: int
    uuid: str
    name: str
    display_text: str
    cores: int
    mhz: int
    memory: int
    created: str
    disk_offering_uuid: str
    host_tags: list[str] = field(default_factory=list)
    storage_tags: str = ""
    system_kind: str = ""
    system: bool = False
    ha: bool = False
    limit_cpu: bool = False
    builtin: bool = False
    local: bool = False
    details: dict[str, str] = field(default_factory=dict)
    rate: int | None = None
    # Further values as its view shows them; row ids of the domains and zones that it is limited to.
    shown: dict[str, object] = field(default_factory=dict)
    domain_ids: list[int] = field(default_factory=list)
    zone_ids: list[int] = field(default_factory=list)
    deleted: bool = False


@dataclass(slots=True)
class DiskOffering:
    """`size` in GB, 0 where users choose it. `shown`: further values as its view shows them."""

    id: int
    uuid: str
    name: str
    display_text: str
    created: str
    size: int
    storage_tags: str = ""
    shown: dict[str, object] = field(default_factory=dict)
    domain_ids: list[int] = field(default_factory=list)
    zone_ids: list[int] = field(default_factory=list)
    deleted: bool = False


@dataclass(slots=True)
class Template:
    """`size` in bytes."""

    id: int
    uuid: str
    name: str
    hypervisor: str
    kind: str
    format: str
    os_type: str
    os_type_uuid: str
    url: str
    created: str
    size: int = 2 << 30
    public: bool = True
    featured: bool = True
    ready: bool = True
    account: str = "system"
    arch: str = "x86_64"
    zone_id: int | None = None
    details: dict[str, str] = field(default_factory=dict)
    display_text: str = ""
    extractable: bool = False
    password: bool = False
    tag: str = ""
    requires_hvm: bool = False
    dynamic: bool = False
    # Zones that it is in, if more than one but not all; and when it was registered, by the server's clock.
    zones: tuple[int, ...] = ()
    registered: float = 0.0
    # Storage pools that it was prepared on, by id, and when.
    pools: dict[int, float] = field(default_factory=dict)
    project_id: int | None = None

    @property
    def version(self) -> str:
        """What a system VM made from it says that it is: told by the name, as people write it."""
        found = VERSION.search(self.name)
        return found[0] if found else OLDEST


@dataclass(slots=True)
class AffinityGroup:
    """`kind`: "host anti-affinity", "host affinity" or their "non-strict" kin; `vm_ids`: rows of VMs."""

    id: int
    uuid: str
    name: str
    kind: str
    account_id: int
    description: str = ""
    vm_ids: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Nic:
    uuid: str
    network_id: int
    ip: str
    mac: str
    gateway: str
    netmask: str
    traffic_type: str
    default: bool = False


@dataclass(slots=True)
class Vm:
    """`memory` in MiB, `mhz` per core. `factors`: over-provisioning (CPU, memory) of its last start, None if not kept.

    `host_id` is None unless it runs; `last_host_id` then says where its capacity is reserved, if `reserved`.
    """

    id: int
    uuid: str
    name: str
    kind: str
    instance_name: str
    zone_id: int
    hypervisor: str
    cores: int
    mhz: int
    memory: int
    offering_id: int
    template_id: int
    account_id: int
    created: str
    state: str = "Stopped"
    pod_id: int | None = None
    host_id: int | None = None
    last_host_id: int | None = None
    reserved: bool = False
    factors: tuple[float | None, float | None] = (None, None)
    updated: str = ""
    display_name: str = ""
    ha: bool = False
    tags: tuple[str, ...] = ()
    network_id: int | None = None
    nics: tuple[Nic, ...] = ()
    details: dict[str, str] | None = None
    # The pool of its root volume, once chosen, and how often that has moved.
    pool_id: int | None = None
    volume_moves: int = 0
    # When it started last, by the server's clock.
    started: float = 0.0
    # Of routers: whom they serve beside `network_id`, and what they run.
    vpc_id: int | None = None
    script_version: str = ""
    version: str = ""
    software_version: str = ""
    redundant: bool = False
    redundant_state: str = "UNKNOWN"

    @property
    def total_mhz(self) -> int:
        return self.cores * self.mhz

    @property
    def total_bytes(self) -> int:
        return self.memory << 20
