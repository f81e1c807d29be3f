#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_system_vm_template_seed
short_description: Seed the system VM template of Apache CloudStack on secondary storage
description:
  - Copies the system VM template of a hypervisor to secondary storage before a zone is created, with the result of the
    script C(cloud-install-sys-tmplt), and records it in the database.
  - The script changes the database before it checks anything, does not check that the store is mounted, compares no
    checksum, and installs into the directory C(NULL) for hypervisors without a template. This module checks the
    database and the store first, verifies the checksum, unpacks on the store itself, and changes the database last.
  - A second run changes nothing. If the database names another file than the one that is on the store, which a second
    run of the script causes, the database is corrected.
  - CloudStack 4.16 and newer seeds the templates of its packages itself when the first NFS store of a zone is added, if
    the zone has clusters. RV(registers_itself) shows whether it will. Seeding is needed on older releases, for stores
    that are added before clusters, and for other templates.
  - RV(registration_failed) names the state that a failed upgrade leaves. The database has the new version, and the
    templates are still those of the release before.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
attributes:
  check_mode:
    description: Makes all checks, mounts O(export), and changes nothing.
    support: full
  diff_mode:
    description: Shows what is done.
    support: full
options:
  database:
    required: true
  hypervisor:
    description: Hypervisor of the template.
    type: str
    choices: [kvm, vmware, xenserver, hyperv, ovm3, lxc]
    required: true
  arch:
    description: Architecture of the template of the packages, for releases that have several.
    type: str
    choices: [x86_64, aarch64]
    default: x86_64
  mount_point:
    description: Directory on the machine where the task runs at which the secondary storage is mounted.
    type: path
  export:
    description: NFS export C(SERVER:/PATH) of the secondary storage. It is mounted for the task, then unmounted.
    type: str
  mount_options:
    description: Options of this mount, such as V(vers=3,nolock).
    type: str
    default: ""
  source:
    description:
      - File on the machine where the task runs, or URL (http, https) of the template. Compression with gzip, bzip2, xz
        and zip is detected.
      - By default, the template of the packages of cloudstack-management (4.16).
    type: str
    default: ""
  checksum:
    description:
      - Checksum of O(source) as it is downloaded, such as V(sha512:...). Required with O(source).
      - The template of the packages is verified with their own checksum.
    type: str
    default: ""
  replace:
    description:
      - Whether another template on the store is replaced. Files are compared by their content, URLs with the URL in the
        database.
    type: bool
    default: false
  min_free:
    description: KiB that must be free on the store.
    type: int
    default: 2120000
  timeout:
    description: Number of seconds that a mount, or one answer of a web server, may take.
    type: float
    default: 600
seealso:
  - module: hostcraft.cloudstack.cs_system_vm_template
  - module: hostcraft.cloudstack.cs_image_store
"""

EXAMPLES = r"""
- name: Seed the template of the packages
  hostcraft.cloudstack.cs_system_vm_template_seed:
    hypervisor: kvm
    export: nfs1.example.net:/export/secondary
    database:
      properties: /etc/cloudstack/management/db.properties
  become: true

- name: Seed a template of an older release
  hostcraft.cloudstack.cs_system_vm_template_seed:
    hypervisor: kvm
    mount_point: /mnt/secondary
    source: https://download.cloudstack.org/systemvm/4.11/systemvmtemplate-4.11.1-kvm.qcow2.bz2
    checksum: "{{ systemvm_checksum }}"
    database:
      properties: /etc/cloudstack/management/db.properties
  become: true
"""

RETURN = r"""
step:
  description:
    - V(seed) if the template is copied, V(record) if only the database is corrected, V(nothing) if it is seeded.
  returned: success
  type: str
  sample: seed
id:
  description: Number of the template in the database.
  returned: success
  type: int
  sample: 3
folder:
  description: Directory on the store.
  returned: success
  type: str
  sample: template/tmpl/1/3
filename:
  description: Name of the file in it. In check mode the present one.
  returned: success
  type: str
  sample: 7b1f6b1c-6f0a-4a3b-9d0f-2f1f3a9b0c1d.qcow2
version:
  description: Version of CloudStack that the database records.
  returned: success
  type: str
  sample: 4.22.0.0
registers_itself:
  description: Whether the server seeds the template itself when the first NFS store is added.
  returned: success
  type: bool
  sample: false
registration_failed:
  description: Whether an upgrade has not registered the templates of its release.
  returned: success
  type: bool
  sample: false
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.seeding.task import main as template_seed


def main() -> None:
    template_seed()


if __name__ == "__main__":
    main()
