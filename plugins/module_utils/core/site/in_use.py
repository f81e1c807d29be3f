# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why objects that are no longer declared cannot be removed yet.

The server refuses most of these only when it is asked to remove them, after others are gone; some not at all.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..declaration.export import Seen
from ..errors import Reason
from ..text import printable
from ..zone.resource_states import DISABLED, MAINTENANCE
from .pieces import Piece

Names = t.Mapping[str, t.Sequence[str]]  # by the id of what has them
SHOWN = 5
# The server looks at networks of guests and at addresses of storage alone (deletePhysicalNetworkTrafficType).
OF_HOSTS = ("Management", "Storage")
STAY = "remove them from the declaration too"


@dataclass(frozen=True)
class Users:
    """vms: of hosts. addresses: that are taken, of ranges. items: on image stores. networks: of physical networks."""

    vms: Names = field(default_factory=dict)
    addresses: Names = field(default_factory=dict)
    items: Names = field(default_factory=dict)
    networks: Names = field(default_factory=dict)


def reasons_to_keep(removals: t.Sequence[Piece], seen: Seen, users: Users) -> t.Iterator[Reason]:
    """Each with the kind and name of its object in facts."""
    its = _Kept(seen, users, {each.id for each in removals})
    for piece in removals:
        for code, message, remedy in its.against(piece):
            facts = {"kind": piece.kind, "name": piece.name}
            yield Reason(code, printable(f"{piece.label}: {message}"), remedy, facts)


Against = t.Iterator[tuple[str, str, str]]  # code, message, remedy


class _Kept:
    """gone: ids of all that is to be removed."""

    def __init__(self, seen: Seen, users: Users, gone: t.Collection[str]) -> None:
        self.seen, self.users, self.gone = seen, users, gone

    def against(self, piece: Piece) -> Against:
        look = getattr(self, piece.kind.replace(" ", "_").lower(), None)
        yield from look(piece.id) if look else ()

    def host(self, id: str) -> Against:
        (state,) = [each.resource_state for each in self.seen.hosts if each.id == id]
        if state not in (MAINTENANCE, DISABLED):
            remedy = "put it into maintenance first, for example with cs_maintenance"
            yield "host_in_service", f"its resource state is {state}", remedy
        yield from _used("host_in_use", "VMs are on it", self.users.vms.get(id), "migrate or stop them")

    def cluster(self, id: str) -> Against:
        hosts = [each.name for each in self.seen.hosts if each.cluster_id == id and each.id not in self.gone]
        yield from _used("cluster_in_use", "it has hosts that stay", hosts, STAY)
        pools = [each for each in self.seen.pools if each.cluster_id == id and each.id not in self.gone]
        # Local storage goes with its host.
        shared = [each.name for each in pools if each.scope.casefold() != "host"]
        yield from _used("cluster_in_use", "it has primary storage that stays", shared, "remove the storage too")

    def vmware_datacenter(self, _id: str) -> Against:
        kept = [each for each in self.seen.clusters if each.hypervisor == "VMware" and each.id not in self.gone]
        names = [each.name for each in kept]
        yield from _used("datacenter_in_use", "it has clusters that stay", names, STAY)

    def pod(self, id: str) -> Against:
        names = [each.name for each in self.seen.clusters if each.pod_id == id and each.id not in self.gone]
        yield from _used("pod_in_use", "it has clusters that stay", names, STAY)

    def vlan_ip_range(self, id: str) -> Against:
        yield from _used(
            "range_in_use", "addresses are in use", self.users.addresses.get(id), "release these addresses first"
        )

    def image_store(self, id: str) -> Against:
        remedy = "move them with cs_image_store_migration, or delete them"
        yield from _used("store_in_use", "templates or snapshots are on it", self.users.items.get(id), remedy)

    def traffic_type(self, id: str) -> Against:
        (its,) = [each for each in self.seen.traffic_types if each.id == id]
        yield from self._network(its.physical_network_id, its.traffic_type)

    def physical_network(self, id: str) -> Against:
        yield from self._network(id, "Guest")
        yield from self._network(id, "Public")
        for each in self.seen.traffic_types:
            if each.physical_network_id == id and each.traffic_type in OF_HOSTS:
                yield from self._network(id, each.traffic_type)

    def _network(self, id: str, kind: str) -> Against:
        if kind == "Guest":
            networks = self.users.networks.get(id)
            yield from _used("network_in_use", "guest networks are on it", networks, "delete these networks first")
        if kind in OF_HOSTS:
            hosts = [each.name for each in self.seen.hosts if each.id not in self.gone]
            remedy = f"declare the traffic type {kind}, or remove these hosts too"
            yield from _used("network_in_use", f"the zone has hosts, which need {kind} traffic", hosts, remedy)
        if kind == "Public":
            kept = [each for each in self.seen.ranges if each.physical_network_id == id and each.id not in self.gone]
            names = [str(each.start_ip or each.start_ipv6) for each in kept if each.for_virtual_network]
            yield from _used("network_in_use", "public IP ranges of it stay", names, "remove these ranges too")


def _used(code: str, what: str, names: t.Optional[t.Sequence[str]], remedy: str) -> Against:
    if names:
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        yield code, f"{what}: {', '.join(sorted(names)[:SHOWN])}{more}", remedy
