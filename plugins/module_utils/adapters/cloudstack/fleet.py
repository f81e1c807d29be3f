# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a cluster whole: hosts, VMs of every kind, volumes, offerings, affinity groups, dedication.

The number of calls does not grow with the VMs beyond the pages of 500.
"""

from __future__ import annotations

import contextlib
import re
import typing as t
from urllib.parse import unquote

from ...core.amounts import HOLDING, Remembered
from ...core.errors import ApiError, Unreadable
from ...core.placement.accounts import plain_figures
from ...core.placement.fleet import (
    LOCAL,
    MIB,
    AffinityGroup,
    Fleet,
    Instance,
    Offering,
)
from ...core.zone.hosts import Host
from ...core.zone.topology import Cluster
from . import mapping
from .client import Client
from .records import Record, Tell, Wire, unheard
from .transport import Json

ALL_PROJECTS = "-1"
GUESTS = 50  # that the server allows a host of a hypervisor of which it is told nothing
# ``systemvmtype`` → kind.
HOST_DEVICE = re.compile(r"<\s*hostdev\b|pcipassthru\d*\.present|other-config:pci\b", re.IGNORECASE)
SYSTEM_KINDS = {"consoleproxy": "ConsoleProxy", "secondarystoragevm": "SecondaryStorageVm"}


class FleetReader:
    """The port ``Fleets``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._projects: t.Optional[bool] = None
        self._capabilities: dict[str, dict[str, Json]] = {}
        self._drives: dict[str, frozenset[str]] = {}
        self._ha_tag: t.Optional[str] = None

    def read(self, cluster: Cluster, since: t.Optional[Fleet] = None) -> Fleet:
        """Everything of one cluster that placement depends on.

        since: an earlier reading of the same task, whose offerings, affinity groups and dedication are still good.
        """
        wire = self._client.listing("listHosts", "host", {"clusterid": cluster.id, "type": "Routing", "details": "all"})
        tell = self._client.tell
        figures = [plain_figures(mapping.host(each, tell), cluster.factors) for each in wire]
        hosts = tuple(host for host, _disputes in figures)
        ids = {host.id for host in hosts}
        volumes = self._volumes(cluster)
        place = {"zoneid": cluster.zone_id, "podid": cluster.pod_id}
        found = [(item, kind) for item, kind in self._machines(cluster, place) if item.get("hostid") in ids]
        if since is None or any(str(i.get("serviceofferingid")) not in since.offerings for i, _kind in found):
            offerings, groups, dedicated = self._offerings(), self._groups(), self._dedicated(cluster, ids)
        else:
            offerings, groups, dedicated = dict(since.offerings), since.groups, dict(since.dedicated)
        drives = self._config_drives(cluster) if any(kind == "User" for _item, kind in found) else frozenset()
        instances = tuple(
            instance(item, kind, offerings, volumes.get(str(item.get("id")), ()), tell, drives) for item, kind in found
        )
        strategy = self._local_strategy() if any(each.local for each in instances) else "Error"
        rough = {str(each.get("id")): mapping.rough_cpu(each) for each in wire}
        disputes = tuple(each for _host, found in figures for each in found)
        limits, motionless = self._guest_limits(hosts), self._without_motion(hosts)
        if self._ha_tag is None and any(host.host_tags or host.implicit_host_tags for host in hosts):
            self._ha_tag = self._setting("ha.tag")
        return Fleet(
            cluster,
            *(hosts, instances, offerings, groups, dedicated, limits, rough, disputes, motionless, strategy),
            ha_tag=self._ha_tag or "",
        )

    def on_host(self, cluster: Cluster, host_id: str) -> t.Sequence[Instance]:
        """The VMs that hold capacity on one host."""
        found = self._machines(cluster, {"zoneid": cluster.zone_id, "hostid": host_id})
        held = [(item, kind) for item, kind in found if item.get("hostid") == host_id]
        instances = [instance(item, kind, {}, (), self._client.tell) for item, kind in held]
        return [each for each in instances if each.state in HOLDING]

    def machine(self, vm_id: str, kind: str) -> t.Optional[Instance]:
        """One VM, read again; None when it is gone."""
        command, key = _LISTINGS[kind]
        try:
            found = self._client.listing(command, key, {"id": vm_id, **_ALL.get(command, {})})
        except ApiError as error:
            # An unknown id is an error, never an empty list (T2:20).
            if error.errorcode != 431:
                raise
            return None
        for item in found:
            return instance(item, kind, {}, (), self._client.tell)
        return None

    def users_vms(self, vm_ids: t.Sequence[str]) -> t.Sequence[Instance]:
        """Several by one call: ``ids`` is known to every server since 4.4."""
        asked: Json = {"ids": list(vm_ids), "listall": True, "details": "min"}
        found = self._client.listing("listVirtualMachines", "virtualmachine", asked)
        return [instance(item, "User", {}, (), self._client.tell) for item in found]

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
                read = Record(item, key)
                # Without an id it cannot be told from others, nor be moved.
                if not read.text("id"):
                    raise Unreadable(f"{command}: {read.called} has no id", command=command)
                if read.text("id") not in seen:
                    seen.add(read.text("id"))
                    yield item

    def _has_projects(self) -> bool:
        if self._projects is None:
            answer = self._client.call("listProjects", {"listall": True, "page": 1, "pagesize": 1})
            self._projects = bool(answer.get("project"))
        return self._projects

    def _volumes(self, cluster: Cluster) -> dict[str, list[Json]]:
        found: dict[str, list[Json]] = {}
        for item in self._everyones("listVolumes", "volume", {"clusterid": cluster.id, "listsystemvms": True}):
            machine = Record(item, "volume", self._client.tell).text("virtualmachineid")
            if machine:
                found.setdefault(machine, []).append(item)
        return found

    def _offerings(self) -> dict[str, Offering]:
        """Users' offerings and those of system VMs, which only ``issystem`` shows."""
        found = self._client.listing("listServiceOfferings", "serviceoffering", {"listall": True})
        found += self._client.listing("listServiceOfferings", "serviceoffering", {"issystem": True})
        read = [offering(item, self._client.tell) for item in found]
        return {each.id: each for each in read}

    def _config_drives(self, cluster: Cluster) -> frozenset[str]:
        """Ids of the zone's networks that give their VMs a config drive; none where they cannot be listed."""
        if cluster.zone_id in self._drives:
            return self._drives[cluster.zone_id]
        found = set()
        with contextlib.suppress(ApiError):
            for item in self._everyones("listNetworks", "network", {"zoneid": cluster.zone_id}):
                read = Record(item, "network", self._client.tell)
                services = read.records("service", "service")
                names = {each.text("name") for service in services for each in service.records("provider", "provider")}
                if "ConfigDrive" in names:
                    found.add(read.text("id"))
        self._drives[cluster.zone_id] = frozenset(found)
        return self._drives[cluster.zone_id]

    def _local_strategy(self) -> str:
        found = self._setting("host.maintenance.local.storage.strategy")
        return found if found in LOCAL else "Error"

    def _setting(self, name: str) -> str:
        """The value of a global setting; "" where it has none, or where the server does not know it."""
        for item in self._client.listing("listConfigurations", "configuration", {"name": name}):
            read = Record(item, "setting", self._client.tell)
            if read.text("name") == name:
                return read.text("value")
        return ""

    def _rows(self, host: Host) -> dict[str, Json]:
        """What the server says of versions of a host's hypervisor, by version."""
        if host.hypervisor not in self._capabilities:
            asked = {"hypervisor": host.hypervisor}
            rows = self._client.listing("listHypervisorCapabilities", "hypervisorCapabilities", asked)
            self._capabilities[host.hypervisor] = {str(row.get("hypervisorversion")): row for row in rows}
        return self._capabilities[host.hypervisor]

    def _guest_limits(self, hosts: t.Iterable[Host]) -> dict[str, int]:
        """By host id: what is said of the version that it runs, else of any version; the server asks no KVM host."""
        found: dict[str, int] = {}
        for host in hosts:
            if host.hypervisor.casefold() != "kvm":
                rows = self._rows(host)
                row = rows.get(host.hypervisor_version or "") or rows.get("default") or {}
                limit = Record(row, f"capabilities of {host.hypervisor}", self._client.tell).whole("maxguestslimit")
                found[host.id] = limit or GUESTS
        return found

    def _without_motion(self, hosts: t.Iterable[Host]) -> frozenset[str]:
        """Hosts of whose very version no storage motion is listed; KVM is not asked (FIELD_FACTS "Second look")."""
        found = set()
        for host in hosts:
            if host.hypervisor.casefold() != "kvm":
                row = self._rows(host).get(host.hypervisor_version or "") or {}
                if not Record(row, f"capabilities of {host.hypervisor}", self._client.tell).flag(
                    "storagemotionenabled"
                ):
                    found.add(host.id)
        return frozenset(found)

    def _groups(self) -> tuple[AffinityGroup, ...]:
        found = self._client.listing("listAffinityGroups", "affinitygroup", {"listall": True})
        return tuple(affinity_group(item, self._client.tell) for item in found)

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
            host_id = Record(item, "dedicated host", self._client.tell).text("hostid")
            if host_id in host_ids:
                found[host_id] = item
        return self._owned(found) if found else {}

    def _owned(self, found: t.Mapping[str, t.Optional[Json]]) -> dict[str, str]:
        """Dedications name their owners by ids alone, VMs theirs by names: both are told as VMs tell them."""
        domains: dict[str, str] = {}
        for item in self._client.listing("listDomains", "domain", {"listall": True}):
            read = Record(item, "domain", self._client.tell)
            domains[read.id()] = read.text("path", "name")
        accounts: dict[str, str] = {}
        for item in self._client.listing("listAccounts", "account", {"listall": True}):
            read = Record(item, "account", self._client.tell)
            accounts[read.id()] = f"account:{read.text('name')}@{read.text('domainid')}"
        owners: dict[str, str] = {}
        for host, wire in found.items():
            if wire is not None:
                read = Record(wire, "dedication", self._client.tell)
                domain = domains.get(read.text("domainid"), read.text("domainid"))
                owners[host] = accounts.get(read.text("accountid")) or f"domain:{domain}"
        return owners


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


