#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host_password
short_description: Change the password with which Apache CloudStack logs in to hosts
description:
  - Changes the password in CloudStack's record for all hosts of a cluster, or for one host, and reconnects each host.
  - The connection proves the password of XenServer and VMware hosts. A KVM or LXC host connects by its agent, without
    the password. The playbook C(hostcraft.cloudstack.change_host_password) logs in to KVM hosts with it.
  - For KVM, the password on the hosts is changed by the playbook C(hostcraft.cloudstack.change_host_password),
    which uses this module, or by the server with O(update_on_host).
  - For XenServer and XCP-ng with O(hypervisor), the password of the pool is changed through XAPI, then the record.
  - For VMware, set the password of vCenter with M(hostcraft.cloudstack.cs_vmware_dc), and the record of the hosts with
    O(record=database). This also writes the records of the cluster and of the zone's VMware datacenter. With
    O(hypervisor), the vCenter must accept the new password first.
  - If a step fails, the steps before it are undone with O(password), and the error shows what could not be undone.
  - The API does not return passwords. Without O(database), the record cannot be compared, so the task sends the
    password and reports a change at every run.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
  - hostcraft.cloudstack.hypervisor
  - hostcraft.cloudstack.database
options:
  username:
    description: User with which CloudStack logs in. It must be the one of the record, which is not changed.
    type: str
    required: true
  password:
    description: Present password in CloudStack. It is restored if a later step fails.
    type: str
    required: true
  new_password:
    description: New password in CloudStack.
    type: str
    required: true
  update_on_host:
    description:
      - Whether the server changes the password on the hosts too, through their agents. KVM only.
      - The hosts must be Up. It is refused for one host of several, and with several management servers, because
        CloudStack reports success there although a host kept its old password.
      - With several management servers, hosts of other servers get the password even if this is V(false). A warning
        reports this, and passwords that the server's script cannot pass on are refused.
    type: bool
    default: false
  record:
    description:
      - How CloudStack's record is changed.
      - V(database) writes the encrypted password into the database, in one transaction, and reads it back by
        decrypting it. Exactly one row must exist for each host. The management servers must be restarted afterwards.
        Use it only if the API cannot change the record.
    type: str
    choices: [api, database]
    default: api
  verify:
    description:
      - Whether each host is reconnected afterwards, and must be Up again. For KVM and LXC this does not prove the
        password, and interrupts what the server does through the agent.
      - Hosts that are not Up, or in maintenance, are refused then.
    type: bool
    default: true
  timeout:
    description: Maximum number of seconds for a host to be Up again.
    type: float
    default: 300
seealso:
  - module: hostcraft.cloudstack.cs_stored_secrets_info
  - module: hostcraft.cloudstack.cs_vmware_dc
"""

EXAMPLES = r"""
- name: Record the new password of a cluster's hosts
  hostcraft.cloudstack.cs_host_password:
    zone: zurich
    cluster: kvm-a
    username: root
    password: "{{ vault_host_password_old }}"
    new_password: "{{ vault_host_password }}"

- name: Change the password of a XenServer pool and its record
  hostcraft.cloudstack.cs_host_password:
    zone: zurich
    cluster: xen-a
    username: root
    password: "{{ vault_host_password_old }}"
    new_password: "{{ vault_host_password }}"
    hypervisor:
      url: https://xen1.example.net

- name: Write the record of hosts that are down into the database
  hostcraft.cloudstack.cs_host_password:
    zone: zurich
    cluster: kvm-a
    username: root
    password: "{{ vault_host_password_old }}"
    new_password: "{{ vault_host_password }}"
    record: database
    verify: false
    database:
      host: db.example.net
      password: "{{ vault_database_password }}"
      tls: true
      encryption_key: "{{ vault_database_key }}"
"""

RETURN = r"""
hosts:
  description: Names of the hosts whose record is changed.
  returned: success
  type: list
  elements: str
  sample: [kvm01.example.com, kvm02.example.com]
username:
  description: User with which CloudStack logs in.
  returned: success
  type: str
  sample: root
record:
  description: How the record is changed.
  returned: success
  type: str
  sample: api
verified:
  description: Whether the hosts were reconnected, or would be. For KVM and LXC this does not prove the password.
  returned: success
  type: bool
  sample: true
restart_needed:
  description: Whether the management servers must be restarted.
  returned: success
  type: bool
  sample: false
code:
  description:
    - V(refused) if nothing was done, with a code for each reason in C(details.reasons).
    - V(password_not_changed) if a step failed. C(details) has C(cause), C(restored) and C(not_restored).
  returned: failure
  type: str
  sample: password_not_changed
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.database.access import DATABASE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.host_passwords.change import (
    PASSWORDS,
    ensure,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.hypervisors.access import HYPERVISOR
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import HOST_ALONE, PLACES

TASK = ApiTask(
    options={**PLACES, **HYPERVISOR, **DATABASE, **PASSWORDS},
    operation=ensure,
    constraints={"mutually_exclusive": HOST_ALONE},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
