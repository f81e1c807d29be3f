# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which command and which parameter serves each field: the API's surface as data.

A parameter is named as its field without underscores unless ``names`` says otherwise. What came later than CloudStack
4.11 stands in ``core.versions``.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.zone.hosts import Host
from ...core.zone.physical_networks import Element, PhysicalNetwork, Provider, TrafficType, VlanIpRange
from ...core.zone.storage import ImageStore, StoragePool
from ...core.zone.topology import Cluster, Pod, Zone
from ...core.zone.vmware_dcs import VmwareDatacenter
from . import mapping
from .records import Tell, Wire

E = t.TypeVar("E")


@dataclass(frozen=True)
class Resource(t.Generic[E]):
    """One kind of thing on the wire.

    list/create/update/delete: commands (empty where the server has none). keys: where the answers hold the item.
    written: names that only the writing commands use. late: fields that the creating command does not take and an
    update must follow. often: those of them that a new thing mostly has without it. always: parameters of every
    listing. views: those of each of several listings that only together are complete. fresh: those of reading one item
    again. scope: fields that such a listing must be given, where it has no id filter. values: a command's own words, by
    (field, value). identity: the parameter by which update and delete name the item. pairs: maps that are sent as key
    and value of each entry (T7:326).
    """

    kind: str
    read: t.Callable[[Wire, Tell], E]
    list: str
    list_key: str
    create: str = ""
    update: str = ""
    delete: str = ""
    keys: tuple[str, ...] = ()
    names: t.Mapping[str, str] = field(default_factory=dict)
    written: t.Mapping[str, str] = field(default_factory=dict)
    late: frozenset[str] = frozenset()
    often: frozenset[str] = frozenset()
    always: t.Mapping[str, str] = field(default_factory=dict)
    views: tuple[t.Mapping[str, str], ...] = ({},)
    fresh: t.Mapping[str, str] = field(default_factory=dict)
    scope: tuple[str, ...] = ()
    values: t.Mapping[str, t.Mapping[tuple[str, object], object]] = field(default_factory=dict)
    identity: str = "id"
    pairs: frozenset[str] = frozenset()

    def parameter(self, name: str) -> str:
        """The API's name of a field."""
        return self.names.get(name, name.replace("_", ""))

    def filters(self, fields: t.Mapping[str, object]) -> dict[str, t.Any]:
        """Fields as parameters of the listing command."""
        return {self.parameter(name): value for name, value in fields.items() if value is not None}

    def params(self, command: str, fields: t.Mapping[str, object]) -> dict[str, t.Any]:
        """Fields as parameters of a writing command, values translated where that command has its own words."""
        words = self.values.get(command, {})
        return {
            self.written.get(name, self.parameter(name)): words.get((name, value), value)
            if isinstance(value, (str, tuple))
            else self._entries(name, value)
            for name, value in fields.items()
            if value is not None
        }

    def _entries(self, name: str, value: object) -> object:
        if name in self.pairs and isinstance(value, t.Mapping):
            return [{"key": key, "value": each} for key, each in value.items()]
        return value


