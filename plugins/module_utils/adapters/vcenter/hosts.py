# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port ``VsphereHosts``: a cluster's checklist read, and what is safe to set on its hosts."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...core.errors import NotFound
from ...core.hypervisors.model import HypervisorAccess, HypervisorHost, Obstacle
from ...core.vsphere.model import PortGroup, SwitchPolicy, Vsphere, VsphereHost, VsphereSwitch
from .checklist import CHECKLIST, MANAGERS, cluster_of, iscsi_of, unused_groups
from .client import Step, VcenterClient
from .gateway import HOSTS, VcenterGateway
from .privileges import lacking

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
        self._switches: dict[tuple[str, str], t.Any] = {}  # specifications, by host and name
        self._unused: dict[str, t.Any] = {}
        self._lacking: t.Optional[tuple[str, ...]] = None

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
            for switch in (network["networkInfo.vswitch"] if network else None) or ():
                self._switches[host.id, switch.name] = switch.spec
        self._unused = unused_groups(things)
        cluster = things.at(place.ref)
        if cluster is None:
            raise NotFound("cluster", place.name, "the vCenter")
        if self._lacking is None:
            self._lacking = lacking(self._client, place.datacenter_ref)
        return replace(cluster_of(cluster, place, things), lacking=self._lacking)

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

    def set_switch(self, host: VsphereHost, switch: VsphereSwitch, there: bool) -> None:
        network, vim = self._manager(host, "networkSystem"), self._vim.host
        spec = (self._switches.get((host.host.id, switch.name)) if there else None) or vim.VirtualSwitch.Specification()
        spec.numPorts, spec.mtu = switch.ports, switch.mtu
        if switch.nics:
            bridge = spec.bridge if isinstance(spec.bridge, vim.VirtualSwitch.BondBridge) else None
            spec.bridge = bridge or vim.VirtualSwitch.BondBridge()
            spec.bridge.nicDevice = list(switch.nics)
        spec.policy = self._policy(spec.policy or vim.NetworkPolicy(), switch.policy)
        if there:
            self._client.call("UpdateVirtualSwitch", lambda: network.UpdateVirtualSwitch(switch.name, spec))
        else:
            self._client.call("AddVirtualSwitch", lambda: network.AddVirtualSwitch(switch.name, spec))

    def _policy(self, held: t.Any, wanted: SwitchPolicy) -> t.Any:
        """What is not told of stays: failure detection, shaping, offload."""
        kinds = self._vim.host.NetworkPolicy
        teaming, security = held.nicTeaming or kinds.NicTeamingPolicy(), held.security or kinds.SecurityPolicy()
        teaming.policy = wanted.teaming or teaming.policy
        teaming.nicOrder = kinds.NicOrderPolicy(
            activeNic=list(wanted.active or ()), standbyNic=list(wanted.standby or ())
        )
        security.allowPromiscuous, security.macChanges = wanted.promiscuous, wanted.mac_changes
        security.forgedTransmits = wanted.forged_transmits
        held.nicTeaming, held.security = teaming, security
        return held

    def enable_service(self, host: VsphereHost, service: str, device: str) -> None:
        manager = self._manager(host, "virtualNicManager")
        self._client.call("SelectVnicForNicType", lambda: manager.SelectVnicForNicType(service, device))

    def add_iscsi_targets(self, host: VsphereHost, targets: t.Sequence[str]) -> None:
        storage = self._manager(host, "storageSystem")
        if host.iscsi is None:
            self._client.call(
                "UpdateSoftwareInternetScsiEnabled", lambda: storage.UpdateSoftwareInternetScsiEnabled(True)
            )
        # The adapter has its name once it is enabled.
        things = self._client.read([storage], [], {"HostStorageSystem": ("storageDeviceInfo.hostBusAdapter",)})
        held = next(
            (iscsi_of(each["storageDeviceInfo.hostBusAdapter"]) for each in things.of("HostStorageSystem")), None
        )
        if held is None:
            raise NotFound("software iSCSI adapter", host.name, "the vCenter")
        kind = self._vim.host.InternetScsiHba.SendTarget
        new = [kind(address=each) for each in targets if each not in held.targets]
        if new:
            self._client.call(
                "AddInternetScsiSendTargets", lambda: storage.AddInternetScsiSendTargets(held.device, new)
            )
        self._client.call("RescanAllHba", storage.RescanAllHba)

    def remove_unused_group(self, name: str) -> None:
        group = self._unused.get(name)
        if group is None:
            raise NotFound("distributed port group", name, "the vCenter")
        task = self._client.call("Destroy_Task", group.Destroy_Task)
        self._client.finish(f"port group {name} to be removed", task, self._client.timeout)

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
