# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a cluster whole: hosts, VMs of every kind, volumes, offerings, affinity groups, dedication.

The number of calls does not grow with the VMs beyond the pages of 500.
"""

from __future__ import annotations

import typing as t

from ...core.amounts import HOLDING, Factors
from ...core.placement.fleet import (
    MIB,
    AffinityGroup,
    Fleet,
    Instance,
    Offering,
    with_plain_ram,
)
from ...core.zone.hosts import Host
from ...core.zone.topology import Cluster
from . import mapping
from .client import Client
from .transport import Json

ALL_PROJECTS = "-1"
GUESTS = 50  # that the server allows a host of a hypervisor of which it is told nothing
# ``systemvmtype`` → kind.
SYSTEM_KINDS = {"consoleproxy": "ConsoleProxy", "secondarystoragevm": "SecondaryStorageVm"}


class FleetReader:
    """The port ``Fleets``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._projects: t.Optional[bool] = None
        self._capabilities: dict[str, dict[str, Json]] = {}

    def read(self, cluster: Cluster, since: t.Optional[Fleet] = None) -> Fleet:
        """Everything of one cluster that placement depends on.

        since: an earlier reading of the same task, whose offerings, affinity groups and dedication are still good.
        """
        wire = self._client.listing("listHosts", "host", {"clusterid": cluster.id, "type": "Routing", "details": "all"})
        hosts = tuple(with_plain_ram(mapping.host(each), cluster.factors) for each in wire)
        ids = {host.id for host in hosts}
        volumes = self._volumes(cluster)
        place = {"zoneid": cluster.zone_id, "podid": cluster.pod_id}
        found = [(item, kind) for item, kind in self._machines(cluster, place) if item.get("hostid") in ids]
        if since is None or any(str(i.get("serviceofferingid")) not in since.offerings for i, _kind in found):
            offerings, groups, dedicated = self._offerings(), self._groups(), self._dedicated(cluster, ids)
        else:
            offerings, groups, dedicated = dict(since.offerings), since.groups, dict(since.dedicated)
        instances = tuple(instance(item, kind, offerings, volumes.get(item["id"], ())) for item, kind in found)
        return Fleet(cluster, hosts, instances, offerings, groups, dedicated, self._guest_limits(hosts))

    def on_host(self, cluster: Cluster, host_id: str) -> t.Sequence[Instance]:
        """The VMs that hold capacity on one host."""
        found = self._machines(cluster, {"zoneid": cluster.zone_id, "hostid": host_id})
        instances = [instance(item, kind, {}, ()) for item, kind in found if item.get("hostid") == host_id]
        return [each for each in instances if each.state in HOLDING]

    def machine(self, vm_id: str, kind: str) -> t.Optional[Instance]:
        """One VM, read again; None when it is gone."""
        command, key = _LISTINGS[kind]
        for item in self._client.listing(command, key, {"id": vm_id, **_ALL.get(command, {})}):
            return instance(item, kind, {}, ())
        return None

    def _machines(self, cluster: Cluster, place: Json) -> t.Iterator[tuple[Json, str]]:
        """VMs of every kind in a place that is not larger than the cluster's pod; of system VMs even that larger."""
        within = {"clusterid": cluster.id, **place}
        for item in self._everyones("listVirtualMachines", "virtualmachine", within):
            yield item, "User"
        for item in self._client.listing("listSystemVms", "systemvm", place):
            yield item, SYSTEM_KINDS.get(str(item.get("systemvmtype")), "ConsoleProxy")
        for item in self._everyones("listRouters", "router", within):
            yield item, "Router"
        for item in self._everyones("listInternalLoadBalancerVMs", "internalloadbalancervm", place):
            yield item, "InternalLb"

    def _everyones(self, command: str, key: str, params: Json) -> t.Iterator[Json]:
        """Of accounts, and where there are projects of those too: ``listall`` leaves them out."""
        seen = set()
        for also in ({}, {"projectid": ALL_PROJECTS}) if self._has_projects() else ({},):
            for item in self._client.listing(command, key, {"listall": True, **params, **also}):
                if item["id"] not in seen:
                    seen.add(item["id"])
                    yield item

    def _has_projects(self) -> bool:
        if self._projects is None:
            answer = self._client.call("listProjects", {"listall": True, "page": 1, "pagesize": 1})
            self._projects = bool(answer.get("project"))
        return self._projects

    def _volumes(self, cluster: Cluster) -> dict[str, list[Json]]:
        found: dict[str, list[Json]] = {}
        for item in self._everyones("listVolumes", "volume", {"clusterid": cluster.id, "listsystemvms": True}):
            if item.get("virtualmachineid"):
                found.setdefault(item["virtualmachineid"], []).append(item)
        return found

    def _offerings(self) -> dict[str, Offering]:
        """Users' offerings and those of system VMs, which only ``issystem`` shows."""
        found = self._client.listing("listServiceOfferings", "serviceoffering", {"listall": True})
        found += self._client.listing("listServiceOfferings", "serviceoffering", {"issystem": True})
        return {item["id"]: offering(item) for item in found}

    def _guest_limits(self, hosts: t.Iterable[Host]) -> dict[str, int]:
        """By host id: what is said of the version that it runs, else of any version; the server asks no KVM host."""
        found: dict[str, int] = {}
        for host in hosts:
            if host.hypervisor.casefold() == "kvm":
                continue
            if host.hypervisor not in self._capabilities:
                asked = {"hypervisor": host.hypervisor}
                rows = self._client.listing("listHypervisorCapabilities", "hypervisorCapabilities", asked)
                self._capabilities[host.hypervisor] = {str(row.get("hypervisorversion")): row for row in rows}
            rows_by_version = self._capabilities[host.hypervisor]
            row = rows_by_version.get(host.hypervisor_version or "") or rows_by_version.get("default") or {}
            found[host.id] = int(row.get("maxguestslimit") or GUESTS)
        return found

    def _groups(self) -> tuple[AffinityGroup, ...]:
        found = self._client.listing("listAffinityGroups", "affinitygroup", {"listall": True})
        return tuple(
            AffinityGroup(
                item["id"], str(item.get("name")), str(item.get("type")), frozenset(item.get("virtualmachineIds") or ())
            )
            for item in found
        )

    def _dedicated(self, cluster: Cluster, host_ids: t.Collection[str]) -> dict[str, str]:
        """Owner by host: the host's own dedication, else its cluster's, pod's or zone's."""
        wide: t.Optional[Json] = None
        for command, key, field, wanted in (
            ("listDedicatedZones", "dedicatedzone", "zoneid", cluster.zone_id),
            ("listDedicatedPods", "dedicatedpod", "podid", cluster.pod_id),
            ("listDedicatedClusters", "dedicatedcluster", "clusterid", cluster.id),
        ):
            for item in self._client.listing(command, key, {field: wanted}):
                wide = item if item.get(field) == wanted else wide
        found = dict.fromkeys(host_ids, wide) if wide else {}
        for item in self._client.listing("listDedicatedHosts", "dedicatedhost"):
            if item.get("hostid") in host_ids:
                found[item["hostid"]] = item
        return self._owned(found) if found else {}

    def _owned(self, found: t.Mapping[str, t.Optional[Json]]) -> dict[str, str]:
        """Dedications name their owners by ids alone, VMs theirs by names: both are told as VMs tell them."""
        domains = {
            item["id"]: str(item.get("path") or item.get("name"))
            for item in self._client.listing("listDomains", "domain", {"listall": True})
        }
        accounts = {
            item["id"]: f"account:{item.get('name')}@{item.get('domainid')}"
            for item in self._client.listing("listAccounts", "account", {"listall": True})
        }
        return {
            host: accounts.get(str(item.get("accountid")))
            or f"domain:{domains.get(str(item.get('domainid')), item.get('domainid'))}"
            for host, item in found.items()
            if item is not None
        }


