"""What a host of each hypervisor looks like when it is added.

The simulator's facts are recorded (T1:41). Those of the others are plausible, not recorded.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

GIB = 1 << 30
# Names as the API writes them; an unknown name becomes "None" (T1:35).
NAMES = ("XenServer", "KVM", "VMware", "Hyperv", "LXC", "Simulator", "BareMetal", "Ovm3", "Custom", "External")
UNKNOWN = "None"
# One agent an address: a second host of the same URL is refused (not recorded).
UNIQUE_ADDRESS = frozenset({"KVM", "XenServer", "LXC", "Hyperv", "VMware"})


@dataclass(frozen=True)
class Facts:
    """`mhz` per core, `memory` in bytes."""

    cores: int = 16
    mhz: int = 2400
    memory: int = 128 * GIB
    version: str = ""
    capabilities: str = "hvm,snapshot"


DEFAULTS: Mapping[str, Facts] = {
    "Simulator": Facts(4, 8000, 8 * GIB, "4.22.0.0-SNAPSHOT", "hvm"),
    "KVM": Facts(version="9.1.0"),
    "XenServer": Facts(version="8.2.1", capabilities="xen-3.0-x86_64 , hvm-3.0-x86_64"),
    "VMware": Facts(version="8.0.2", capabilities="hvm"),
    "Hyperv": Facts(version="6.2", capabilities="hvm"),
    "LXC": Facts(version="9.1.0", capabilities="lxc"),
}
# Sizes that a test wants: (cores, MHz per core, bytes) by URL, or a function of the URL that may return None.
Size = tuple[int, int, int]
Sizes = Mapping[str, Size] | Callable[[str], Size | None]


def canonical(name: str) -> str:
    """`"kvm"` → `"KVM"`; anything unknown → `"None"`."""
    return next((known for known in NAMES if known.lower() == name.lower()), UNKNOWN)


def facts(hypervisor: str, url: str, sizes: Sizes | None) -> Facts:
    base = DEFAULTS.get(hypervisor, Facts())
    size = None
    if sizes is not None:
        size = sizes(url) if callable(sizes) else sizes.get(url)
    return replace(base, cores=size[0], mhz=size[1], memory=size[2]) if size else base


def place_of(hypervisor: str, url: str) -> str:
    """What tells one machine from another in a URL: the last name of a VMware path, else the host part; lower case."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    path = parts.path.rstrip("/").rpartition("/")[2] if hypervisor == "VMware" else ""
    return (path or host).lower()


def name_of(hypervisor: str, url: str, uuid: str) -> str:
    """The name that the server gives: the simulator's own, else what the URL calls the machine."""
    return f"SimulatedAgent.{uuid}" if hypervisor == "Simulator" else place_of(hypervisor, url)


def address_of(place: str, network: ipaddress.IPv4Network, taken: Callable[[str], bool]) -> str:
    """A literal address itself; else one of `network` that is not `taken`, the same for the same place and history."""
    try:
        return str(ipaddress.ip_address(place))
    except ValueError:
        # Neither the network nor the broadcast address.
        span = max(network.num_addresses - 2, 1)
        first = int.from_bytes(hashlib.sha256(place.encode()).digest()[:8], "big")
        tries = (str(network[1 + (first + n) % span]) for n in range(span))
        return next((address for address in tries if not taken(address)), str(network[1 + first % span]))
