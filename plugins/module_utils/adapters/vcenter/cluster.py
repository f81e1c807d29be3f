# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``VsphereClusters``: a cluster made at the top of its datacenter, and hosts added to it."""

from __future__ import annotations

import typing as t
import urllib.parse

from ...core.errors import AccessDenied, Ambiguous, HypervisorError, InvalidValue, NotFound
from ...core.hypervisors.model import HypervisorAccess
from ...core.naming import nearest
from ...core.vsphere.cluster import DRS_OFF, ClusterHeld, Examined, NewHost
from .client import Step, Thing, Things, VcenterClient
from .mapping import text
from .places import FOLDERS, PLACES, ClusterPlace, chosen, place_of

TREE = Step(
    FOLDERS.kind,
    FOLDERS.path,
    (
        *FOLDERS.then,
        Step("ClusterComputeResource", "host"),
        Step("ComputeResource", "host"),
    ),
    FOLDERS.name,
    FOLDERS.again,
)
WANTED: t.Mapping[str, t.Sequence[str]] = {
    **PLACES,
    "Datacenter": (*PLACES["Datacenter"], "hostFolder"),
    "ClusterComputeResource": (*PLACES["ClusterComputeResource"], "configurationEx"),
    "ComputeResource": ("name", "parent"),
    "HostSystem": ("name", "parent"),
}
HTTPS = 443
AUTOMATED = "fullyAutomated"  # where vCenter tells none


def open_vsphere_cluster(access: HypervisorAccess, cluster: str) -> VcenterCluster:
    """cluster: DATACENTER/CLUSTER; the name of one that is there is enough. Raises MissingLibrary, InvalidValue."""
    return VcenterCluster(VcenterClient(access), cluster)


class VcenterCluster:
    """One cluster. Everything may raise NotFound of its datacenter, and Ambiguous."""

    def __init__(self, client: VcenterClient, cluster: str) -> None:
        self._client, self._vim, self._wanted = client, client.vim, cluster
        self._ref: t.Any = None
        self._datacenter: t.Any = None
        self._folder: t.Any = None

    def read(self) -> ClusterHeld:
        things = self._client.read([self._client.content.rootFolder], [TREE], WANTED)
        places = {each.id: place_of(each, things) for each in things.of("ClusterComputeResource", "ComputeResource")}
        hosts = {text(each["name"]): _where(each, places) for each in things.of("HostSystem")}
        try:
            clusters = [places[each.id] for each in things.of("ClusterComputeResource")]
            found = chosen(self._wanted, clusters)
        except NotFound:
            return ClusterHeld(self._new(things), hosts=hosts)
        self._ref, self._datacenter = found.ref, found.datacenter_ref
        cluster = things.at(found.ref)
        config = cluster["configurationEx"] if cluster else None
        return ClusterHeld(found.path, True, _ha(config), _drs(config), hosts)

    def examine(self, host: NewHost) -> Examined:
        datacenter = self._datacenter
        try:
            told = self._client.call(
                "QueryConnectionInfo",
                lambda: datacenter.QueryConnectionInfo(
                    host.name, HTTPS, host.username, host.password, host.thumbprint or None
                ),
            )
        except AccessDenied:
            raise
        except HypervisorError as error:
            if error.fault == "vim.fault.SSLVerifyFault":
                return Examined(host.name, thumbprint=str(error.details.get("thumbprint") or "unknown"))
            return Examined(host.name, fault=error.fault, message=error.message)
        runtime = told.host.runtime if told.host else None
        return Examined(
            host.name,
            manager=text(told.serverIp or ""),
            maintenance=bool(runtime and runtime.inMaintenanceMode),
            guests=tuple(sorted(text(each.config.name) for each in told.vm or ())),
        )

    def create(self) -> None:
        folder, name = self._folder, self._name()
        spec = self._vim.cluster.ConfigSpecEx()
        self._client.call("CreateClusterEx", lambda: folder.CreateClusterEx(name, spec))

    def configure(self, ha: t.Optional[bool], drs: t.Optional[str], timeout: float) -> None:
        cluster, vim = self._ref, self._vim.cluster
        spec = vim.ConfigSpecEx()
        if ha is not None:
            spec.dasConfig = vim.DasConfigInfo(enabled=ha)
        if drs is not None:
            off = drs == DRS_OFF
            spec.drsConfig = vim.DrsConfigInfo(enabled=not off, defaultVmBehavior=None if off else drs)
        task = self._client.call(
            "ReconfigureComputeResource_Task", lambda: cluster.ReconfigureComputeResource_Task(spec, True)
        )
        self._client.finish(f"the configuration of cluster {self._wanted}", task, timeout)

    def add(self, host: NewHost, timeout: float) -> None:
        cluster = self._ref
        spec = self._vim.host.ConnectSpec(
            hostName=host.name,
            port=HTTPS,
            userName=host.username,
            password=host.password,
            sslThumbprint=host.thumbprint or None,
            force=False,
        )
        task = self._client.call("AddHost_Task", lambda: cluster.AddHost_Task(spec, True))
        self._client.finish(f"host {host.name} to join cluster {self._wanted}", task, timeout)

    def close(self) -> None:
        self._client.close()

    def _name(self) -> str:
        return urllib.parse.unquote(self._wanted.rpartition("/")[2])

    def _new(self, things: Things) -> str:
        """The path of the cluster that is to be made. Raises InvalidValue, NotFound."""
        datacenter = urllib.parse.unquote(self._wanted.rpartition("/")[0].rpartition("/")[2])
        if not datacenter or not self._name():
            raise InvalidValue(
                "cluster", self._wanted, "DATACENTER/CLUSTER, because vCenter has no cluster with this name yet"
            )
        found = [each for each in things.of("Datacenter") if text(each["name"]) == datacenter]
        if len(found) > 1:
            raise Ambiguous("datacenter", datacenter, sorted(each.id for each in found))
        if not found:
            known = [text(each["name"]) for each in things.of("Datacenter")]
            raise NotFound("datacenter", datacenter, "the vCenter", nearest(datacenter, known))
        self._datacenter, self._folder = found[0].ref, found[0]["hostFolder"]
        place = place_of(Thing("", "", None, {"name": self._name(), "parent": self._folder}), things)
        return place.path


def _where(host: Thing, places: t.Mapping[str, ClusterPlace]) -> str:
    """The path of its cluster; that of a standalone host ends with its own name."""
    parent = host["parent"]
    place = places.get(parent._moId) if parent is not None else None
    return place.path if place else "another place of the vCenter"


def _ha(config: t.Any) -> bool:
    return bool(config is not None and config.dasConfig and config.dasConfig.enabled)


def _drs(config: t.Any) -> str:
    held = config.drsConfig if config is not None else None
    return str(held.defaultVmBehavior or AUTOMATED) if held and held.enabled else DRS_OFF
