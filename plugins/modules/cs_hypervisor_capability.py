#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_hypervisor_capability
short_description: Manage what Apache CloudStack assumes about a hypervisor
description:
  - Changes the limits of guests, volumes and hosts of a hypervisor and version (Hypervisor Capabilities).
  - The server has its entries since its installation. It allows no new ones, and none can be removed.
  - The server applies an entry to hosts of exactly this version. Hosts of a version without an entry have the values of
    V(default).
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
options:
  hypervisor:
    description: Hypervisor, such as V(XenServer), V(VMware) or V(KVM).
    type: str
    required: true
  version:
    description: Version of the hypervisor, as M(hostcraft.cloudstack.cs_hypervisor_capability_info) returns it.
    type: str
    default: default
  max_guests:
    description:
      - Maximum number of running guests of a host. M(hostcraft.cloudstack.cs_capacity_info) and
        M(hostcraft.cloudstack.cs_cluster_limit) use it.
      - The server does not apply it to KVM hosts.
    type: int
  max_data_volumes:
    description: Maximum number of data volumes of a VM.
    type: int
  max_hosts_per_cluster:
    description: Maximum number of hosts of a cluster.
    type: int
  security_groups:
    description: Whether hosts support security groups.
    type: bool
  storage_motion:
    description: Whether VMs can be migrated together with their storage.
    type: bool
  vm_snapshots:
    description: Whether snapshots of VMs are supported.
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_hypervisor_capability_info
  - module: hostcraft.cloudstack.cs_cluster_limit
"""

EXAMPLES = r"""
- name: Limit the guests of a XenServer host
  hostcraft.cloudstack.cs_hypervisor_capability:
    hypervisor: XenServer
    version: 8.2.1
    max_guests: 150
"""

RETURN = r"""
id:
  description: ID of the entry.
  returned: success
  type: str
  sample: 3e1b1d2c-0c3f-4a0f-9d3a-5c1f0b9a7e55
hypervisor:
  description: The hypervisor.
  returned: success
  type: str
  sample: XenServer
version:
  description: Its version. V(default) for versions without an entry.
  returned: success
  type: str
  sample: 8.2.1
max_guests:
  description: Maximum number of running guests of a host.
  returned: success
  type: int
  sample: 150
max_data_volumes:
  description: Maximum number of data volumes of a VM.
  returned: success
  type: int
  sample: 253
max_hosts_per_cluster:
  description: Maximum number of hosts of a cluster. V(null) if the server has none.
  returned: success
  type: int
  sample: 64
security_groups:
  description: Whether hosts support security groups.
  returned: success
  type: bool
  sample: true
storage_motion:
  description: Whether VMs can be migrated together with their storage.
  returned: success
  type: bool
  sample: true
vm_snapshots:
  description: Whether snapshots of VMs are supported.
  returned: success
  type: bool
  sample: true
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.hypervisor_capabilities import (
    ensure_capability,
)

FIELDS: Spec = {
    "hypervisor": {"type": "str", "required": True},
    "version": {"type": "str", "default": "default"},
    **{name: {"type": "int"} for name in ("max_guests", "max_data_volumes", "max_hosts_per_cluster")},
    **{name: {"type": "bool"} for name in ("security_groups", "storage_motion", "vm_snapshots")},
}

TASK = ApiTask(
    options=FIELDS,
    operation=lambda cloud, p, check: ensure_capability(cloud, taken(p, FIELDS), check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
