"""Addresses of a region that move between zones."""

from __future__ import annotations

from dataclasses import dataclass, field

# A fresh installation is one region.
REGION, REGION_NAME, REGION_ENDPOINT = 1, "Local", "http://localhost:8080/client/"


@dataclass(slots=True)
class PortableRange:
    """`used`: row id of the network that has an address, by address."""

    id: int
    uuid: str
    region: int
    start: str
    end: str
    gateway: str
    netmask: str
    vlan: str
    used: dict[str, int] = field(default_factory=dict)
