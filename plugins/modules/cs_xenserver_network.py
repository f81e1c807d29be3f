#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_network
short_description: Name, bond and tag the networks of a XenServer pool for Apache CloudStack
description:
  - Sees to it that a network of this name is on every host of a XenServer or XCP-ng pool, as CloudStack finds
    networks by their name-label, which is the XenServer traffic label of a physical network.
  - The network that O(interface) is in takes the name; with O(vlan) a network of that VLAN on it is made; with
    O(bond) cards are bonded, on the master first and then on the members, which have to be cabled alike.
  - Works through XAPI alone, from where the pool can be reached and the Python package XenAPI is; nothing runs on the
    hosts. Needs no access to CloudStack's API.
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
    description: Card or bond that the network is on, such as V(eth1) or V(bond0). Either this or O(bond).
    type: str
  bond:
    description: Cards to bond, such as V(eth0) and V(eth1).
    type: list
    elements: str
    default: []
  mode:
    description: How the bond uses its cards. V(lacp) has to be configured on the switches too.
    type: str
    choices: [balance-slb, active-backup, lacp]
    default: balance-slb
  vlan:
    description: VLAN of the network, V(1) to V(4094). The network carries all VLANs where it is not set.
    type: int
seealso:
  - module: hostcraft.cloudstack.cs_traffic_type
  - module: hostcraft.cloudstack.cs_xenserver_check
"""

EXAMPLES = r"""
- name: The management network on two cards
  hostcraft.cloudstack.cs_xenserver_network:
    name: cloud-private
    bond: [eth0, eth1]
    mode: active-backup
    hypervisor: &pool
      url: https://xen1.example.net
      username: root
      password: "{{ vault_xenserver_password }}"
      ca_path: /etc/ssl/certs/xen-ca.pem

- name: Guests on the third card
  hostcraft.cloudstack.cs_xenserver_network:
    name: cloud-guest
    interface: eth2
    hypervisor: *pool

- name: Storage in a VLAN of the bond
  hostcraft.cloudstack.cs_xenserver_network:
    name: cloud-storage
    interface: bond0
    vlan: 300
    hypervisor: *pool
"""

RETURN = r"""
name:
  description: Name-label of the network.
  returned: success
  type: str
  sample: cloud-private
hosts:
  description: What it is on, by host.
  returned: success
  type: dict
  sample: {xen1: {interface: bond0, bond: [eth0, eth1], mode: active-backup}}
changes:
  description: What was done, or would be in check mode, in order.
  returned: always
  type: list
  elements: str
  sample: ["network 'cloud-private'", "bond of eth0, eth1 on xen1"]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and what helps.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import network_main


def main() -> None:
    network_main()


if __name__ == "__main__":
    main()