_LISTINGS = {
    "User": ("listVirtualMachines", "virtualmachine"),
    "ConsoleProxy": ("listSystemVms", "systemvm"),
    "SecondaryStorageVm": ("listSystemVms", "systemvm"),
    "Router": ("listRouters", "router"),
    "InternalLb": ("listInternalLoadBalancerVMs", "internalloadbalancervm"),
}
_ALL: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "listVirtualMachines": {"listall": True},
    "listRouters": {"listall": True},
    "listInternalLoadBalancerVMs": {"listall": True},
}


def _gpu(card: object, profile: object) -> str:
    """A whole card is a profile too, of this name (4.21 and newer, as in details before)."""
    if not card:
        return ""
    return "vgpu" if profile and profile != "passthrough" else "gpu"


def offering(item: Json) -> Offering:
    """``listServiceOfferings`` → Offering; memory is told in MiB."""
    details = item.get("serviceofferingdetails") or {}
    card = item.get("gpucardid") or details.get("pciDevice")
    profile = item.get("vgpuprofilename") or details.get("vgpuType")
    return Offering(
        id=item["id"],
        host_tags=frozenset(tag.strip() for tag in str(item.get("hosttags") or "").split(",") if tag.strip()),
        cpu_number=int(item.get("cpunumber") or 0),
        cpu_speed=int(item.get("cpuspeed") or 0),
        ram=int(item.get("memory") or 0) * MIB,
        gpu=_gpu(card, profile),
    )


