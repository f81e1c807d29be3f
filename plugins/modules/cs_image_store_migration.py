#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_image_store_migration
short_description: Move the contents of an image store of Apache CloudStack to others
description:
  - Moves all templates, ISOs and snapshots, or named ones, to other image stores of the zone, and verifies that they
    are gone from the source. It needs CloudStack 4.15 or newer, and 4.19 for O(items).
  - If everything is moved, the source is made read-only first, so that nothing new is stored on it, and it stays
    read-only. Uploaded volumes go too, but the server does not list them, so they are not verified. If a run is
    stopped, the next run moves the rest.
  - The task refuses read-only destinations, which the server accepts without moving anything. It also refuses stores of
    providers other than NFS and SMB, stores of another zone, and too little free space if the server shows it.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
options:
  source:
    description: Name or id of the image store that is emptied.
    type: str
    required: true
  destinations:
    description: Names or ids of the image stores that receive the contents.
    type: list
    elements: str
    required: true
  policy:
    description: V(complete) moves everything. V(balance) moves enough to use the stores evenly.
    type: str
    choices: [complete, balance]
    default: complete
  items:
    description: Names or ids of templates, ISOs and snapshots. By default, all. Only with one destination.
    type: list
    elements: str
attributes:
  idempotent:
    support: partial
    details: >-
      If everything is to be moved, the server is asked in every run, because uploaded volumes are in no listing of the
      store; check mode does not predict them. With O(policy=balance) it is asked in every run before CloudStack 4.19.
      Before 4.19, with O(policy=balance), and if nothing is listed, a lost answer is an error.
seealso:
  - module: hostcraft.cloudstack.cs_image_store
  - module: hostcraft.cloudstack.cs_storage_objects_info
"""

EXAMPLES = r"""
- name: Empty an old image store
  hostcraft.cloudstack.cs_image_store_migration:
    zone: zurich
    source: secondary-old
    destinations: [secondary-1, secondary-2]

- name: Move one template
  hostcraft.cloudstack.cs_image_store_migration:
    zone: zurich
    source: secondary-1
    destinations: [secondary-2]
    items: [debian-12]
"""

RETURN = r"""
source:
  description: Name of the source.
  returned: success
  type: str
  sample: secondary-old
destinations:
  description: Names of the destinations.
  returned: success
  type: list
  elements: str
  sample: [secondary-1]
items:
  description: What is moved. Empty before CloudStack 4.19, which does not show it.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: V(template), V(iso) or V(snapshot).
      type: str
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    size:
      description: Its size in bytes.
      type: int
message:
  description: Message of the server about the migration.
  returned: success
  type: str
  sample: ""
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.stores import Request, migrate

TASK = ApiTask(
    options={
        **ZONE,
        "source": {"type": "str", "required": True},
        "destinations": {"type": "list", "elements": "str", "required": True},
        "policy": {"type": "str", "choices": ["complete", "balance"], "default": "complete"},
        "items": {"type": "list", "elements": "str"},
    },
    operation=lambda cloud, p, check: migrate(
        cloud,
        Request(p["source"], tuple(p["destinations"]), p["zone"], p["policy"] == "balance", tuple(p["items"] or ())),
        check,
    ),
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
