# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters by seed: sizes, utilisation, rules of placement, what is asked of the roll; each is valid as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import Order
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Needs, Vm, VmHost

GIB = 1 << 30
# (cores, GiB) and how often: small ones are many, as in clouds that publish their mix.
FLAVOURS = (
    (1, 1, 12),
    (1, 2, 16),
    (2, 4, 18),
    (2, 8, 14),
    (4, 8, 12),
    (4, 16, 10),
    (8, 16, 6),
    (8, 32, 6),
    (16, 32, 2),
    (16, 64, 3),
    (32, 128, 1),
)
MHZ = 2000


@dataclass(frozen=True)
class Shape:
    """What a cluster is to look like. use: share of the binding resource taken; tags, apart: of VMs."""

    hosts: int = 8
    use: float = 0.6
    bound: str = "ram"  # or "cpu"
    mixed: bool = False
    tags: float = 0.0
    apart: float = 0.0
    together: float = 0.0
    dedicated: bool = False
    pools: bool = False
    arch: bool = False
    unusable: int = 0
    visit: float = 1.0
    first: int = 0
    most_at_once: int = 1
    spare_hosts: int = 0
    host_gib: int = 256
    largest: int = 128


@dataclass(frozen=True)
class Cluster:
    """Input of a plan, with the shape and seed that made it."""

    hosts: tuple[VmHost, ...]
    vms: tuple[Vm, ...]
    order: Order
    shape: Shape
    seed: int


def cluster(seed: int, shape: Shape) -> Cluster:
    """The cluster of that seed and shape; the same each time."""
    rng = Random(f"{seed} {shape}")
    hosts = _hosts(rng, shape)
    vms = _fill(rng, shape, hosts)
    for n in range(shape.unusable):
        # What it ran stays on it: an administrator disabled it, or its agent is gone.
        hosts[-1 - n] = replace(hosts[-1 - n], unusable=rng.choice(("not_enabled", "agent_down")))
    names = [host.id for host in hosts if host.unusable != "agent_down"]
    rng.shuffle(names)
    visited = names[: max(1, round(shape.visit * len(names)))]
    first = tuple(visited[: shape.first])
    order = Order(tuple(sorted(visited)), first, shape.most_at_once, shape.spare_hosts)
    return Cluster(tuple(hosts), tuple(vms), order, shape, seed)


