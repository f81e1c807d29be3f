# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Cloud`` on a CloudStack management server.

Listings are remembered for the life of the gateway and kept true by its own writes, so that a loop of 200 items asks
the server once. What another writer does in that time is seen where it counts: every write is read back afresh.
"""

from __future__ import annotations

import typing as t

from ...core.errors import Ambiguous, ApiError, NotFound
from ...core.naming import nearest
from ...ports.clock import Clock, Progress
from . import network_resources, owners, regions, resources, service_offerings, vpcs
from .alerts import Alerts
from .capacities import Capacities
from .certificates import Authorities
from .client import Client, Job
from .dedications import Dedications
from .diagnostics import Diagnostics
from .disk_offerings import DISK_OFFERINGS
from .events import Events
from .fleet import FleetReader
from .host_records import HostRecords
from .hypervisor_capabilities import HYPERVISOR_CAPABILITIES
from .listings import Hosts, Listing
from .management_servers import ManagementServers
from .notes import Notes
from .offers import Offers
from .oobm import HostHas, Oobms
from .outages import Outages
from .pod_ranges import PodRanges
from .records import Record
from .resource_limits import Limits
from .routers import Routers, ServedNetworks
from .settings import Settings
from .stores import Stores
from .system_templates import SystemTemplates
from .system_vms import SYSTEM_OFFERINGS, ConsoleCertificates, SystemVms
from .trials import Trials
from .usage import Usage
from .vlans import Vlans
from .volumes import Volumes


class Jobs:
    """Actions started now and asked for later (the port ``Jobs``)."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def limit(self) -> float:
        return self._client.job_timeout

    def start(self, action: str, **fields: object) -> t.Union[Job, ApiError, None]:
        params: dict[str, t.Any] = {name.replace("_", ""): value for name, value in fields.items()}
        started = self._client.start(resources.ACTIONS[action], params)
        return started if isinstance(started, (Job, ApiError)) else None

    def ask(self, job: Job) -> t.Union[bool, ApiError]:
        outcome = self._client.ask(job)
        if outcome is None:
            return False
        return outcome if isinstance(outcome, ApiError) else True

    def at_work_on(self, object_id: str) -> bool:
        """Without a date the server lists those under way alone (its description of listAsyncJobs)."""
        jobs = self._client.listing("listAsyncJobs", "asyncjobs", {"listall": True})
        read = [Record(job, "job", self._client.tell) for job in jobs]
        return any(job.text("jobinstanceid") == object_id and job.whole("jobstatus") == 0 for job in read)


class Gateway:
    """A CloudStack management server (the port ``Cloud``)."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.zones = Listing(client, resources.ZONES)
        self.pods = Listing(client, resources.PODS)
        self.clusters = Listing(client, resources.CLUSTERS)
        self.hosts = Hosts(client, resources.HOSTS)
        self.physical_networks = Listing(client, resources.PHYSICAL_NETWORKS)
        self.traffic_types = Listing(client, resources.TRAFFIC_TYPES)
        self.providers = Listing(client, resources.PROVIDERS)
        self.virtual_router_elements = Listing(client, resources.VIRTUAL_ROUTER_ELEMENTS)
        self.internal_lb_elements = Listing(client, resources.INTERNAL_LB_ELEMENTS)
        self.ovs_elements = Listing(client, resources.OVS_ELEMENTS)
        self.networks = Listing(client, network_resources.NETWORKS)
        self.network_offerings = Listing(client, network_resources.NETWORK_OFFERINGS)
        self.storage_ranges = Listing(client, network_resources.STORAGE_RANGES)
        self.vlan_ip_ranges = Listing(client, resources.VLAN_IP_RANGES)
        self.service_offerings = Listing(client, service_offerings.SERVICE_OFFERINGS)
        self.limits = Limits(client, self.owner_id)
        self.disk_offerings = Listing(client, DISK_OFFERINGS)
        self.domains = Listing(client, owners.DOMAINS)
        self.accounts = Listing(client, owners.ACCOUNTS)
        self.hypervisor_capabilities = Listing(client, HYPERVISOR_CAPABILITIES)
        self.vpcs = Listing(client, vpcs.VPCS)
        self.vpc_offerings = Listing(client, vpcs.VPC_OFFERINGS)
        self.regions = Listing(client, regions.REGIONS)
        self.portable_ranges = Listing(client, regions.PORTABLE_RANGES)
        self.storage_pools = Listing(client, resources.STORAGE_POOLS)
        self.image_stores = Listing(client, resources.IMAGE_STORES)
        self.staging_stores = Listing(client, resources.STAGING_STORES)
        self.vmware_datacenters = Listing(client, resources.VMWARE_DATACENTERS)
        self.settings = Settings(client)
        self.fleets = FleetReader(client)
        self.capacities = Capacities(client)
        self.dedications = Dedications(client)
        self.vlans = Vlans(client)
        self.pod_ranges = PodRanges(client)
        self.notes = Notes(client)
        self.offers = Offers(client)
        self.jobs = Jobs(client)
        self.oobms = Oobms(client)
        self.host_has = HostHas(client)
        self.host_records = HostRecords(client)
        self.alerts = Alerts(client)
        self.events = Events(client)
        self.usage = Usage(client)
        self.management_servers = ManagementServers(client)
        self.system_vms = SystemVms(client)
        self.diagnostics = Diagnostics(client)
        self.system_offerings = Listing(client, SYSTEM_OFFERINGS)
        self.system_templates = SystemTemplates(client)
        self.console_certificates = ConsoleCertificates(client)
        self.authorities = Authorities(client)
        self.routers = Routers(client)
        self.served_networks = ServedNetworks(client)
        self.trials = Trials(client)
        self.volumes = Volumes(client)
        self.outages = Outages(client)
        self.stores = Stores(client)

    @property
    def clock(self) -> Clock:
        return self._client.clock

    def doubts(self) -> t.Sequence[str]:
        """What answers held that could not be read, since it was last asked."""
        return self._client.doubts()

    def tell(self, doubt: str) -> None:
        self._client.tell(doubt)

    @property
    def progress(self) -> Progress:
        return self._client.progress

    def forget(self) -> None:
        self.__dict__.update(vars(Gateway(self._client)))

    def act(self, action: str, id: str) -> None:
        try:
            self._client.run(resources.ACTIONS[action], {"id": id})
        finally:
            for listing in (self.hosts, self.storage_pools):
                listing.forget()

    def owner_id(self, kind: str, name: str, domain: str = "") -> str:
        scope = {"domainid": self.owner_id("domain", domain)} if domain and kind != "domain" else {}
        command = {"domain": "listDomains", "account": "listAccounts", "project": "listProjects"}[kind]
        listed = self._client.listing(command, kind, {"listall": True, **scope})
        found = [Record(item, kind, self._client.tell) for item in listed]
        hits = [each for each in found if _owns(each, name) and each.text("id")]
        if not hits:
            raise NotFound(kind, name, domain, nearest(name, [each.text("name") for each in found]))
        if len(hits) > 1:
            raise Ambiguous(kind, name, [each.text("id") for each in hits])
        return hits[0].text("id")


def _owns(read: Record, wanted: str) -> bool:
    """By id, by name, or by a domain's path with or without its leading ROOT."""
    path = read.text("path")
    return wanted in (
        read.text("id"),
        read.text("name"),
        path,
        path[len("ROOT/") :] if path.startswith("ROOT/") else path,
    )
