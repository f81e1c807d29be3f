#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_network_info
short_description: Read the bridges of a KVM host and the VLANs that can leave it
description:
  - Runs on a KVM host and returns its cards with carrier, speed and MTU, and its bridges with their ways out, the VLANs
    that these let through and those that are there already. Open vSwitch is read where it is installed.
  - The answers of several hosts are for O(hostcraft.cloudstack.cs_trunk_info#module:hosts).
  - Nothing is changed.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  name:
    description: Name of the host as CloudStack has it; what the host calls itself unless something else is said.
    type: str
  timeout:
    description: Seconds that one command may take.
    type: float
    default: 10
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
notes:
  - A VLAN that the agent makes on a card passes by the VLAN-aware bridge that the card is in, so C(bridge vlan) of that
    bridge counts only where the VLAN is made on a bridge.
  - Needs C(ip) and C(bridge) of iproute2; Open vSwitch tells its ports to root only.
seealso:
  - module: hostcraft.cloudstack.cs_trunk_info
  - module: hostcraft.cloudstack.cs_host_check
"""

EXAMPLES = r"""
- name: Read the host's bridges
  hostcraft.cloudstack.cs_host_network_info:
  register: seen

- name: Bridges whose cards have no carrier
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
        - Cards, bonds and virtual interfaces with C(name), C(mac), C(speed) in Mbit/s, C(up) (has a carrier), C(mtu)
          and C(bond), the bond that it is in.
      type: list
      elements: dict
      sample: [{name: eth1, mac: "52:54:00:12:34:56", speed: 10000, up: true, mtu: 9000, bond: null}]
    networks:
      description:
        - Bridges, and cards that stand alone, each with C(name), C(kind), C(vlan) that its untagged traffic leaves in,
          C(trunk), the VLANs that can leave (null where that could not be told), C(vlans) that are there already,
          C(nics) and C(mtu).
      type: list
      elements: dict
      sample:
        - {name: cloudbr1, kind: bridge, vlan: null, trunk: [1-4094], vlans: ["175"], nics: [eth1], mtu: 9000}
    devices:
      description: Bridge by traffic type that agent.properties names for traffic without a label.
      type: dict
      sample: {Guest: cloudbr1}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.host_network import main

if __name__ == "__main__":
    main()