def affinity_group(wire: Wire, tell: Tell = unheard) -> AffinityGroup:
    read = Record(wire, "affinity group", tell)
    members = frozenset(read.names("virtualmachineIds") or ())
    return AffinityGroup(read.id(), read.text("name"), read.text("type"), members)


def offering(wire: Wire, tell: Tell = unheard) -> Offering:
    """``listServiceOfferings`` → Offering; memory is told in MiB."""
    read = Record(wire, "service offering", tell)
    details = read.record("serviceofferingdetails", f"details of {read.called}")
    card = read.text("gpucardid") or details.text("pciDevice")
    profile = read.text("vgpuprofilename") or details.text("vgpuType")
    return Offering(
        id=read.id(),
        host_tags=frozenset(read.names("hosttags") or ()),
        cpu_number=read.whole("cpunumber") or 0,
        cpu_speed=read.whole("cpuspeed", "MHz") or 0,
        ram=(read.whole("memory", "MiB") or 0) * MIB,
        gpu=_gpu(card, profile),
    )


def instance(
    wire: Wire,
    kind: str,
    offerings: t.Mapping[str, Offering],
    volumes: t.Sequence[Wire],
    tell: Tell = unheard,
    config_drives: t.Collection[str] = (),
) -> Instance:
    """A VM of any kind; what its own listing does not tell comes from its offering."""
    read = Record(wire, "VM", tell)
    its = offerings.get(read.text("serviceofferingid"), Offering(""))
    disks = [Record(volume, "volume", tell) for volume in volumes]
    ram = read.whole("memory", "MiB")
    details = read.record("details", f"details of {read.called}")
    return Instance(
        id=read.id(),
        name=read.text("displayname", "name"),
        kind=kind,
        state=read.text("state"),
        host_id=read.text("hostid"),
        offering_id=read.text("serviceofferingid"),
        cpu_number=read.whole("cpunumber") or its.cpu_number,
        cpu_speed=read.whole("cpuspeed", "MHz") or its.cpu_speed,
        ram=ram * MIB if ram else its.ram,
        own=_own(details),
        arch=read.text("arch"),
        uefi=read.text("boottype").upper() == "UEFI",
        iso=read.text("isoname", "isoid"),
        config_drive=any(nic.text("networkid") in config_drives for nic in read.records("nic", "NIC")),
        host_device=_has_host_device(details),
        hypervisor=read.text("hypervisor"),
        gpu=_gpu(read.text("vgpu", "gpucardid"), read.text("vgpuprofilename", "vgpu")),
        ha_enabled=bool(read.flag("haenable")),
        pools=frozenset(
            disk.text("storageid") for disk in disks if disk.text("storageid") and disk.text("storagetype") != "local"
        ),
        local=any(disk.text("storagetype") == "local" for disk in disks),
        busy=any(disk.text("state") not in ("", "Ready", "Allocated") for disk in disks),
        owners=_owners(read),
        # Only users' VMs have both; of the others the name is it.
        alone_for=_alone_for(read) if kind == "Router" else "",
        instance_name=read.text("instancename") or ("" if kind == "User" else read.text("name")),
    )


