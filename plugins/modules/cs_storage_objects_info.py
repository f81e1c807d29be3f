#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_objects_info
short_description: Browse image stores and storage pools of Apache CloudStack
description:
  - Returns the files and directories at a path of an image store or a storage pool, with the template, volume or
    snapshot that a file belongs to. It needs CloudStack 4.19 or newer, and a secondary storage VM for image stores.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
options:
  image_store:
    description: Name or id of an image store.
    type: str
  pool:
    description: Name or id of a storage pool.
    type: str
  path:
    description: Path from the top of the storage. Without it, the top.
    type: str
    default: ""
seealso:
  - module: hostcraft.cloudstack.cs_image_store_migration
  - module: hostcraft.cloudstack.cs_storage_content
"""

EXAMPLES = r"""
- name: Read the templates of an account on an image store
  hostcraft.cloudstack.cs_storage_objects_info:
    zone: zurich
    image_store: secondary
    path: template/tmpl/2
  register: browsed

- name: Show files that belong to nothing
  ansible.builtin.debug:
    msg: "{{ browsed.objects | rejectattr('directory') | rejectattr('of') | map(attribute='name') }}"
"""

RETURN = r"""
path:
  description: The path.
  returned: success
  type: str
  sample: template/tmpl/2
objects:
  description: Files and directories.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the file or directory.
      type: str
    directory:
      description: Whether it is a directory.
      type: bool
    size:
      description: Its size in bytes.
      type: int
    updated:
      description: When it was changed last.
      type: str
    of:
      description: What it belongs to, such as V(template debian-12). Empty if the server does not know it.
      type: str
  sample: [{"name": "201", "directory": true, "size": 0, "updated": "2026-01-31T12:00:00+0000", "of": ""}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.storage.stores import listed

TASK = ApiTask(
    options={
        **ZONE,
        "image_store": {"type": "str"},
        "pool": {"type": "str"},
        "path": {"type": "str", "default": ""},
    },
    operation=lambda cloud, p, check: listed(cloud, p["zone"], p["image_store"] or "", p["pool"] or "", p["path"]),
    constraints={"mutually_exclusive": [("image_store", "pool")], "required_one_of": [("image_store", "pool")]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
