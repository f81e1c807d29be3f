# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implements the port ``Cloud`` on a CloudStack management server.

Listings are remembered for the life of the gateway and kept true by its own writes, so that a loop of 200 items asks
the server once. What another writer does in that time is seen where it counts: every write is read back afresh.
"""

from __future__ import annotations

import typing as t

from ...core import releases
from ...core.errors import Ambiguous, ApiError, NotFound, Unsupported
from ...core.naming import nearest
from ...ports.clock import Clock, Progress
from ...ports.jobs import Rolled
from . import resources
from .client import Client, Job
from .listings import Hosts, Listing
from .parts import Parts, part
from .records import Record

if t.TYPE_CHECKING:
    from ...core.zone.physical_networks import Element, PhysicalNetwork, Provider, TrafficType, VlanIpRange
    from ...core.zone.storage import ImageStore, StoragePool
    from ...core.zone.topology import Cluster, Pod, Zone
    from ...core.zone.vmware_dcs import VmwareDatacenter
    from .resource_limits import Limits


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

    def ask_roll(self, job: Job) -> t.Union[t.Literal[False], Rolled, ApiError]:
        outcome = self._client.ask(job)
        if outcome is None:
            return False
        if isinstance(outcome, ApiError):
            return outcome
        told = Record(outcome, "job", self._client.tell).record("rollingmaintenance", "rolling maintenance")
        updated, skipped = told.records("hostsupdated", "host"), told.records("hostsskipped", "host")
        return Rolled(
            tuple(each.text("hostname") for each in updated),
            {each.text("hostname"): each.text("reason") for each in skipped},
        )

    def at_work_on(self, object_id: str) -> bool:
        """Without a date the server lists those under way alone (its description of listAsyncJobs)."""
        jobs = self._client.listing("listAsyncJobs", "asyncjobs", {"listall": True})
        read = [Record(job, "job", self._client.tell) for job in jobs]
        return any(job.text("jobinstanceid") == object_id and job.whole("jobstatus") == 0 for job in read)


class Gateway(Parts):
    """A CloudStack management server (the port ``Cloud``)."""

    _release: t.Optional[tuple[int, ...]] = None

    @part
    def zones(self) -> Listing[Zone]:
        return Listing(self._client, resources.ZONES)

    @part
    def pods(self) -> Listing[Pod]:
        return Listing(self._client, resources.PODS)

    @part
    def clusters(self) -> Listing[Cluster]:
        return Listing(self._client, resources.CLUSTERS)

    @part
    def hosts(self) -> Hosts:
        return Hosts(self._client, resources.HOSTS)

    @part
    def physical_networks(self) -> Listing[PhysicalNetwork]:
        return Listing(self._client, resources.PHYSICAL_NETWORKS)

    @part
    def traffic_types(self) -> Listing[TrafficType]:
        return Listing(self._client, resources.TRAFFIC_TYPES)

    @part
    def providers(self) -> Listing[Provider]:
        return Listing(self._client, resources.PROVIDERS)

    @part
    def virtual_router_elements(self) -> Listing[Element]:
        return Listing(self._client, resources.VIRTUAL_ROUTER_ELEMENTS)

    @part
    def internal_lb_elements(self) -> Listing[Element]:
        return Listing(self._client, resources.INTERNAL_LB_ELEMENTS)

    @part
    def ovs_elements(self) -> Listing[Element]:
        return Listing(self._client, resources.OVS_ELEMENTS)

    @part
    def vlan_ip_ranges(self) -> Listing[VlanIpRange]:
        return Listing(self._client, resources.VLAN_IP_RANGES)

    @part
    def storage_pools(self) -> Listing[StoragePool]:
        return Listing(self._client, resources.STORAGE_POOLS)

    @part
    def image_stores(self) -> Listing[ImageStore]:
        return Listing(self._client, resources.IMAGE_STORES)

    @part
    def staging_stores(self) -> Listing[ImageStore]:
        return Listing(self._client, resources.STAGING_STORES)

    @part
    def vmware_datacenters(self) -> Listing[VmwareDatacenter]:
        return Listing(self._client, resources.VMWARE_DATACENTERS)

    @part
    def jobs(self) -> Jobs:
        return Jobs(self._client)

    @part
    def limits(self) -> Limits:
        from .resource_limits import Limits

        return Limits(self._client, self.owner_id)

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
        with self._making:
            self._made.clear()

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

    def release(self) -> tuple[int, ...]:
        with self._making:
            if self._release is None:
                self._release = self._told_release()
            return self._release

    def _told_release(self) -> tuple[int, ...]:
        try:
            answer = self._client.call("listCapabilities", {})
        except (ApiError, Unsupported):
            return ()
        told = Record(answer, "server", self._client.tell).record("capability", "server").text("cloudstackversion")
        return releases.numbers(told)

    def caller(self) -> tuple[str, str]:
        """``getUser`` is for administrators of the root domain alone; others may list at least themselves."""
        key = self._client.http.endpoint.key
        try:
            answer = self._client.call("getUser", {"userapikey": key})
            read = Record(answer, "user", self._client.tell)
            users = [read.record("user", "user") if read.has("user") else read]
        except (ApiError, Unsupported):
            try:
                listed = self._client.listing("listUsers", "user", {})
            except (ApiError, Unsupported):
                return "", ""
            found = [Record(each, "user", self._client.tell) for each in listed]
            users = [each for each in found if key and each.text("apikey") == key]
        return (users[0].text("account"), users[0].text("domainid")) if users else ("", "")


def _owns(read: Record, wanted: str) -> bool:
    """By id, by name, or by a domain's path with or without its leading ROOT."""
    path = read.text("path")
    return wanted in (
        read.text("id"),
        read.text("name"),
        path,
        path[len("ROOT/") :] if path.startswith("ROOT/") else path,
    )
