# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, network offerings and storage ranges on the wire (T2:6-7, T3:42-49, T4:21-33)."""

from __future__ import annotations

from ...core.zone.guest_networks import Network, NetworkOffering
from ...core.zone.pod_ranges import StorageRange
from .mapping import Wire, _names, _number, _text
from .resources import Resource
from .vlans import number


def network(wire: Wire) -> Network:
    vlan = number(dict(wire))
    return Network(
        id=wire["id"],
        name=_text(wire, "name"),
        display_text=wire.get("displaytext"),
        zone_id=_text(wire, "zoneid"),
        zone=_text(wire, "zonename"),
        physical_network_id=_text(wire, "physicalnetworkid"),
        network_offering_id=_text(wire, "networkofferingid"),
        network_offering=_text(wire, "networkofferingname"),
        guest_type=_text(wire, "type"),
        state=_text(wire, "state"),
        vlan=None if vlan is None else str(vlan),
        gateway=wire.get("gateway"),
        netmask=wire.get("netmask"),
        cidr=wire.get("cidr"),
        network_domain=wire.get("networkdomain"),
        acl_type=wire.get("acltype"),
        account=wire.get("account"),
        domain=wire.get("domainpath") or wire.get("domain"),
        project=wire.get("project"),
        project_id=_text(wire, "projectid"),
        specify_vlan=bool(wire.get("specifyvlan")),
        persistent=bool(wire.get("ispersistent")),
        created=wire.get("created"),
    )


def network_offering(wire: Wire) -> NetworkOffering:
    services = wire.get("service") or ()
    return NetworkOffering(
        id=wire["id"],
        name=_text(wire, "name"),
        display_text=wire.get("displaytext"),
        guest_ip_type=_text(wire, "guestiptype"),
        traffic_type=_text(wire, "traffictype"),
        state=_text(wire, "state"),
        specify_vlan=bool(wire.get("specifyvlan")),
        specify_ip_ranges=bool(wire.get("specifyipranges")),
        persistent=bool(wire.get("ispersistent")),
        conserve_mode=wire.get("conservemode"),
        egress_default_policy=wire.get("egressdefaultpolicy"),
        for_vpc=bool(wire.get("forvpc")),
        is_default=bool(wire.get("isdefault")),
        availability=wire.get("availability"),
        network_rate=_number(wire, "networkrate"),
        max_connections=_number(wire, "maxconnections"),
        tags=_names(wire.get("tags")),
        supported_services=tuple(str(each.get("name")) for each in services),
        service_providers=tuple(
            {"service": str(each.get("name")), "provider": str(one.get("name"))}
            for each in services
            for one in each.get("provider") or ()
        ),
    )


def storage_range(wire: Wire) -> StorageRange:
    vlan = wire.get("vlan")
    return StorageRange(
        id=wire["id"],
        zone_id=_text(wire, "zoneid"),
        pod_id=_text(wire, "podid"),
        gateway=wire.get("gateway"),
        netmask=wire.get("netmask"),
        start_ip=wire.get("startip"),
        end_ip=wire.get("endip"),
        vlan=None if vlan is None else str(vlan),
    )


NETWORKS: Resource[Network] = Resource(
    kind="network",
    read=network,
    list="listNetworks",
    list_key="network",
    create="createNetwork",
    update="updateNetwork",
    delete="deleteNetwork",
    keys=("network",),
    names={"bypass_vlan_overlap_check": "bypassvlanoverlapcheck"},
    always={"listall": "true"},
)
NETWORK_OFFERINGS: Resource[NetworkOffering] = Resource(
    kind="network offering",
    read=network_offering,
    list="listNetworkOfferings",
    list_key="networkoffering",
    create="createNetworkOffering",
    update="updateNetworkOffering",
    delete="deleteNetworkOffering",
    keys=("networkoffering",),
    names={"persistent": "ispersistent", "service_providers": "serviceproviderlist"},
    late=frozenset(("state",)),
)
STORAGE_RANGES: Resource[StorageRange] = Resource(
    kind="storage IP range",
    read=storage_range,
    list="listStorageNetworkIpRange",
    list_key="storagenetworkiprange",
    create="createStorageNetworkIpRange",
    update="updateStorageNetworkIpRange",
    delete="deleteStorageNetworkIpRange",
    keys=("storagenetworkiprange",),
)
