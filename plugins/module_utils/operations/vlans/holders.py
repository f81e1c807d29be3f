# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathering who has which VLANs of a zone."""

from __future__ import annotations

import typing as t

from ...core.errors import Unsupported
from ...core.vlans import ranges as vlans
from ...core.vlans.holders import GuestNetwork, Holder, guest_holders, owner_of, vlan_of_label
from ...core.vlans.ranges import Range
from ...core.zone.physical_networks import PhysicalNetwork, TrafficType
from ...core.zone.portable_ranges import PortableRange
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud

# Traffic whose VLANs are never guests'.
SYSTEM_TRAFFIC = ("Management", "Storage", "Public")


def ranges_of(network: PhysicalNetwork) -> tuple[Range, ...]:
    return vlans.parse(network.vlan, highest=max(vlans.HIGHEST_OF.values()))


def gather(
    cloud: Cloud,
    zone: Zone,
    networks: t.Sequence[PhysicalNetwork],
    focus: t.Optional[PhysicalNetwork] = None,
    guests: t.Optional[t.Sequence[GuestNetwork]] = None,
) -> list[Holder]:
    """Every holder in a zone. ``networks``: all of its physical networks.

    ``focus``: the one that matters: of the others only their guest VLANs as a whole, not who uses each of them.
    ``guests``: the zone's guest networks, where they are read already.
    """
    names = {each.id: each.name for each in networks}
    asked = [focus] if focus else networks
    found = list(
        guest_holders(
            [each for network in asked for each in cloud.vlans.taken(network.id)],
            cloud.vlans.networks(zone.id) if guests is None else guests,
            {network.id: cloud.vlans.dedications(network.id) for network in asked},
            names,
        )
    )
    found += _gateways(cloud, zone, names)
    carriers = _carriers(cloud, networks)
    found += _labels(carriers, names)
    found += _address_ranges(cloud, zone, names)
    found += _portable_holders(cloud)
    found += _pod_ranges(cloud, zone, names, _carrier_ids(carriers))
    for each in networks:
        if focus and each.id != focus.id and each.vlan:
            tunnel = not vlans.numbered_as_vlans(each.isolation_method)
            found.append(
                Holder(
                    "physical_network", ranges_of(each), each.name, each.id, physical_network_id=each.id, tunnel=tunnel
                )
            )
    return found


def _gateways(cloud: Cloud, zone: Zone, names: t.Mapping[str, str]) -> t.Iterator[Holder]:
    for each in cloud.vlans.private_gateways(zone.id):
        place = each.physical_network_id
        ranges = ((each.vlan, each.vlan),)
        yield Holder("private_gateway", ranges, each.name, each.id, each.state, each.owner, place, names.get(place, ""))


def _carriers(cloud: Cloud, networks: t.Sequence[PhysicalNetwork]) -> list[TrafficType]:
    return [each for network in networks for each in cloud.traffic_types.all(physical_network_id=network.id)]


def _carrier_ids(carriers: t.Iterable[TrafficType]) -> dict[str, str]:
    """Physical network by traffic type; guest traffic may be on several, the others are on one."""
    return {each.traffic_type: each.physical_network_id for each in carriers}


def _labels(carriers: t.Iterable[TrafficType], names: t.Mapping[str, str]) -> t.Iterator[Holder]:
    for each in carriers:
        vlan = vlan_of_label(each.vmware_networklabel)
        if vlan is not None and each.traffic_type in SYSTEM_TRAFFIC:
            place = each.physical_network_id
            name = f"{each.traffic_type} ({each.vmware_networklabel})"
            yield Holder(
                "traffic_type",
                ((vlan, vlan),),
                name,
                each.id,
                physical_network_id=place,
                physical_network=names.get(place, ""),
            )


def _address_ranges(cloud: Cloud, zone: Zone, names: t.Mapping[str, str]) -> t.Iterator[Holder]:
    for each in cloud.vlan_ip_ranges.all(zone_id=zone.id):
        ranges = vlans.told(each.vlan)
        if ranges:
            name = f"{each.start_ip or each.start_ipv6}-{each.end_ip or each.end_ipv6}"
            kind = "public_range" if each.for_virtual_network else "shared_range"
            owner = owner_of(each.account or "", each.project or "", each.domain or "")
            place = each.physical_network_id
            yield Holder(kind, ranges, name, each.id, "", owner, place, names.get(place, ""))


def portable_ranges(cloud: Cloud) -> t.Sequence[PortableRange]:
    """None, which is told, where the user's API role does not allow to list them: few clouds have any."""
    try:
        return cloud.portable_ranges.all()
    except Unsupported as error:
        cloud.tell(f"ranges of portable addresses were not checked: {error.message}")
        return ()


def _portable_holders(cloud: Cloud) -> t.Iterator[Holder]:
    """They are in every zone of the region; which physical network has them is not known."""
    for each in portable_ranges(cloud):
        ranges = vlans.told(each.vlan)
        if ranges:
            yield Holder("portable_range", ranges, f"{each.start_ip}-{each.end_ip}", each.id)


def _pod_ranges(
    cloud: Cloud, zone: Zone, names: t.Mapping[str, str], carriers: t.Mapping[str, str]
) -> t.Iterator[Holder]:
    management, storage = carriers.get("Management", ""), carriers.get("Storage", "")
    pods = {pod.id: pod for pod in cloud.pods.all(zone_id=zone.id)}
    for pod in pods.values():
        for each in pod.ip_ranges:
            ranges = vlans.told(each.vlan)
            if ranges:
                name = f"{pod.name}, {each.start_ip}-{each.end_ip}"
                yield Holder(
                    "management_range",
                    ranges,
                    name,
                    pod.id,
                    physical_network_id=management,
                    physical_network=names.get(management, ""),
                )
    for one in cloud.storage_ranges.all(zone_id=zone.id):
        ranges = vlans.told(one.vlan)
        if ranges:
            its_pod = pods.get(one.pod_id)
            name = f"{one.start_ip}-{one.end_ip}" + (f" of pod {its_pod.name}" if its_pod else "")
            yield Holder(
                "storage_range",
                ranges,
                name,
                one.id,
                physical_network_id=storage,
                physical_network=names.get(storage, ""),
            )
