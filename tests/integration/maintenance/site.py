# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A zone of one cluster with running VMs, set up through the API, and what maintenance is asked and judged by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakes.lab import Lab, Life

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.client import Client
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.evacuation import Terms
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import HostName
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import host as maintenance
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance import locks
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.maintenance.foretelling import (
    Goal,
    Request,
)
from sandbox.world import World
from sandbox.world.hypervisor_capabilities import HypervisorCapabilities

NET = {"netmask": "255.255.255.0"}


@dataclass
class Site:
    """Ids by name. Everything is made by API calls of ``client``."""

    client: Client
    zone: str = ""
    pod: str = ""
    cluster: str = ""
    network: str = ""
    template: str = ""
    hosts: dict[str, str] = field(default_factory=dict)
    vms: dict[str, str] = field(default_factory=dict)
    offerings: dict[str, str] = field(default_factory=dict)

    def vm(self, name: str, host: str, offering: str = "m1g", **more: Any) -> str:
        """A VM that runs on a host."""
        fields = {"name": name, "serviceofferingid": self.offerings[offering], "hostid": self.hosts[host], **more}
        fields.update(zoneid=self.zone, templateid=self.template, networkids=self.network)
        self.vms[name] = self.client.run("deployVirtualMachine", fields)["virtualmachine"]["id"]
        return self.vms[name]

    def offering(self, name: str, mib: int = 1024, mhz: int = 1000, cores: int = 1, **more: Any) -> str:
        fields = {"name": name, "displaytext": name, "cpunumber": cores, "cpuspeed": mhz, "memory": mib, **more}
        self.offerings[name] = self.client.run("createServiceOffering", fields)["serviceoffering"]["id"]
        return self.offerings[name]

    def host(self, name: str) -> dict[str, Any]:
        return self.client.listing("listHosts", "host", {"id": self.hosts[name]})[0]

    def state(self, name: str) -> str:
        return str(self.host(name)["resourcestate"])

    def set_host(self, name: str, **fields: Any) -> None:
        self.client.run("updateHost", {"id": self.hosts[name], **fields})


def build(client: Client, hosts: int = 4, vms: int = 3, cluster: str = "c1") -> Site:
    """Hosts h0… of 8 GiB and 32 GHz, VMs vm0-0… of 1 GiB and 1 GHz on each."""
    site = Site(client)
    run = client.run
    site.zone = run(
        "createZone", {"name": "z1", "networktype": "Advanced", "dns1": "9.9.9.9", "internaldns1": "9.9.9.9"}
    )["zone"]["id"]
    zone = {"zoneid": site.zone}
    _networks(site)
    pod = {"name": "p1", "startip": "172.16.15.2", "endip": "172.16.15.200", "gateway": "172.16.15.1", **NET}
    site.pod = run("createPod", {**zone, **pod})["pod"]["id"]
    place = {**zone, "podid": site.pod, "hypervisor": "Simulator"}
    made = run("addCluster", {**place, "clustername": cluster, "clustertype": "CloudManaged"})
    site.cluster = made["cluster"][0]["id"]
    for number in range(hosts):
        url = f"http://sim/{cluster}/h{number}"
        fields = {**place, "clusterid": site.cluster, "username": "root", "password": "password", "url": url}
        host = run("addHost", fields)["host"][0]["id"]
        run("updateHost", {"id": host, "name": f"h{number}"})
        site.hosts[f"h{number}"] = host
    pool = {**zone, "podid": site.pod, "clusterid": site.cluster, "name": "ps1", "url": "nfs://10.0.0.6:/p"}
    run("createStoragePool", pool)
    run("addImageStore", {**zone, "provider": "NFS", "name": "sec", "url": "nfs://10.0.0.6:/s"})
    run("updateZone", {"id": site.zone, "allocationstate": "Enabled"})
    site.offering("m1g")
    site.template = client.listing("listTemplates", "template", {"templatefilter": "featured", **zone})[0]["id"]
    offerings = client.listing("listNetworkOfferings", "networkoffering", {})
    isolated = next(each["id"] for each in offerings if "SourceNat" in each["name"])
    guest = {**zone, "name": "n1", "displaytext": "n1", "networkofferingid": isolated}
    site.network = run("createNetwork", guest)["network"]["id"]
    for name in site.hosts:
        for number in range(vms):
            site.vm(f"vm{name[1:]}-{number}", name)
    return site


