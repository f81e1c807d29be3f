#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_ip_range_info
short_description: Read storage IP ranges of Apache CloudStack
description:
  - Returns all storage IP ranges, or those of a zone or pod.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.listing.pod
seealso:
  - module: hostcraft.cloudstack.cs_storage_ip_range
"""

EXAMPLES = r"""
- name: List the storage addresses of a zone
  hostcraft.cloudstack.cs_storage_ip_range_info:
    zone: zurich
  register: result
"""

RETURN = r"""
storage_ip_ranges:
  description: The ranges, each with the values that M(hostcraft.cloudstack.cs_storage_ip_range) returns, except C(pod).
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_in

PLACES: Spec = {**ZONE, **POD}

TASK = ApiTask(
    options=PLACES,
    operation=lambda cloud, p, check: listed_in(
        cloud, "storage_ip_ranges", cloud.storage_ranges, None, taken(p, PLACES)
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
