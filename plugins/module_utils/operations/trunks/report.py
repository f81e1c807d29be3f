# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which VLANs of a zone reach which of its hosts."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.addresses import is_address
from ...core.change import Outcome
from ...core.errors import HostcraftError, InvalidValue
from ...core.hypervisors.model import HypervisorHost, HypervisorView
from ...core.trunks import check as trunks
from ...core.trunks.bridges import HostNetwork
from ...core.trunks.model import Lane, TrunkHost, Use
from ...core.vlans import ranges as vlans
from ...core.vlans.holders import Holder
from ...core.zone.hosts import Host
from ...core.zone.physical_networks import LABELS, PhysicalNetwork, TrafficType
from ...core.zone.topology import Cluster, Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..hypervisors.native import Reach
from ..vlans.holders import gather, ranges_of

# The traffic that VLANs of a holder run in.
TRAFFIC_OF = {
    "network": "Guest",
    "fixed_network": "Guest",
    "private_gateway": "Guest",
    "shared_range": "Guest",
    "public_range": "Public",
    "management_range": "Management",
    "storage_range": "Storage",
}
# Guests' VLANs of the pool are its own already.
OF_POOL = ("network", "leak", "dedication")


@dataclass(frozen=True)
class TrunkQuestion:
    """vlan: only these. hosts: networks of KVM hosts that were read there. reach: None without a connection."""

    zone: t.Optional[str] = None
    cluster: t.Optional[str] = None
    physical_network: t.Optional[str] = None
    vlan: object = None
    hosts: tuple[HostNetwork, ...] = ()
    reach: t.Optional[Reach] = None


def judged_trunks(cloud: Cloud, asked: TrunkQuestion) -> Outcome:
    """Raises NotFound, InvalidValue (a connection that would have to lead to several clusters)."""
    only = None if asked.vlan is None else vlans.parse(asked.vlan)
    place = lookup.zone(cloud, asked.zone)
    clusters = _clusters(cloud, asked, place)
    networks = cloud.physical_networks.all(zone_id=place.id)
    shown = [lookup.physical_network(cloud, asked.physical_network, place)] if asked.physical_network else networks
    holders = gather(cloud, place, networks)
    carriers = {each.id: cloud.traffic_types.all(physical_network_id=each.id) for each in shown}
    lanes = [lane for each in shown for lane in _lanes(each, carriers[each.id], holders)]
    hosts = [one for cluster in clusters for one in _hosts(cloud, asked, cluster)]
    return Outcome(
        False, result={"zone": place.name, **trunks.matrix(hosts, lanes, only), "tunnels": list(_tunnels(shown))}
    )


def _clusters(cloud: Cloud, asked: TrunkQuestion, place: Zone) -> t.Sequence[Cluster]:
    if asked.cluster:
        return [lookup.cluster(cloud, asked.cluster, place)]
    found: t.Sequence[Cluster] = cloud.clusters.all(zone_id=place.id)
    if asked.reach and len(found) > 1 and {each.hypervisor for each in found} != {"KVM"}:
        names = ", ".join(sorted(each.name for each in found))
        raise InvalidValue("cluster", asked.cluster, f"the cluster of the option hypervisor, one of {names}")
    return found


def _tunnels(networks: t.Iterable[PhysicalNetwork]) -> t.Iterator[dict[str, object]]:
    for each in networks:
        if not vlans.numbered_as_vlans(each.isolation_method):
            yield {
                "physical_network": each.name,
                "isolation_method": each.isolation_method,
                "message": "its numbers are VNIs, not VLANs: hosts reach each other by their addresses",
            }


def _lanes(
    network: PhysicalNetwork, carriers: t.Iterable[TrafficType], holders: t.Sequence[Holder]
) -> t.Iterator[Lane]:
    """One lane a traffic type; those without a VLAN are left out."""
    for carrier in carriers:
        by_kind: dict[str, list[Holder]] = {}
        for each in holders:
            here = each.physical_network_id == network.id and not each.tunnel and each.kind not in OF_POOL
            if here and TRAFFIC_OF.get(each.kind) == carrier.traffic_type:
                by_kind.setdefault(each.kind, []).append(each)
        uses = [
            Use(kind, vlans.union(*(one.ranges for one in held)), tuple(sorted({one.name for one in held if one.name})))
            for kind, held in sorted(by_kind.items())
        ]
        if carrier.traffic_type == "Guest" and network.vlan and vlans.numbered_as_vlans(network.isolation_method):
            uses.insert(0, Use("guest_vlans", ranges_of(network)))
        if uses:
            labels = {kind: label(carrier) for kind, label in LABELS.items()}
            yield Lane(network.name, carrier.traffic_type, labels, tuple(uses))


def _hosts(cloud: Cloud, asked: TrunkQuestion, cluster: Cluster) -> t.Iterator[TrunkHost]:
    there = cloud.hosts.all(zone_id=cluster.zone_id, cluster_id=cluster.id)
    view, error = _view(asked.reach, cluster, there)
    for host in sorted(there, key=lambda each: each.name):
        given = _given(host, asked.hosts)
        seen = view.host(host.name, host.ip_address) if view else None
        said = dict(view.unread).get(host.name, "") if view else error
        if given is not None:
            seen = HypervisorHost(host.id, host.name, nics=given.nics, networks=given.networks)
        devices = given.devices if given else {}
        yield TrunkHost(host.name, cluster.name, cluster.hypervisor, seen, "" if seen else said, devices)


def _view(
    reach: t.Optional[Reach], cluster: Cluster, hosts: t.Sequence[Host]
) -> tuple[t.Optional[HypervisorView], str]:
    """A cluster whose hypervisors cannot be reached is not seen; that is part of the answer."""
    if reach is None:
        return None, ""
    try:
        hypervisor = reach(cluster, hosts)
    except InvalidValue:
        raise
    except HostcraftError as problem:
        return None, problem.message
    try:
        return hypervisor.read(), ""
    except HostcraftError as problem:
        return None, problem.message
    finally:
        hypervisor.close()


def _given(host: Host, networks: t.Iterable[HostNetwork]) -> t.Optional[HostNetwork]:
    """By address, which nobody shares, else by name with or without its domain."""
    held = list(networks)
    if host.ip_address:
        for one in held:
            if host.ip_address in one.addresses:
                return one
    name = host.name.casefold()
    full = [one for one in held if one.name.casefold() == name]
    if is_address(host.name):
        return full[0] if full else None
    short = [one for one in held if one.name.casefold().split(".")[0] == name.split(".")[0]]
    return (full or short)[0] if len(full or short) == 1 else None
