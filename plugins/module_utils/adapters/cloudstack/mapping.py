# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire → core: what CloudStack's JSON says, as the dataclasses of ``core``. Pure; no call is made here.

Absent keys are normal: the server leaves out what is empty (an untagged host has no ``hosttags``).
"""

from __future__ import annotations

import typing as t

from ...core.zone.hosts import Host
from ...core.zone.networks import (
    Element,
    PhysicalNetwork,
    Provider,
    TrafficType,
    VlanIpRange,
    vlan_tag,
)
from ...core.zone.settings import Setting
from ...core.zone.storage import ImageStore, StoragePool
from ...core.zone.topology import Cluster, IpRange, Pod, Zone
from ...core.zone.vmware_dcs import VmwareDatacenter

Wire = t.Mapping[str, t.Any]


def _text(wire: Wire, key: str) -> str:
    return str(wire.get(key) or "")


def _number(wire: Wire, key: str) -> t.Optional[int]:
    """Some figures come as text ("32000"), some with decimals."""
    value = wire.get(key)
    return None if value is None else int(float(value))


def _names(value: object) -> tuple[str, ...]:
    """A comma-joined text, or a list, as names."""
    if not value:
        return ()
    parts = [str(item) for item in value] if isinstance(value, (list, tuple)) else str(value).split(",")
    return tuple(part.strip() for part in parts if part.strip())


def zone(wire: Wire) -> Zone:
    return Zone(
        id=wire["id"],
        name=_text(wire, "name"),
        network_type=_text(wire, "networktype"),
        dns1=wire.get("dns1"),
        dns2=wire.get("dns2"),
        internal_dns1=wire.get("internaldns1"),
        internal_dns2=wire.get("internaldns2"),
        dns1_ipv6=wire.get("ip6dns1"),
        dns2_ipv6=wire.get("ip6dns2"),
        network_domain=wire.get("domain"),
        guest_cidr_address=wire.get("guestcidraddress"),
        dhcp_provider=wire.get("dhcpprovider"),
        domain=wire.get("domainname"),
        securitygroups_enabled=wire.get("securitygroupsenabled"),
        local_storage_enabled=wire.get("localstorageenabled"),
        allocation_state=_text(wire, "allocationstate"),
    )


def pod(wire: Wire) -> Pod:
    """``startip``/``endip`` are lists since 4.11 and were plain text before."""
    ranges = tuple(
        IpRange(r.get("startip", ""), r.get("endip", ""), str(r.get("forsystemvms")) in ("1", "true"), r.get("vlanid"))
        for r in wire.get("ipranges") or ()
    )
    starts, ends = _names(wire.get("startip")), _names(wire.get("endip"))
    return Pod(
        id=wire["id"],
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        zone=_text(wire, "zonename"),
        gateway=wire.get("gateway"),
        netmask=wire.get("netmask"),
        start_ip=starts[0] if starts else None,
        end_ip=ends[0] if ends else None,
        ip_ranges=ranges,
        allocation_state=_text(wire, "allocationstate"),
    )


def cluster(wire: Wire) -> Cluster:
    return Cluster(
        id=wire["id"],
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        pod_id=_text(wire, "podid"),
        zone=_text(wire, "zonename"),
        pod=_text(wire, "podname"),
        hypervisor=_text(wire, "hypervisortype"),
        cluster_type=_text(wire, "clustertype"),
        allocation_state=_text(wire, "allocationstate"),
        managed_state=_text(wire, "managedstate"),
        cpu_overcommit_ratio=wire.get("cpuovercommitratio"),
        memory_overcommit_ratio=wire.get("memoryovercommitratio"),
        arch=wire.get("arch"),
        ovm3_vip=wire.get("ovm3vip"),
    )


def host(wire: Wire) -> Host:
    """``details=min`` leaves out names and tags alike (T2:17), so a missing zone name means: tags unknown."""
    tags = _names(wire.get("explicithosttags", wire.get("hosttags"))) if "zonename" in wire else None
    return Host(
        id=wire["id"],
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        pod_id=_text(wire, "podid"),
        cluster_id=_text(wire, "clusterid"),
        zone=_text(wire, "zonename"),
        pod=_text(wire, "podname"),
        cluster=_text(wire, "clustername"),
        cluster_type=_text(wire, "clustertype"),
        state=_text(wire, "state"),
        resource_state=_text(wire, "resourcestate"),
        hypervisor=_text(wire, "hypervisor"),
        hypervisor_version=wire.get("hypervisorversion"),
        ip_address=wire.get("ipaddress"),
        host_tags=tags,
        implicit_host_tags=_names(wire.get("implicithosttags")),
        is_tag_a_rule=bool(wire.get("istagarule")),
        annotation=wire.get("annotation"),
        cpu_number=_number(wire, "cpunumber"),
        cpu_speed=_number(wire, "cpuspeed"),
        cpu_sockets=_number(wire, "cpusockets"),
        cpu_allocated=_number(wire, "cpuallocatedvalue"),
        cpu_with_overprovisioning=_number(wire, "cpuwithoverprovisioning"),
        memory_total=_number(wire, "memorytotal"),
        memory_allocated=_number(wire, "memoryallocatedbytes"),
        memory_with_overprovisioning=_number(wire, "memorywithoverprovisioning"),
        capabilities=wire.get("capabilities"),
        arch=wire.get("arch"),
        uefi_capability=wire.get("ueficapability"),
        is_local_storage_active=wire.get("islocalstorageactive"),
        ha_host=wire.get("hahost"),
        version=wire.get("version"),
        created=wire.get("created"),
        last_pinged=wire.get("lastpinged"),
        disconnected=wire.get("disconnected"),
        management_server_id=wire.get("managementserverid"),
        removed=wire.get("removed"),
    )


def physical_network(wire: Wire) -> PhysicalNetwork:
    return PhysicalNetwork(
        id=wire["id"],
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        zone=_text(wire, "zonename"),
        state=_text(wire, "state"),
        vlan=wire.get("vlan"),
        isolation_method=wire.get("isolationmethods"),
        broadcast_domain_range=wire.get("broadcastdomainrange"),
        network_speed=wire.get("networkspeed"),
        tags=_names(wire.get("tags")),
    )


def traffic_type(wire: Wire) -> TrafficType:
    return TrafficType(
        id=wire["id"],
        traffic_type=_text(wire, "traffictype"),
        physical_network_id=_text(wire, "physicalnetworkid"),
        kvm_networklabel=wire.get("kvmnetworklabel"),
        xen_networklabel=wire.get("xennetworklabel"),
        vmware_networklabel=wire.get("vmwarenetworklabel"),
        hyperv_networklabel=wire.get("hypervnetworklabel"),
        ovm3_networklabel=wire.get("ovm3networklabel"),
    )


def provider(wire: Wire) -> Provider:
    return Provider(
        id=wire["id"],
        name=_text(wire, "name"),
        physical_network_id=_text(wire, "physicalnetworkid"),
        state=_text(wire, "state"),
        services=_names(wire.get("servicelist")),
    )


def element(wire: Wire) -> Element:
    return Element(id=wire["id"], provider_id=_text(wire, "nspid"), enabled=bool(wire.get("enabled")))


def vlan_ip_range(wire: Wire) -> VlanIpRange:
    return VlanIpRange(
        id=wire["id"],
        zone_id=_text(wire, "zoneid"),
        physical_network_id=_text(wire, "physicalnetworkid"),
        network_id=_text(wire, "networkid"),
        pod_id=_text(wire, "podid"),
        vlan=vlan_tag(wire.get("vlan")),
        gateway=wire.get("gateway"),
        netmask=wire.get("netmask"),
        start_ip=wire.get("startip"),
        end_ip=wire.get("endip"),
        gateway_ipv6=wire.get("ip6gateway"),
        cidr_ipv6=wire.get("ip6cidr"),
        start_ipv6=wire.get("startipv6"),
        end_ipv6=wire.get("endipv6"),
        for_virtual_network=wire.get("forvirtualnetwork"),
        for_system_vms=wire.get("forsystemvms"),
        account=wire.get("account"),
        domain=wire.get("domain"),
        domain_id=wire.get("domainid"),
        project=wire.get("project"),
        project_id=wire.get("projectid"),
    )


def storage_pool(wire: Wire) -> StoragePool:
    return StoragePool(
        id=wire["id"],
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        zone=_text(wire, "zonename"),
        pod_id=_text(wire, "podid"),
        pod=_text(wire, "podname"),
        cluster_id=_text(wire, "clusterid"),
        cluster=_text(wire, "clustername"),
        ip_address=wire.get("ipaddress"),
        path=wire.get("path"),
        type=wire.get("type"),
        scope=_text(wire, "scope"),
        state=_text(wire, "state"),
        hypervisor=wire.get("hypervisor"),
        provider=wire.get("provider"),
        managed=wire.get("managed"),
        storage_tags=_names(wire.get("tags")),
        capacity_bytes=_number(wire, "capacitybytes"),
        capacity_iops=_number(wire, "capacityiops"),
        disk_size_total=_number(wire, "disksizetotal"),
        disk_size_allocated=_number(wire, "disksizeallocated"),
        disk_size_used=_number(wire, "disksizeused"),
        overprovision_factor=wire.get("overprovisionfactor"),
        created=wire.get("created"),
    )


def image_store(wire: Wire) -> ImageStore:
    return ImageStore(
        id=wire["id"],
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        zone=_text(wire, "zonename"),
        url=wire.get("url"),
        protocol=wire.get("protocol"),
        provider=_text(wire, "providername"),
        scope=wire.get("scope"),
        read_only=wire.get("readonly"),
    )


def vmware_datacenter(wire: Wire) -> VmwareDatacenter:
    """The API names it by its zone, so that is its id here."""
    return VmwareDatacenter(
        id=_text(wire, "zoneid"),
        name=_text(wire, "name"),
        zone_id=_text(wire, "zoneid"),
        vcenter=wire.get("vcenter"),
        datacenter_id=wire["id"],
    )


def setting(wire: Wire) -> Setting:
    """An empty value has no ``value`` key at all; the scope is "global" where none is told."""
    return Setting(
        name=_text(wire, "name"),
        value=str(wire.get("value", "")),
        default=wire.get("defaultvalue"),
        type=_text(wire, "type") or "String",
        category=_text(wire, "category"),
        group=_text(wire, "group"),
        scope=(_text(wire, "scope") or "global").lower(),
        description=_text(wire, "description"),
        dynamic=wire.get("isdynamic"),
    )
