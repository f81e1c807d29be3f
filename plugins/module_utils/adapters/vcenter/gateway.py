# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``Hypervisor`` for one cluster of a vCenter."""

from __future__ import annotations

import math
import typing as t

from ...core.errors import HypervisorError, NotFound, WaitTimeout
from ...core.hypervisors.model import (
    RUNNING,
    VMWARE,
    HypervisorAccess,
    HypervisorCapabilities,
    HypervisorHost,
    HypervisorView,
    Obstacle,
)
from .client import Step, Thing, VcenterClient
from .mapping import VIEW, guests_of, view_of
from .places import ClusterPlace, find_cluster

HOSTS = Step(
    "ClusterComputeResource",
    "host",
    (
        Step("HostSystem", "configManager.networkSystem"),
        Step("HostSystem", "configManager.virtualNicManager"),
        Step("HostSystem", "configManager.serviceSystem"),
        Step("HostSystem", "network", (Step("DistributedVirtualPortgroup", "config.distributedVirtualSwitch"),)),
        Step("HostSystem", "datastore"),
        Step("HostSystem", "vm"),
    ),
)
ENTER, EXIT = "HostSystem.enterMaintenanceMode", "HostSystem.exitMaintenanceMode"


def open_vcenter(access: HypervisorAccess, cluster: str) -> VcenterGateway:
    """A gateway to the cluster of that name or path (see find_cluster); nothing is sent.

    Raises MissingLibrary, InvalidValue.
    """
    return VcenterGateway(VcenterClient(access), cluster)


class VcenterGateway:
    """One cluster. Everything may raise NotFound and Ambiguous, of the cluster."""

    def __init__(self, client: VcenterClient, cluster: str) -> None:
        self.client, self._name = client, cluster
        self._place: t.Optional[ClusterPlace] = None

    @property
    def capabilities(self) -> HypervisorCapabilities:
        return VMWARE

    @property
    def place(self) -> ClusterPlace:
        """Where the cluster is; looked for once."""
        if self._place is None:
            self._place = find_cluster(self.client, self._name)
        return self._place

    def read(self) -> HypervisorView:
        return view_of(self.client.read([self.place.ref, self.client.content.customFieldsManager], [HOSTS], VIEW))

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        """Guests that no other host of the cluster that is in service can take, by vCenter's check of compatibility."""
        wanted = {
            "HostSystem": ("runtime",),
            "VirtualMachine": VIEW["VirtualMachine"],
            "CustomFieldsManager": ("field",),
        }
        steps = [Step("ClusterComputeResource", "host", (Step("HostSystem", "vm"),))]
        things = self.client.read([self.place.ref, self.client.content.customFieldsManager], steps, wanted)
        guests = {each.id: each.name for each in guests_of(things) if (each.host_id, each.power) == (host.id, RUNNING)}
        if not guests:
            return ()
        others = [each.ref for each in things.of("HostSystem") if each.id != host.id and _in_service(each)]
        if not others:
            message = "no other host of the cluster is in service"
            return [Obstacle(name, "no_other_host", message) for name in guests.values()]
        checker = self.client.content.vmProvisioningChecker
        machines = [each.ref for each in things.of("VirtualMachine") if each.id in guests]
        task = self.client.call(
            "QueryVMotionCompatibilityEx_Task", lambda: checker.QueryVMotionCompatibilityEx(machines, others)
        )
        results = self.client.finish("the check of compatibility", task, self.client.timeout)
        return _stuck(results or (), guests)

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """Powered-off VMs stay; a task of an earlier run is joined; WaitTimeout names the VMs that did not leave."""
        seen = self._host(host)
        if seen["runtime.inMaintenanceMode"]:
            return
        task = self._under_way(seen, ENTER)
        try:
            self._run(host, seen, task, "to enter maintenance mode", timeout)
        except HypervisorError as error:
            if error.fault == "vim.fault.Timedout":
                left = [each.name for each in self.read().active_on(host)]
                what = f"host {host.name} to enter maintenance mode"
                raise WaitTimeout(
                    what, timeout, f"VMs still on the host: {', '.join(left)}" if left else None
                ) from None
            # Somebody else was faster.
            if error.fault != "vim.fault.InvalidState" or not self._host(host)["runtime.inMaintenanceMode"]:
                raise

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        """An entering that is under way is ended first."""
        seen = self._host(host)
        entering = self._under_way(seen, ENTER)
        if entering is not None:
            self.client.call("CancelTask", entering.CancelTask)
            seen = self._host(host)
        if not seen["runtime.inMaintenanceMode"]:
            return
        try:
            self._run(host, seen, self._under_way(seen, EXIT), "to exit maintenance mode", timeout, leave=True)
        except HypervisorError as error:
            if error.fault != "vim.fault.InvalidState" or self._host(host)["runtime.inMaintenanceMode"]:
                raise

    def close(self) -> None:
        self.client.close()

    def _run(
        self, host: HypervisorHost, seen: Thing, task: t.Any, what: str, timeout: float, leave: bool = False
    ) -> None:
        """Start it unless it is under way, and wait."""
        seconds = max(1, math.ceil(timeout))
        if task is None and leave:
            task = self.client.call("ExitMaintenanceMode_Task", lambda: seen.ref.ExitMaintenanceMode(seconds))
        elif task is None:
            task = self.client.call("EnterMaintenanceMode_Task", lambda: seen.ref.EnterMaintenanceMode(seconds, False))
        self.client.finish(f"host {host.name} {what}", task, timeout)

    def _host(self, host: HypervisorHost) -> Thing:
        """Its mode and recent tasks. Raises NotFound."""
        wanted = {"HostSystem": ("runtime.inMaintenanceMode", "recentTask"), "Task": ("info",)}
        start = self.client.reference("HostSystem", host.id)
        things = self.client.read([start], [Step("HostSystem", "recentTask")], wanted)
        for each in things.of("HostSystem"):
            tasks = [things.at(ref) for ref in each["recentTask"] or ()]
            return Thing(each.kind, each.id, each.ref, {**each.values, "tasks": [one for one in tasks if one]})
        raise NotFound("host", host.name, f"cluster {self._name} of the vCenter")

    @staticmethod
    def _under_way(seen: Thing, kind: str) -> t.Any:
        """A task of that kind on the host that has not ended, of an earlier run or of somebody else."""
        for task in seen["tasks"]:
            info = task["info"]
            if info is not None and info.descriptionId == kind and info.state in ("queued", "running"):
                return task.ref
        return None


def _in_service(host: Thing) -> bool:
    runtime = host["runtime"]
    return bool(runtime and runtime.connectionState == "connected" and not runtime.inMaintenanceMode)


def _stuck(results: t.Iterable[t.Any], guests: t.Mapping[str, str]) -> list[Obstacle]:
    """A guest that can go to one host at least is no obstacle; else it is told with the first fault there is."""
    faults: dict[str, t.Any] = {}
    free: set[str] = set()
    for result in results:
        machine = result.vm._moId
        if result.error:
            faults.setdefault(machine, result.error[0])
        else:
            free.add(machine)
    found = []
    for machine, fault in faults.items():
        if machine not in free:
            # pyVmomi gives the fault itself for what the reference calls a localized fault.
            found.append(Obstacle(guests[machine], type(fault).__name__, str(fault.msg or "")))
    return found
