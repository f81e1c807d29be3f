#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_network
short_description: Manage networks of a XenServer pool for Apache CloudStack
description:
  - Makes sure that a network with this name exists on every host of a XenServer or XCP-ng pool. CloudStack finds
    networks by their name-label, which is the XenServer traffic label of a physical network.
  - The network of O(interface) gets the name. With O(vlan), a network of that VLAN is created on it. With O(bond), NICs
    are bonded, on the master first and then on the members, which must have the same cabling.
  - Uses XAPI only. Runs on a machine that can connect to the pool and has the Python package XenAPI; nothing runs on
    the hosts. Needs no access to CloudStack's API.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.xenserver
options:
  name:
    description: Name-label of the network.
    type: str
    required: true
  interface:
    description: NIC or bond of the network, such as V(eth1) or V(bond0). Mutually exclusive with O(bond).
    type: str
  bond:
    description: NICs to bond, such as V(eth0) and V(eth1).
    type: list
    elements: str
    default: []
  mode:
    description: Mode of the bond. V(lacp) must be configured on the switches too.
    type: str
    choices: [balance-slb, active-backup, lacp]
    default: balance-slb
  vlan:
    description: VLAN of the network, V(1) to V(4094). If not set, the network carries all VLANs.
    type: int
  addresses:
    description:
      - IPv4 addresses of hosts on the network, with prefix length, by name of the host, as a storage network needs.
      - They are static and without a gateway, and XAPI does not unplug the interface. The address of the management
        interface is not changed, and a network that the host has an address in already is refused.
    type: dict
    default: {}
seealso:
  - module: hostcraft.cloudstack.cs_traffic_type
  - module: hostcraft.cloudstack.cs_xenserver_check
"""

EXAMPLES = r"""
- name: Create the management network on a bond of two cards
  hostcraft.cloudstack.cs_xenserver_network:
    name: cloud-private
    bond: [eth0, eth1]
    mode: active-backup
    hypervisor: &pool
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"
      ca_path: /etc/ssl/certs/xen-ca.pem

- name: Create the guest network on the third card
  hostcraft.cloudstack.cs_xenserver_network:
    name: cloud-guest
    interface: eth2
    hypervisor: *pool

- name: Create the storage network on a VLAN of the bond
  hostcraft.cloudstack.cs_xenserver_network:
    name: cloud-storage
    interface: bond0
    vlan: 300
    addresses: {xen1: 10.3.0.11/24, xen2: 10.3.0.12/24}
    hypervisor: *pool
"""

RETURN = r"""
name:
  description: Name-label of the network.
  returned: success
  type: str
  sample: cloud-private
hosts:
  description: Interface of the network by host, with its address if it has one.
  returned: success
  type: dict
  sample: {xen1: {interface: bond0, bond: [eth0, eth1], mode: active-backup}}
changes:
  description: Steps that were done, or would be done in check mode, in order.
  returned: always
  type: list
  elements: str
  sample: ["network 'cloud-private'", "bond of eth0, eth1 on xen1"]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and a remedy.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import network_main


def main() -> None:
    network_main()


if __name__ == "__main__":
    main()
