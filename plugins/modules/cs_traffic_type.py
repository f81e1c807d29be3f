#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_traffic_type
short_description: Manage traffic types of physical networks of Apache CloudStack
description:
  - Adds traffic types to a physical network, sets the labels that identify the network on hypervisors, and removes
    traffic types.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.zone.one_physical_network
  - hostcraft.cloudstack.state.poll_async
options:
  traffic_type:
    description: The traffic type.
    type: str
    required: true
    choices: [Management, Guest, Public, Storage]
  hyperv_networklabel:
    description: Label of the network on Hyper-V hosts. If not set, it is not changed.
    type: str
  kvm_networklabel:
    description: Label of the network on KVM hosts. If not set, it is not changed.
    type: str
  ovm3_networklabel:
    description: Label of the network on Ovm3 hosts. If not set, it is not changed.
    type: str
  vmware_networklabel:
    description: Label of the network on VMware hosts. If not set, it is not changed.
    type: str
  xen_networklabel:
    description: Label of the network on XenServer hosts. If not set, it is not changed.
    type: str
  isolation_method:
    description: Isolation of the traffic. Used only to add it.
    type: str
    choices: [vlan, vxlan]
  vlan:
    description: VLAN of management traffic on VMware. Used only to add it.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_traffic_type_info
"""

EXAMPLES = r"""
- name: Add guest traffic with the label cloudbr1
  hostcraft.cloudstack.cs_traffic_type:
    physical_network: guest-net
    zone: zurich
    traffic_type: Guest
    kvm_networklabel: cloudbr1
    xen_networklabel: guest
    vmware_networklabel: vSwitch1,,vmwaresvs

- name: Remove storage traffic
  hostcraft.cloudstack.cs_traffic_type:
    physical_network: guest-net
    zone: zurich
    traffic_type: Storage
    state: absent
"""

RETURN = r"""
id:
  description: Id of the traffic type.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
traffic_type:
  description: The traffic type.
  returned: success
  type: str
  sample: Guest
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
physical_network:
  description: Id of its physical network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
physical_network_name:
  description: Name of its physical network.
  returned: success
  type: str
  sample: guest-net
physical_network_id:
  description: Id of its physical network.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
hyperv_networklabel:
  description: Label of the network on hosts of Hyper-V.
  returned: success
  type: str
  sample: vSwitch1
kvm_networklabel:
  description: Label of the network on hosts of KVM.
  returned: success
  type: str
  sample: cloudbr1
ovm3_networklabel:
  description: Label of the network on hosts of Ovm3.
  returned: success
  type: str
  sample: guest
vmware_networklabel:
  description: Label of the network on hosts of VMware.
  returned: success
  type: str
  sample: vSwitch1,,vmwaresvs
xen_networklabel:
  description: Label of the network on hosts of XenServer.
  returned: success
  type: str
  sample: guest
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.traffic_type import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
