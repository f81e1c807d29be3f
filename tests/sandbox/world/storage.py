"""Primary and secondary storage."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class StoragePool:
    """`capacity` and `used` in bytes; `scope` CLUSTER, ZONE or HOST."""

    id: int
    uuid: str
    name: str
    zone_id: int
    pod_id: int | None
    cluster_id: int | None
    address: str
    path: str
    type: str
    scope: str
    hypervisor: str
    provider: str
    capacity: int
    created: str
    used: int = 0
    allocated: int = 0
    state: str = "Up"
    managed: bool = False
    tags: list[str] = field(default_factory=list)
    tag_rule: bool = False
    details: dict[str, str] = field(default_factory=dict)
    iops: int = 1_000_000
    # VMs that maintenance has stopped, by row id.
    stopped: set[int] = field(default_factory=set)
    # VMs, by row id, that the hypervisor neither stops nor starts for a maintenance of the pool.
    stuck: set[int] = field(default_factory=set)
    # Whether its figures were collected yet.
    measured: bool = False


@dataclass(slots=True)
class ImageStore:
    id: int
    uuid: str
    name: str
    url: str
    protocol: str
    provider: str
    zone_id: int | None
    scope: str
    readonly: bool = False
    # Bytes in all, once the server has been told of them (it does not learn them from a simulator); and bytes in use.
    capacity: int = 0
    used: int = 0
    # Files by path, in bytes; a secondary storage VM reads them, which a simulator has not (T7:311).
    files: dict[str, int] = field(default_factory=dict)
    # Templates, by row id, that a test has put on it.
    templates: set[int] = field(default_factory=set)
    # Uploaded volumes that a test has put on it: they move with the rest, and no listing of the store has them.
    uploaded: set[str] = field(default_factory=set)
