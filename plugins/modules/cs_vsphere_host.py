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
  - Sets NTP, firewall rulesets and port groups of standard switches on hosts of a vSphere cluster, all in one task and
    one session. Enters and exits vCenter's maintenance mode.
  - A change that would disconnect a host or its guests from the network is refused before anything is set.
  - For a maintenance of a host that CloudStack manages, use M(hostcraft.cloudstack.cs_maintenance), which empties the
    host first.
  - The result is read again and verified. Options that are not set are left alone, and nothing is removed.
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
          - Name of its standard switch, which must exist. A port group on another switch is not moved.
        type: str
        default: vSwitch0
      vlan:
        description:
          - VLAN, V(0) for none, V(4095) for all. It is not changed if a VMkernel port uses the port group.
        type: int
        default: 0
  maintenance:
    description:
      - Whether the hosts must be in vCenter's maintenance mode, one after the other. If not set, it is left alone.
      - CloudStack must not manage the cluster meanwhile, see M(hostcraft.cloudstack.cs_cluster). Fully automated DRS
        moves running VMs; otherwise they must be moved before O(timeout) ends. Refused if a VM cannot leave its host.
    type: bool
  timeout:
    description: Maximum number of seconds for one host to enter or exit maintenance mode.
    type: float
    default: 1800
attributes:
  check_mode:
    description: Can run in check mode and tell what would change.
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
details:
  description:
    - If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code), C(message), C(remedy)
      and facts. The codes are C(host_disconnected), C(ruleset_unknown), C(switch_missing), C(port_group_elsewhere),
      C(port_group_of_host) and C(hypervisor_obstacle).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vsphere.hosts import set_main


def main() -> None:
    set_main()


if __name__ == "__main__":
    main()
