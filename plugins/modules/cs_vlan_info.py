#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vlan_info
short_description: Read used and free VLANs of a zone of Apache CloudStack
description:
  - Returns every VLAN of a zone that is in use, with its holder, state and date; the free blocks of each physical
    network; leaked VLANs; and VLANs that are on two physical networks.
  - Holders are networks, private gateways of VPCs, dedications, public and shared ranges, management and storage ranges
    of pods, and traffic labels that name a VLAN.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.vlans
  - hostcraft.cloudstack.listing.physical_network
  - hostcraft.cloudstack.listing.vlan
options:
  block_size:
    description: Minimum size of free blocks to return.
    type: int
    default: 1
  leaks:
    description: Whether the VMs of the zone are read too, to find networks that have a VLAN but no VM.
    type: bool
    default: true
  scheme:
    description: The VLAN scheme of the zone. VLANs that do not fit are returned as RV(off_scheme).
seealso:
  - module: hostcraft.cloudstack.cs_vlan_range
"""

EXAMPLES = r"""
- name: Read the holder of VLAN 175
  hostcraft.cloudstack.cs_vlan_info:
    zone: zurich
    vlan: 175
  register: result

- name: Show the holder
  ansible.builtin.debug:
    msg: "{{ result.vlans | map(attribute='name') | join(', ') or 'none' }}"

- name: Find 50 consecutive free VLANs
  hostcraft.cloudstack.cs_vlan_info:
    zone: zurich
    block_size: 50
    leaks: false
  register: room

- name: Show the free VLANs
  ansible.builtin.debug:
    msg: "{{ room.physical_networks | map(attribute='free_blocks') }}"
"""

RETURN = r"""
zone:
  description: Name of the zone.
  returned: always
  type: str
  sample: zurich
vlans:
  description: VLANs in use, by number.
  returned: always
  type: list
  elements: dict
  contains:
    vlan:
      description: The VLAN, or a range of VLANs with the same holder.
      type: str
      sample: "175"
    first:
      description: Its first VLAN.
      type: int
      sample: 175
    last:
      description: Its last VLAN.
      type: int
      sample: 175
    holder:
      description:
        - Kind of the holder. V(network) got the VLAN from the guest VLANs, V(fixed_network) was created on a given
          VLAN, and V(leak) is allocated but belongs to no network.
      type: str
      sample: network
    name:
      description: Name of the holder. For a range, its addresses.
      type: str
      sample: n1
    id:
      description: Id of the holder.
      type: str
      sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
    state:
      description: State of the network.
      type: str
      sample: Implemented
    owner:
      description: Account or project with its domain.
      type: str
      sample: account acme of ROOT/customers
    physical_network:
      description: Name of the physical network.
      type: str
      sample: guest-net
    since:
      description: Date of the allocation, if the server returns it.
      type: str
      sample: "2026-11-01T10:00:00+0000"
    tunnel:
      description: Whether the number is a VNI.
      type: bool
      sample: false
physical_networks:
  description: Each physical network with the number of its guest VLANs and its free blocks.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    isolation_method:
      description: Isolation method of guest networks.
      type: str
    vlans:
      description: Its guest VLANs.
      type: list
      elements: str
    size:
      description: Number of guest VLANs.
      type: int
    allocated:
      description: Number of VLANs used by networks (or leaks).
      type: int
    dedicated:
      description: Number of dedicated VLANs.
      type: int
    free:
      description: Number of VLANs that are available to all accounts.
      type: int
    free_blocks:
      description: Blocks of at least O(block_size) free VLANs, each with C(vlans), C(first), C(last) and C(size).
      type: list
      elements: dict
leaks:
  description:
    - Leaked VLANs. C(code) is V(allocated_without_network), V(dedicated_outside) (a dedication of VLANs that the
      physical network no longer has) or V(network_without_vm) (Implemented, not persistent, no VM).
  returned: always
  type: list
  elements: dict
same_vlans:
  description:
    - VLANs that two physical networks have. They are different VLANs if each physical network has its own switches.
  returned: always
  type: list
  elements: dict
off_scheme:
  description: VLANs that do not fit O(scheme).
  returned: always
  type: list
  elements: dict
provisioning:
  description: Where VLANs exist on hosts, by hypervisor.
  returned: always
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.vlan_provisioning import (
    by_hypervisor,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import PHYSICAL_NETWORK, VLAN
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vlans import SCHEME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.info import Question, listed_vlans

OPTIONS: Spec = {
    **ZONE,
    **PHYSICAL_NETWORK,
    **VLAN,
    "block_size": {"type": "int", "default": 1},
    "leaks": {"type": "bool", "default": True},
    **SCHEME,
}

TASK = ApiTask(
    options=OPTIONS,
    operation=lambda cloud, p, check: listed_vlans(cloud, Question(**taken(p, OPTIONS)), by_hypervisor()),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