def instance(item: Json, kind: str, offerings: t.Mapping[str, Offering], volumes: t.Sequence[Json]) -> Instance:
    """A VM of any kind; what its own listing does not tell comes from its offering."""
    its = offerings.get(str(item.get("serviceofferingid")), Offering(""))
    details = item.get("details") or {}
    return Instance(
        id=item["id"],
        name=str(item.get("displayname") or item.get("name")),
        kind=kind,
        state=str(item.get("state")),
        host_id=str(item.get("hostid") or ""),
        offering_id=str(item.get("serviceofferingid") or ""),
        cpu_number=int(item.get("cpunumber") or its.cpu_number),
        cpu_speed=int(item.get("cpuspeed") or its.cpu_speed),
        ram=int(item["memory"]) * MIB if item.get("memory") else its.ram,
        own=_own(details),
        arch=str(item.get("arch") or ""),
        uefi=str(item.get("boottype")).upper() == "UEFI",
        gpu=_gpu(item.get("vgpu") or item.get("gpucardid"), item.get("vgpuprofilename") or item.get("vgpu")),
        ha_enabled=bool(item.get("haenable")),
        pools=frozenset(str(v["storageid"]) for v in volumes if v.get("storageid") and v.get("storagetype") != "local"),
        local=any(v.get("storagetype") == "local" for v in volumes),
        busy=any(v.get("state") not in (None, "Ready", "Allocated") for v in volumes),
        owners=_owners(item),
        # Only users' VMs have both; of the others the name is it.
        instance_name=str(item.get("instancename") or ("" if kind == "User" else item.get("name") or "")),
    )


def _own(details: Json) -> t.Optional[Factors]:
    """The factors of the last start; None where none is remembered, which is not the same as 1 and 1 (T3:96-99)."""
    told = details.get("cpuOvercommitRatio"), details.get("memoryOvercommitRatio")
    return Factors(float(told[0] or 1), float(told[1] or 1)) if any(told) else None


def _owners(item: Json) -> frozenset[str]:
    """Its account, and its domain with all above it, because a domain's dedication is for what is below it too."""
    path = str(item.get("domainpath") or item.get("domain") or "")
    steps = path.split("/")
    domains = {f"domain:{'/'.join(steps[: n + 1])}" for n in range(len(steps))} if path else set()
    account = item.get("account")
    return frozenset(domains | ({f"account:{account}@{item.get('domainid')}"} if account else set()))
