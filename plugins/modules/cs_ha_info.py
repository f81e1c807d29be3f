#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_ha_info
short_description: Show which VMs Apache CloudStack starts elsewhere when a host is lost
description:
  - Computes for each host which of its VMs are started on other hosts if this host alone is lost, and why the others
    are not.
  - Takes into account whether HA is on for a VM, local disks, host tags, the setting C(ha.tag), affinity,
    dedication and the capacity that is left.
  - After an outage of a host or of primary storage, returns the HA VMs of the zone that do not run, without those that
    a user has stopped.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.zone.host
seealso:
  - module: hostcraft.cloudstack.cs_host_ha_info
  - module: hostcraft.cloudstack.cs_capacity_info
"""

EXAMPLES = r"""
- name: Read the effect of the loss of each host
  hostcraft.cloudstack.cs_ha_info:
    zone: zurich
    cluster: kvm-a
  register: ha

- name: Show VMs that would not be restarted
  ansible.builtin.debug:
    msg: "{{ item.host }}: {{ item.lost | map(attribute='vm') | join(', ') }}"
  loop: "{{ ha.clusters | map(attribute='hosts') | flatten }}"
  loop_control:
    label: "{{ item.host }}"

- name: Fail if an HA VM did not come back after an outage
  ansible.builtin.assert:
    that: ha.not_back | length == 0
    fail_msg: "{{ ha.not_back | map(attribute='vm') | join(', ') }}"
"""

RETURN = r"""
ha_tag:
  description: Value of the setting C(ha.tag).
  returned: success
  type: str
  sample: ""
clusters:
  description: The clusters.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: Name of the cluster.
      type: str
    hypervisor:
      description: Its hypervisor.
      type: str
    ha_hosts:
      description: Hosts with the tag of C(ha.tag).
      type: list
      elements: str
    holds_one_failure:
      description: Whether all VMs of any one host find room on the others.
      type: bool
    hosts:
      description: Hosts of the cluster, each with the VMs that are started elsewhere after its loss (C(restarted))
        and those that stay down (C(lost)) with a code, the reason and what helps.
      type: list
      elements: dict
  sample: [{"cluster": "kvm-a", "holds_one_failure": true, "hosts": [{"host": "kvm01.example.com", "restarted":
    ["web1"], "lost": []}]}]
not_back:
  description: HA VMs of users in the zone that do not run although no user has stopped them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the VM.
      type: str
    vm:
      description: Name of the VM.
      type: str
    state:
      description: Its state.
      type: str
    since:
      description: When its state changed last, if the server shows it.
      type: str
    pools:
      description: Names of the storage pools of its volumes.
      type: list
      elements: str
    code:
      description: V(pool_not_up), V(under_way), V(error_state) or V(not_restarted).
      type: str
    why:
      description: The reason.
      type: str
    remedy:
      description: What to do.
      type: str
  sample: [{"vm": "db1", "state": "Stopped", "pools": ["primary-a"], "code": "pool_not_up", "why":
    "primary-a is Maintenance", "remedy": "bring the storage back, or end its maintenance (cs_storage_maintenance); HA
    starts the VM then"}]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import PLACES
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.bmc.vm_ha import seen_ha

TASK = ApiTask(options={**PLACES}, operation=lambda cloud, p, check: seen_ha(cloud, taken(p, PLACES)))


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
