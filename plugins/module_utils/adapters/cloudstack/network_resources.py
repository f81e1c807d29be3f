# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, network offerings and storage ranges on the wire (T2:6-7, T3:42-49, T4:21-33)."""

from __future__ import annotations

from ...core.vlans import ranges as vlans
from ...core.zone.guest_networks import Network
from ...core.zone.network_offerings import NetworkOffering
from ...core.zone.pod_ranges import StorageRange
from .everyones import ALL_PROJECTS
from .records import Record, Tell, Wire, unheard
from .resources import Resource
from .service_offerings import EVERYWHERE, LIMITS
from .vlans import ranges_of


def network(wire: Wire, tell: Tell = unheard) -> Network:
    read = Record(wire, "network", tell)
    held, private = ranges_of(read), vlans.private(read.word("broadcasturi"))
    return Network(
        id=read.id(),
        name=read.text("name"),
        display_text=read.word("displaytext"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        physical_network_id=read.text("physicalnetworkid"),
        network_offering_id=read.text("networkofferingid"),
        network_offering=read.text("networkofferingname"),
        guest_type=read.text("type"),
        state=read.text("state"),
        vlan=str(private.primary) if private else ",".join(vlans.words(held)) or None,
        isolated_pvlan=str(private.secondary) if private else None,
        isolated_pvlan_type=private.type if private else None,
        gateway=read.address("gateway"),
        netmask=read.address("netmask"),
        cidr=read.word("cidr"),
        network_cidr=read.word("networkcidr") or read.word("cidr"),
        guest_vm_cidr=read.word("cidr"),
        reserved_ip_range=read.word("reservediprange"),
        gateway_ipv6=read.address("ip6gateway"),
        cidr_ipv6=read.word("ip6cidr"),
        network_domain=read.word("networkdomain"),
        acl_type=read.word("acltype"),
        account=read.word("account"),
        domain=read.word("domainpath") or read.word("domain"),
        domain_id=read.text("domainid"),
        project=read.word("project"),
        project_id=read.text("projectid"),
        vpc=read.word("vpcname"),
        vpc_id=read.text("vpcid"),
        specify_vlan=bool(read.flag("specifyvlan")),
        persistent=bool(read.flag("ispersistent")),
        created=read.moment("created"),
    )


def network_offering(wire: Wire, tell: Tell = unheard) -> NetworkOffering:
    read = Record(wire, "network offering", tell)
    services = read.records("service", f"service of {read.called}")
    return NetworkOffering(
        id=read.id(),
        name=read.text("name"),
        display_text=read.word("displaytext"),
        guest_ip_type=read.text("guestiptype"),
        traffic_type=read.text("traffictype"),
        state=read.text("state"),
        specify_vlan=bool(read.flag("specifyvlan")),
        specify_ip_ranges=bool(read.flag("specifyipranges")),
        persistent=bool(read.flag("ispersistent")),
        conserve_mode=read.flag("conservemode"),
        egress_default_policy=read.flag("egressdefaultpolicy"),
        for_vpc=bool(read.flag("forvpc")),
        is_default=bool(read.flag("isdefault")),
        availability=read.word("availability"),
        network_rate=read.whole("networkrate", "Mbps"),
        max_connections=read.whole("maxconnections"),
        service_offering_id=read.text("serviceofferingid"),
        internet_protocol=read.text("internetprotocol"),
        domain_ids=read.names("domainid") or (),
        zone_ids=read.names("zoneid") or (),
        tags=read.names("tags") or (),
        supported_services=tuple(each.text("name") for each in services),
        service_providers=tuple(
            {"service": each.text("name"), "provider": one.text("name")}
            for each in services
            for one in each.records("provider", f"provider of {read.called}")
        ),
    )


def storage_range(wire: Wire, tell: Tell = unheard) -> StorageRange:
    read = Record(wire, "storage IP range", tell)
    return StorageRange(
        id=read.id(),
        zone_id=read.text("zoneid"),
        pod_id=read.text("podid"),
        gateway=read.address("gateway"),
        netmask=read.address("netmask"),
        start_ip=read.address("startip"),
        end_ip=read.address("endip"),
        vlan=read.word("vlan"),
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
    names={"gateway_ipv6": "ip6gateway", "cidr_ipv6": "ip6cidr", "guest_vm_cidr": "guestvmcidr"},
    always={"listall": "true"},
    late=frozenset(("guest_vm_cidr",)),
    # A project's network is in no listing without its project (measured).
    views=({}, {"projectid": ALL_PROJECTS}),
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
    names={
        **LIMITS,
        "persistent": "ispersistent",
        "service_providers": "serviceproviderlist",
        "service_capabilities": "servicecapabilitylist",
    },
    late=frozenset(("state",)),
    values={"updateNetworkOffering": EVERYWHERE},
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
