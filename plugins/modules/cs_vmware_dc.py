#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_vmware_dc
short_description: Manage the VMware datacenter of a zone of Apache CloudStack
description:
  - Sets the vCenter datacenter of a zone. A zone needs one before a VMware cluster can be added.
  - A zone has at most one datacenter.
  - The server must have the VMware plugin, which not every build contains.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.state
options:
  name:
    description: Name of the datacenter in vCenter. If the zone has a datacenter with another name, it is renamed.
    type: str
    required: true
  vcenter:
    description: Name or address of the vCenter. Required to add a datacenter.
    type: str
  username:
    description:
      - User of CloudStack in vCenter. The server does not return it, so it is not compared. It is sent when the
        datacenter is added or changed, and with O(update_password=always).
    type: str
  password:
    description: Password of O(username). Sent together with it.
    type: str
  update_password:
    description:
      - With V(always), O(username) and O(password) are sent even if nothing else differs, and the task reports a change
        at every run. CloudStack applies them to the clusters of the zone.
    type: str
    choices: [on_create, always]
    default: on_create
  state:
    description:
      - V(absent) does not remove a datacenter with another name. The server refuses to remove a datacenter that has
        clusters.
seealso:
  - module: hostcraft.cloudstack.cs_vmware_dc_info
  - module: hostcraft.cloudstack.cs_cluster
"""

EXAMPLES = r"""
- name: Add a vCenter datacenter to a zone
  hostcraft.cloudstack.cs_vmware_dc:
    name: zurich-dc
    zone: zurich
    vcenter: vcenter.example.net
    username: cloudstack@vsphere.local
    password: "{{ vault_vcenter_password }}"

- name: Change the password
  hostcraft.cloudstack.cs_vmware_dc:
    name: zurich-dc
    zone: zurich
    username: cloudstack@vsphere.local
    password: "{{ vault_vcenter_password }}"
    update_password: always
"""

RETURN = r"""
id:
  description: Id of the datacenter.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the datacenter.
  returned: success
  type: str
  sample: zurich-dc
vcenter:
  description: Name or address of its vCenter.
  returned: success
  type: str
  sample: vcenter.example.net
zone_id:
  description: Id of its zone.
  returned: success
  type: str
  sample: 96c7ab41-6a8e-4a4b-a4d1-1b5b1b6f5d3a
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.vmware_dc import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
