# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone as a tree of lines to look at: what stands where, in which state, with which capacity.

Fed with what the ``_info`` modules return: records under the field names of the dataclasses beside this file.
"""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass

Record = t.Mapping[str, t.Any]
Facts = t.Mapping[str, t.Sequence[Record]]

GIB = 1024**3
MHZ_OF_GHZ = 1000


class Figure(str):
    """A cell that is aligned to the right."""

    __slots__ = ()


@dataclass(frozen=True)
class Node:
    """A line and what hangs under it. Lines of one kind have their cells in columns, wherever they stand."""

    kind: str
    cells: tuple[str, ...]
    children: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Amount:
    """used of total (with over-provisioning) of raw, in the server's units."""

    used: float = 0.0
    total: float = 0.0
    raw: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.used + other.used, self.total + other.total, self.raw + other.raw)

    def cells(self, name: str, unit: float, symbol: str) -> tuple[str, ...]:
        """The name, "used", "/ total symbol", and the over-provisioning factor where there is one."""
        factor = self.total / self.raw if self.raw else 1.0
        over = f"×{factor:.2f}".rstrip("0").rstrip(".") if abs(factor - 1) > 0.005 else ""
        return name, Figure(f"{self.used / unit:,.1f}"), Figure(f"/ {self.total / unit:,.1f} {symbol}"), over


def zone_tree(facts: Facts) -> str:
    """The lines of every zone in ``facts``: zones, physical_networks, traffic_types, vlan_ip_ranges, pods, clusters,

    hosts, storage_pools, image_stores (each a list; what is missing is not shown).
    """
    ratios = {"cpu_factor": "cpu_overcommit_ratio", "memory_factor": "memory_overcommit_ratio"}
    factors = {
        each["id"]: {name: each.get(ratio) for name, ratio in ratios.items()} for each in facts.get("clusters") or ()
    }
    hosts = [{**each, **factors.get(each.get("cluster_id"), {})} for each in facts.get("hosts") or ()]
    known = {**facts, "hosts": hosts}
    return "\n".join(line for zone in facts.get("zones") or () for line in lines(_zone(known, zone)))


def lines(root: Node) -> t.Iterator[str]:
    """A tree as text, its cells padded to columns by kind."""
    widths: dict[tuple[str, int], int] = {}
    for node in _all(root):
        for column, cell in enumerate(node.cells):
            widths[node.kind, column] = max(widths.get((node.kind, column), 0), len(cell))
    return _lines(root, widths, "", "")


