#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_zone
short_description: Manage zones of Apache CloudStack
description:
  - Creates, changes, enables, disables and removes zones.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.state.enabled
  - hostcraft.cloudstack.state.id
options:
  name:
    description: Name of the zone.
    type: str
    required: true
  network_type:
    description:
      - Network type of the zone. Defaults to V(Advanced) for a new zone. It cannot be changed.
    type: str
    choices: [Basic, Advanced]
  dns1:
    description: First DNS server for guests. Required to create a zone.
    type: str
  dns2:
    description: Second DNS server for guests.
    type: str
  internal_dns1:
    description: First DNS server for system VMs. Defaults to O(dns1) for a new zone.
    type: str
  internal_dns2:
    description: Second DNS server for system VMs; without it a new zone uses O(dns2).
    type: str
  dns1_ipv6:
    description: First DNS server for guests over IPv6.
    type: str
  dns2_ipv6:
    description: Second DNS server for guests over IPv6.
    type: str
  network_domain:
    description: DNS domain of the guests' networks.
    type: str
  guest_cidr_address:
    description: CIDR of isolated guest networks of the zone.
    type: str
  dhcp_provider:
    description: DHCP provider of the zone.
    type: str
  local_storage_enabled:
    description: Whether volumes of VMs may be on local disks of hosts.
    type: bool
  securitygroups_enabled:
    description: Whether security groups are enabled. It cannot be changed.
    type: bool
  is_edge:
    description: Whether it is an edge zone. Needs CloudStack 4.18 or newer. It cannot be changed.
    type: bool
  domain:
    description: Domain (name or path) that the zone is dedicated to when it is created.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_zone_info
"""

EXAMPLES = r"""
- name: Create and enable an advanced zone
  hostcraft.cloudstack.cs_zone:
    name: zurich
    network_type: Advanced
    dns1: 192.0.2.53
    internal_dns1: 10.10.0.53
    guest_cidr_address: 10.1.1.0/24
    state: enabled

- name: Disable the zone for new VMs
  hostcraft.cloudstack.cs_zone:
    name: zurich
    state: disabled
"""

RETURN = r"""
id:
  description: Id of the zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the zone.
  returned: success
  type: str
  sample: zurich
network_type:
  description: Network type of the zone.
  returned: success
  type: str
  sample: Advanced
allocation_state:
  description: Whether the zone accepts new VMs.
  returned: success
  type: str
  sample: Enabled
domain_id:
  description: Id of the domain that the zone is dedicated to.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
zone_token:
  description: Token by which the console proxy knows the zone.
  returned: success
  type: str
  sample: ccb0a60c-79c8-3230-ab8b-8bdbe8c45bb7
dns1:
  description: First DNS server for guests. The other parameters are returned by their names in the same way.
  returned: success
  type: str
  sample: 192.0.2.53
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.zone import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
