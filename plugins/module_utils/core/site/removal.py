# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a zone has and its declaration does not, in the order in which it can be removed.

A list that is not set says nothing, so nothing of its kind is undeclared. Settings, providers, guest networks, local
storage and what serves several zones never are.
"""

from __future__ import annotations

import typing as t

from ..change import same_address, same_name, same_word
from ..declaration.export import Seen
from ..untyped import mappings
from ..zone.hosts import HostIndex, HostName
from ..zone.physical_networks import VlanIpRange
from .pieces import Key, Piece, Record

ABSENT: Record = {"state": "absent"}
# The places that can be empty before they go come last.
REMOVAL = ("storage", "hosts", "clusters", "addresses", "networks")


def undeclared(
    seen: Seen, declaration: Record, hosts: t.Sequence[Record], parts: t.Collection[str]
) -> list[list[Piece]]:
    """The objects of some parts that are not declared, each with what removes it; those of a stage are independent.

    hosts: none say nothing.
    """
    its = _Undeclared(seen, declaration, hosts)
    found = [stage for part in REMOVAL if part in parts for stage in getattr(its, part)()]
    return [stage for stage in found if stage]


class _Undeclared:
    def __init__(self, seen: Seen, declaration: Record, hosts: t.Sequence[Record]) -> None:
        self.seen, self.its = seen, declaration
        self.declared_hosts = [each for each in hosts if isinstance(each, t.Mapping)]

    def storage(self) -> list[list[Piece]]:
        seen, zone = self.seen, self.seen.zone
        urls = {str(each.get("url")).rstrip("/") for each in self._said("staging_stores")}
        # Hosts add local storage themselves, and object storage serves all zones.
        pools = [each for each in seen.pools if each.scope.casefold() != "host"]
        stores = [each for each in seen.stores if each.zone_id == zone.id]
        return [
            [
                self._gone("staging store", each.id, str(each.url), {"url": each.url})
                for each in seen.staging
                if self._set("staging_stores") and str(each.url).rstrip("/") not in urls
            ],
            [
                self._gone("image store", each.id, each.name, {"name": each.name, "provider": each.provider or "NFS"})
                for each in stores
                if self._lacks("secondary_storage", each.id, each.name)
            ],
            [
                self._gone("storage pool", each.id, each.name, {"name": each.name})
                for each in pools
                if self._lacks("primary_storage", each.id, each.name)
            ],
        ]

    def hosts(self) -> list[list[Piece]]:
        if not self.declared_hosts:
            return []
        index, meant = HostIndex(self.seen.hosts), set()
        for each in self.declared_hosts:
            name = HostName(str(each.get("name") or ""), url=str(each.get("url") or ""))
            meant |= {host.id for host in index.matching(name)}
        return [
            [
                self._gone("host", each.id, each.name, {"name": each.name, "id": each.id})
                for each in self.seen.hosts
                if each.id not in meant
            ]
        ]

    def clusters(self) -> list[list[Piece]]:
        said, centers = self._said("clusters"), self._said("vmware_datacenters")
        return [
            [
                self._gone(
                    "cluster",
                    each.id,
                    each.name,
                    {"name": each.name, "id": each.id},
                    *(("host", host.name) for host in self.seen.hosts if host.cluster_id == each.id),
                    *(("storage pool", pool.name) for pool in self.seen.pools if pool.cluster_id == each.id),
                )
                for each in self.seen.clusters
                if self._set("clusters")
                and not any(
                    each.id == one.get("name")
                    or (same_name(one.get("name"), each.name) and _in_pod(one.get("pod"), each.pod, each.pod_id))
                    for one in said
                )
            ],
            [
                self._gone("VMware datacenter", each.id, each.name, {"name": each.name}, module="vmware_dc")
                for each in self.seen.datacenters
                # Another name renames the one that a zone has.
                if self._set("vmware_datacenters") and not centers
            ],
        ]

    def addresses(self) -> list[list[Piece]]:
        gone = [each for each in self.seen.pods if self._lacks("pods", each.id, each.name)]
        pods = [
            self._gone(
                "pod",
                each.id,
                each.name,
                {"name": each.name, "id": each.id},
                *(("cluster", cluster.name) for cluster in self.seen.clusters if cluster.pod_id == each.id),
            )
            for each in gone
        ]
        return [[*self._public(), *self._of_pods({each.id for each in gone})], pods]

    def networks(self) -> list[list[Piece]]:
        gone = [each for each in self.seen.physical_networks if self._lacks("physical_networks", each.id, each.name)]
        traffic = []
        for network in self.seen.physical_networks:
            said = next(
                (each for each in self._said("physical_networks") if _named(each, network.id, network.name)), {}
            )
            kinds = said.get("traffic_types")
            traffic += [
                self._gone(
                    "traffic type",
                    each.id,
                    f"{each.traffic_type} of {network.name}",
                    {"traffic_type": each.traffic_type, "physical_network": network.id},
                )
                for each in self.seen.traffic_types
                if each.physical_network_id == network.id
                and kinds is not None
                and not any(same_word(one.get("traffic_type"), each.traffic_type) for one in mappings(kinds))
            ]
        return [traffic, [self._gone("physical network", each.id, each.name, {"name": each.name}) for each in gone]]

    def _public(self) -> t.Iterator[Piece]:
        names = {each.id: each.name for each in self.seen.physical_networks}
        said = self._said("public_ip_ranges")
        for each in self.seen.ranges:
            name = names.get(each.physical_network_id)
            if not self._set("public_ip_ranges") or not each.for_virtual_network or name is None:
                continue
            there = [one for one in said if one.get("physical_network") in (None, each.physical_network_id)]
            there += [one for one in said if same_name(one.get("physical_network"), name)]
            if not any(_starts(one, each) for one in there):
                yield self._range(each, {"physical_network": each.physical_network_id})

    def _of_pods(self, gone: t.Collection[str]) -> t.Iterator[Piece]:
        """Addresses of guests, which the pods of a basic zone have."""
        for pod in self.seen.pods:
            said = next((one for one in self._said("pods") if _named(one, pod.id, pod.name)), {})
            ranges = said.get("guest_ip_ranges")
            for each in self.seen.ranges:
                theirs = each.pod_id == pod.id and not each.for_virtual_network
                if not theirs or (ranges is None and pod.id not in gone):
                    continue
                if not any(_starts(one, each) for one in mappings(ranges)):
                    yield self._range(each, {"pod": pod.id, "network": each.network_id or None})

    def _range(self, its: VlanIpRange, places: Record) -> Piece:
        ends = {name: getattr(its, name) for name in ("start_ip", "start_ipv6", "cidr_ipv6")}
        given = {name: value for name, value in {**ends, **places}.items() if value}
        name = its.start_ip or its.start_ipv6 or its.cidr_ipv6 or its.id
        return self._gone("VLAN IP range", its.id, name, given, module="vlan_ip_range")

    def _gone(self, kind: str, id: str, name: str, given: Record, *needs: Key, module: str = "") -> Piece:
        module = module or kind.replace(" ", "_")
        return Piece(kind, name, module, {**given, "zone": self.seen.zone.id, **ABSENT}, needs, id=id)

    def _lacks(self, key: str, id: str, name: str) -> bool:
        return self._set(key) and not any(_named(each, id, name) for each in self._said(key))

    def _set(self, key: str) -> bool:
        return self.its.get(key) is not None

    def _said(self, key: str) -> list[Record]:
        return list(mappings(self.its.get(key)))


def _named(said: Record, id: str, name: str) -> bool:
    return said.get("name") == id or same_name(said.get("name"), name)


def _in_pod(said: object, name: str, id: str) -> bool:
    return said is None or said == id or same_name(said, name)


def _starts(said: Record, held: VlanIpRange) -> bool:
    """A range is known by its first address."""
    pairs = [(said.get(name), getattr(held, name)) for name in ("start_ip", "start_ipv6", "cidr_ipv6")]
    return any(one and other and same_address(one, other) for one, other in pairs)
