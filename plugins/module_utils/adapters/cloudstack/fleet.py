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
from dataclasses import dataclass, field

from ...core.accounting import HOLDING
from ...core.errors import ApiError, Unsupported
from ...core.placement.accounts import as_counted, plain_figures
from ...core.placement.fleet import Fleet
from ...core.placement.instances import Instance
from ...core.placement.pinned import LOCAL
from ...core.versions import KVM_WITHOUT_GUEST_LIMIT, VMWARE_VERSION_ABOVE
from ...core.zone.hosts import Host, release_of
from ...core.zone.topology import Cluster
from . import mapping
from .bonds import Bonds
from .client import Client
from .everyones import Everyones, everybodys
from .instances import instance
from .readers import scalar
from .records import Record
from .transport import Json

FRESH = 60.0  # seconds
GUESTS = 50  # that the server allows a host of a hypervisor of which it is told nothing
# ``systemvmtype`` → kind.
SYSTEM_KINDS = {"consoleproxy": "ConsoleProxy", "secondarystoragevm": "SecondaryStorageVm"}


@dataclass
class _Wide:
    """A zone's own pools (ids) and the volumes there, when they were read, and for which clusters (ids)."""

    at: float
    pools: t.Sequence[str]
    volumes: t.Sequence[Json]
    served: set[str] = field(default_factory=set)


