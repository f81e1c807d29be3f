# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the zones of a CloudStack as a tree with capacities: zone_tree.py

Reads CLOUDSTACK_ENDPOINT, CLOUDSTACK_KEY and CLOUDSTACK_SECRET. It asks the server itself, with nothing of the
collection in between, so it shows what is there and not what the modules believe.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import requests

GIB = 1024**3
# CloudStack's capacity types that an operator plans with: name, what one shown unit is in the server's, its symbol.
CAPACITIES = {
    0: ("memory", GIB, "GiB"),
    1: ("CPU", 1000, "GHz"),
    3: ("primary storage", GIB, "GiB"),
    4: ("public addresses", 1, ""),
    5: ("pod addresses", 1, ""),
    6: ("secondary storage", GIB, "GiB"),
    7: ("VLANs", 1, ""),
}
Record = dict[str, Any]


@dataclass
class Node:
    """A line of the tree and what hangs under it."""

    text: str
    children: list[Node] = field(default_factory=list)

    def lines(self, first: str = "", rest: str = "") -> Iterator[str]:
        yield f"{first}{self.text}"
        for child in self.children:
            last = child is self.children[-1]
            yield from child.lines(rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


class Server:
    """Signed reads. Raises requests.HTTPError with the server's words when it refuses."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self.url, self.key, self.secret = url, key, secret
        self.session = requests.Session()

    def ask(self, command: str, **parameters: object) -> Record:
        form = {**parameters, "command": command, "apiKey": self.key, "response": "json"}
        pairs = sorted(form.items(), key=lambda pair: pair[0].lower())
        text = "&".join(f"{name}={quote(str(value), safe='*')}" for name, value in pairs)
        digest = hmac.new(self.secret.encode(), text.lower().encode(), hashlib.sha1).digest()
        signed = f"{text}&signature={quote(base64.b64encode(digest).decode(), safe='')}"
        answer = self.session.post(
            self.url, data=signed, headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=60
        )
        if answer.status_code != 200:
            raise requests.HTTPError(f"{command}: HTTP {answer.status_code}: {answer.text[:300]}")
        (body,) = answer.json().values()
        return dict(body)

    def every(self, command: str, **parameters: object) -> list[Record]:
        """All records of a list command, page by page."""
        found: list[Record] = []
        page = 0
        while True:
            page += 1
            body = self.ask(command, page=page, pagesize=500, **parameters)
            records = next((value for value in body.values() if isinstance(value, list)), [])
            found += records
            if len(records) < 500:
                return found


def shown(number: float, unit: float) -> str:
    return f"{number / unit:,.1f}".removesuffix(".0")


def capacities(records: Iterable[Record]) -> list[Node]:
    """One line a capacity type; the server repeats a type for each pod and cluster, which are added up."""
    sums: dict[int, list[float]] = {}
    for record in records:
        held = sums.setdefault(int(record["type"]), [0.0, 0.0])
        held[0] += float(record["capacityused"])
        held[1] += float(record["capacitytotal"])
    nodes = []
    for kind, (used, total) in sorted(sums.items()):
        if kind in CAPACITIES and total:
            name, unit, symbol = CAPACITIES[kind]
            nodes.append(Node(f"{name}: {shown(used, unit)} of {shown(total, unit)} {symbol}".rstrip()))
    return nodes


def host_node(host: Record) -> Node:
    cores, speed = int(host.get("cpunumber", 0)), float(host.get("cpuspeed", 0))
    memory = shown(float(host.get("memorytotal", 0)), GIB)
    tags = f", tags {host['hosttags']}" if host.get("hosttags") else ""
    state = f"{host['state']}, {host['resourcestate']}"
    return Node(f"host {host['name']} ({state}): {cores} × {speed / 1000:.1f} GHz, {memory} GiB{tags}")


def cluster_node(server: Server, cluster: Record) -> Node:
    states = f"{cluster['hypervisortype']}, {cluster['allocationstate']}, {cluster.get('managedstate', 'Managed')}"
    node = Node(f"cluster {cluster['name']} ({states})")
    hosts = server.every("listHosts", clusterid=cluster["id"], type="Routing")
    node.children += [host_node(host) for host in sorted(hosts, key=lambda host: str(host["name"]))]
    pools = server.every("listStoragePools", clusterid=cluster["id"])
    node.children += [pool_node(pool) for pool in pools]
    return node


def pool_node(pool: Record) -> Node:
    size = shown(float(pool.get("disksizetotal", 0)), GIB)
    return Node(f"primary storage {pool['name']} ({pool['type']}, {pool['state']}): {size} GiB")


def network_node(server: Server, network: Record) -> Node:
    node = Node(f"physical network {network['name']} ({network['state']}): VLANs {network.get('vlan') or 'none'}")
    for traffic in server.every("listTrafficTypes", physicalnetworkid=network["id"]):
        labels = {
            name.removesuffix("networklabel"): value for name, value in traffic.items() if name.endswith("networklabel")
        }
        text = ", ".join(f"{name} {value}" for name, value in sorted(labels.items()))
        node.children.append(Node(f"{traffic['traffictype']} traffic" + (f": {text}" if text else "")))
    return node


def zone_node(server: Server, zone: Record) -> Node:
    where = {"zoneid": zone["id"]}
    node = Node(f"zone {zone['name']} ({zone['networktype']}, {zone['allocationstate']})")
    node.children += [network_node(server, network) for network in server.every("listPhysicalNetworks", **where)]
    for record in server.every("listVlanIpRanges", **where):
        if record.get("forvirtualnetwork"):
            text = f"{record['startip']}-{record['endip']}, gateway {record['gateway']}, {record['vlan']}"
            node.children.append(Node(f"public range {text}"))
    for pod in server.every("listPods", **where):
        branch = Node(f"pod {pod['name']} ({pod['allocationstate']}): gateway {pod['gateway']}")
        clusters = server.every("listClusters", podid=pod["id"])
        branch.children += [cluster_node(server, cluster) for cluster in clusters]
        node.children.append(branch)
    pools = server.every("listStoragePools", **where)
    node.children += [pool_node(pool) for pool in pools if not pool.get("clusterid")]
    node.children += [
        Node(f"secondary storage {store['name']} ({store.get('protocol', store.get('providername', ''))})")
        for store in server.every("listImageStores", **where)
    ]
    node.children.append(Node("capacity", capacities(server.every("listCapacity", **where))))
    return node


def main() -> int:
    missing = [name for name in ("ENDPOINT", "KEY", "SECRET") if not os.environ.get(f"CLOUDSTACK_{name}")]
    if missing:
        raise SystemExit(f"set {', '.join(f'CLOUDSTACK_{name}' for name in missing)}")
    server = Server(*(os.environ[f"CLOUDSTACK_{name}"] for name in ("ENDPOINT", "KEY", "SECRET")))
    zones = server.every("listZones")
    for zone in zones:
        print("\n".join(zone_node(server, zone).lines()))
    return 0 if zones else 1


if __name__ == "__main__":
    sys.exit(main())