def more_clusters(site: Site, names: Sequence[str], hosts: int, vms: int = 0) -> None:
    """Clusters beside the first one, with hosts NAMEh0…, each with so many VMs."""
    run, place = site.client.run, {"zoneid": site.zone, "podid": site.pod, "hypervisor": "Simulator"}
    for cluster in names:
        made = run("addCluster", {**place, "clustername": cluster, "clustertype": "CloudManaged"})
        its = {**place, "clusterid": made["cluster"][0]["id"]}
        run("createStoragePool", {**its, "name": f"ps-{cluster}", "url": f"nfs://10.0.0.6:/{cluster}"})
        for name in (f"{cluster}h{number}" for number in range(hosts)):
            fields = {**its, "username": "root", "password": "password", "url": f"http://sim/{cluster}/{name}"}
            site.hosts[name] = run("addHost", fields)["host"][0]["id"]
            run("updateHost", {"id": site.hosts[name], "name": name})
            for number in range(vms):
                site.vm(f"vm{name}-{number}", name)


def _networks(site: Site) -> None:
    run, listing = site.client.run, site.client.listing
    physical = {"zoneid": site.zone, "name": "n", "isolationmethods": "VLAN"}
    network = run("createPhysicalNetwork", physical)["physicalnetwork"]["id"]
    for traffic in ("Management", "Guest", "Public"):
        run("addTrafficType", {"physicalnetworkid": network, "traffictype": traffic})
    run("updatePhysicalNetwork", {"id": network, "vlan": "100-200", "state": "Enabled"})
    wanted = {"physicalnetworkid": network, "name": "VirtualRouter"}
    provider = listing("listNetworkServiceProviders", "networkserviceprovider", wanted)[0]["id"]
    element = listing("listVirtualRouterElements", "virtualrouterelement", {"nspid": provider})[0]["id"]
    run("configureVirtualRouterElement", {"id": element, "enabled": True})
    run("updateNetworkServiceProvider", {"id": provider, "state": "Enabled"})
    public = {"startip": "192.168.2.2", "endip": "192.168.2.200", "gateway": "192.168.2.1", "vlan": "50", **NET}
    run("createVlanIpRange", {"zoneid": site.zone, "physicalnetworkid": network, "forvirtualnetwork": True, **public})


def list_storage_motion(world: World) -> None:
    """The server lists it for the version of every host, so that targets of system VMs can be named too."""
    for name, version in {(host.hypervisor, host.hypervisor_version) for host in world.hosts}:
        rows, uuid = world.hypervisor_capabilities, world.new_uuid()
        rows.add(HypervisorCapabilities(rows.next_id(), uuid, name, version, 50, 6, motion=True))


def forget_storage_motion(world: World) -> None:
    """As a real simulator: nothing is listed of its version."""
    for row in world.hypervisor_capabilities:
        row.motion = False


def ask(
    lab: Lab,
    goal: Goal = "maintenance",
    host: str = "h0",
    *,
    check: bool = False,
    life: Life | None = None,
    token: str = "run",
    claim: Mapping[str, Any] | None = None,
    **more: Any,
) -> Outcome:
    """One task of one process; ``more``: fields of its Request."""
    its = locks.Claim(locks.Lock(token, "operator@admin", "process 1"), **(claim or {}))
    request = Request(HostName(host), None, its, **more)
    return maintenance.ensure(lab.cloud(life), request, goal, check)


def refusal(lab: Lab, **how: Any) -> dict[str, dict[str, Any]]:
    """The reasons of a refusal by code; no writing command came to the server."""
    with lab.watched() as calls:
        try:
            outcome = ask(lab, **how)
        except Refused as error:
            reasons: Any = error.details["reasons"]
        else:
            raise AssertionError(f"not refused: {outcome.result}")
    assert not [call.command for call in calls if not call.command.startswith(("list", "query"))]
    return {str(reason["code"]): reason for reason in reasons}


def allowed(**fields: Any) -> Terms:
    return Terms(**fields)


def placement(world: World) -> dict[str, str]:
    """Host by VM, with the state of those that do not run."""
    names = {host.id: host.name for host in world.hosts}
    return {vm.name: names.get(vm.host_id or 0, vm.state) if vm.state == "Running" else vm.state for vm in world.vms}


def notes(world: World) -> list[str]:
    """What maintenance has left on hosts and clusters."""
    return [row.text for row in world.annotations if row.text.startswith("hostcraft.")]
