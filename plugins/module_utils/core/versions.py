# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CloudStack has only since a release after the oldest that is served, and what is done on older servers.

A server ignores parameters that it does not know, so every write is checked against ``LATE`` before it is sent. The
support matrix in the README is made of this file.

Sources: listApis of a 4.22 server (``since`` of commands and parameters), compared with the @APICommand and @Parameter
of the source of each release from 4.11.0 to 4.15.0, and with what servers of 4.15.1 to 4.22 listed (the API
descriptions in the history of the Go SDK). Where they differ, source and lists count: ``istagarule`` of updateHost came
with 4.19, listManagementServers with 4.12, and many parameters have no ``since`` at all. ``forced`` of
provisionCertificate is in the source after 4.22.1 (cs#12911), and in no list of 4.22 servers.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .releases import numbers

OLDEST, NEWEST = "4.11", "4.22"
# The first release with another behaviour, where the release of a server or of a host's agent decides. See DIFFERENCES.
NO_DRAIN_BY_ERROR = (4, 13)
VMS_AS_STORED = (4, 16)  # updateCapacityForHost, apache/cloudstack#4304
KVM_WITHOUT_GUEST_LIMIT = (4, 16)  # CapacityManagerImpl, apache/cloudstack#5417
FACTOR_BELOW_ONE = (4, 17)  # apache/cloudstack#6218
VMWARE_VERSION_ABOVE = (4, 18, 1)  # HypervisorCapabilitiesDaoImpl
MOUNT_POINTS_GROW = ((4, 18, 2), (4, 19, 1))  # of each series that has it from a later release on; and of all newer


@dataclass(frozen=True)
class Late:
    """A command, or one parameter of it, that came after ``OLDEST``.

    used: the modules and options that need it. without: what is done on an older server; empty if it is refused there.
    """

    since: str
    command: str
    parameter: str = ""
    used: str = ""
    without: str = ""


@dataclass(frozen=True)
class Difference:
    """What answers of some releases hold otherwise. releases: "4.11 to 4.14". served: what is done about it."""

    releases: str
    what: str
    served: str


READ_ALL = "read without the filter, filtered here"
_DISK_RATES = tuple(
    f"{kind}_{way}_rate{burst}"
    for kind in ("bytes", "iops")
    for way in ("read", "write")
    for burst in ("", "_max", "_max_length")
)
_BURSTS = tuple(each for each in _DISK_RATES if "_max" in each)
LATE: tuple[Late, ...] = (
    Late("4.11.1", "restartNetwork", "makeredundant", "cs_network_restart: makeredundant"),
    Late("4.12", "listManagementServers", "", "cs_management_server_info"),
    Late("4.12", "runDiagnostics", "", "cs_diagnostics"),
    Late("4.12", "updateVmwareDc", "", "cs_vmware_dc"),
    *(Late("4.12", "createDiskOffering", each.replace("_", ""), f"cs_disk_offering: {each}") for each in _BURSTS),
    Late("4.13", "createNetworkOffering", "domainid", "cs_network_offering: domains"),
    Late("4.13", "createNetworkOffering", "zoneid", "cs_network_offering: zones"),
    Late("4.13", "createServiceOffering", "zoneid", "cs_service_offering: zones"),
    Late("4.13", "updateNetworkOffering", "domainid", "cs_network_offering: domains"),
    Late("4.13", "updateNetworkOffering", "zoneid", "cs_network_offering: zones"),
    Late("4.13", "updateServiceOffering", "domainid", "cs_service_offering: domains"),
    Late("4.13", "updateServiceOffering", "zoneid", "cs_service_offering: zones"),
    Late("4.13", "createServiceOffering", "customized", "cs_service_offering: is_customized"),
    Late("4.14", "getRouterHealthCheckResults", "", "cs_router_info: health"),
    Late("4.14", "listRouters", "fetchhealthcheckresults", "cs_router_info: health"),
    Late("4.13", "createDiskOffering", "zoneid", "cs_disk_offering: zones"),
    Late("4.13", "updateDiskOffering", "domainid", "cs_disk_offering: domains"),
    Late("4.13", "updateDiskOffering", "zoneid", "cs_disk_offering: zones"),
    Late("4.14", "createDiskOffering", "cachemode", "cs_disk_offering: cache_mode"),
    Late("4.14", "createNetwork", "isolatedpvlantype", "cs_network: isolated_pvlan_type"),
    Late("4.14", "getDiagnosticsData", "", "cs_diagnostics_data"),
    Late("4.14", "startRollingMaintenance", "", "cs_rolling_maintenance: engine=cloudstack"),
    Late("4.15", "updateDiskOffering", "tags", "cs_disk_offering: storage_tags"),
    Late("4.15", "updateDiskOffering", "cachemode", "cs_disk_offering: cache_mode"),
    *(Late("4.15", "updateDiskOffering", each.replace("_", ""), f"cs_disk_offering: {each}") for each in _DISK_RATES),
    Late("4.15", "updateHost", "name", "cs_host: name"),
    Late("4.15", "updateImageStore", "", "cs_image_store: read_only"),
    Late("4.15", "updateStoragePool", "name", "cs_storage_pool: name"),
    Late("4.15", "migrateSecondaryStorageData", "", "cs_image_store_migration"),
    Late("4.16", "addAnnotation", "adminsonly", "cs_host: annotation", "all users see the annotation"),
    Late("4.16", "cancelHostAsDegraded", "", "cs_host_ha: degraded"),
    Late("4.16", "declareHostAsDegraded", "", "cs_host_ha: degraded"),
    Late("4.16", "listVirtualMachines", "clusterid", "cs_maintenance", READ_ALL),
    Late("4.16", "migrateSystemVm", "autoselect", "cs_maintenance", "the server requires a host, which is sent"),
    Late("4.16", "resetConfiguration", "", "cs_configuration: state=reset"),
    Late("4.16", "updateHypervisorCapabilities", "maxdatavolumeslimit", "cs_hypervisor_capability: max_data_volumes"),
    Late(
        "4.16", "updateHypervisorCapabilities", "maxhostspercluster", "cs_hypervisor_capability: max_hosts_per_cluster"
    ),
    Late("4.16", "updateHypervisorCapabilities", "storagemotionenabled", "cs_hypervisor_capability: storage_motion"),
    Late("4.16", "updateHypervisorCapabilities", "vmsnapshotenabled", "cs_hypervisor_capability: vm_snapshots"),
    Late("4.16", "updateServiceOffering", "hosttags", "cs_system_offering: host_tags"),
    Late("4.16", "updateServiceOffering", "storagetags", "cs_system_offering: storage_tags"),
    Late("4.16", "updatePodManagementNetworkIpRange", "", "cs_management_ip_range: end_ip"),
    Late("4.16", "updateVlanIpRange", "", "cs_vlan_ip_range: end_ip"),
    Late("4.17", "createDiskOffering", "disksizestrictness", "cs_disk_offering: disk_size_strictness"),
    Late("4.17", "createNetworkOffering", "internetprotocol", "cs_network_offering: internet_protocol"),
    Late("4.17", "listGuestVlans", "", "cs_vlan_info", "VLANs in use are found through networks alone"),
    Late("4.17", "listEvents", "resourceid", "cs_ha_info", "VMs that a user has stopped are returned as not back too"),
    Late("4.17", "patchSystemVm", "", "cs_system_vm: state"),
    Late("4.17", "restartNetwork", "livepatch", "cs_network_restart: livepatch"),
    Late("4.17", "restartVPC", "livepatch", "cs_network_restart: livepatch"),
    Late("4.18", "createConsoleEndpoint", "", "cs_acceptance: console", "the console is not tested"),
    Late("4.17", "listUsageServerMetrics", "", "cs_usage_info", "heartbeat and last job are not shown"),
    Late("4.18", "createDiskOffering", "encrypt", "cs_disk_offering: encrypt"),
    Late("4.18", "createZone", "isedge", "cs_zone: is_edge"),
    Late("4.18", "listVolumes", "listsystemvms", "cs_maintenance", "volumes of system VMs are not seen"),
    Late("4.19", "listImageStoreObjects", "", "cs_storage_objects_info"),
    Late("4.19", "listStoragePoolObjects", "", "cs_storage_objects_info"),
    Late("4.19", "listDiskOfferings", "state", "cs_volume_migration", "a warning names offerings that were deleted"),
    Late("4.19", "listServiceOfferings", "state", "cs_maintenance", "a warning names offerings that were deleted"),
    Late("4.19", "listTemplates", "imagestoreid", "cs_image_store_migration", "what is left on the store is not shown"),
    Late("4.19", "migrateResourceToAnotherSecondaryStorage", "", "cs_image_store_migration: items"),
    Late("4.17", "listEvents", "resourcetype", "cs_event_info: resource_type"),
    Late("4.17", "listEvents", "resourceid", "cs_event_info: resource_id"),
    Late("4.19", "listEvents", "archived", "cs_event_info: archived"),
    Late("4.19", "updateHost", "istagarule", "cs_host: is_tag_a_rule"),
    Late("4.19", "updateStoragePool", "details", "cs_storage_pool: details"),
    Late("4.19", "prepareForShutdown", "", "cs_management_server: state=ready_to_shut_down"),
    Late("4.19", "triggerShutdown", "", "cs_management_server: state=shut_down"),
    Late("4.19", "cancelShutdown", "", "cs_management_server: state=up"),
    Late("4.19", "listAsyncJobs", "managementserverid", "cs_management_server", "jobs of all servers are listed"),
    Late("4.20", "addCluster", "arch", "cs_cluster: arch"),
    Late("4.20", "updateCluster", "arch", "cs_cluster: arch"),
    Late("4.20.1", "listManagementServers", "peers", "cs_management_server_info", "peers are not shown"),
    Late("4.21", "prepareForMaintenance", "", "cs_management_server: state=maintenance"),
    Late("4.21", "cancelMaintenance", "", "cs_management_server: state=up"),
    Late("4.21", "listEvents", "state", "cs_event_info: state", READ_ALL),
    Late("4.22", "listNetworks", "name", "cs_network", READ_ALL),
    Late("4.23", "provisionCertificate", "forced", "cs_certificate: forced"),
)
DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "4.11 to 4.14", "used CPU and memory of a host are shares in text (24.74%)", "computed from the capacity"
    ),
    Difference(
        "4.15 and newer", "memorytotal of a host has the memory factor in it", "divided where listCapacity agrees"
    ),
    Difference(
        "4.16 to 4.20",
        "cpunumber of a host has the CPU factor in it",
        "compared with listCapacity; refused if both differ",
    ),
    Difference(
        "4.11 to 4.15",
        "a VM without stored over-provisioning factors counts its size times the factor of the cluster",
        "counted so, by the release of the host's agent",
    ),
    Difference(
        "4.18.2, 4.19.1 and newer",
        "storage pools of the type SharedMountPoint are over-provisioned",
        "counted so, by the release of the server",
    ),
    Difference(
        "4.18.1 and newer",
        "VMware hosts have the capabilities of the version above, where their own is not listed",
        "read so, by the release of the host",
    ),
    Difference(
        "4.11 to 4.15",
        "annotations are on hosts only",
        "notes on a cluster, zone or pool (locks, records) are annotations of a host with its id;"
        " listAnnotations shows them",
    ),
    Difference(
        "4.11",
        "a layer-2 network gets no VLAN of the pool, whatever bypass_vlan_overlap_check is",
        "the server's refusal",
    ),
    Difference(
        "4.11 to 4.12",
        "a host in ErrorInMaintenance keeps the server from draining another host of its cluster",
        "planned so, by the release of the host's agent",
    ),
    Difference(
        "4.11 to 4.15",
        "a KVM host may have as many VMs as the capabilities of its hypervisor say",
        "counted so, by the release of the host's agent",
    ),
    Difference(
        "4.11 to 4.16",
        "an over-provisioning factor below 1 is refused",
        "refused before the call, by the release of the server",
    ),
    Difference(
        "4.11 to 4.14", "a network tells its VPC by the id alone", "cs_network shows the name of the task's VPC"
    ),
    Difference("4.11 to 4.15", "storage tags of compute and system offerings are called tags", "both are read"),
    Difference("4.11 to 4.15", "the address ranges of a pod are lists by field", "both are read"),
    Difference(
        "4.11 to 4.17",
        "types and defaults of settings are not returned",
        "values are compared as numbers or booleans if both are; state=reset of a global setting is checked by its "
        "values before and after",
    ),
    Difference(
        "4.11 to 4.14",
        "it is not returned whether a setting is read only at the start of the server",
        "cs_site warns that a restart may be needed",
    ),
    Difference(
        "4.11 to 4.14",
        "agents of system VMs, and copies of templates on pools, are not returned",
        "a running system VM counts as serving; cs_system_vm_template requests each copy in every run",
    ),
    Difference(
        "4.11 to 4.18",
        "the offering of a system VM is not returned",
        "cs_system_vm requests it in every run, which changes nothing if the system VM has it",
    ),
    Difference("4.11 to 4.19", "it is not returned whether a storage pool is managed", "not compared"),
    Difference(
        "4.11 to 4.20",
        "details of a storage pool, and 4.11 to 4.19 the options of an NFS mount, are not returned",
        "not compared; a warning lists those of the task",
    ),
    Difference("4.11 to 4.21", "the capacity of a storage pool is returned as its disk size only", "read from there"),
    Difference("4.21 and newer", "a whole GPU is a profile", "read like the details of older releases"),
)

_BY_COMMAND: dict[str, dict[str, Late]] = {}
for _each in LATE:
    _BY_COMMAND.setdefault(_each.command, {})[_each.parameter] = _each


def since(command: str, *parameters: str) -> str:
    """The release that has the command with all of these parameters; empty if every release served has them."""
    known = _BY_COMMAND.get(command, {})
    found = [known[name].since for name in ("", *parameters) if name in known]
    return max(found, key=numbers, default="")


def to_be_checked(command: str, parameters: t.Mapping[str, object]) -> tuple[str, ...]:
    """The parameters that the server has to know before the command is sent, because it would ignore them.

    A flag that is false need not be known: a server without it does the same. A whole command that is not there is
    refused by the server.
    """
    known = _BY_COMMAND.get(command)
    if not known:
        return ()
    sent = {name.partition("[")[0] for name, value in parameters.items() if value is not None and value is not False}
    return tuple(name for name, each in known.items() if name in sent and not each.without)
