#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_cluster
short_description: Manage clusters of Apache CloudStack
description:
  - Creates, renames, enables, disables, manages, unmanages and removes clusters.
  - Cluster names are unique within a pod only. Set O(pod) if two pods of a zone have clusters with the same name.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.state.enabled
  - hostcraft.cloudstack.state.id
  - hostcraft.cloudstack.hypervisor.kind
options:
  name:
    description: Name of the cluster.
    type: str
    required: true
  pod:
    description: Name or id of the pod. Required to create a cluster. It cannot be changed.
  managed_state:
    description:
      - Whether CloudStack manages the hosts of the cluster.
      - V(unmanaged) disconnects the hosts and waits until this is done. VMs keep running. A change that is in progress
        is waited for, and one that failed is started again.
    type: str
    choices: [managed, unmanaged]
  managed_state_timeout:
    description: Maximum number of seconds to disconnect the hosts.
    type: float
    default: 600
  hypervisor:
    description: Hypervisor of the cluster. Required to create one. It cannot be changed.
  cluster_type:
    description:
      - Type of the cluster. Defaults to V(ExternalManaged) for VMware and to V(CloudManaged) for all others. It cannot
        be changed.
    type: str
    choices: [CloudManaged, ExternalManaged]
  arch:
    description: CPU architecture of the hosts. Needs CloudStack 4.20 or newer.
    type: str
    choices: [x86_64, aarch64, s390x]
  url:
    description:
      - URL of the cluster in vCenter, V(http://vcenter.example.net/DATACENTER/CLUSTER). Used only to create it.
    type: str
  username:
    description: User of vCenter. Used only to create the cluster.
    type: str
  password:
    description: Password of O(username). Used only to create the cluster.
    type: str
  guest_vswitch_name:
    description: Name of the virtual switch for guest traffic. Used only to create a VMware cluster.
    type: str
  guest_vswitch_type:
    description: Type of the virtual switch for guest traffic. Used only to create a VMware cluster.
    type: str
    choices: [vmwaresvs, vmwaredvs, nexusdvs]
  public_vswitch_name:
    description: Name of the virtual switch for public traffic. Used only to create a VMware cluster.
    type: str
  public_vswitch_type:
    description: Type of the virtual switch for public traffic. Used only to create a VMware cluster.
    type: str
    choices: [vmwaresvs, vmwaredvs, nexusdvs]
  vms_ip_address:
    description: Address of the cluster's virtual supervisor module. Used only to create a VMware cluster.
    type: str
  vms_username:
    description: User of the cluster's virtual supervisor module. Used only to create a VMware cluster.
    type: str
  vms_password:
    description: Password of O(vms_username). Used only to create a VMware cluster.
    type: str
  ovm3_cluster:
    description: Whether an Ovm3 cluster uses its native clustering. Used only to create it.
    type: str
  ovm3_pool:
    description: Whether an Ovm3 cluster uses its native pooling. Used only to create it.
    type: str
  ovm3_vip:
    description: Virtual address of an Ovm3 cluster. Used only to create it.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_cluster_info
"""

EXAMPLES = r"""
- name: Create a KVM cluster
  hostcraft.cloudstack.cs_cluster:
    name: kvm-a
    zone: zurich
    pod: row-1
    hypervisor: KVM
    state: enabled

- name: Add a cluster of a vCenter
  hostcraft.cloudstack.cs_cluster:
    name: vcenter.example.net/dc1/esx-a
    zone: zurich
    pod: row-1
    hypervisor: VMware
    url: http://vcenter.example.net/dc1/esx-a
    username: administrator@vsphere.local
    password: "{{ vault_vcenter_password }}"

- name: Disconnect the hosts for maintenance work
  hostcraft.cloudstack.cs_cluster:
    name: kvm-a
    zone: zurich
    managed_state: unmanaged
"""

RETURN = r"""
id:
  description: Id of the cluster.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the cluster.
  returned: success
  type: str
  sample: kvm-a
zone:
  description: Name of its zone.
  returned: success
  type: str
  sample: zurich
pod:
  description: Name of its pod.
  returned: success
  type: str
  sample: row-1
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
pod_id:
  description: Id of its pod.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
hypervisor:
  description: Hypervisor of the cluster.
  returned: success
  type: str
  sample: KVM
cluster_type:
  description: Type of the cluster.
  returned: success
  type: str
  sample: CloudManaged
allocation_state:
  description: Whether the cluster accepts new VMs.
  returned: success
  type: str
  sample: Enabled
managed_state:
  description: Whether CloudStack manages its hosts.
  returned: success
  type: str
  sample: Managed
cpu_overcommit_ratio:
  description: Over-provisioning factor of its CPU.
  returned: success
  type: str
  sample: "2.0"
memory_overcommit_ratio:
  description: Over-provisioning factor of its memory.
  returned: success
  type: str
  sample: "1.0"
arch:
  description: CPU architecture of its hosts.
  returned: success, since CloudStack 4.20
  type: str
  sample: x86_64
ovm3_vip:
  description: Virtual address of an Ovm3 cluster.
  returned: for Ovm3
  type: str
  sample: 10.10.1.9
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.cluster import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
