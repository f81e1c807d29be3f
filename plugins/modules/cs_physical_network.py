#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_physical_network
short_description: Manage physical networks of Apache CloudStack
description:
  - Creates, changes, enables, disables and removes physical networks, and enables or disables their network service
    providers.
  - The element of a provider (virtual router, internal load balancer) is enabled before the provider and disabled after
    it.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state.enabled
  - hostcraft.cloudstack.state.poll_async
options:
  name:
    description: Name of the physical network.
    type: str
    required: true
    aliases: [physical_network]
  vlan:
    description:
      - All guest VLANs, as a string such as V(100-200,500) or a list, in any order. An empty string removes all of
        them; if not set, they are not changed.
      - For isolation by VXLAN these are VNIs.
      - With O(vlan_state=present) they are added to those that are there.
      - VLANs 0 and 4095, which IEEE 802.1Q reserves, are refused, although the server accepts them.
    type: raw
  vlan_state:
    description:
      - V(exact) makes O(vlan) the whole set.
      - V(present) adds what is missing, removes nothing, and warns about guest VLANs that O(vlan) does not name.
    type: str
    choices: [exact, present]
    default: exact
  isolation_method:
    description: Isolation method of guest networks. It cannot be changed.
    type: str
    choices: [VLAN, VXLAN, GRE, L3]
  broadcast_domain_range:
    description: Broadcast domain of the network. It cannot be changed.
    type: str
    choices: [POD, ZONE]
  network_speed:
    description: Speed of the network, such as V(10G).
    type: str
  tags:
    description: All tags of the network. Network offerings select physical networks by tags.
    type: list
    elements: str
    aliases: [tag]
  domain:
    description: Domain (name or path) that owns the network. Used only to create it.
    type: str
  nsps_enabled:
    description: Network service providers to enable, such as V(VirtualRouter). Others are not changed.
    type: list
    elements: str
  nsps_disabled:
    description: Network service providers to disable. Others are not changed.
    type: list
    elements: str
seealso:
  - module: hostcraft.cloudstack.cs_physical_network_info
"""

EXAMPLES = r"""
- name: Create and enable a physical network for guests
  hostcraft.cloudstack.cs_physical_network:
    name: guest-net
    zone: zurich
    isolation_method: VLAN
    vlan: [100-200, 500, 600-620]
    nsps_enabled: [VirtualRouter, VpcVirtualRouter, InternalLbVm]
    state: enabled

- name: Remove the last range of VLANs
  hostcraft.cloudstack.cs_physical_network:
    name: guest-net
    zone: zurich
    vlan: 100-200,500
"""

RETURN = r"""
id:
  description: Id of the physical network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the physical network.
  returned: success
  type: str
  sample: guest-net
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
state:
  description: Whether it is enabled.
  returned: success
  type: str
  sample: Enabled
vlan:
  description: Its guest VLANs as the server stores them.
  returned: success
  type: str
  sample: 100-200,500-500,600-620
isolation_method:
  description: Isolation method of guest networks.
  returned: success
  type: str
  sample: VLAN
broadcast_domain_range:
  description: Broadcast domain of the network.
  returned: success
  type: str
  sample: ZONE
network_speed:
  description: Its speed.
  returned: success
  type: str
  sample: 10G
tags:
  description: Its tags, joined by commas.
  returned: when it has tags
  type: str
  sample: fast,green
nsps_enabled:
  description: Its enabled network service providers.
  returned: when O(nsps_enabled) or O(nsps_disabled) is given
  type: list
  elements: str
  sample: [ConfigDrive, VirtualRouter]
nsps_disabled:
  description: Its disabled network service providers.
  returned: when O(nsps_enabled) or O(nsps_disabled) is given
  type: list
  elements: str
  sample: [SecurityGroupProvider]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.physical_network import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
