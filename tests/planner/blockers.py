# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters with one planted reason why a host cannot be emptied, and what applying its remedy makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.accounting import Amount
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rolling import Order
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.rules import Needs, Vm, VmHost

from .generate import GIB, Cluster, Shape

ROOM = Amount(400_000, 256 * GIB)
PINS = ("local_storage", "gpu", "vgpu", "vm_state", "snapshot", "tag_rule")


@dataclass(frozen=True)
class Blocked:
    """code: what a plan has to say; vm: whose id it has to name, "" for none; cured: the remedy applied."""

    code: str
    vm: str
    cluster: Cluster
    cured: Cluster


class _Site:
    """Hosts h0.. with small VMs; h0 is the one to empty and carries the planted VM "x"."""

    def __init__(self, rng: Random, filler_gib: int = 8, fill: int = 12) -> None:
        self.rng = rng
        self.hosts = [VmHost(f"h{n}", f"host{n}", ROOM, 64, 2000) for n in range(rng.randrange(4, 9))]
        self.vms: list[Vm] = []
        for host in self.hosts:
            for _ in range(rng.randrange(max(1, fill - 3), fill + 1)):
                self.add(host.id, 2000, filler_gib)

    def add(self, host: str, cpu: int, gib: int, name: str = "", **rules: object) -> Vm:
        vm = Vm(name or f"v{len(self.vms)}", f"vm-{name or len(self.vms)}", host, Amount(cpu, gib * GIB))
        vm = replace(vm, **rules)  # type: ignore[arg-type]
        self.vms.append(vm)
        return vm

    def clear(self, host: str) -> None:
        self.vms = [vm for vm in self.vms if vm.host != host]

    def cluster(self, spare: int = 0, everything: bool = False) -> Cluster:
        scope = tuple(host.id for host in self.hosts) if everything else ("h0",)
        order = Order(scope, spare_hosts=spare)
        return Cluster(tuple(self.hosts), tuple(self.vms), order, Shape(len(self.hosts)), 0)


def _with_host(cluster: Cluster, **facts: object) -> Cluster:
    new = replace(cluster.hosts[0], id="new", name="new", **facts)  # type: ignore[arg-type]
    return replace(cluster, hosts=(*cluster.hosts, new))


def _with_vm(cluster: Cluster, name: str, **facts: object) -> Cluster:
    vms = tuple(replace(vm, **facts) if vm.id == name else vm for vm in cluster.vms)  # type: ignore[arg-type]
    return replace(cluster, vms=vms)


def _change_hosts(cluster: Cluster, count: int, **facts: object) -> Cluster:
    """Change the first hosts after h0."""
    hosts = [replace(h, **facts) if 1 <= n <= count else h for n, h in enumerate(cluster.hosts)]  # type: ignore[arg-type]
    return replace(cluster, hosts=tuple(hosts))


def _pinned(code: str) -> Callable[[Random], Blocked]:
    def plant(rng: Random) -> Blocked:
        site = _Site(rng)
        site.add("h0", 4000, 8, "x", pinned=code)
        made = site.cluster()
        return Blocked(code, "x", made, _with_vm(made, "x", pinned=""))

    return plant


def _picky(code: str, own: dict[str, object], needs: Needs, cure: dict[str, object]) -> Callable[[Random], Blocked]:
    """A VM whose needs only its own host meets; the remedy makes another host like it."""

    def plant(rng: Random) -> Blocked:
        site = _Site(rng)
        site.hosts[0] = replace(site.hosts[0], **own)  # type: ignore[arg-type]
        if "dedicated_to" in own:
            site.clear("h0")
        site.add("h0", 4000, 8, "x", needs=needs)
        made = site.cluster()
        return Blocked(code, "x", made, _change_hosts(made, 1, **cure))

    return plant


def _dedication(rng: Random) -> Blocked:
    site = _Site(rng)
    site.hosts = [replace(h, dedicated_to="account:b" if n else "account:a") for n, h in enumerate(site.hosts)]
    site.clear("h0")
    site.add("h0", 4000, 8, "x", needs=Needs(dedicated=True, owners=frozenset({"account:a"})))
    made = site.cluster()
    return Blocked("dedication", "x", made, _change_hosts(made, 1, dedicated_to="account:a"))


def _cpu(rng: Random) -> Blocked:
    site = _Site(rng, fill=12)
    site.add("h0", 330_000, 8, "x")
    for host in site.hosts[1:]:
        site.add(host.id, 80_000, 1)
    made = site.cluster()
    twice = tuple(replace(h, room=Amount(h.room.cpu * 2, h.room.ram)) for h in made.hosts)
    return Blocked("cpu", "x", made, replace(made, hosts=twice))


def _ram(rng: Random) -> Blocked:
    site = _Site(rng, fill=16)
    site.clear("h0")
    site.add("h0", 2000, 180, "x")
    made = site.cluster()
    return Blocked("ram", "x", made, _with_host(made))


def _aggregate(rng: Random) -> Blocked:
    site = _Site(rng, fill=30)
    made = site.cluster()
    return Blocked("aggregate_short", "", made, _with_host(made))


