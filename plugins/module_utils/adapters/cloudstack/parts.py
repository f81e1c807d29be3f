# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of the gateway whose files are loaded when the part is first asked for."""

from __future__ import annotations

import threading
import typing as t

from .client import Client
from .listings import Listing


def _part(make: t.Callable[[t.Any], t.Any]) -> property:
    """A part of the gateway. It is made when it is first asked for, and only then is its file loaded: Ansible compiles
    each file anew in each run, and a task needs few of the parts.
    """
    name = make.__name__

    def made(self: Parts) -> t.Any:
        with self._making:
            if name not in self._made:
                self._made[name] = make(self)
            return self._made[name]

    return property(made)


if t.TYPE_CHECKING:
    from ...core.zone.disk_offerings import DiskOffering
    from ...core.zone.guest_networks import Network
    from ...core.zone.hypervisor_capabilities import HypervisorCapability
    from ...core.zone.network_domains import Suffixed
    from ...core.zone.network_offerings import NetworkOffering
    from ...core.zone.pod_ranges import StorageRange
    from ...core.zone.portable_ranges import PortableRange, Region
    from ...core.zone.service_offerings import ServiceOffering
    from ...core.zone.system_offerings import SystemOffering
    from ...core.zone.vpcs import Vpc, VpcOffering
    from .alerts import Alerts
    from .capacities import Capacities
    from .certificates import Authorities
    from .dedications import Dedications
    from .diagnostics import Diagnostics
    from .events import Events
    from .fleet import FleetReader
    from .host_records import HostRecords
    from .management_servers import ManagementServers
    from .notes import Notes
    from .offers import Offers
    from .oobm import HostHas, Oobms
    from .outages import Outages
    from .pod_ranges import PodRanges
    from .routers import Routers, ServedNetworks
    from .settings import Settings
    from .stores import Stores
    from .system_templates import SystemTemplates
    from .system_vms import ConsoleCertificates, SystemVms
    from .trials import Trials
    from .usage import Usage
    from .vlans import Vlans
    from .volumes import Volumes

    part = property
else:
    part = _part


class Parts:
    """The lesser used parts, each with its own file."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._made: dict[str, t.Any] = {}
        self._making = threading.RLock()

    @part
    def networks(self) -> Listing[Network]:
        from . import network_resources

        return Listing(self._client, network_resources.NETWORKS)

    @part
    def network_offerings(self) -> Listing[NetworkOffering]:
        from . import network_resources

        return Listing(self._client, network_resources.NETWORK_OFFERINGS)

    @part
    def storage_ranges(self) -> Listing[StorageRange]:
        from . import network_resources

        return Listing(self._client, network_resources.STORAGE_RANGES)

    @part
    def service_offerings(self) -> Listing[ServiceOffering]:
        from . import service_offerings

        return Listing(self._client, service_offerings.SERVICE_OFFERINGS)

    @part
    def disk_offerings(self) -> Listing[DiskOffering]:
        from .disk_offerings import DISK_OFFERINGS

        return Listing(self._client, DISK_OFFERINGS)

    @part
    def domains(self) -> Listing[Suffixed]:
        from . import owners

        return Listing(self._client, owners.DOMAINS)

    @part
    def accounts(self) -> Listing[Suffixed]:
        from . import owners

        return Listing(self._client, owners.ACCOUNTS)

    @part
    def hypervisor_capabilities(self) -> Listing[HypervisorCapability]:
        from .hypervisor_capabilities import HYPERVISOR_CAPABILITIES

        return Listing(self._client, HYPERVISOR_CAPABILITIES)

    @part
    def vpcs(self) -> Listing[Vpc]:
        from . import vpcs

        return Listing(self._client, vpcs.VPCS)

    @part
    def vpc_offerings(self) -> Listing[VpcOffering]:
        from . import vpcs

        return Listing(self._client, vpcs.VPC_OFFERINGS)

    @part
    def regions(self) -> Listing[Region]:
        from . import regions

        return Listing(self._client, regions.REGIONS)

    @part
    def portable_ranges(self) -> Listing[PortableRange]:
        from . import regions

        return Listing(self._client, regions.PORTABLE_RANGES)

    @part
    def settings(self) -> Settings:
        from .settings import Settings

        return Settings(self._client)

    @part
    def fleets(self) -> FleetReader:
        from .fleet import FleetReader

        return FleetReader(self._client)

    @part
    def capacities(self) -> Capacities:
        from .capacities import Capacities

        return Capacities(self._client)

    @part
    def dedications(self) -> Dedications:
        from .dedications import Dedications

        return Dedications(self._client)

    @part
    def vlans(self) -> Vlans:
        from .vlans import Vlans

        return Vlans(self._client)

    @part
    def pod_ranges(self) -> PodRanges:
        from .pod_ranges import PodRanges

        return PodRanges(self._client)

    @part
    def notes(self) -> Notes:
        from .notes import Notes

        return Notes(self._client)

    @part
    def offers(self) -> Offers:
        from .offers import Offers

        return Offers(self._client)

    @part
    def oobms(self) -> Oobms:
        from .oobm import Oobms

        return Oobms(self._client)

    @part
    def host_has(self) -> HostHas:
        from .oobm import HostHas

        return HostHas(self._client)

    @part
    def host_records(self) -> HostRecords:
        from .host_records import HostRecords

        return HostRecords(self._client)

    @part
    def alerts(self) -> Alerts:
        from .alerts import Alerts

        return Alerts(self._client)

    @part
    def events(self) -> Events:
        from .events import Events

        return Events(self._client)

    @part
    def usage(self) -> Usage:
        from .usage import Usage

        return Usage(self._client)

    @part
    def management_servers(self) -> ManagementServers:
        from .management_servers import ManagementServers

        return ManagementServers(self._client)

    @part
    def system_vms(self) -> SystemVms:
        from .system_vms import SystemVms

        return SystemVms(self._client)

    @part
    def diagnostics(self) -> Diagnostics:
        from .diagnostics import Diagnostics

        return Diagnostics(self._client)

    @part
    def system_offerings(self) -> Listing[SystemOffering]:
        from .system_vms import SYSTEM_OFFERINGS

        return Listing(self._client, SYSTEM_OFFERINGS)

    @part
    def system_templates(self) -> SystemTemplates:
        from .system_templates import SystemTemplates

        return SystemTemplates(self._client)

    @part
    def console_certificates(self) -> ConsoleCertificates:
        from .system_vms import ConsoleCertificates

        return ConsoleCertificates(self._client)

    @part
    def authorities(self) -> Authorities:
        from .certificates import Authorities

        return Authorities(self._client)

    @part
    def routers(self) -> Routers:
        from .routers import Routers

        return Routers(self._client)

    @part
    def served_networks(self) -> ServedNetworks:
        from .routers import ServedNetworks

        return ServedNetworks(self._client)

    @part
    def trials(self) -> Trials:
        from .trials import Trials

        return Trials(self._client)

    @part
    def volumes(self) -> Volumes:
        from .volumes import Volumes

        return Volumes(self._client)

    @part
    def outages(self) -> Outages:
        from .outages import Outages

        return Outages(self._client)

    @part
    def stores(self) -> Stores:
        from .stores import Stores

        return Stores(self._client)
