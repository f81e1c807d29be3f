#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_kvm_migration_check
short_description: Check which VMs can migrate between the KVM hosts of a cluster of Apache CloudStack
description:
  - Reads from the libvirt daemons of a cluster whether the VMs of each host could migrate to each other host. Checks
    CPU, machine type, versions of QEMU and libvirt, bridges, storage pools, migration ports, and what QEMU reports
    about each VM. Writes nothing.
  - Returns the best CPU model that all hosts support, for C(guest.cpu.model) of their agents, and which hosts are
    secured.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.one_cluster
  - hostcraft.cloudstack.hypervisor.hosts
options:
  cluster:
    description: Name or id of the cluster, one of KVM hosts.
  hosts:
    description: Names or addresses of the hosts to check. Defaults to all hosts of the cluster. Two hosts are one pair.
  guests:
    description:
      - Also check the running VMs, with two calls for each.
      - QEMU is asked directly what prevents a VM from migrating. libvirt then logs that the VM is tainted by
        C(custom-monitor). This has no other effect.
    type: bool
    default: true
  fail:
    description: Severity from which findings fail the task.
    type: str
    choices: [blocks, hurts, note, never]
    default: never
  hypervisor:
    required: true
notes:
  - Ports 16514 and 16509 are tested from the machine where the task runs. To test them from host to host, use
    M(hostcraft.cloudstack.cs_host_check) with C(peer_addresses).
  - Requires libvirt-python on the machine where the task runs.
seealso:
  - module: hostcraft.cloudstack.cs_hypervisor_info
  - module: hostcraft.cloudstack.cs_host_check
  - module: hostcraft.cloudstack.cs_maintenance_plan
"""

EXAMPLES = r"""
- name: Check live migration between all hosts of a cluster
  hostcraft.cloudstack.cs_kvm_migration_check:
    zone: zurich
    cluster: kvm-a
    hypervisor:
      url: qemu+tls://{host}/system
      pki_path: /etc/pki/cloudstack
    fail: blocks
  register: seen

- name: Show the CPU model for agent.properties
  ansible.builtin.debug:
    msg: "{{ seen.baseline.model }}"
"""

RETURN = r"""
cluster:
  description: Name of the cluster.
  returned: success
  type: str
  sample: kvm-a
hosts:
  description:
    - Hosts with their versions, CPU, active pools and VMs. C(tls) and C(tcp) show whether ports 16514 and 16509 answer.
  returned: success
  type: list
  elements: dict
  sample:
    - name: kvm1
      address: 10.1.1.11
      arch: x86_64
      libvirt: 9.0.0
      qemu: 7.2.22
      cpu_model: Skylake-Server-IBRS
      virtualisation: kvm
      tls: true
      tcp: false
      pools: [9d1f3c1e-7a51-3f5c-8a87-9b1a7d4f5c10]
      guests: [i-2-10-VM]
ways:
  description:
    - Every pair of hosts, in both directions. C(possible) is V(false) if no VM can migrate in this direction, C(stuck)
      lists the VMs that cannot, and C(codes) the codes of the barriers.
  returned: success
  type: list
  elements: dict
  sample: [{"source": "kvm1", "target": "kvm2", "possible": true, "stuck": [], "codes": ["qemu_older"]}]
barriers:
  description:
    - What prevents migrations, worst first. The codes are C(arch_differs), C(bridge_missing), C(cpu_incompatible),
      C(disk_local), C(emulator_missing), C(guest_blocked), C(guest_cpu), C(guest_pool), C(libvirt_older),
      C(machine_missing), C(mixed_security), C(pool_missing), C(qemu_older), C(tcp_unanswered), C(tls_unanswered),
      C(uuid_shared) and C(virtualisation_missing).
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Code of the barrier.
      type: str
    severity:
      description: V(blocks) if a migration fails, V(hurts) if it may fail.
      type: str
    message:
      description: Description of the barrier.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Name of the source host.
      type: str
    target:
      description: Name of the target host. Empty if the barrier concerns all of them.
      type: str
    guest:
      description: Instance name of the VM in CloudStack. Empty if the barrier concerns all VMs.
      type: str
    facts:
      description: The numbers.
      type: dict
baseline:
  description: The best CPU model that all hosts support. Null if they have none in common.
  returned: success
  type: dict
  sample: {"model": "Skylake-Server-IBRS", "vendor": "Intel", "features": ["ssbd"]}
unread:
  description: Hosts that could not be read, with the error. Nothing is reported about them.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "kvm3", "error": "kvm3: unable to connect"}]
summary:
  description: Number of barriers of each severity.
  returned: success
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
details:
  description:
    - If the task fails because of O(fail), RV(ignore:details.reasons) contains every barrier with its C(code),
      C(message), C(remedy), C(source), C(target) and C(vm).
  returned: failure
  type: dict
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.kvm import (
    MIGRATION,
    check_migration,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=MIGRATION, operation=lambda cloud, p, check: check_migration(cloud, p))


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
