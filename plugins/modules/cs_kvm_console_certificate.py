#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_kvm_console_certificate
short_description: Reload the certificates of VNC consoles of KVM VMs
description:
  - QEMU reads the certificate of a VNC console only when the VM starts. After a host gets a new certificate, for
    example by C(provisionCertificate), running VMs keep the old one until it expires, and consoles stop working.
  - Compares the certificate of each console with the one of libvirt on port 16514 of the same host. If they differ,
    QEMU reads the files again (C(display-reload)), and the result is checked. VMs keep running.
  - A console that cannot be reached from the machine where the task runs is reloaded without a check, and so are all
    consoles of a host whose port 16514 shows no certificate. This is reported as a change at every run.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_cluster
  - hostcraft.cloudstack.hypervisor.hosts
options:
  cluster:
    description: Name or id of the cluster, one of KVM hosts.
  hosts:
    description: Names or addresses of the hosts to check. Defaults to all hosts of the cluster.
  force:
    description: Reload every console, regardless of its certificate.
    type: bool
    default: false
  hypervisor:
    required: true
notes:
  - libvirt reads its certificate again when it is restarted, or with C(virt-admin server-update-tls). Do this first.
  - Consoles without TLS are not changed.
  - libvirt logs that such a VM is tainted by C(custom-monitor). This has no other effect.
  - Requires libvirt-python on the machine where the task runs.
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
  description: VMs whose consoles were reloaded.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm1", "vm": "i-2-10-VM"}]
consoles:
  description:
    - Consoles with TLS. C(certificate) is the SHA-256 of the certificate of the console (null if it could not be read),
      C(wanted) that of the host.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm1", "vm": "i-2-10-VM", "certificate": "9f86d0…", "wanted": "9f86d0…"}]
unread:
  description: Hosts that could not be read, with the error.
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
