#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_pool
short_description: Manage primary storage pools of Apache CloudStack
description:
  - Adds, tags, enables, disables and removes storage pools, and puts them into maintenance.
  - A password in O(storage_url) is masked in all output of the task.
  - Several pools can have one name. The module finds the pool by O(cluster) and O(storage_url) too. A pool is not
    removed if a parameter that cannot be changed differs from the task.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.content
  - hostcraft.cloudstack.state
options:
  name:
    description: Name of the storage pool.
    type: str
    required: true
  pod:
    description: Name or id of the pod. Defaults to the pod of O(cluster). It cannot be changed.
  cluster:
    description: Name or id of the cluster of a pool with the scope V(cluster). It cannot be changed.
  scope:
    description:
      - Scope of the pool. Defaults to V(cluster) if O(cluster) is set. It cannot be changed.
    type: str
    choices: [cluster, zone]
  storage_url:
    description:
      - URL of the pool, such as V(nfs://10.10.3.5/export/primary) or V(rbd://user:secret@10.10.3.6/pool). Required to
        add it.
      - For an existing pool, type, address and path are compared, except for VMFS. They cannot be changed.
      - The server returns neither user nor secret of a URL. The module stores a hash of both in the details of a pool
        that it adds (V(hostcraftaccess)), and refuses another user or secret. For other pools it warns.
    type: str
  hypervisor:
    description: Hypervisor that uses a pool with the scope V(zone). It cannot be changed.
    type: str
    choices: [KVM, XenServer, VMware, Hyperv, LXC, BareMetal, Ovm3, Simulator, Any]
  provider:
    description: Storage provider. It cannot be changed.
    type: str
  capacity_bytes:
    description: Size of the pool in bytes, if the provider requires it.
    type: int
  capacity_iops:
    description: I/O operations per second of the pool, if the provider requires them.
    type: int
  managed:
    description:
      - Whether CloudStack creates a volume on the storage system for each volume of a VM. It cannot be changed.
      - Servers before 4.20 do not return it, so it is not compared.
    type: bool
  details:
    description:
      - Details of the pool in addition to its URL, such as C(nfsmountopts) with V(vers=4.1,nconnect=4), or the user of
        SMB. Others that the pool has are not changed. Secrets are used only to add the pool.
      - Servers before 4.21 do not return details, except NFS mount options of KVM since 4.19.1. With them, changed
        details in the task have no effect. RV(not_compared) lists these details, and so does a warning if the task
        changes the pool.
      - Changing them needs CloudStack 4.19 or newer. NFS mount options can be changed while the pool is in maintenance.
    type: dict
  storage_tags:
    description:
      - All tags of the pool, in any order. An empty list removes every tag; if not set, they are not changed.
    type: list
    elements: str
    aliases: [storage_tag]
  allocation_state:
    description:
      - V(enabled) and V(disabled) set whether new volumes are placed on the pool. Both end a maintenance.
      - V(maintenance) waits until the pool is in maintenance. A disabled pool is enabled for a moment, because the
        server requires it.
      - The server stops the VMs that have volumes on the pool. If any of them run, the task is refused. Use
        M(hostcraft.cloudstack.cs_storage_maintenance), which requires consent for each of them.
    type: str
    choices: [enabled, disabled, maintenance]
  state:
    description:
      - V(absent) puts the pool into maintenance first, because the server requires it.
      - The task is refused if the pool has volumes of users, or if the maintenance would stop VMs.
seealso:
  - module: hostcraft.cloudstack.cs_storage_content
  - module: hostcraft.cloudstack.cs_storage_maintenance
  - module: hostcraft.cloudstack.cs_storage_pool_info
"""

EXAMPLES = r"""
- name: Add an NFS pool to a cluster
  hostcraft.cloudstack.cs_storage_pool:
    name: primary-a
    zone: zurich
    cluster: kvm-a
    storage_url: nfs://10.10.3.5/export/primary-a
    storage_tags: [ssd]
    allocation_state: enabled

- name: Add a Ceph pool for all KVM clusters of a zone
  hostcraft.cloudstack.cs_storage_pool:
    name: ceph
    zone: zurich
    scope: zone
    hypervisor: KVM
    storage_url: "rbd://cloudstack:{{ vault_ceph_secret }}@10.10.3.6/cloudstack"

- name: Disable the pool for new volumes
  hostcraft.cloudstack.cs_storage_pool:
    name: primary-a
    zone: zurich
    allocation_state: disabled
"""

RETURN = r"""
id:
  description: Id of the pool.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the pool.
  returned: success
  type: str
  sample: primary-a
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
pod:
  description: Name of its pod. Empty for a pool with the scope zone.
  returned: success
  type: str
  sample: row-1
pod_id:
  description: Id of its pod.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
cluster:
  description: Name of its cluster. Empty for a pool with the scope zone.
  returned: success
  type: str
  sample: kvm-a
cluster_id:
  description: Id of its cluster.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
ip_address:
  description: Address of the storage.
  returned: success
  type: str
  sample: 10.10.3.5
storage_path:
  description: Path on the storage.
  returned: success
  type: str
  sample: /export/primary-a
storage_url:
  description: Type, address and path of the pool as one URL, without the secret that it was added with.
  returned: success
  type: str
  sample: RBD://ceph.example.net/primary
allocation_state:
  description: State of the pool as it is asked for.
  returned: success
  type: str
  sample: enabled
type:
  description: Type of the pool.
  returned: success
  type: str
  sample: NetworkFilesystem
scope:
  description: Scope of the pool.
  returned: success
  type: str
  sample: cluster
state:
  description: State of the pool, in the server's words.
  returned: success
  type: str
  sample: Up
hypervisor:
  description: Hypervisor that uses it.
  returned: success
  type: str
  sample: KVM
provider:
  description: Storage provider.
  returned: success
  type: str
  sample: DefaultPrimary
managed:
  description: Whether CloudStack creates a volume on the storage system for each volume of a VM.
  returned: success
  type: bool
  sample: false
details:
  description: Details of the pool. Values of secret ones are masked.
  returned: unless absent
  type: dict
  sample: {nfsmountopts: "vers=4.1"}
not_compared:
  description: Details in the task that the server does not return, so that it is unknown whether the pool has them.
  returned: unless absent
  type: list
  elements: str
  sample: []
is_tag_a_rule:
  description: Whether its tag is a rule.
  returned: success
  type: bool
  sample: false
storage_tags:
  description: Tags of the pool.
  returned: success
  type: list
  elements: str
  sample: [ssd]
capacity_bytes:
  description: Size that was given to the provider, in bytes.
  returned: success
  type: int
  sample: 1099511627776
capacity_iops:
  description: I/O operations per second that were given to the provider.
  returned: success
  type: int
  sample: 10000
disk_size_total:
  description: Size in bytes.
  returned: success
  type: int
  sample: 1099511627776
disk_size_allocated:
  description: Maximum size of all volumes in bytes.
  returned: success
  type: int
  sample: 0
disk_size_used:
  description: Bytes in use.
  returned: success
  type: int
  sample: 0
overprovision_factor:
  description: Over-provisioning factor of the pool.
  returned: success
  type: str
  sample: "2.0"
created:
  description: Date when it was added.
  returned: success
  type: str
  sample: 2026-01-31T12:00:00+0000
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.storage_pool import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
