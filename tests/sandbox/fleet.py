"""A small cloud to try rolls and reports on: zone `zurich` with the KVM clusters `kvm-a` and `kvm-b`.

`python -m sandbox --vms 60` starts with it. VMs are spread unevenly, as in a cluster that has grown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from .snapshot import OFFERINGS, Line

ZONE, CLUSTERS = "zurich", ("kvm-a", "kvm-b")
HOST_MIB, HOST_MHZ = 32 << 10, 16 * 2400
# No host is filled above this share, so that a plan can be found.
FULLEST = 0.85


def lines(hosts: int, vms: int, seed: int = 1) -> Iterator[Line]:
    """Lines of a snapshot with that many hosts (in two clusters) and VMs. ValueError when they do not fit."""
    luck = random.Random(seed)
    names = [f"{cluster}{number + 1}" for cluster, count in shares(hosts) for number in range(count)]
    placed: dict[str, list[int]] = {name: [] for name in names}
    free = {name: [HOST_MIB * FULLEST, HOST_MHZ * FULLEST] for name in names}
    weights = [luck.uniform(0.5, 1.5) for _name in names]
    for number in range(vms):
        choice = luck.choices(range(len(OFFERINGS)), (5, 3, 2))[0]
        _, cores, mhz, memory = OFFERINGS[choice]
        open_to = [at for at, name in enumerate(names) if free[name][0] >= memory and free[name][1] >= cores * mhz]
        if not open_to:
            raise ValueError(
                f"{vms} VMs do not fit on {hosts} hosts: {number} VMs fill every host to {FULLEST:.0%}; "
                "use more hosts (--hosts) or fewer VMs (--vms)"
            )
        name = names[luck.choices(open_to, [weights[at] for at in open_to])[0]]
        free[name][0] -= memory
        free[name][1] -= cores * mhz
        placed[name].append(choice)
    yield {"kind": "zone", "name": ZONE}
    yield {"kind": "pod", "name": f"{ZONE}-1", "zone": ZONE, "net": "10.10.0.1"}
    for cluster, count in shares(hosts):
        yield {"kind": "cluster", "name": cluster, "pod": f"{ZONE}-1", "hypervisor": "KVM"}
        for number in range(count):
            name = f"{cluster}{number + 1}"
            size = {"cores": HOST_MHZ // 2400, "mhz": 2400, "memory_gib": HOST_MIB >> 10}
            yield {"kind": "host", "name": name, "cluster": cluster, "vms": placed[name], **size}


def shares(hosts: int) -> list[tuple[str, int]]:
    """How many hosts each cluster has; the first one has the odd host."""
    return [(CLUSTERS[0], hosts - hosts // 2), (CLUSTERS[1], hosts // 2)]
