#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_pod
short_description: Manage pods of Apache CloudStack
description:
  - Creates, renames, changes, enables, disables and removes pods.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state.enabled
  - hostcraft.cloudstack.state.id
options:
  name:
    description: Name of the pod.
    type: str
    required: true
  start_ip:
    description: First address that system VMs of the pod get. Required to create a pod.
    type: str
  end_ip:
    description: Last address for system VMs of the pod.
    type: str
  netmask:
    description: Netmask of the pod's management network. Required to create a pod.
    type: str
  gateway:
    description: Gateway of the pod's management network. Required to create a pod.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_pod_info
"""

EXAMPLES = r"""
- name: Create a pod with addresses for system VMs
  hostcraft.cloudstack.cs_pod:
    name: row-1
    zone: zurich
    start_ip: 10.10.1.200
    end_ip: 10.10.1.249
    netmask: 255.255.255.0
    gateway: 10.10.1.1
    state: enabled

- name: Disable the pod for new VMs
  hostcraft.cloudstack.cs_pod:
    name: row-1
    zone: zurich
    state: disabled
"""

RETURN = r"""
id:
  description: Id of the pod.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the pod.
  returned: success
  type: str
  sample: row-1
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
gateway:
  description: Gateway of its management network.
  returned: success
  type: str
  sample: 10.10.1.1
netmask:
  description: Netmask of its management network.
  returned: success
  type: str
  sample: 255.255.255.0
start_ip:
  description: First address of the range that the pod was created with.
  returned: success
  type: str
  sample: 10.10.1.200
end_ip:
  description: Last address of that range.
  returned: success
  type: str
  sample: 10.10.1.249
ip_ranges:
  description: All ranges of the pod.
  returned: success
  type: list
  elements: dict
  sample:
    - start_ip: 10.10.1.200
      end_ip: 10.10.1.249
      for_system_vms: false
      vlan: vlan://untagged
allocation_state:
  description: Whether the pod accepts new VMs.
  returned: success
  type: str
  sample: Enabled
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.pod import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
