#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_kvm_console_certificate
short_description: Have VNC consoles of KVM VMs show the certificate that their host has now
description:
  - QEMU reads the certificate of a VM's VNC console once, when the VM starts. After a host was given a new one, as
    C(provisionCertificate) does, running VMs go on showing the old one until it ends, and consoles stop working.
  - Compares the certificate of each console with the one that libvirt shows on port 16514 of the same host, has QEMU
    read the files again where they differ (C(display-reload)), and looks again. VMs go on running.
  - A console that cannot be reached from where the task runs is reloaded unseen, and so is every console of a host
    whose port 16514 shows no certificate; that counts as a change every time.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.hypervisor
options:
  zone:
    description: Name or id of the zone; the only one there is unless something else is said.
    type: str
  cluster:
    description: Name or id of the cluster, one of KVM hosts.
    type: str
    required: true
  hosts:
    description: Names or addresses of the hosts to look at; all of the cluster where empty.
    type: list
    elements: str
    default: []
  force:
    description: Reload every console, whatever it shows.
    type: bool
    default: false
  hypervisor:
    required: true
notes:
  - libvirt itself reads its certificate again when it is restarted, or by C(virt-admin server-update-tls); do that
    first.
  - Consoles without TLS are left alone.
  - libvirt notes in its log that such a VM is tainted by C(custom-monitor). Nothing else comes of it.
  - Needs libvirt-python where the task runs.
seealso:
  - module: hostcraft.cloudstack.cs_kvm_migration_check
"""

EXAMPLES = r"""
- name: Consoles show the new certificates
  hostcraft.cloudstack.cs_kvm_console_certificate:
    zone: zurich
    cluster: kvm-a
    hypervisor:
      url: qemu+tls://{host}/system
      pki_path: /etc/pki/cloudstack
"""

RETURN = r"""
cluster:
  description: Name of the cluster.
  returned: success
  type: str
  sample: kvm-a
reloaded:
  description: VMs whose consoles were made to read their certificate again.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm1", "vm": "i-2-10-VM"}]
consoles:
  description:
    - Consoles with TLS as they were seen last. C(certificate) is the SHA-256 of what one shows, null where it could not
      be seen; C(wanted) that of the host.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm1", "vm": "i-2-10-VM", "certificate": "9f86d0…", "wanted": "9f86d0…"}]
unread:
  description: Hosts that could not be asked, with the error.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm3", "error": "kvm3: unable to connect"}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.kvm import (
    CONSOLES,
    reload_consoles,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=CONSOLES, operation=reload_consoles)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
