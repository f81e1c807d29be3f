#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_hypervisor_info
short_description: Compare a cluster of Apache CloudStack with its hypervisors
description:
  - Reads hosts, networks, storage and running VMs of one cluster from libvirt, XenServer or XCP-ng, or vCenter, and
    compares them with CloudStack. The number of calls does not grow with the number of VMs.
  - Every difference has a code, the value of each side, and a remedy.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_cluster
options:
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
- name: Read the hosts of a KVM cluster over TLS
  hostcraft.cloudstack.cs_hypervisor_info:
    zone: zurich
    cluster: kvm-a
    hypervisor:
      url: qemu+tls://{host}/system
      pki_path: /etc/pki/cloudstack
  register: seen

- name: Check that nothing differs
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
  description: Capabilities of this kind of hypervisor.
  returned: success
  type: dict
  sample: {"hypervisor": "XenServer", "maintenance": true, "master": true, "vlans_on_demand": true}
hosts:
  description:
    - Hosts as the hypervisor reports them. C(cloudstack) contains CloudStack's data of the same host, and C(usage) the
      capacity that its guests use. Both are C(null) for a host that CloudStack does not have. Memory in bytes, CPU
      speed in MHz.
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
  description: VMs that the hypervisor knows, without templates and control domains.
  returned: success
  type: list
  elements: dict
  sample: [{"name": "i-2-10-VM", "host_id": "6b1f…", "power": "running", "cpus": 2, "memory": 2147483648}]
unread:
  description: Hosts that could not be read. Nothing is reported about them.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm3.example.net", "error": "connection refused"}]
differences:
  description: Differences between CloudStack and the hypervisor.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Code of the difference.
      type: str
    severity:
      description: V(hurts) if a VM, its data or a maintenance is at risk, V(note) for information.
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
      description: Instance name of the VM in CloudStack.
      type: str
    cloudstack:
      description: What CloudStack says.
      type: raw
    hypervisor:
      description: The value of the hypervisor.
      type: raw
  sample:
    - code: vm_elsewhere
      severity: hurts
      message: i-2-10-VM is on xen1 in CloudStack, it runs on xen2
summary:
  description: Number of differences of each severity.
  returned: success
  type: dict
  sample: {"hurts": 1, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import (
    REQUIRED,
    required_reach,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ONE_CLUSTER, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.hypervisors.view import show

TASK = ApiTask(
    options={
        **ZONE,
        **ONE_CLUSTER,
        **REQUIRED,
    },
    operation=lambda cloud, p, check: show(cloud, p["zone"], p["cluster"], required_reach(p)),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
