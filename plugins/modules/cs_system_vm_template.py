#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_vm_template
short_description: Manage the template of system VMs and routers of Apache CloudStack
description:
  - Registers a template of system VMs as the documentation requires it, not public, not featured, not extractable and
    without passwords. Waits until it is ready in every zone and complete in every image store that the server shows.
  - Makes it the template of new routers and sets the minimum version, after it is ready.
  - Compares all system VMs and routers of the hypervisor with it, and returns which are outdated. Changes none of them.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
options:
  name:
    description: Name of the template. By default C(systemvm-HYPERVISOR-VERSION), which an upgrade of CloudStack needs.
    type: str
  version:
    description: Version in the default name, such as V(4.22.0).
    type: str
  hypervisor:
    description: Hypervisor of the template.
    type: str
    choices: [KVM, XenServer, VMware, Hyperv, LXC, Ovm3]
    required: true
  url:
    description:
      - Where the secondary storage VM downloads the template from.
      - Required as long as a zone does not have the template.
    type: str
  format:
    description: Format of the file. By default the usual one of the hypervisor.
    type: str
  checksum:
    description: Checksum of the file, such as V({SHA-512}a3f1...).
    type: str
  os_type:
    description: Name of the OS type. By default the newest 64-bit Debian that the server knows.
    type: str
  routing:
    description:
      - Whether the template is for routers. The setting of O(default) requires it.
      - Use V(false) for the template of a coming upgrade of CloudStack. The upgrade makes it the system's template.
    type: bool
    default: true
  zone:
    description:
      - Name or ID of a zone. By default the template is registered in all zones.
      - With it, O(default) sets the value for this zone.
  default:
    description:
      - Whether new routers get this template. Sets C(router.template.HYPERVISOR).
      - Once set, V(false) does not change the setting.
    type: bool
    default: false
  minimum_version:
    description: Value of C(minreq.sysvmtemplate.version). Refused if the server does not have this setting.
    type: str
  prepared:
    description:
      - Whether the template is copied to every primary storage pool of the zone before it is used, as the documentation
        requires before routers are upgraded. Waits for each copy.
      - Pools that are not Up, belong to another hypervisor or are managed get no copy. RV(pools) contains the reason.
      - If the server does not show copies on primary storage, the task asks for them each time, and warns.
    type: bool
    default: false
  timeout:
    description: Seconds to wait until the template is ready, and again until it is on primary storage.
    type: float
    default: 3600
seealso:
  - module: hostcraft.cloudstack.cs_system_vm_template_info
  - module: hostcraft.cloudstack.cs_system_vm
"""

EXAMPLES = r"""
- name: Register the template for a coming upgrade
  hostcraft.cloudstack.cs_system_vm_template:
    hypervisor: KVM
    version: 4.22.0
    url: https://download.example.com/systemvmtemplate-4.22.0-x86_64-kvm.qcow2.bz2
    routing: false

- name: Use another template for new routers of a zone
  hostcraft.cloudstack.cs_system_vm_template:
    name: router-hardened
    hypervisor: KVM
    url: https://download.example.com/router-hardened.qcow2
    zone: zurich
    default: true
    prepared: true
"""

RETURN = r"""
name:
  description: Name of the template.
  returned: success
  type: str
  sample: systemvm-kvm-4.22.0
templates:
  description: The template in each zone.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the template.
      type: str
    name:
      description: Name of the template.
      type: str
    hypervisor:
      description: Its hypervisor.
      type: str
    zone_id:
      description: ID of the zone.
      type: str
    zone:
      description: Name of the zone.
      type: str
    type:
      description: V(SYSTEM), V(ROUTING) or another type.
      type: str
    format:
      description: Its format.
      type: str
    url:
      description: Where it comes from.
      type: str
    checksum:
      description: Its checksum.
      type: str
    ready:
      description: Whether it is ready in the zone.
      type: bool
    complete:
      description: Whether it is ready and every image store that the server shows has it.
      type: bool
    status:
      description: Status of the download.
      type: str
    public:
      description: Whether all users see it.
      type: bool
    featured:
      description: Whether it is featured.
      type: bool
    extractable:
      description: Whether it can be downloaded.
      type: bool
    password_enabled:
      description: Whether it sets passwords.
      type: bool
    copies:
      description:
        - Image stores and primary storage pools, with V(store), V(store_id), V(role), V(state) and V(percent).
      type: list
      elements: dict
  sample: [{"name": "systemvm-kvm-4.22.0", "zone": "zurich", "ready": true, "complete": true}]
behind:
  description: System VMs and routers of the hypervisor that do not have the template, or are older than the minimum.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the system VM or router.
      type: str
    kind:
      description: What it is.
      type: str
    zone:
      description: Name of its zone.
      type: str
    state:
      description: Its state.
      type: str
    template:
      description: Name of its template.
      type: str
    version:
      description: Its version.
      type: str
    why:
      description: V(template), V(version) or V(requires_upgrade).
      type: list
      elements: str
  sample: [{"name": "v-2-VM", "kind": "console proxy", "template": "systemvm-kvm-4.20.0", "why": ["template"]}]
restart_required:
  description: Settings that changed and that management servers read only when they start.
  returned: success
  type: list
  elements: str
  sample: ["router.template.kvm"]
pools:
  description: Primary storage pools of the zones with O(prepared), otherwise empty.
  returned: success
  type: list
  elements: dict
  contains:
    pool:
      description: Name of the pool.
      type: str
    pool_id:
      description: ID of the pool.
      type: str
    zone:
      description: Name of its zone.
      type: str
    zone_id:
      description: ID of its zone.
      type: str
    state:
      description: State of the copy as the server shows it, such as V(DOWNLOADED), or V(missing).
      type: str
    percent:
      description: Progress of the copy in percent.
      type: str
    left_out:
      description: Why the pool gets no copy, such as V(Disabled), V(hypervisor VMware) or V(managed). Empty otherwise.
      type: str
  sample: [{"pool": "primary-1", "zone": "zurich", "state": "DOWNLOADED", "left_out": ""}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.system_vms.templates import (
    TEMPLATE,
    ensure_template,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(
    options=TEMPLATE,
    operation=ensure_template,
    constraints={"required_one_of": [("name", "version")], "mutually_exclusive": [("name", "version")]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
