#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vmware_dc_info
short_description: Read the VMware datacenter of a zone of Apache CloudStack
description:
  - Returns the vCenter datacenter of a zone, as a list with at most one entry.
  - The server must have the VMware plugin, which not every build contains.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
seealso:
  - module: hostcraft.cloudstack.cs_vmware_dc
"""

EXAMPLES = r"""
- name: Read the datacenter of a zone
  hostcraft.cloudstack.cs_vmware_dc_info:
    zone: zurich
  register: result
"""

RETURN = r"""
vmware_datacenters:
  description: The datacenter, with the values that M(hostcraft.cloudstack.cs_vmware_dc) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.vmware_dcs import listed_vmware_dcs

TASK = ApiTask(
    options=ZONE,
    operation=lambda cloud, p, check: listed_vmware_dcs(cloud, p["zone"]),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
