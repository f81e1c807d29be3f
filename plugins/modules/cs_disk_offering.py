#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_disk_offering
short_description: Manage disk offerings of Apache CloudStack
description:
  - Creates and removes disk offerings, and changes their text, tags, rates, cache mode, domains and zones.
  - The server cannot change the other values of an offering. A task with another value is refused and names the option.
  - An offering that volumes use can be removed. These volumes keep it, and no new ones can be created with it.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.state
  - hostcraft.cloudstack.state.display_text
  - hostcraft.cloudstack.zone.limits
options:
  name:
    description: Name or ID of the disk offering.
    type: str
    required: true
  disk_size:
    description: Size of the volumes in GB. Required for a new offering without O(customized). It cannot be changed.
    type: int
  customized:
    description: Whether users choose the size of each volume. It cannot be changed.
    type: bool
  display_offering:
    description: Whether users see the offering.
    type: bool
  storage_type:
    description: Whether volumes are on V(shared) storage, the server's default, or V(local). It cannot be changed.
    type: str
    choices: [shared, local]
  provisioning_type:
    description: How volumes are provisioned. It cannot be changed.
    type: str
    choices: [thin, sparse, fat]
  storage_tags:
    description:
      - All tags that primary storage must have. Changed by CloudStack 4.15 and newer.
      - The server refuses tags that a pool with volumes of the offering does not have.
    type: list
    elements: str
    aliases: [storage_tag]
  cache_mode:
    description:
      - How the hypervisor caches writes. V(writeback) loses data if a host fails.
      - V(hypervisor_default) needs CloudStack 4.17. The other values need 4.14, and 4.15 to change them.
    type: str
    choices: [none, writeback, writethrough, hypervisor_default]
  bytes_read_rate:
    description:
      - Rate of reading in bytes per second. CloudStack 4.15 and newer can change this and the other rates.
      - A rate can be changed, but not removed. A task that sets V(0) for it is refused.
    type: int
  bytes_read_rate_max:
    description: Rate of reading in bytes per second for O(bytes_read_rate_max_length).
    type: int
  bytes_read_rate_max_length:
    description: Seconds for which O(bytes_read_rate_max) is allowed.
    type: int
  bytes_write_rate:
    description: Rate of writing in bytes per second.
    type: int
  bytes_write_rate_max:
    description: Rate of writing in bytes per second for O(bytes_write_rate_max_length).
    type: int
  bytes_write_rate_max_length:
    description: Seconds for which O(bytes_write_rate_max) is allowed.
    type: int
  iops_read_rate:
    description: Rate of reading in operations per second.
    type: int
  iops_read_rate_max:
    description: Rate of reading in operations per second for O(iops_read_rate_max_length).
    type: int
  iops_read_rate_max_length:
    description: Seconds for which O(iops_read_rate_max) is allowed.
    type: int
  iops_write_rate:
    description: Rate of writing in operations per second.
    type: int
  iops_write_rate_max:
    description: Rate of writing in operations per second for O(iops_write_rate_max_length).
    type: int
  iops_write_rate_max_length:
    description: Seconds for which O(iops_write_rate_max) is allowed.
    type: int
  customized_iops:
    description: Whether users choose the IOPS of each volume. It cannot be changed.
    type: bool
  iops_min:
    description: IOPS that managed storage guarantees. A new offering needs O(iops_max) too. It cannot be changed.
    type: int
  iops_max:
    description: Maximum IOPS that managed storage allows. A new offering needs O(iops_min) too. It cannot be changed.
    type: int
  hypervisor_snapshot_reserve:
    description: Space for snapshots of the hypervisor on managed storage, in percent. It cannot be changed.
    type: int
  disk_size_strictness:
    description: Whether volumes keep the size of the offering. Needs CloudStack 4.17. It cannot be changed.
    type: bool
  encrypt:
    description: Whether volumes are encrypted. Needs CloudStack 4.18. It cannot be changed.
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_disk_offering_info
  - module: hostcraft.cloudstack.cs_service_offering
  - module: hostcraft.cloudstack.cs_storage_pool
"""

EXAMPLES = r"""
- name: Create an offering for databases on storage with a tag
  hostcraft.cloudstack.cs_disk_offering:
    name: database
    disk_size: 500
    storage_tags: [ssd]
    iops_read_rate: 5000
    iops_read_rate_max: 20000
    iops_read_rate_max_length: 60
    iops_write_rate: 5000
    zones: [zurich]

- name: Create an offering whose size users choose, for one customer
  hostcraft.cloudstack.cs_disk_offering:
    name: acme-archive
    customized: true
    storage_tags: [hdd]
    domains: [ROOT/customers/acme]

- name: Allow more operations per second
  hostcraft.cloudstack.cs_disk_offering:
    name: database
    iops_read_rate: 8000
"""

RETURN = r"""
id:
  description: ID of the offering.
  returned: success
  type: str
  sample: 3e1b1d2c-0c3f-4a0f-9d3a-5c1f0b9a7e55
name:
  description: Name of the offering.
  returned: success
  type: str
  sample: database
disk_size:
  description: Size of the volumes in GB. 0 if users choose it.
  returned: success
  type: int
  sample: 500
customized:
  description: Whether users choose the size.
  returned: success
  type: bool
  sample: false
storage_tags:
  description: Tags of primary storage that it requires.
  returned: success
  type: list
  elements: str
  sample: [ssd]
cache_mode:
  description: How the hypervisor caches writes.
  returned: success
  type: str
  sample: none
iops_read_rate:
  description: Rate of reading in operations per second. The other rates are returned under the names of their options.
  returned: success
  type: int
  sample: 5000
domain_ids:
  description: IDs of the domains that it is limited to. Empty for all.
  returned: success
  type: list
  elements: str
  sample: []
zone_ids:
  description: IDs of the zones that it is limited to. Empty for all.
  returned: success
  type: list
  elements: str
  sample: []
state:
  description: State of the offering.
  returned: success
  type: str
  sample: Active
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.disk_offerings import ALL_RATES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import (
    DISPLAY_TEXT,
    STATE,
    Spec,
    taken,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import LIMITS
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.disk_offerings import (
    ensure_disk_offering,
)

FLAGS = ("customized", "display_offering", "customized_iops", "disk_size_strictness", "encrypt")
FIELDS: Spec = {
    "name": {"type": "str", "required": True},
    **DISPLAY_TEXT,
    **{name: {"type": "int"} for name in ("disk_size", *ALL_RATES, "iops_min", "iops_max")},
    "hypervisor_snapshot_reserve": {"type": "int"},
    **{name: {"type": "bool"} for name in FLAGS},
    "storage_type": {"type": "str", "choices": ["shared", "local"]},
    "provisioning_type": {"type": "str", "choices": ["thin", "sparse", "fat"]},
    "storage_tags": {"type": "list", "elements": "str", "aliases": ["storage_tag"]},
    "cache_mode": {"type": "str", "choices": ["none", "writeback", "writethrough", "hypervisor_default"]},
    **LIMITS,
}

TASK = ApiTask(
    options={**FIELDS, **STATE},
    operation=lambda cloud, p, check: ensure_disk_offering(cloud, taken(p, FIELDS), p["state"], check),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
