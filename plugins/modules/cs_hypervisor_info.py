#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_hypervisor_info
short_description: Read a cluster of Apache CloudStack from its hypervisors, and where the two differ
description:
  - Reads hosts, networks, storage and running VMs of one cluster from libvirt, XenServer or XCP-ng, or vCenter, in a
    number of calls that does not grow with the VMs, and puts them beside what CloudStack says.
  - Every difference has a code, what each side says, and what to do.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.hypervisor
options:
  zone:
    description: Name or id of the zone; the only one there is unless something else is said.
    type: str
  cluster:
    description: Name or id of the cluster.
    type: str
    required: true
  hypervisor:
    required: true
notes:
  - The table of codes is in the guide on hypervisors.
seealso:
  - module: hostcraft.cloudstack.cs_maintenance
  - plugin: hostcraft.cloudstack.hypervisor_text
    plugin_type: filter
"""

EXAMPLES = r"""
- name: A KVM cluster, host by host over TLS
  hostcraft.cloudstack.cs_hypervisor_info:
    zone: zurich
    cluster: kvm-a
    hypervisor:
      url: qemu+tls://{host}/system
      pki_path: /etc/pki/cloudstack
  register: seen

- name: Nothing differs
  ansible.builtin.assert:
    that: seen.summary.hurts == 0
    fail_msg: "{{ seen.differences | map(attribute='message') | join('; ') }}"
"""

RETURN = r"""
cluster:
  description: Name of the cluster.
  returned: success
  type: str
  sample: kvm-a
capabilities:
  description: What this kind of hypervisor can do.
  returned: success
  type: dict
  sample: {"hypervisor": "XenServer", "maintenance": true, "master": true, "vlans_on_demand": true}
hosts:
  description:
    - Hosts by the hypervisor's word. C(cloudstack) holds what CloudStack says of the same host and C(usage) what its
      guests take; both are C(null) for one that CloudStack does not have. Memory in bytes, CPU speed in MHz.
  returned: success
  type: list
  elements: dict
  sample:
    - name: xen1
      version: 8.2.1
      cpu_count: 16
      memory: 137438953472
      maintenance: false
      cloudstack: {name: xen1.example.net, resource_state: Enabled, vms: 12}
      usage: {guests: 12, cpus: 30, memory: 64424509440, memory_max: 64424509440}
guests:
  description: VMs that the hypervisor knows, templates and control domains left out.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "i-2-10-VM", "host_id": "6b1f…", "power": "running", "cpus": 2, "memory": 2147483648}]
unread:
  description: Hosts that could not be asked; nothing is judged about them.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm3.example.net", "error": "connection refused"}]
differences:
  description: Where CloudStack and the hypervisor tell different things.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Code of the difference.
      type: str
    severity:
      description: V(hurts) when a VM, its data or a maintenance is at risk, V(note) when it is good to know.
      type: str
    message:
      description: What differs.
      type: str
    remedy:
      description: What to do.
      type: str
    host:
      description: Name of the host.
      type: str
    vm:
      description: CloudStack's instance name of the VM.
      type: str
    cloudstack:
      description: What CloudStack says.
      type: raw
    hypervisor:
      description: What the hypervisor says.
      type: raw
  sample:
    - code: vm_elsewhere
      severity: hurts
      message: i-2-10-VM is on xen1 in CloudStack, it runs on xen2
summary:
  description: How many differences there are of each severity.
  returned: success
  type: dict
  sample: {"hurts": 1, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import (
    OPTIONS,
    required_reach,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.hypervisors.view import show

TASK = ApiTask(
    options={
        "zone": {"type": "str"},
        "cluster": {"type": "str", "required": True},
        "hypervisor": {"type": "dict", "options": OPTIONS, "required": True},
    },
    operation=lambda cloud, p, check: show(cloud, p["zone"], p["cluster"], required_reach(p)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
