#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_xenserver_sr
short_description: Create a storage repository of a XenServer pool for Apache CloudStack
description:
  - Makes sure that a shared storage repository with this name exists in a XenServer or XCP-ng pool, connected to every
    host and plugged. CloudStack can then use it as primary storage with the protocol PreSetup, by its name.
  - CloudStack creates repositories on NFS and iSCSI by itself. Use this module for Fibre Channel, for multipathing, or
    to create repositories yourself.
  - If a different repository has this name, the task fails. Nothing is ever removed or formatted.
  - Uses XAPI only. Runs on a machine that can connect to the pool and has the Python package XenAPI.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.hypervisor.xenserver
options:
  name:
    description: Name-label of the repository.
    type: str
    required: true
  type:
    description: V(nfs), V(iscsi) (LVM over iSCSI) or V(fc) (LVM over a host bus adapter).
    type: str
    choices: [nfs, iscsi, fc]
    required: true
  description:
    description: Description of the repository.
    type: str
  server:
    description: Address of the NFS server.
    type: str
  path:
    description: Path that the NFS server exports.
    type: str
  options:
    description: Options of the NFS mount.
    type: str
  target:
    description: Addresses of the iSCSI target, separated by commas.
    type: str
  iqn:
    description: Qualified name of the iSCSI target.
    type: str
  scsi_id:
    description: SCSI identifier of the LUN, for V(iscsi) and V(fc).
    type: str
  chap_user:
    description: User at the iSCSI target.
    type: str
  chap_password:
    description: Password at the iSCSI target. It is not compared.
    type: str
seealso:
  - module: hostcraft.cloudstack.cs_storage_pool
"""

EXAMPLES = r"""
- name: Create a storage repository on a LUN
  hostcraft.cloudstack.cs_xenserver_sr:
    name: fc-lun-7
    type: fc
    scsi_id: 360a98000503365344e6f6177615a516b
    description: LUN 7 of array A
    hypervisor: &pool
      url: https://xen1.example.net,https://xen2.example.net
      username: root
      password: "{{ vault_xenserver_password }}"

- name: Create a storage repository on an NFS export
  hostcraft.cloudstack.cs_xenserver_sr:
    name: nfs-primary
    type: nfs
    server: nfs.example.net
    path: /export/primary
    hypervisor: *pool
"""

RETURN = r"""
name:
  description: Name-label of the repository.
  returned: success
  type: str
  sample: fc-lun-7
uuid:
  description: Its UUID, if it exists.
  returned: success
  type: str
  sample: 7a143820-e893-6c6a-236e-472da6ee66bf
plugged:
  description: Hosts on which it is plugged.
  returned: success
  type: list
  elements: str
  sample: [xen1, xen2]
changes:
  description: Steps that were done, or would be done in check mode, in order.
  returned: always
  type: list
  elements: str
  sample: ["repository 'fc-lun-7' (lvmohba) on all hosts"]
details:
  description: If the task is refused, RV(ignore:details.reasons) contains every reason with its C(code) and a remedy.
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.xenserver.pool import storage_main


def main() -> None:
    storage_main()


if __name__ == "__main__":
    main()
