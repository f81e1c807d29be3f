# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wire → core: what CloudStack's JSON says, as the dataclasses of ``core``. Pure; no call is made here.

Absent keys are normal: the server leaves out what is empty (an untagged host has no ``hosttags``). ``tell`` hears of
values that could not be read.
"""

from __future__ import annotations

import itertools
import typing as t

from ...core.zone.gpus import GpuGroup, GpuType
from ...core.zone.hosts import Host
from ...core.zone.physical_networks import (
    Element,
    PhysicalNetwork,
    Provider,
    TrafficType,
    VlanIpRange,
    vlan_tag,
)
from ...core.zone.settings import Setting
from ...core.zone.storage import NFS_OPTIONS, TYPES, ImageStore, SomeDetails, StoragePool
from ...core.zone.topology import Cluster, IpRange, Pod, Zone
from ...core.zone.vmware_dcs import VmwareDatacenter
from . import readers
from .records import Record, Tell, Wire, unheard


def zone(wire: Wire, tell: Tell = unheard) -> Zone:
    read = Record(wire, "zone", tell)
    return Zone(
        id=read.id(),
        name=read.text("name"),
        network_type=read.text("networktype"),
        dns1=read.address("dns1"),
        dns2=read.address("dns2"),
        internal_dns1=read.address("internaldns1"),
        internal_dns2=read.address("internaldns2"),
        dns1_ipv6=read.address("ip6dns1"),
        dns2_ipv6=read.address("ip6dns2"),
        network_domain=read.word("domain"),
        guest_cidr_address=read.word("guestcidraddress"),
        dhcp_provider=read.word("dhcpprovider"),
        domain=read.word("domainname"),
        domain_id=read.text("domainid"),
        is_edge=read.text("type").casefold() == "edge" if read.has("type") else None,
        securitygroups_enabled=read.flag("securitygroupsenabled"),
        local_storage_enabled=read.flag("localstorageenabled"),
        allocation_state=read.text("allocationstate"),
        zone_token=read.word("zonetoken"),
    )


def pod(wire: Wire, tell: Tell = unheard) -> Pod:
    """``startip``/``endip`` are lists since 4.11 and were plain text before."""
    read = Record(wire, "pod", tell)
    ranges = tuple(
        IpRange(
            each.address("startip") or "",
            each.address("endip") or "",
            bool(each.flag("forsystemvms")),
            each.word("vlanid"),
        )
        for each in _pod_ranges(read, tell)
    )
    starts, ends = read.names("startip") or (), read.names("endip") or ()
    return Pod(
        id=read.id(),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        gateway=read.address("gateway"),
        netmask=read.address("netmask"),
        start_ip=starts[0] if starts else None,
        end_ip=ends[0] if ends else None,
        ip_ranges=ranges,
        allocation_state=read.text("allocationstate"),
    )


def _pod_ranges(read: Record, tell: Tell) -> tuple[Record, ...]:
    """``ipranges`` came with 4.16; before, each field of a range is a list of its own."""
    kind = f"address range of {read.called}"
    if read.has("ipranges"):
        return read.records("ipranges", kind)
    fields = ("startip", "endip", "forsystemvms", "vlanid")
    rows = itertools.zip_longest(*(readers.items(read.wire.get(name)) for name in fields))
    return tuple(Record(dict(zip(fields, row)), kind, tell) for row in rows)


def cluster(wire: Wire, tell: Tell = unheard) -> Cluster:
    read = Record(wire, "cluster", tell)
    return Cluster(
        id=read.id(),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        pod_id=read.text("podid"),
        zone=read.text("zonename"),
        pod=read.text("podname"),
        hypervisor=read.text("hypervisortype"),
        cluster_type=read.text("clustertype"),
        allocation_state=read.text("allocationstate"),
        managed_state=read.text("managedstate"),
        cpu_overcommit_ratio=read.factor("cpuovercommitratio"),
        memory_overcommit_ratio=read.factor("memoryovercommitratio"),
        arch=read.word("arch"),
        ovm3_vip=read.word("ovm3vip"),
    )


# Whose storage access groups a host has, since 4.21: its own, and those of the places that it is in.
GROUPED = ("", "cluster", "pod", "zone")


def host(wire: Wire, tell: Tell = unheard) -> Host:
    """``details=min`` leaves out names and tags alike (T2:17), so a missing zone name means: tags unknown."""
    read = Record(wire, "host", tell)
    key = "explicithosttags" if read.has("explicithosttags") else "hosttags"
    tags = (read.names(key) if read.has(key) else ()) if read.has("zonename") else None
    return Host(
        id=read.id(),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        pod_id=read.text("podid"),
        cluster_id=read.text("clusterid"),
        zone=read.text("zonename"),
        pod=read.text("podname"),
        cluster=read.text("clustername"),
        cluster_type=read.text("clustertype"),
        state=read.text("state"),
        resource_state=read.text("resourcestate"),
        hypervisor=read.text("hypervisor"),
        hypervisor_version=read.word("hypervisorversion"),
        ip_address=read.place("ipaddress"),
        host_tags=tags,
        implicit_host_tags=read.names("implicithosttags") or (),
        access_groups=frozenset(name for place in GROUPED for name in read.names(f"{place}storageaccessgroups") or ()),
        os_category=read.word("oscategoryname"),
        os_category_id=read.text("oscategoryid"),
        is_tag_a_rule=bool(read.flag("istagarule")),
        annotation=read.word("annotation"),
        cpu_number=read.amount("cpunumber"),
        cpu_speed=read.amount("cpuspeed", "MHz"),
        cpu_sockets=read.amount("cpusockets"),
        cpu_allocated=_cpu_allocated(read),
        cpu_with_overprovisioning=read.amount("cpuwithoverprovisioning", "MHz"),
        memory_total=read.amount("memorytotal", "B"),
        memory_allocated=_memory_allocated(read),
        memory_with_overprovisioning=read.amount("memorywithoverprovisioning", "B"),
        capabilities=read.word("capabilities"),
        arch=read.word("arch"),
        uefi_capability=read.flag("ueficapability"),
        is_local_storage_active=read.flag("islocalstorageactive"),
        ha_host=read.flag("hahost"),
        version=read.word("version"),
        created=read.moment("created"),
        last_pinged=read.moment("lastpinged"),
        disconnected=read.moment("disconnected"),
        management_server_id=read.word("managementserverid"),
        removed=read.moment("removed"),
        gpu_groups=_gpu_groups(read) if read.has("gpugroup") else None,
    )


def _gpu_groups(read: Record) -> tuple[GpuGroup, ...]:
    groups = read.records("gpugroup", f"graphics cards of {read.called}")
    return tuple(
        GpuGroup(
            each.text("gpugroupname"),
            tuple(
                GpuType(
                    one.text("vgputype"),
                    one.whole("remainingcapacity"),
                    one.whole("maxcapacity"),
                    one.whole("maxvgpuperpgpu"),
                    one.whole("videoram"),
                )
                for one in each.records("vgpu", f"types of {each.called}")
            ),
        )
        for each in groups
    )


def _cpu_allocated(read: Record) -> t.Optional[int]:
    """In MHz; 4.11 to 4.14 tell it as a share of the capacity alone ("24.74%")."""
    if read.has("cpuallocatedvalue"):
        return read.whole("cpuallocatedvalue", "MHz")
    share, capacity = read.decimal("cpuallocated", "%"), read.whole("cpuwithoverprovisioning", "MHz")
    return None if share is None or capacity is None else round(share * capacity / 100)


def rough_cpu(wire: Wire) -> int:
    """By how many MHz that may be off, since shares are told with two decimals."""
    read = Record(wire, "host")
    if read.has("cpuallocatedvalue") or not read.has("cpuallocated"):
        return 0
    return (read.whole("cpuwithoverprovisioning", "MHz") or 0) // 10_000 + 1


def _memory_allocated(read: Record) -> t.Optional[int]:
    """In bytes; 4.11 to 4.14 call it ``memoryallocated``, which is 0 in newer listings without capacities."""
    if read.has("memoryallocatedbytes") or not read.has("memorytotal"):
        return read.whole("memoryallocatedbytes", "B")
    return read.whole("memoryallocated", "B")


def physical_network(wire: Wire, tell: Tell = unheard) -> PhysicalNetwork:
    read = Record(wire, "physical network", tell)
    return PhysicalNetwork(
        id=read.id(),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        state=read.text("state"),
        vlan=read.joined("vlan"),
        isolation_method=read.joined("isolationmethods"),
        broadcast_domain_range=read.joined("broadcastdomainrange"),
        network_speed=read.word("networkspeed"),
        tags=read.names("tags") or (),
    )


def traffic_type(wire: Wire, tell: Tell = unheard) -> TrafficType:
    read = Record(wire, "traffic type", tell)
    return TrafficType(
        id=read.id(),
        traffic_type=read.text("traffictype"),
        physical_network_id=read.text("physicalnetworkid"),
        kvm_networklabel=read.word("kvmnetworklabel"),
        xen_networklabel=read.word("xennetworklabel"),
        vmware_networklabel=read.word("vmwarenetworklabel"),
        hyperv_networklabel=read.word("hypervnetworklabel"),
        ovm3_networklabel=read.word("ovm3networklabel"),
    )


def provider(wire: Wire, tell: Tell = unheard) -> Provider:
    read = Record(wire, "network service provider", tell)
    return Provider(
        id=read.id(),
        name=read.text("name"),
        physical_network_id=read.text("physicalnetworkid"),
        state=read.text("state"),
        services=read.names("servicelist") or (),
    )


def element(wire: Wire, tell: Tell = unheard) -> Element:
    read = Record(wire, "network element", tell)
    return Element(id=read.id(), provider_id=read.text("nspid"), enabled=bool(read.flag("enabled")))


def vlan_ip_range(wire: Wire, tell: Tell = unheard) -> VlanIpRange:
    read = Record(wire, "VLAN IP range", tell)
    return VlanIpRange(
        id=read.id(),
        zone_id=read.text("zoneid"),
        physical_network_id=read.text("physicalnetworkid"),
        network_id=read.text("networkid"),
        pod_id=read.text("podid"),
        vlan=vlan_tag(read.word("vlan")),
        gateway=read.address("gateway"),
        netmask=read.address("netmask"),
        start_ip=read.address("startip"),
        end_ip=read.address("endip"),
        gateway_ipv6=read.address("ip6gateway"),
        cidr_ipv6=read.word("ip6cidr"),
        start_ipv6=read.address("startipv6"),
        end_ipv6=read.address("endipv6"),
        for_virtual_network=read.flag("forvirtualnetwork"),
        for_system_vms=read.flag("forsystemvms"),
        account=read.word("account"),
        domain=read.word("domain"),
        domain_id=read.word("domainid"),
        project=read.word("project"),
        project_id=read.word("projectid"),
    )


ACCESS_MARK = "hostcraftaccess"


def storage_pool(wire: Wire, tell: Tell = unheard) -> StoragePool:
    """Listings tell details since 4.21; ``nfsmountopts`` is a field of its own since 4.19.1."""
    read = Record(wire, "storage pool", tell)
    told = isinstance(read.wire.get("details"), t.Mapping)
    details = read.record("details", f"details of {read.called}") if told else Record({}, "details")
    held = {str(key): details.text(key) for key in details.wire}
    mark, options = held.pop(ACCESS_MARK, ""), read.word(NFS_OPTIONS)
    # Without the field it has none, but only in listings (other answers lack it), of a server that knows the field (all
    # that tell ``managed``), and for NFS with KVM. Source: QueryManagerImpl.setPoolResponseNFSMountOptions.
    listed = read.has("managed") and read.has("storagecapabilities")
    mounted = (read.word("type"), read.word("hypervisor")) == (TYPES["nfs"], "KVM")
    if not told and (options or (listed and mounted)):
        held = SomeDetails({NFS_OPTIONS: options or ""})
    elif options:
        held[NFS_OPTIONS] = options
    return StoragePool(
        id=read.id(),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        pod_id=read.text("podid"),
        pod=read.text("podname"),
        cluster_id=read.text("clusterid"),
        cluster=read.text("clustername"),
        ip_address=read.places("ipaddress"),
        path=read.word("path"),
        type=read.word("type"),
        scope=read.text("scope"),
        state=read.text("state"),
        hypervisor=read.word("hypervisor"),
        provider=read.word("provider"),
        managed=read.flag("managed"),
        storage_tags=read.names("tags") or (),
        is_tag_a_rule=bool(read.flag("istagarule")),
        # The same number: a field of its own since 4.22.
        capacity_bytes=read.whole("capacitybytes" if read.has("capacitybytes") else "disksizetotal", "B"),
        capacity_iops=read.whole("capacityiops"),
        disk_size_total=read.whole("disksizetotal", "B"),
        disk_size_allocated=read.whole("disksizeallocated", "B"),
        disk_size_used=read.whole("disksizeused", "B"),
        overprovision_factor=read.factor("overprovisionfactor"),
        created=read.moment("created"),
        details=held if told or held else None,
        access_mark=mark,
    )


def image_store(wire: Wire, tell: Tell = unheard) -> ImageStore:
    read = Record(wire, "image store", tell)
    return ImageStore(
        id=read.id(),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        zone=read.text("zonename"),
        url=read.word("url"),
        protocol=read.word("protocol"),
        provider=read.text("providername"),
        scope=read.word("scope"),
        read_only=read.flag("readonly"),
        disk_size_total=read.whole("disksizetotal", "B"),
        disk_size_used=read.whole("disksizeused", "B"),
    )


def vmware_datacenter(wire: Wire, tell: Tell = unheard) -> VmwareDatacenter:
    """The API names it by its zone, so that is its id here."""
    read = Record(wire, "VMware datacenter", tell)
    return VmwareDatacenter(
        id=read.text("zoneid"),
        name=read.text("name"),
        zone_id=read.text("zoneid"),
        vcenter=read.word("vcenter"),
        datacenter_id=read.id(),
    )


def setting(wire: Wire, tell: Tell = unheard) -> Setting:
    """An empty value has no ``value`` key at all; the scope is "global" where none is told, the type "" up to 4.17."""
    read = Record(wire, "setting", tell)
    return Setting(
        name=read.text("name"),
        value=read.text("value"),
        default=read.word("defaultvalue"),
        type=read.text("type"),
        category=read.text("category"),
        group=read.text("group"),
        scope=(read.text("scope") or "global").lower(),
        description=read.text("description"),
        dynamic=read.flag("isdynamic"),
    )