class FleetReader:
    """The port ``Fleets``."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._everyones = Everyones(client)
        self._bonds = Bonds(client, self._everyones)
        self._capabilities: dict[str, dict[str, Json]] = {}
        self._drives: dict[str, frozenset[str]] = {}
        self._ha_tag: t.Optional[str] = None
        self._wide: dict[str, _Wide] = {}
        self._names: dict[str, frozenset[str]] = {}

    def read(self, cluster: Cluster, since: t.Optional[Fleet] = None) -> Fleet:
        """Everything of one cluster that placement depends on.

        since: an earlier reading of the same task, whose offerings, affinity groups and dedication are still good.
        """
        wire = self._client.listing("listHosts", "host", {"clusterid": cluster.id, "type": "Routing", "details": "all"})
        tell = self._client.tell
        figures = [plain_figures(mapping.host(each, tell), cluster.factors) for each in wire]
        hosts = tuple(host for host, _disputes in figures)
        ids = {host.id for host in hosts}
        volumes = self._volumes(cluster, since is None)
        place = {"zoneid": cluster.zone_id, "podid": cluster.pod_id}
        found = [(item, kind) for item, kind in self._machines(cluster, place) if scalar(item.get("hostid")) in ids]
        bonds, machines = self._bonds, [item for item, _kind in found]
        if since is None or bonds.new(since.offerings, machines):
            offerings, groups = bonds.offerings(), bonds.groups()
            dedicated, zone_owner = bonds.dedicated(cluster, ids)
            bonds.tell_unlisted(offerings, machines)
        else:
            offerings, groups = dict(since.offerings), since.groups
            dedicated, zone_owner = dict(since.dedicated), since.zone_owner
        drives = self._config_drives(cluster) if any(kind == "User" for _item, kind in found) else frozenset()
        nameless = (dedicated or zone_owner) and any(not item.get("domainpath") for item in machines)
        its_domains = {str(item["domainid"]) for item in machines if item.get("domainid")}
        domains = bonds.domains(its_domains) if nameless else {}
        tagged = any(host.host_tags or host.implicit_host_tags for host in hosts)
        made_of = {str(item.get("templateid")) for item, kind in found if kind == "User"}
        templates = bonds.templates(cluster.zone_id, made_of, since is None) if tagged else {}
        instances = tuple(
            instance(item, kind, offerings, volumes.get(str(item.get("id")), ()), tell, drives, domains, templates)
            for item, kind in found
        )
        strategy = self._local_strategy() if any(each.local for each in instances) else "Error"
        rough = {str(each.get("id")): mapping.rough_cpu(each) for each in wire}
        instances = as_counted(hosts, instances, cluster.factors, rough)
        disputes = tuple(each for _host, found in figures for each in found)
        limits, motionless = self._guest_limits(hosts), self._without_motion(hosts)
        if self._ha_tag is None and tagged:
            self._ha_tag = self._setting("ha.tag")
        return Fleet(
            cluster,
            *(hosts, instances, offerings, groups, dedicated, limits, rough, disputes, motionless, strategy),
            ha_tag=self._ha_tag or "",
            zone_owner=zone_owner,
        )

    def on_host(self, cluster: Cluster, host_id: str) -> t.Sequence[Instance]:
        """The VMs that hold capacity on one host."""
        found = self._machines(cluster, {"zoneid": cluster.zone_id, "hostid": host_id})
        held = [(item, kind) for item, kind in found if item.get("hostid") == host_id]
        instances = [instance(item, kind, {}, (), self._client.tell) for item, kind in held]
        return [each for each in instances if each.state in HOLDING]

    def names(self, zone_id: str) -> t.Collection[str]:
        """Names and ids of all VMs of a zone, of every kind and in every state; read once."""
        if zone_id not in self._names:
            found = set()
            for command, key in dict.fromkeys(_LISTINGS.values()):
                asked = {"zoneid": zone_id, **({"details": "min"} if command == "listVirtualMachines" else {})}
                everybody = command != "listSystemVms"
                listing = self._everyones.listing if everybody else self._client.listing
                for item in listing(command, key, asked):
                    read = Record(item, "VM", self._client.tell)
                    found |= {read.text("id"), read.text("displayname", "name")}
            self._names[zone_id] = frozenset(found)
        return self._names[zone_id]

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
        found = everybodys(
            self._client, "listVirtualMachines", "virtualmachine", {"ids": list(vm_ids), "details": "min"}
        )
        return [instance(item, "User", {}, (), self._client.tell) for item in found]

    def _machines(self, cluster: Cluster, place: Json) -> t.Iterator[tuple[Json, str]]:
        """VMs of every kind in a place that is not larger than the cluster's pod; of system VMs even that larger."""
        within = {"clusterid": cluster.id, **place}
        for item in self._everyones.listing("listVirtualMachines", "virtualmachine", within):
            yield item, "User"
        for item in self._client.listing("listSystemVms", "systemvm", place):
            yield item, SYSTEM_KINDS.get(str(item.get("systemvmtype")), "ConsoleProxy")
        for item in self._everyones.listing("listRouters", "router", within):
            yield item, "Router"
        for item in self._everyones.listing("listInternalLoadBalancerVMs", "internalloadbalancervm", place):
            yield item, "InternalLb"

    def _volumes(self, cluster: Cluster, anew: bool) -> dict[str, list[Json]]:
        """By VM. A cluster has those on its own pools only: those on pools of the zone are found by the pool."""
        found: dict[str, list[Json]] = {}
        for item in (*self._volumes_at({"clusterid": cluster.id}), *self._on_zone_pools(cluster, anew)):
            machine = Record(item, "volume", self._client.tell).text("virtualmachineid")
            if machine:
                found.setdefault(machine, []).append(item)
        return found

    def _volumes_at(self, place: Json) -> t.Iterator[Json]:
        return self._everyones.listing("listVolumes", "volume", {**place, "listsystemvms": True})

    def _on_zone_pools(self, cluster: Cluster, anew: bool) -> t.Sequence[Json]:
        """One reading serves every cluster of the zone, but each only once, and not for long: volumes change.

        anew: read which pools the zone has, too.
        """
        zone, now = cluster.zone_id, self._client.clock.now()
        held = self._wide.get(zone)
        if held is None or cluster.id in held.served or now - held.at > FRESH:
            pools = self._pools_of(zone) if held is None or anew else held.pools
            found = [item for pool in pools for item in self._volumes_at({"storageid": pool})]
            held = self._wide[zone] = _Wide(now, pools, found)
        held.served.add(cluster.id)
        return held.volumes

    def _pools_of(self, zone: str) -> list[str]:
        rows = self._client.listing("listStoragePools", "storagepool", {"zoneid": zone, "scope": "ZONE"})
        pools = [Record(each, "storage pool", self._client.tell) for each in rows]
        return [each.id() for each in pools if each.text("scope").casefold() == "zone"]

    def _config_drives(self, cluster: Cluster) -> frozenset[str]:
        """Ids of the zone's networks that give their VMs a config drive; none where they cannot be listed."""
        if cluster.zone_id in self._drives:
            return self._drives[cluster.zone_id]
        found = set()
        with contextlib.suppress(ApiError, Unsupported):
            for item in self._everyones.listing("listNetworks", "network", {"zoneid": cluster.zone_id}):
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

    def _row(self, host: Host) -> Json:
        """Of its very version; of VMware since 4.18.1 else of the version above (HypervisorCapabilitiesDaoImpl)."""
        rows, version = self._rows(host), host.hypervisor_version or ""
        its = rows.get(version) or {}
        if its or host.hypervisor.casefold() != "vmware" or release_of(host, 3) < VMWARE_VERSION_ABOVE:
            return its
        return rows.get(parent_version(version)) or {}

    def _guest_limits(self, hosts: t.Iterable[Host]) -> dict[str, int]:
        """By host id: what is said of the version that it runs, else of any version.

        From 4.16 on the server asks no KVM host (CapacityManagerImpl, apache/cloudstack#5417).
        """
        found: dict[str, int] = {}
        for host in hosts:
            if host.hypervisor.casefold() != "kvm" or () < release_of(host) < KVM_WITHOUT_GUEST_LIMIT:
                row = self._row(host) or self._rows(host).get("default") or {}
                limit = Record(row, f"capabilities of {host.hypervisor}", self._client.tell).whole("maxguestslimit")
                found[host.id] = limit or GUESTS
        return found

    def _without_motion(self, hosts: t.Iterable[Host]) -> frozenset[str]:
        """Hosts of whose very version no storage motion is listed; KVM is not asked (FIELD_FACTS "Second look")."""
        found = set()
        for host in hosts:
            if host.hypervisor.casefold() != "kvm":
                row = self._row(host)
                if not Record(row, f"capabilities of {host.hypervisor}", self._client.tell).flag(
                    "storagemotionenabled"
                ):
                    found.add(host.id)
        return frozenset(found)


def parent_version(version: str) -> str:
    """As CloudStackVersion.getVMwareParentVersion has it: 8.0.2 of 8.0.2.1, and 8.0 of 8.0.0.3."""
    found = re.fullmatch(r"([0-9]+\.[0-9]+)(\.[0-9]+)?(\.[0-9]+)?", version)
    if found is None:
        return ""
    patch = found.group(2) or ""
    return found.group(1) + (patch if patch.strip(".0") else "")


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
