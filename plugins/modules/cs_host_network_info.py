#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_network_info
short_description: Read the bridges of a KVM host and the VLANs that they carry
description:
  - Runs on a KVM host. Returns its NICs with carrier, speed and MTU, and its bridges with their uplinks, the VLANs that
    the uplinks carry, and the VLANs that already exist. Open vSwitch is read if it is installed.
  - Pass the results of several hosts to O(hostcraft.cloudstack.cs_trunk_info#module:hosts).
  - Nothing is changed.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  name:
    description: Name of the host in CloudStack. Defaults to its host name.
    type: str
  timeout:
    description: Maximum number of seconds for one command.
    type: float
    default: 10
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
notes:
  - A VLAN that the agent creates on a NIC bypasses the VLAN-aware bridge of that NIC. Therefore C(bridge vlan) of that
    bridge is relevant only if the VLAN is created on a bridge.
  - Requires C(ip) and C(bridge) of iproute2. Only root can read the ports of Open vSwitch.
seealso:
  - module: hostcraft.cloudstack.cs_trunk_info
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Read the host's bridges
  hostcraft.cloudstack.cs_host_network_info:
  register: seen

- name: Show bridges whose network cards have no link
  ansible.builtin.debug:
    msg: "{{ seen.network.networks | rejectattr('nics', 'contains', up) | map(attribute='name') }}"
  vars:
    up: "{{ (seen.network.nics | selectattr('up') | map(attribute='name') | first) | default('') }}"
"""

RETURN = r"""
network:
  description: What was seen.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the host.
      type: str
      sample: kvm1.example.net
    addresses:
      description: Its addresses.
      type: list
      elements: str
      sample: [10.10.1.11]
    nics:
      description:
        - NICs, bonds and virtual interfaces with C(name), C(mac), C(speed) in Mbit/s, C(up) (has a carrier), C(mtu) and
          C(bond), the bond that it belongs to.
      type: list
      elements: dict
      sample: [{name: eth1, mac: "52:54:00:12:34:56", speed: 10000, up: true, mtu: 9000, bond: null}]
    networks:
      description:
        - Bridges, and NICs without a bridge, each with C(name), C(kind), C(vlan) of its untagged traffic, C(trunk), the
          VLANs that it carries (null if unknown), C(vlans) that already exist, C(nics) and C(mtu).
      type: list
      elements: dict
      sample:
        - {name: cloudbr1, kind: bridge, vlan: null, trunk: [1-4094], vlans: ["175"], nics: [eth1], mtu: 9000}
    devices:
      description: Bridges that agent.properties sets for traffic without a label, by traffic type.
      type: dict
      sample: {Guest: cloudbr1}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.host_network import main

if __name__ == "__main__":
    main()
