# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``VsphereHosts``: a cluster's checklist read, and what is safe to set on its hosts."""

from __future__ import annotations

import typing as t

from ...core.errors import NotFound
from ...core.hypervisors.model import HypervisorAccess, HypervisorHost, Obstacle
from ...core.vsphere.model import PortGroup, Vsphere, VsphereHost
from .checklist import CHECKLIST, MANAGERS, cluster_of
from .client import Step, VcenterClient
from .gateway import HOSTS, VcenterGateway

WITH_MANAGERS = Step(HOSTS.kind, HOSTS.path, (*HOSTS.then, *MANAGERS))


def open_vsphere(access: HypervisorAccess, cluster: str) -> VcenterHosts:
    """Nothing is sent yet. Raises MissingLibrary, InvalidValue."""
    return VcenterHosts(VcenterClient(access), cluster)


class VcenterHosts:
    """Hosts of one cluster. Everything may raise NotFound and Ambiguous, of the cluster."""

    def __init__(self, client: VcenterClient, cluster: str) -> None:
        self._gateway = VcenterGateway(client, cluster)
        self._client, self._vim = client, client.vim
        self._managers: dict[tuple[str, str], t.Any] = {}
        self._policies: dict[tuple[str, str], t.Any] = {}  # of port groups, by host and name

    def read(self) -> Vsphere:
        place = self._gateway.place
        things = self._client.read([place.ref, self._client.content.customFieldsManager], [WITH_MANAGERS], CHECKLIST)
        for host in things.of("HostSystem"):
            for path in CHECKLIST["HostSystem"]:
                if path.startswith("configManager."):
                    self._managers[host.id, path.partition(".")[2]] = host[path]
            network = things.at(host["configManager.networkSystem"])
            for group in (network["networkInfo.portgroup"] if network else None) or ():
                self._policies[host.id, group.spec.name] = group.spec.policy
        cluster = things.at(place.ref)
        if cluster is None:
            raise NotFound("cluster", place.name, "the vCenter")
        return cluster_of(cluster, place, things)

    def set_ntp(self, host: VsphereHost, servers: t.Sequence[str]) -> None:
        config = self._vim.host.DateTimeConfig(ntpConfig=self._vim.host.NtpConfig(server=list(servers)))
        clock, services = self._manager(host, "dateTimeSystem"), self._manager(host, "serviceSystem")
        self._client.call("UpdateDateTimeConfig", lambda: clock.UpdateDateTimeConfig(config))
        if host.ntp_running:
            # It reads its servers when it starts.
            self._client.call("RestartService", lambda: services.RestartService("ntpd"))

    def start_ntp(self, host: VsphereHost) -> None:
        services = self._manager(host, "serviceSystem")
        if host.ntp_policy != "on":
            self._client.call("UpdateServicePolicy", lambda: services.UpdateServicePolicy("ntpd", "on"))
        if not host.ntp_running:
            self._client.call("StartService", lambda: services.StartService("ntpd"))

    def enable_ruleset(self, host: VsphereHost, name: str) -> None:
        firewall = self._manager(host, "firewallSystem")
        self._client.call("EnableRuleset", lambda: firewall.EnableRuleset(name))

    def set_port_group(self, host: VsphereHost, group: PortGroup, there: bool) -> None:
        network = self._manager(host, "networkSystem")
        # Without a policy of its own it takes everything over from the switch.
        policy = self._policies.get((host.host.id, group.name)) or self._vim.host.NetworkPolicy()
        spec = self._vim.host.PortGroup.Specification(
            name=group.name, vlanId=group.vlan, vswitchName=group.switch, policy=policy
        )
        if there:
            self._client.call("UpdatePortGroup", lambda: network.UpdatePortGroup(group.name, spec))
        else:
            self._client.call("AddPortGroup", lambda: network.AddPortGroup(spec))

    def obstacles(self, host: HypervisorHost) -> t.Sequence[Obstacle]:
        return self._gateway.obstacles(host)

    def enter_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        self._gateway.enter_maintenance(host, timeout)

    def leave_maintenance(self, host: HypervisorHost, timeout: float) -> None:
        self._gateway.leave_maintenance(host, timeout)

    def close(self) -> None:
        self._client.close()

    def _manager(self, host: VsphereHost, name: str) -> t.Any:
        """Of a host that was read. Raises NotFound where it has none (it was never connected)."""
        found = self._managers.get((host.host.id, name))
        if found is None:
            raise NotFound(name, host.name, "the vCenter")
        return found