def _alone_for(read: Record) -> str:
    """The network or VPC of a router that has no second one beside it."""
    return "" if read.flag("isredundantrouter") else read.text("vpcname", "guestnetworkname")


def _has_host_device(details: Record) -> bool:
    """Extra configuration comes percent-encoded or as it is: libvirt's <hostdev>, pciPassthru of VMware, pci of Xen."""
    texts = [unquote(details.text(key)) for key in details.wire if str(key).casefold().startswith("extraconfig")]
    return any(HOST_DEVICE.search(text) for text in texts)


def _own(details: Record) -> Remembered:
    """The factors of the last start, each None where it is not kept, which is not the same as 1 (T3:96-99)."""
    cpu, ram = details.factor("cpuOvercommitRatio"), details.factor("memoryOvercommitRatio")
    return Remembered(float(cpu) if cpu else None, float(ram) if ram else None)


def _owners(read: Record) -> frozenset[str]:
    """Its account, and its domain with all above it, because a domain's dedication is for what is below it too."""
    path = read.text("domainpath", "domain")
    steps = path.split("/")
    domains = {f"domain:{'/'.join(steps[: n + 1])}" for n in range(len(steps))} if path else set()
    account = read.text("account")
    return frozenset(domains | ({f"account:{account}@{read.text('domainid')}"} if account else set()))