def _hosts(rng: Random, shape: Shape) -> list[VmHost]:
    # Cores over-committed four times; by CPU the same machine offers far fewer MHz than its RAM could feed.
    per_gib = MHZ * (0.9 if shape.bound == "ram" else 0.28)
    hosts = []
    for n in range(shape.hosts):
        gib = shape.host_gib * (rng.choice((1, 1, 2, 3)) if shape.mixed else 1)
        tags = frozenset(tag for tag, odds in (("ssd", 0.6), ("lic", 0.4)) if shape.tags and rng.random() < odds)
        pools = None if not shape.pools else frozenset({"p0", rng.choice(("p1", "p2"))})
        owner = "account:a" if shape.dedicated and n < max(3, shape.hosts // 4) else ""
        arch = ("aarch64" if n % 2 else "x86_64") if shape.arch else ""
        room = Amount(int(gib * per_gib), gib * GIB - rng.randrange(1 << 20))
        hosts.append(
            VmHost(f"h{n}", f"host{n:03}", room, 64, MHZ, tags, pools, owner, arch, uefi=n % 3 != 0, most_vms=200)
        )
    return hosts


def _fill(rng: Random, shape: Shape, hosts: list[VmHost]) -> list[Vm]:
    vms: list[Vm] = []
    flavours = [each for each in FLAVOURS if each[1] <= shape.largest]
    weights = [each[2] for each in flavours]
    groups: dict[str, list[str]] = {}
    for host in hosts:
        free = host.room
        target = min(0.98, max(0.02, rng.gauss(shape.use, 0.06)))
        while True:
            cores, gib, _ = rng.choices(flavours, weights)[0]
            vm = Vm(f"v{len(vms)}", f"vm{len(vms):05}", host.id, Amount(cores * MHZ, gib * GIB))
            free = free - vm.size
            if max(1 - free.cpu / host.room.cpu, 1 - free.ram / host.room.ram) > target:
                break
            vms.append(_ruled(rng, shape, host, vm, groups, len(hosts)))
    return _joined(rng, shape, vms)


def _ruled(rng: Random, shape: Shape, host: VmHost, vm: Vm, groups: dict[str, list[str]], count: int) -> Vm:
    """Rules that its own host meets."""
    needs = Needs(cores=vm.size.cpu // MHZ, speed=MHZ)
    if host.tags and rng.random() < shape.tags:
        needs = replace(needs, tags=frozenset({rng.choice(sorted(host.tags))}))
    if host.dedicated_to:
        needs = replace(needs, dedicated=True, owners=frozenset({host.dedicated_to, "domain:/"}))
    if host.pools is not None:
        needs = replace(needs, pools=frozenset({"p0" if rng.random() < 0.7 else sorted(host.pools)[1]}))
    if host.arch:
        needs = replace(needs, arch=host.arch)
    if host.uefi and rng.random() < (0.1 if shape.arch else 0):
        needs = replace(needs, uefi=True)
    apart: tuple[str, ...] = ()
    if rng.random() < shape.apart:
        group = f"g{rng.randrange(max(2, count // 2))}"
        # A group as large as the cluster could never be moved at all.
        members = groups.setdefault(group, [])
        if host.id not in members and len(members) < max(2, count - 2 - shape.spare_hosts):
            members.append(host.id)
            apart = (group,)
    return replace(vm, needs=needs, apart=apart)


def _joined(rng: Random, shape: Shape, vms: list[Vm]) -> list[Vm]:
    """Some neighbours on a host are bound to stay together."""
    result = list(vms)
    for n in range(len(result) - 1):
        one, two = result[n], result[n + 1]
        if one.host == two.host and not one.together and rng.random() < shape.together and not (one.apart or two.apart):
            result[n] = replace(one, together=f"t{n}")
            result[n + 1] = replace(two, together=f"t{n}")
    return result


def shapes(rng: Random) -> Iterator[Shape]:
    """Without end: every feature alone and with others, from roomy to nearly full."""
    while True:
        hosts = rng.choice((3, 4, 5, 6, 8, 8, 10, 12, 16, 20, 24))
        ruled = rng.random() < 0.6
        yield Shape(
            hosts=hosts,
            use=rng.uniform(0.30, 0.95),
            bound=rng.choice(("ram", "ram", "cpu")),
            mixed=rng.random() < 0.3,
            tags=rng.choice((0, 0, 0.2)) if ruled else 0,
            apart=rng.choice((0, 0.1, 0.2)) if ruled else 0,
            together=rng.choice((0, 0, 0.05)) if ruled else 0,
            dedicated=ruled and hosts >= 8 and rng.random() < 0.2,
            pools=ruled and rng.random() < 0.2,
            arch=ruled and hosts >= 8 and rng.random() < 0.2,
            unusable=rng.choice((0, 0, 0, 1, 2)) if hosts > 5 else 0,
            visit=rng.choice((1, 1, 1, 0.5)),
            first=rng.choice((0, 0, 0, 1, 2)),
            most_at_once=rng.choice((1, 1, 1, 2, 3, 4)),
            spare_hosts=rng.choice((0, 0, 1, 1, 2)),
            largest=rng.choice((16, 32, 64, 128)),
        )


def clusters(count: int, seed: int = 0) -> Iterator[Cluster]:
    """As many clusters of all shapes."""
    source = shapes(Random(seed))
    for n in range(count):
        yield cluster(n, next(source))


def tiny(count: int, seed: int = 0, spare_hosts: int = 0, most_at_once: int = 1) -> Iterator[Cluster]:
    """Clusters of 3 to 5 hosts with few and large VMs, which can be solved to the optimum."""
    rng = Random(seed)
    for n in range(count):
        hosts = rng.choice((3, 4, 5))
        apart = rng.choice((0, 0.2))
        yield cluster(
            n,
            Shape(
                hosts=hosts,
                use=rng.uniform(0.35, 0.85),
                mixed=rng.random() < 0.3,
                apart=apart,
                tags=rng.choice((0, 0, 0.15)),
                spare_hosts=spare_hosts,
                most_at_once=most_at_once,
                host_gib=32,
                largest=16,
                visit=rng.choice((1, 1, 0.7)),
            ),
        )


def any_cluster(largest: int = 8) -> st.SearchStrategy[Cluster]:
    """For hypothesis: shapes that shrink towards few empty hosts without rules."""
    shape = st.builds(
        Shape,
        hosts=st.integers(2, largest),
        use=st.floats(0.1, 0.95),
        bound=st.sampled_from(("ram", "cpu")),
        mixed=st.booleans(),
        tags=st.sampled_from((0.0, 0.2)),
        apart=st.sampled_from((0.0, 0.2)),
        together=st.sampled_from((0.0, 0.1)),
        pools=st.booleans(),
        unusable=st.integers(0, 1),
        visit=st.sampled_from((1.0, 0.5)),
        first=st.integers(0, 2),
        most_at_once=st.integers(1, 4),
        spare_hosts=st.integers(0, 2),
        largest=st.sampled_from((32, 64)),
    )
    return st.builds(cluster, st.integers(0, 1000), shape)