def _all(node: Node) -> t.Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _lines(node: Node, widths: t.Mapping[tuple[str, int], int], first: str, rest: str) -> t.Iterator[str]:
    padded = (
        cell.rjust(widths[node.kind, n]) if isinstance(cell, Figure) else cell.ljust(widths[node.kind, n])
        for n, cell in enumerate(node.cells)
        if widths[node.kind, n]
    )
    yield (first + "  ".join(padded)).rstrip()
    for child in node.children:
        last = child is node.children[-1]
        yield from _lines(child, widths, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


def cpu(host: Record) -> Amount:
    """In MHz. Some servers multiply ``cpu_number`` (cs#9290), so the cluster's factor tells the rest."""
    shown = float(host.get("cpu_number") or 0) * float(host.get("cpu_speed") or 0)
    total, factor = float(host.get("cpu_with_overprovisioning") or shown), float(host.get("cpu_factor") or 0)
    return Amount(float(host.get("cpu_allocated") or 0), total, total / factor if factor else shown)


def memory(host: Record) -> Amount:
    """In bytes. The server multiplies ``memory_total`` too (T3:96-106), so the cluster's factor tells the rest."""
    shown, used = float(host.get("memory_total") or 0), float(host.get("memory_allocated") or 0)
    total = float(host.get("memory_with_overprovisioning") or shown)
    factor = float(host.get("memory_factor") or 0)
    return Amount(used, total, total / factor if factor else shown)


def _capacity(hosts: t.Iterable[Record]) -> tuple[str, ...]:
    cpus, memories = Amount(), Amount()
    for host in hosts:
        cpus, memories = cpus + cpu(host), memories + memory(host)
    return (*cpus.cells("CPU", MHZ_OF_GHZ, "GHz"), *memories.cells("RAM", GIB, "GiB"))


def _of(facts: Facts, key: str, **where: object) -> list[Record]:
    """The records of a kind that stand somewhere, by name."""
    found = [r for r in facts.get(key) or () if all(r.get(field) == value for field, value in where.items())]
    return sorted(found, key=lambda record: str(record.get("name") or ""))


def _text(record: Record, key: str, before: str = "", after: str = "") -> str:
    value = record.get(key)
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    return f"{before}{value}{after}" if value not in (None, "") else ""


def _zone(facts: Facts, zone: Record) -> Node:
    inside = {"zone_id": zone["id"]}
    networks = [_network(facts, each) for each in _of(facts, "physical_networks", **inside)]
    public = [_range(each) for each in _of(facts, "vlan_ip_ranges", **inside) if each.get("for_virtual_network")]
    pods = [_pod(facts, each) for each in _of(facts, "pods", **inside)]
    pools = [_pool(each) for each in _of(facts, "storage_pools", **inside) if not each.get("cluster_id")]
    stores = [_store(each) for each in _of(facts, "image_stores", **inside)]
    hosts = _of(facts, "hosts", **inside)
    head = (
        f"zone {zone['name']}",
        _text(zone, "network_type"),
        _text(zone, "allocation_state"),
        _text(zone, "guest_cidr_address", "guests "),
        _text(zone, "dns1", "DNS "),
    )
    total = Node("zone capacity", (f"{len(hosts)} hosts" if len(hosts) != 1 else "1 host", *_capacity(hosts)))
    return Node("zone", head, (total, *networks, *public, *pods, *pools, *stores))


def _vlans(network: Record) -> list[str]:
    """The server writes a single VLAN 500-500."""
    ranges = (part.partition("-") for part in str(network.get("vlan") or "").split(",") if part)
    return [low if low == high else f"{low}{dash}{high}" for low, dash, high in ranges]


def _network(facts: Facts, network: Record) -> Node:
    cells = (
        f"physical network {network['name']}",
        _text(network, "isolation_method"),
        _text(network, "state"),
        _text({"vlan": _vlans(network)}, "vlan", "guest VLANs "),
        _text(network, "tags", "tags "),
        _text(network, "nsps_enabled", "providers "),
    )
    traffic = _of(facts, "traffic_types", physical_network_id=network["id"])
    return Node("physical network", cells, tuple(_traffic(each) for each in traffic))


def _traffic(traffic: Record) -> Node:
    labels = (
        _text(traffic, f"{name}_networklabel", f"{shown} ")
        for name, shown in (
            ("kvm", "KVM"),
            ("xen", "XenServer"),
            ("vmware", "VMware"),
            ("hyperv", "Hyper-V"),
            ("ovm3", "OVM3"),
        )
    )
    return Node("traffic", (f"{_text(traffic, 'traffic_type')} traffic", *labels))


def _size(first: object, last: object) -> str:
    """How many addresses a range has; "" where it has none to read."""
    try:
        return str(int(ipaddress.ip_address(str(last))) - int(ipaddress.ip_address(str(first))) + 1)
    except ValueError:
        return ""


def _range(each: Record) -> Node:
    vlan = str(each.get("vlan") or "untagged")
    count = _size(each.get("start_ip"), each.get("end_ip") or each.get("start_ip"))
    cells = (
        "public range",
        vlan if vlan == "untagged" else f"VLAN {vlan}",
        f"{_text(each, 'start_ip')} – {_text(each, 'end_ip')}",
        Figure(f"{count} addresses" if count else ""),
        _text(each, "gateway", "gateway "),
        _text(each, "netmask"),
    )
    return Node("public range", cells)


def _pod(facts: Facts, pod: Record) -> Node:
    cells = (
        f"pod {pod['name']}",
        _text(pod, "allocation_state"),
        f"{_text(pod, 'start_ip')} – {_text(pod, 'end_ip')}",
        _text(pod, "gateway", "gateway "),
        _text(pod, "netmask"),
    )
    return Node("pod", cells, tuple(_cluster(facts, each) for each in _of(facts, "clusters", pod_id=pod["id"])))


def _cluster(facts: Facts, cluster: Record) -> Node:
    hosts = _of(facts, "hosts", cluster_id=cluster["id"])
    pools = _of(facts, "storage_pools", cluster_id=cluster["id"])
    managed = _text(cluster, "managed_state")
    cells = (
        f"cluster {cluster['name']}",
        _text(cluster, "hypervisor"),
        _text(cluster, "allocation_state"),
        "" if managed == "Managed" else managed,
        *_capacity(hosts),
    )
    return Node("cluster", cells, (*(_host(each) for each in hosts), *(_pool(each) for each in pools)))


def _host(host: Record) -> Node:
    cells = (
        f"host {host['name']}",
        _text(host, "ip_address"),
        _text(host, "state"),
        _text(host, "resource_state"),
        *_capacity((host,)),
        _text(host, "host_tags", "[", "]"),
        _text(host, "annotation", "\u201c", "\u201d"),
    )
    return Node("host", cells)


def _pool(pool: Record) -> Node:
    used, total = float(pool.get("disk_size_allocated") or 0), float(pool.get("disk_size_total") or 0)
    place = f"{_text(pool, 'ip_address')}{_text(pool, 'path')}"
    cells = (
        f"primary storage {pool['name']}",
        _text(pool, "type"),
        _text(pool, "state"),
        *Amount(used, total, total).cells("", GIB, "GiB"),
        place,
        _text(pool, "storage_tags", "[", "]"),
    )
    # A pool of the zone and one of a cluster stand at different depths: columns of their own.
    return Node(f"pool {pool.get('scope')}", cells)


def _store(store: Record) -> Node:
    cells = (f"secondary storage {store['name']}", _text(store, "provider"), _text(store, "url"))
    return Node("secondary storage", (*cells, "read-only" if store.get("read_only") else ""))
