"""Hosts."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Dedication:
    uuid: str
    domain_id: int
    account_id: int | None
    affinity_group_uuid: str


@dataclass(slots=True)
class Host:
    """`mhz` per core; `memory` in bytes; `tags` sorted; `created` and `last_pinged` as the API writes times."""

    id: int
    uuid: str
    name: str
    url: str
    zone_id: int
    pod_id: int
    cluster_id: int
    hypervisor: str
    hypervisor_version: str
    ip_address: str
    cores: int
    mhz: int
    memory: int
    capabilities: str
    created: str
    last_pinged: str
    state: str = "Up"
    resource_state: str = "Enabled"
    type: str = "Routing"
    arch: str = "x86_64"
    tags: list[str] = field(default_factory=list)
    tag_rule: bool = False
    # MHz and bytes: held by VMs that run here, and kept for VMs that stopped here.
    used_mhz: int = 0
    used_memory: int = 0
    reserved_mhz: int = 0
    reserved_memory: int = 0
    # Whether the server has an account of it: the rows go when it is asked for maintenance, and come back after it.
    counted: bool = True
    # VMs on their way here.
    incoming: int = 0
    # A lost agent does not come back by itself (fault agent_lost).
    lost: bool = False
    gpus: bool = False
    # None: its agent does not tell, as the simulator's.
    sockets: int | None = None
    details: dict[str, str] = field(default_factory=dict)
    annotation: str = ""
    annotated: str = ""
    # Whether its statistics were collected yet; listings carry them only then.
    measured: bool = False
    dedicated: Dedication | None = None
    # Of the agent, where the host is a machine (world.agents).
    guid: str = ""
    # Of its agent, which is the server's unless a machine tells another.
    # Of its agent, where that is another than the server's.
    version: str = ""
    # How the server logs in to it; the API shows neither.
    username: str = ""
    password: str = ""
    # Whether its agent has a script for the stages of a rolling maintenance.
    scripts: bool = True
    # Row id of the category of guest systems that it is preferred for.
    os_category: int | None = None

    @property
    def held_mhz(self) -> int:
        return self.used_mhz + self.reserved_mhz if self.counted else 0

    @property
    def held_memory(self) -> int:
        return self.used_memory + self.reserved_memory if self.counted else 0
