#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vlan_range
short_description: Add and remove guest VLANs of a physical network of Apache CloudStack
description:
  - Adds, removes or sets the guest VLANs of a physical network. VLANs that the task does not name are not changed,
    except with O(state=exact).
  - The server replaces all VLANs with each call and silently drops dedications. The module therefore first reads which
    VLANs of the zone are in use. A change that would remove a VLAN in use, or add a VLAN that something else uses, is
    refused. The message names the VLANs, their holders and a remedy.
  - Networks with a VLAN in any state, dedications, public and shared ranges, management and storage ranges, VLANs in
    traffic labels, and the guest VLANs of the zone's other physical networks are considered.
  - The VLANs are read again after the change.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.vlans
  - hostcraft.cloudstack.zone.one_physical_network
options:
  physical_network:
    aliases: [name]
  vlan:
    description:
      - VLANs, as a string such as V(100-200,500) or a list, in any order.
      - For isolation by VXLAN these are VNIs.
    type: raw
    required: true
    aliases: [vlans]
  state:
    description:
      - V(present) adds O(vlan), V(absent) removes it, V(exact) removes all others.
    type: str
    choices: [present, absent, exact]
    default: present
  allow_reserved:
    description:
      - Reserved VLANs that may be added - 0 and 4095 (reserved by IEEE 802.1Q) and 1 (the default VLAN of switches).
        The server itself accepts them.
    type: list
    elements: int
    default: []
  separate_networks:
    description:
      - Physical networks of the zone that have their own switches. They may use the same VLAN numbers, because these
        are different VLANs.
    type: list
    elements: str
    default: []
  scheme:
    description:
      - The VLAN scheme of the zone. Added VLANs must have the purpose V(guest), V(account) or V(project).
seealso:
  - module: hostcraft.cloudstack.cs_vlan_info
  - module: hostcraft.cloudstack.cs_vlan_dedication
  - module: hostcraft.cloudstack.cs_physical_network
"""

EXAMPLES = r"""
- name: Add two ranges and a single VLAN
  hostcraft.cloudstack.cs_vlan_range:
    zone: zurich
    physical_network: guest-net
    vlan: 300-310,600-620,700

- name: Remove the single VLAN
  hostcraft.cloudstack.cs_vlan_range:
    zone: zurich
    physical_network: guest-net
    vlan: 700
    state: absent

- name: Set exactly these VLANs
  hostcraft.cloudstack.cs_vlan_range:
    zone: zurich
    physical_network: guest-net
    vlan: [600-799, 800-849]
    state: exact
    separate_networks: [hall-b]
    scheme:
      - {vlans: 2-499, purpose: management}
      - {vlans: 500-599, purpose: public}
      - {vlans: 600-799, purpose: guest}
      - {vlans: 800-899, purpose: account}
      - {vlans: 900-999, purpose: project, name: shared networks}
      - {vlans: 1000-4094, purpose: reserved}
"""

RETURN = r"""
physical_network:
  description: Name of the physical network.
  returned: always
  type: str
  sample: guest-net
physical_network_id:
  description: Id of the physical network.
  returned: always
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
isolation_method:
  description: Isolation method of its guest networks.
  returned: always
  type: str
  sample: VLAN
vlan:
  description: All its guest VLANs as the server stores them.
  returned: always
  type: str
  sample: 100-200,300-310,700-700
vlans:
  description: The same, with single VLANs written as one number.
  returned: always
  type: list
  elements: str
  sample: [100-200, 300-310, "700"]
added:
  description: VLANs that the task added.
  returned: always
  type: list
  elements: str
  sample: [300-310, "700"]
removed:
  description: VLANs that the task removed.
  returned: always
  type: list
  elements: str
  sample: []
size:
  description: Number of its guest VLANs.
  returned: always
  type: int
  sample: 113
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.vlans import SCHEME
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_PHYSICAL_NETWORK, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.vlans.change import Policy, ensure_vlans

OPTIONS: Spec = {
    "physical_network": {**ONE_PHYSICAL_NETWORK["physical_network"], "aliases": ["name"]},
    **ZONE,
    "vlan": {"type": "raw", "required": True, "aliases": ["vlans"]},
    "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
    "allow_reserved": {"type": "list", "elements": "int", "default": []},
    "separate_networks": {"type": "list", "elements": "str", "default": []},
    **SCHEME,
}

TASK = ApiTask(
    options=OPTIONS,
    operation=lambda cloud, p, check: ensure_vlans(
        cloud,
        p["zone"],
        p["physical_network"],
        p["vlan"],
        p["state"],
        check,
        Policy(p["separate_networks"], p["allow_reserved"], p["scheme"]),
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
