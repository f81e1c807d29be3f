"""Virtual machines of users and of the system itself, and what they are made from."""

from __future__ import annotations

from dataclasses import dataclass, field

USER, CONSOLE_PROXY, STORAGE_VM, ROUTER = "User", "ConsoleProxy", "SecondaryStorageVm", "DomainRouter"
SYSTEM_KINDS = (CONSOLE_PROXY, STORAGE_VM, ROUTER)


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
    ha: bool = False
    limit_cpu: bool = False
    builtin: bool = False
    details: dict[str, str] = field(default_factory=dict)


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
    # Of routers.
    script_version: str = ""

    @property
    def total_mhz(self) -> int:
        return self.cores * self.mhz

    @property
    def total_bytes(self) -> int:
        return self.memory << 20
