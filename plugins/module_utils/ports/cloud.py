# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CloudStack: everything that operations need of it."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    # Files that Ansible need not load to run a task.
    from ..core.zone.disk_offerings import DiskOffering
    from ..core.zone.guest_networks import Network
    from ..core.zone.hypervisor_capabilities import HypervisorCapability
    from ..core.zone.network_domains import Suffixed
    from ..core.zone.network_offerings import NetworkOffering
    from ..core.zone.physical_networks import Element, PhysicalNetwork, Provider, TrafficType, VlanIpRange
    from ..core.zone.pod_ranges import StorageRange
    from ..core.zone.portable_ranges import PortableRange, Region
    from ..core.zone.service_offerings import ServiceOffering
    from ..core.zone.storage import ImageStore, StoragePool
    from ..core.zone.system_offerings import SystemOffering
    from ..core.zone.topology import Cluster, Pod, Zone
    from ..core.zone.vmware_dcs import VmwareDatacenter
    from ..core.zone.vpcs import Vpc, VpcOffering
    from .acceptance import Trials
    from .bmc import HostHas, Oobms, Outages
    from .capacity import Capacities
    from .certificates import Authorities, ConsoleCertificates
    from .clock import Clock, Progress
    from .collection import Collection
    from .events import Alerts, Events
    from .host_passwords import HostRecords
    from .jobs import Jobs
    from .notes import Notes
    from .placement import Fleets
    from .routers import Routers, ServedNetworks
    from .servers import ManagementServers
    from .storage import Stores, Volumes
    from .system_vms import Diagnostics, SystemTemplates, SystemVms
    from .usage import Usage
    from .vlans import Vlans
    from .zone import Dedications, Hosts, Limits, Offers, PodRanges, Settings


class Cloud(t.Protocol):
    """A CloudStack management server."""

    @property
    def zones(self) -> Collection[Zone]: ...

    @property
    def pods(self) -> Collection[Pod]: ...

    @property
    def clusters(self) -> Collection[Cluster]: ...

    @property
    def hosts(self) -> Hosts: ...

    @property
    def physical_networks(self) -> Collection[PhysicalNetwork]: ...

    @property
    def traffic_types(self) -> Collection[TrafficType]: ...

    @property
    def providers(self) -> Collection[Provider]: ...

    @property
    def virtual_router_elements(self) -> Collection[Element]: ...

    @property
    def internal_lb_elements(self) -> Collection[Element]: ...

    @property
    def ovs_elements(self) -> Collection[Element]: ...

    @property
    def networks(self) -> Collection[Network]: ...

    @property
    def network_offerings(self) -> Collection[NetworkOffering]: ...

    @property
    def storage_ranges(self) -> Collection[StorageRange]: ...

    @property
    def vlan_ip_ranges(self) -> Collection[VlanIpRange]: ...

    @property
    def service_offerings(self) -> Collection[ServiceOffering]: ...

    @property
    def limits(self) -> Limits: ...

    @property
    def disk_offerings(self) -> Collection[DiskOffering]: ...

    @property
    def domains(self) -> Collection[Suffixed]: ...

    @property
    def accounts(self) -> Collection[Suffixed]: ...

    @property
    def hypervisor_capabilities(self) -> Collection[HypervisorCapability]: ...

    @property
    def vpcs(self) -> Collection[Vpc]: ...

    @property
    def vpc_offerings(self) -> Collection[VpcOffering]: ...

    @property
    def regions(self) -> Collection[Region]: ...

    @property
    def portable_ranges(self) -> Collection[PortableRange]: ...

    @property
    def storage_pools(self) -> Collection[StoragePool]: ...

    @property
    def image_stores(self) -> Collection[ImageStore]: ...

    @property
    def staging_stores(self) -> Collection[ImageStore]: ...

    @property
    def vmware_datacenters(self) -> Collection[VmwareDatacenter]: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def fleets(self) -> Fleets: ...

    @property
    def capacities(self) -> Capacities: ...

    @property
    def dedications(self) -> Dedications: ...

    @property
    def vlans(self) -> Vlans: ...

    @property
    def pod_ranges(self) -> PodRanges: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def offers(self) -> Offers: ...

    @property
    def notes(self) -> Notes: ...

    @property
    def oobms(self) -> Oobms: ...

    @property
    def host_has(self) -> HostHas: ...

    @property
    def system_vms(self) -> SystemVms: ...

    @property
    def diagnostics(self) -> Diagnostics: ...

    @property
    def system_offerings(self) -> Collection[SystemOffering]: ...

    @property
    def system_templates(self) -> SystemTemplates: ...

    @property
    def console_certificates(self) -> ConsoleCertificates: ...

    @property
    def host_records(self) -> HostRecords: ...

    @property
    def alerts(self) -> Alerts: ...

    @property
    def events(self) -> Events: ...

    @property
    def usage(self) -> Usage: ...

    @property
    def management_servers(self) -> ManagementServers: ...

    @property
    def authorities(self) -> Authorities: ...

    @property
    def routers(self) -> Routers: ...

    @property
    def served_networks(self) -> ServedNetworks: ...

    @property
    def trials(self) -> Trials: ...

    @property
    def outages(self) -> Outages: ...

    @property
    def stores(self) -> Stores: ...

    @property
    def volumes(self) -> Volumes: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def progress(self) -> Progress: ...

    def owner_id(self, kind: str, name: str, domain: str = "") -> str:
        """The id of an account, domain (path or name) or project. Raises NotFound or Ambiguous."""

    def release(self) -> tuple[int, ...]:
        """Of the server, as it says: (4, 18, 2, 0); () where it does not."""

    def caller(self) -> tuple[str, str]:
        """The account of the API key, and the id of its domain. Both are "" where the server does not tell them."""

    def tell(self, doubt: str) -> None:
        """What a decision was made without: a warning of the task's result."""

    def forget(self) -> None:
        """All that was read is asked for anew from here on: others may have written since."""

    def act(self, action: str, id: str) -> None:
        """A life-cycle action of a host or pool, waited for: see the gateway's table of actions."""
