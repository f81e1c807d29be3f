"""Hosts."""

from __future__ import annotations

from dataclasses import dataclass, field


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
    # Capacity held by VMs: MHz and bytes, as requested by their offerings.
    used_mhz: int = 0
    used_memory: int = 0
