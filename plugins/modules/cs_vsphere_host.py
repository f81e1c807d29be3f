#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vsphere_host
short_description: Configure ESXi hosts for Apache CloudStack
description:
  - Sets NTP, firewall rulesets, standard switches, port groups, services of VMkernel ports and software iSCSI on hosts
    of a vSphere cluster, all in one task and one session. Enters and exits vCenter's maintenance mode.
  - A change that would disconnect a host or its guests from the network is refused before anything is set.
  - For a maintenance of a host that CloudStack manages, use M(hostcraft.cloudstack.cs_maintenance), which empties the
    host first.
  - The result is read again and verified. Options that are not set are not changed, and nothing is removed.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.vsphere
  - hostcraft.cloudstack.hypervisor.hosts
options:
  ntp_servers:
    description: NTP servers, in order. If set, ntpd is started and enabled too.
    type: list
    elements: str
  firewall_rulesets:
    description: Keys of firewall rulesets to enable, such as V(ntpClient).
    type: list
    elements: str
    default: []
  vswitches:
    description:
      - Standard switches that every host must have. A missing one is created. Of an existing one, only the suboptions
        that are set are changed.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the switch. The names must be the same on all hosts of a zone.
        type: str
        required: true
      ports:
        description:
          - Number of ports, from V(1) to V(4088). CloudStack's documentation recommends V(4088).
          - Before ESXi 5.5 it takes effect when the host restarts, see RV(restart). Newer hosts add ports as needed.
        type: int
      mtu:
        description: MTU in bytes, from V(1280) to V(9000).
        type: int
      nics:
        description:
          - Network cards that must be uplinks of the switch. Uplinks that are not listed are kept. A card that is an
            uplink of another switch is refused.
          - A card that is added becomes active, or standby if O(vswitches[].active_nics) is set without it.
        type: list
        elements: str
        default: []
      teaming_policy:
        description:
          - How traffic is distributed to the active network cards.
          - A change to or from V(loadbalance_ip) needs a change of the physical switch at the same time, so it is
            refused if the host itself uses the switch.
        type: str
        choices: [loadbalance_srcid, loadbalance_srcmac, loadbalance_ip, failover_explicit]
      active_nics:
        description:
          - Active network cards, in the order of failover. It is refused if the host uses the switch, and no active or
            standby card would have a link.
        type: list
        elements: str
      standby_nics:
        description: Standby network cards, in the order of failover.
        type: list
        elements: str
      promiscuous_mode:
        description: Whether ports may receive all traffic of the switch.
        type: bool
      mac_changes:
        description: Whether a guest may receive traffic for a MAC address that it has set itself.
        type: bool
      forged_transmits:
        description: Whether a guest may send with another MAC address than its own.
        type: bool
  vmkernel:
    description: VMkernel ports that must be enabled for services. Other services are not disabled.
    type: list
    elements: dict
    default: []
    suboptions:
      port_group:
        description: Name of the port group of the VMkernel port, which must exist.
        type: str
        default: Management Network
      services:
        description: Services to enable. CloudStack needs both on the management port group.
        type: list
        elements: str
        choices: [management, vmotion]
        default: [management, vmotion]
  iscsi_targets:
    description:
      - Addresses of iSCSI targets. Software iSCSI is enabled on every host, the targets are added, and the adapters
        are rescanned. Other targets are kept. Create the datastore in vCenter then, on one host.
    type: list
    elements: str
    default: []
  remove_unused_port_groups:
    description:
      - Whether to remove distributed port groups of guest networks (C(cloud.guest.)…) that no VM and no host uses.
        CloudStack does not remove them with the network. It creates a missing one when it is needed.
      - VMs that are off count as users.
    type: bool
    default: false
  port_groups:
    description: Port groups that every host must have.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the port group.
        type: str
        required: true
      vswitch:
        description:
          - Name of its standard switch, which must exist or be in O(vswitches).
          - A port group on another switch is not moved.
        type: str
        default: vSwitch0
      vlan:
        description:
          - VLAN, V(0) for none, V(4095) for all. It is not changed if a VMkernel port uses the port group.
        type: int
        default: 0
  maintenance:
    description:
      - Whether the hosts must be in vCenter's maintenance mode, one after the other. If not set, it is not changed.
      - CloudStack must not manage the cluster meanwhile, see M(hostcraft.cloudstack.cs_cluster). Fully automated DRS
        moves running VMs; otherwise they must be moved before O(timeout) ends. Refused if a VM cannot leave its host.
    type: bool
  timeout:
    description: Maximum number of seconds for one host to enter or exit maintenance mode.
    type: float
    default: 1800
attributes:
  check_mode:
    description: Can run in check mode and return what would change.
    support: full
  diff_mode:
    description: Shows the changes host by host.
    support: full
seealso:
  - module: hostcraft.cloudstack.cs_vsphere_check
"""

EXAMPLES = r"""
- name: Configure NTP, the firewall and a port group of a cluster
  hostcraft.cloudstack.cs_vsphere_host:
    cluster: zurich-dc/cloud-1
    hypervisor:
      url: https://vcenter.example.net
      username: administrator@vsphere.local
      password: "{{ vault_vcenter_password }}"
    ntp_servers: [ntp1.example.net, ntp2.example.net]
    firewall_rulesets: [ntpClient, gdbserver]
    port_groups:
      - name: cloud.private
        vswitch: vSwitch0
        vlan: 120

- name: Prepare the switch and the management port as CloudStack's documentation requires
  hostcraft.cloudstack.cs_vsphere_host:
    cluster: zurich-dc/cloud-1
    vswitches:
      - name: vSwitch0
        ports: 4088
        nics: [vmnic0, vmnic1]
        active_nics: [vmnic0]
        standby_nics: [vmnic1]
        forged_transmits: true
    vmkernel:
      - port_group: Management Network
        services: [management, vmotion]

- name: Enable software iSCSI on all hosts
  hostcraft.cloudstack.cs_vsphere_host:
    cluster: zurich-dc/cloud-1
    iscsi_targets: [10.10.3.30, 10.10.3.31]

- name: Remove the port groups of removed guest networks
  hostcraft.cloudstack.cs_vsphere_host:
    cluster: zurich-dc/cloud-1
    remove_unused_port_groups: true

- name: Set a host of an unmanaged cluster into vCenter's maintenance mode
  hostcraft.cloudstack.cs_vsphere_host:
    cluster: zurich-dc/cloud-1
    hosts: [esx01.example.net]
    maintenance: true
"""

RETURN = r"""
cluster:
  description: Name of the cluster.
  returned: success
  type: str
  sample: cloud-1
datacenter:
  description: Name of its datacenter.
  returned: success
  type: str
  sample: zurich-dc
hosts:
  description: Names of the hosts that were changed, or would be changed in check mode.
  returned: success
  type: list
  elements: str
  sample: [esx01.example.net]
restart:
  description: Names of changed hosts that must restart before the number of ports takes effect.
  returned: success
  type: list
  elements: str
  sample: []
details:
  description:
    - If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code), C(message), C(remedy)
      and facts. The codes are C(host_disconnected), C(ruleset_unknown), C(switch_missing), C(port_group_elsewhere),
      C(port_group_of_host), C(switch_other_kind), C(switch_of_host), C(nic_missing), C(nic_elsewhere),
      C(nic_not_uplink), C(vmkernel_missing) and C(hypervisor_obstacle).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vsphere.hosts import set_main


def main() -> None:
    set_main()


if __name__ == "__main__":
    main()
