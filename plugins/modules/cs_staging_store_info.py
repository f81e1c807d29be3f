#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_staging_store_info
short_description: Read NFS staging stores of Apache CloudStack
description:
  - Returns all NFS staging stores, those of a zone, or those of a name (the URL) or id.
version_added: 1.0.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing
  - hostcraft.cloudstack.listing.zone
seealso:
  - module: hostcraft.cloudstack.cs_staging_store
"""

EXAMPLES = r"""
- name: List the staging stores of a zone
  hostcraft.cloudstack.cs_staging_store_info:
    zone: zurich
  register: result

- name: Show their URLs
  ansible.builtin.debug:
    msg: "{{ result.staging_stores | map(attribute='url') }}"
"""

RETURN = r"""
staging_stores:
  description: The staging stores, each with the values that M(hostcraft.cloudstack.cs_staging_store) returns.
  returned: always
  type: list
  elements: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone import shown
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.listing import NAME, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.info import listed_in

TASK = ApiTask(
    options={**NAME, **ZONE},
    operation=lambda cloud, p, check: listed_in(
        cloud, "staging_stores", cloud.staging_stores, p["name"], taken(p, ZONE), shown.image_store
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