def _fragmentation(rng: Random) -> Blocked:
    """Two VMs of 90 GiB: one other host has 100 GiB free, the rest 60 to 80 each."""
    site = _Site(rng)
    site.vms = []
    for host in site.hosts[1:]:
        site.add(host.id, 2000, 156 if host.id == "h1" else rng.randrange(176, 196))
    site.add("h0", 2000, 90)
    site.add("h0", 2000, 90)
    made = site.cluster()
    return Blocked("fragmentation", "", made, _with_host(made))


def _anti_affinity(rng: Random) -> Blocked:
    site = _Site(rng)
    for host in site.hosts[1:]:
        site.add(host.id, 2000, 4, apart=("g",))
    site.add("h0", 2000, 4, "x", apart=("g",))
    made = site.cluster()
    cured = _with_host(made) if rng.random() < 0.5 else _with_vm(made, "x", apart=())
    return Blocked("anti_affinity", "x", made, cured)


def _split(rng: Random) -> Blocked:
    site = _Site(rng, fill=16)
    site.clear("h0")
    site.add("h0", 2000, 80, "x", together="t")
    site.add("h0", 2000, 80, together="t")
    for host in site.hosts[1:]:
        site.add(host.id, 2000, 32)
    made = site.cluster()
    return Blocked("affinity_group_split", "x", made, _with_vm(made, "x", together=""))


def _max_vms(rng: Random) -> Blocked:
    site = _Site(rng)
    count = {h.id: sum(vm.host == h.id for vm in site.vms) for h in site.hosts}
    site.hosts = [replace(h, most_vms=count[h.id] if n else 500) for n, h in enumerate(site.hosts)]
    site.add("h0", 2000, 4, "x")
    made = site.cluster()
    return Blocked("max_vms", "x", made, _change_hosts(made, 99, most_vms=500))


def _unusable(code: str) -> Callable[[Random], Blocked]:
    """The only other host with the tag is out of service."""

    def plant(rng: Random) -> Blocked:
        site = _Site(rng)
        site.hosts[0] = replace(site.hosts[0], tags=frozenset({"lic"}))
        site.hosts[1] = replace(site.hosts[1], tags=frozenset({"lic"}), unusable=code)
        site.add("h0", 2000, 4, "x", needs=Needs(tags=frozenset({"lic"})))
        made = site.cluster()
        return Blocked(code, "x", made, _change_hosts(made, 1, unusable=""))

    return plant


def _last_host(rng: Random) -> Blocked:
    site = _Site(rng)
    site.hosts = [replace(h, unusable="not_enabled" if n else "") for n, h in enumerate(site.hosts)]
    made = site.cluster()
    return Blocked("last_host", "", made, _change_hosts(made, 99, unusable=""))


def _n_plus_f(rng: Random) -> Blocked:
    site = _Site(rng, fill=18)
    site.hosts = site.hosts[:4]
    site.vms = [vm for vm in site.vms if vm.host in {host.id for host in site.hosts}]
    made = site.cluster(spare=2, everything=True)
    cured = replace(made, order=replace(made.order, spare_hosts=0))
    return Blocked("n_plus_f", "", made, cured)


TAG, POOL = frozenset({"lic"}), frozenset({"p1"})
ANYWHERE = frozenset({"p0"})
PLANTS: dict[str, Callable[[Random], Blocked]] = {
    **{code: _pinned(code) for code in PINS},
    "tag": _picky("tag", {"tags": TAG}, Needs(tags=TAG), {"tags": TAG}),
    "not_dedicated": _picky(
        "not_dedicated",
        {"dedicated_to": "account:a"},
        Needs(dedicated=True, owners=frozenset({"account:a"})),
        {"dedicated_to": "account:a"},
    ),
    "dedication": _dedication,
    "storage_scope": _picky("storage_scope", {}, Needs(pools=POOL), {"pools": None}),
    "access_group": _picky("access_group", {"access_groups": TAG}, Needs(access_groups=TAG), {"access_groups": TAG}),
    "arch": _picky("arch", {"arch": "aarch64"}, Needs(arch="aarch64"), {"arch": "aarch64"}),
    "uefi": _picky("uefi", {}, Needs(uefi=True), {"uefi": True}),
    "cores": _picky("cores", {"cores": 128}, Needs(cores=100), {"cores": 128}),
    "cpu": _cpu,
    "ram": _ram,
    "aggregate_short": _aggregate,
    "fragmentation": _fragmentation,
    "anti_affinity": _anti_affinity,
    "affinity_group_split": _split,
    "max_vms": _max_vms,
    "agent_down": _unusable("agent_down"),
    "not_enabled": _unusable("not_enabled"),
    "last_host": _last_host,
    "n_plus_f": _n_plus_f,
}
# Where "any" is the default of a host, the others are told to differ.
OTHERS: dict[str, dict[str, object]] = {
    "storage_scope": {"pools": ANYWHERE},
    "arch": {"arch": "x86_64"},
    "uefi": {"uefi": False},
}


def planted(code: str, seed: int) -> Blocked:
    """A cluster that this one reason blocks."""
    found = PLANTS[code](Random(f"{code} {seed}"))
    facts = OTHERS.get(code)
    if not facts:
        return found
    cluster = _change_hosts(found.cluster, 99, **facts)
    cured = replace(cluster, hosts=(cluster.hosts[0], found.cured.hosts[1], *cluster.hosts[2:]))
    return replace(found, cluster=cluster, cured=cured)
