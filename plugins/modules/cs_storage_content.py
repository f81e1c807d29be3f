#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_storage_content
short_description: Check whether storage is empty before it is added to Apache CloudStack
description:
  - Adding storage to CloudStack can destroy what is on it. The API does not show its content, so this module runs on a
    host that reaches the storage, such as a KVM host.
  - An NFS export is mounted read-only for the check. Nothing is written to it.
  - M(hostcraft.cloudstack.cs_storage_pool) and M(hostcraft.cloudstack.cs_image_store) accept the result in their option
    C(content), and refuse to add storage that is not empty.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  url:
    description:
      - URL of the storage, as it will be added. V(nfs://10.10.3.5/export/primary), or a directory of the host as
        V(SharedMountPoint://localhost/mnt/primary) or V(file:///mnt/primary).
    type: str
    required: true
  mount_options:
    description: Further options of the NFS mount, such as V(vers=4.1).
    type: str
    default: ""
  timeout:
    description: Seconds to wait for the mount.
    type: float
    default: 60
requirements:
  - root, and the NFS client of the distribution for NFS
attributes:
  check_mode:
    support: full
    description: The module changes nothing, so check mode is the same.
  diff_mode:
    support: none
    description: The module changes nothing.
seealso:
  - module: hostcraft.cloudstack.cs_storage_pool
  - module: hostcraft.cloudstack.cs_image_store
"""

EXAMPLES = r"""
- name: Check the export from a KVM host
  hostcraft.cloudstack.cs_storage_content:
    url: nfs://10.10.3.5/export/primary-a
  delegate_to: kvm01.example.com
  become: true
  register: seen

- name: Add it if it is empty
  hostcraft.cloudstack.cs_storage_pool:
    zone: zurich
    cluster: kvm-a
    name: primary-a
    storage_url: nfs://10.10.3.5/export/primary-a
    content: "{{ seen }}"
"""

RETURN = r"""
url:
  description: The URL.
  returned: success
  type: str
  sample: nfs://10.10.3.5/export/primary-a
empty:
  description: Whether its top directory is empty, except for C(lost+found) and directories of snapshots of the NFS
    server.
  returned: success
  type: bool
  sample: false
entries:
  description: Up to 20 names in its top directory.
  returned: success
  type: list
  elements: str
  sample: [KVMHA, backup.tar]
count:
  description: Number of names in its top directory.
  returned: success
  type: int
  sample: 2
of_cloudstack:
  description: Whether directories of a CloudStack installation are among them.
  returned: success
  type: bool
  sample: true
total:
  description: Size of the file system in bytes.
  returned: success
  type: int
  sample: 1099511627776
free:
  description: Free bytes.
  returned: success
  type: int
  sample: 1099511627776
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.storage.content import content


def main() -> None:
    content()


if __name__ == "__main__":
    main()
