#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vlan_ip_range
short_description: Manage public and shared IP ranges of Apache CloudStack
description:
  - Creates, changes and removes ranges of addresses of the public network or of a shared network.
  - A range of a network is identified by O(start_ip), by O(start_ipv6), or by O(cidr_ipv6) if it has no addresses.
  - A range that overlaps another one is refused, and the other range is named.
  - A range can be dedicated to an owner (a domain, an account or a project) when it is created. The owner cannot be
    changed.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.zone.owner
  - hostcraft.cloudstack.zone.ip_range
options:
  start_ipv6:
    description: First IPv6 address of the range.
    type: str
  end_ipv6:
    description: Last IPv6 address of the range. Without it, a new range has a single address.
    type: str
  gateway_ipv6:
    description: Gateway of the IPv6 addresses.
    type: str
  cidr_ipv6:
    description: CIDR of the IPv6 network.
    type: str
  vlan:
    description:
      - VLAN of the range, a number or V(untagged). It cannot be changed. A range on another VLAN is not removed.
    type: str
  network:
    description: Name or id of the shared network that the range is for. It cannot be changed.
    type: str
  physical_network:
    description: Name or id of the physical network. It cannot be changed.
    type: str
  pod:
    description: Name or id of the pod, in a basic zone. It cannot be changed.
  for_virtual_network:
    description:
      - Whether the range belongs to the public network. Defaults to V(true) for a new range without O(network) and
        O(pod). It cannot be changed.
    type: bool
  for_system_vms:
    description: Whether the range is reserved for system VMs.
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_vlan_ip_range_info
"""

EXAMPLES = r"""
- name: Create a range of public addresses
  hostcraft.cloudstack.cs_vlan_ip_range:
    zone: zurich
    start_ip: 198.51.100.10
    end_ip: 198.51.100.99
    gateway: 198.51.100.1
    netmask: 255.255.255.0
    vlan: 50

- name: Reduce the range
  hostcraft.cloudstack.cs_vlan_ip_range:
    zone: zurich
    start_ip: 198.51.100.10
    end_ip: 198.51.100.49
"""

RETURN = r"""
id:
  description: Id of the range.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
physical_network_id:
  description: Id of its physical network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
network_id:
  description: Id of its network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
pod_id:
  description: Id of its pod. Empty if it has none.
  returned: success
  type: str
  sample: ""
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
network:
  description: Name of the network that the task named.
  returned: success
  type: str
  sample: dmz
physical_network:
  description: Id of its physical network, as RV(physical_network_id).
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
vlan:
  description: Its VLAN as the server writes it.
  returned: success
  type: str
  sample: vlan://50
gateway:
  description: Gateway of its IPv4 addresses.
  returned: success
  type: str
  sample: 198.51.100.1
netmask:
  description: Netmask of its IPv4 addresses.
  returned: success
  type: str
  sample: 255.255.255.0
start_ip:
  description: First IPv4 address.
  returned: success
  type: str
  sample: 198.51.100.10
end_ip:
  description: Last IPv4 address.
  returned: success
  type: str
  sample: 198.51.100.99
gateway_ipv6:
  description: Gateway of its IPv6 addresses.
  returned: success
  type: str
  sample: 2001:db8::1
cidr_ipv6:
  description: CIDR of its IPv6 network.
  returned: success
  type: str
  sample: 2001:db8::/64
start_ipv6:
  description: First IPv6 address.
  returned: success
  type: str
  sample: 2001:db8::10
end_ipv6:
  description: Last IPv6 address.
  returned: success
  type: str
  sample: 2001:db8::99
for_virtual_network:
  description: Whether it belongs to the public network.
  returned: success
  type: bool
  sample: true
for_system_vms:
  description: Whether it is reserved for system VMs.
  returned: success
  type: bool
  sample: false
for_systemvms:
  description: As RV(for_system_vms).
  returned: success
  type: bool
  sample: false
account:
  description: Account that it is dedicated to.
  returned: success
  type: str
  sample: acme
domain:
  description: Domain that it is dedicated to.
  returned: success
  type: str
  sample: customers
domain_id:
  description: Id of that domain.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
project:
  description: Project that it is dedicated to.
  returned: success
  type: str
  sample: shop
project_id:
  description: Id of that project.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.vlan_ip_range import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
