#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_portable_ip_range
short_description: Manage portable IP ranges of Apache CloudStack
description:
  - Creates and removes ranges of portable addresses. Users of all zones of the region can acquire such an address, and
    move it from one network to another together with its static NAT.
  - A range is identified by O(start_ip). The server cannot change a range.
  - A range is refused if it contains addresses of another portable range or of a public range of any zone, its own
    gateway, or addresses outside of the subnet. The VLAN must not be in use by a range or be a guest VLAN of any zone.
  - A range is not removed while an address is in use. The error names each of these addresses and its network.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.zone.ip_range
options:
  region:
    description: Name or ID of the region. Required if there are several regions.
    type: str
  start_ip:
    description: First address of the range.
    type: str
    required: true
  end_ip:
    description: Last address of the range. Without it, a new range has a single address. It cannot be changed.
  gateway:
    description: Gateway of the addresses. Required to create the range. It cannot be changed.
  netmask:
    description: Netmask of the addresses. Required to create the range. It cannot be changed.
  vlan:
    description: VLAN of the range, a number or V(untagged), which is the default. It cannot be changed.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_portable_ip_range_info
  - module: hostcraft.cloudstack.cs_vlan_ip_range
"""

EXAMPLES = r"""
- name: Create a range of portable addresses
  hostcraft.cloudstack.cs_portable_ip_range:
    start_ip: 203.0.113.10
    end_ip: 203.0.113.99
    gateway: 203.0.113.1
    netmask: 255.255.255.0
    vlan: 60

- name: Remove the range
  hostcraft.cloudstack.cs_portable_ip_range:
    start_ip: 203.0.113.10
    state: absent
"""

RETURN = r"""
id:
  description: ID of the range.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
region:
  description: Name of its region.
  returned: success
  type: str
  sample: Local
region_id:
  description: ID of its region.
  returned: success
  type: str
  sample: "1"
start_ip:
  description: First address.
  returned: success
  type: str
  sample: 203.0.113.10
end_ip:
  description: Last address.
  returned: success
  type: str
  sample: 203.0.113.99
gateway:
  description: Gateway of the addresses.
  returned: success
  type: str
  sample: 203.0.113.1
netmask:
  description: Netmask of the addresses.
  returned: success
  type: str
  sample: 255.255.255.0
vlan:
  description: VLAN of the range, or V(untagged).
  returned: success
  type: str
  sample: "60"
used:
  description: Number of addresses in use.
  returned: success
  type: int
  sample: 3
addresses:
  description: Each address with its state and the IDs of its zone, network, VPC, account and domain.
  returned: success
  type: list
  elements: dict
  sample: [{ip_address: 203.0.113.10, state: Free}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import STATE, Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import IP_RANGE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.portable_ranges import (
    ensure_portable_range,
)

FIELDS: Spec = {**IP_RANGE, "start_ip": {"type": "str", "required": True}, "vlan": {"type": "str"}}

TASK = ApiTask(
    options={**FIELDS, "region": {"type": "str"}, **STATE},
    operation=lambda cloud, p, check: ensure_portable_range(cloud, p["region"], taken(p, FIELDS), p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