ZONES: Resource[Zone] = Resource(
    kind="zone",
    read=mapping.zone,
    list="listZones",
    list_key="zone",
    create="createZone",
    update="updateZone",
    delete="deleteZone",
    keys=("zone",),
    names={
        "network_domain": "domain",
        "dns1_ipv6": "ip6dns1",
        "dns2_ipv6": "ip6dns2",
        "securitygroups_enabled": "securitygroupenabled",
    },
    late=frozenset(("dhcp_provider",)),
)
PODS: Resource[Pod] = Resource(
    kind="pod",
    read=mapping.pod,
    list="listPods",
    list_key="pod",
    create="createPod",
    update="updatePod",
    delete="deletePod",
    keys=("pod",),
)
CLUSTERS: Resource[Cluster] = Resource(
    kind="cluster",
    read=mapping.cluster,
    list="listClusters",
    list_key="cluster",
    create="addCluster",
    update="updateCluster",
    delete="deleteCluster",
    keys=("cluster",),
    names={"vms_ip_address": "vsmipaddress", "vms_username": "vsmusername", "vms_password": "vsmpassword"},
    written={"name": "clustername"},
    late=frozenset(("managed_state",)),
)
HOSTS: Resource[Host] = Resource(
    kind="host",
    read=mapping.host,
    list="listHosts",
    list_key="host",
    create="addHost",
    update="updateHost",
    delete="deleteHost",
    keys=("host",),
    names={"force_destroy_local_storage": "forcedestroylocalstorage", "detail": "details"},
    late=frozenset(("name", "annotation", "is_tag_a_rule", "os_category_id")),
    often=frozenset(("name",)),
    always={"type": "Routing"},
    fresh={"details": "capacity"},
    values={"updateHost": {("allocation_state", "Enabled"): "Enable", ("allocation_state", "Disabled"): "Disable"}},
)
PHYSICAL_NETWORKS: Resource[PhysicalNetwork] = Resource(
    kind="physical network",
    read=mapping.physical_network,
    list="listPhysicalNetworks",
    list_key="physicalnetwork",
    create="createPhysicalNetwork",
    update="updatePhysicalNetwork",
    delete="deletePhysicalNetwork",
    keys=("physicalnetwork",),
    names={"isolation_method": "isolationmethods"},
    late=frozenset(("state",)),
)
TRAFFIC_TYPES: Resource[TrafficType] = Resource(
    kind="traffic type",
    read=mapping.traffic_type,
    list="listTrafficTypes",
    list_key="traffictype",
    create="addTrafficType",
    update="updateTrafficType",
    delete="deleteTrafficType",
    keys=("traffictype",),
    scope=("physical_network_id",),
)
PROVIDERS: Resource[Provider] = Resource(
    kind="network service provider",
    read=mapping.provider,
    list="listNetworkServiceProviders",
    list_key="networkserviceprovider",
    update="updateNetworkServiceProvider",
    keys=("networkserviceprovider",),
    scope=("physical_network_id",),
)
VIRTUAL_ROUTER_ELEMENTS: Resource[Element] = Resource(
    kind="virtual router element",
    read=mapping.element,
    list="listVirtualRouterElements",
    list_key="virtualrouterelement",
    update="configureVirtualRouterElement",
    keys=("virtualrouterelement",),
    names={"provider_id": "nspid"},
)
INTERNAL_LB_ELEMENTS: Resource[Element] = Resource(
    kind="internal load balancer element",
    read=mapping.element,
    list="listInternalLoadBalancerElements",
    list_key="internalloadbalancerelement",
    update="configureInternalLoadBalancerElement",
    keys=("internalloadbalancerelement",),
    names={"provider_id": "nspid"},
)
OVS_ELEMENTS: Resource[Element] = Resource(
    kind="Open vSwitch element",
    read=mapping.element,
    list="listOvsElements",
    list_key="ovselement",
    update="configureOvsElement",
    keys=("ovselement",),
    names={"provider_id": "nspid"},
)
VLAN_IP_RANGES: Resource[VlanIpRange] = Resource(
    kind="VLAN IP range",
    read=mapping.vlan_ip_range,
    list="listVlanIpRanges",
    list_key="vlaniprange",
    create="createVlanIpRange",
    update="updateVlanIpRange",
    delete="deleteVlanIpRange",
    keys=("vlan", "vlaniprange"),
    names={"gateway_ipv6": "ip6gateway", "cidr_ipv6": "ip6cidr"},
)
STORAGE_POOLS: Resource[StoragePool] = Resource(
    kind="storage pool",
    read=mapping.storage_pool,
    list="listStoragePools",
    list_key="storagepool",
    create="createStoragePool",
    update="updateStoragePool",
    delete="deleteStoragePool",
    keys=("storagepool",),
    names={
        "storage_url": "url",
        "storage_tags": "tags",
        "access_mark": f"details[1].{mapping.ACCESS_MARK}",
    },
    late=frozenset(("enabled",)),
)
IMAGE_STORES: Resource[ImageStore] = Resource(
    kind="image store",
    read=mapping.image_store,
    list="listImageStores",
    list_key="imagestore",
    create="addImageStore",
    update="updateImageStore",
    delete="deleteImageStore",
    keys=("imagestore",),
    names={"read_only": "readonly"},
    late=frozenset(("read_only",)),
    pairs=frozenset(("details",)),
)
# Named by their URL. The answer of its creation has the key of another thing (T7:331-334).
STAGING_STORES: Resource[ImageStore] = Resource(
    kind="staging store",
    read=mapping.image_store,
    list="listSecondaryStagingStores",
    list_key="imagestore",
    create="createSecondaryStagingStore",
    update="",
    delete="deleteSecondaryStagingStore",
    keys=("secondarystorage", "imagestore"),
    pairs=frozenset(("details",)),
)
# Only servers with the VMware plugin have these; the answers' key is the plugin's own and differs between commands.
VMWARE_DATACENTERS: Resource[VmwareDatacenter] = Resource(
    kind="VMware datacenter",
    read=mapping.vmware_datacenter,
    list="listVmwareDcs",
    list_key="VMwareDC",
    create="addVmwareDc",
    update="updateVmwareDc",
    delete="removeVmwareDc",
    keys=("vmwaredatacenter", "vmwaredc", "VMwareDC"),
    scope=("zone_id",),
    identity="zoneid",
)

# Settings: what each command calls the id of a scope. The two commands do not agree on the image store's.
SETTING_SCOPES = {
    "zone": "zoneid",
    "cluster": "clusterid",
    "storage": "storageid",
    "imagestore": "imagestoreuuid",
    "account": "accountid",
    "domain": "domainid",
}
RESET_SCOPES = {**SETTING_SCOPES, "imagestore": "imagestoreid"}

# Life-cycle actions of the ports ``Cloud.act`` and ``Jobs.start``.
ACTIONS = {
    "migrate_vm": "migrateVirtualMachine",
    "migrate_system_vm": "migrateSystemVm",
    "stop_vm": "stopVirtualMachine",
    "start_vm": "startVirtualMachine",
    "stop_router": "stopRouter",
    "start_router": "startRouter",
    "stop_system_vm": "stopSystemVm",
    "start_system_vm": "startSystemVm",
    "stop_internal_lb_vm": "stopInternalLoadBalancerVM",
    "start_internal_lb_vm": "startInternalLoadBalancerVM",
    "rolling_maintenance": "startRollingMaintenance",
    "reconnect": "reconnectHost",
    "prepare_maintenance": "prepareHostForMaintenance",
    "cancel_maintenance": "cancelHostMaintenance",
    "prepare_storage_maintenance": "enableStorageMaintenance",
    "cancel_storage_maintenance": "cancelStorageMaintenance",
    "migrate_volume": "migrateVolume",
}
