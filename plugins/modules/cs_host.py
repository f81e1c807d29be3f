#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_host
short_description: Manage hypervisor hosts of Apache CloudStack
description:
  - Adds, tags, renames, annotates, enables, disables, drains, reconnects and removes hosts.
  - A host is found by O(id), or else by O(name), or else by the address or name in O(url). C(kvm1) and
    C(kvm1.example.net) are the same host.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
  - hostcraft.cloudstack.state.id
  - hostcraft.cloudstack.hypervisor.kind
options:
  name:
    description:
      - Name (or address) of the host.
      - If the server chooses another name, the host is renamed after it was added, so that the next run finds it.
    type: str
    required: true
    aliases: [ip_address]
  pod:
    description: Name or id of the pod. Defaults to the pod of O(cluster). It cannot be changed.
  cluster:
    description: Name or id of the cluster. Required to add a host. It cannot be changed.
  hypervisor:
    description: Hypervisor of the host. Defaults to the hypervisor of O(cluster). It cannot be changed.
  url:
    description:
      - URL that the host is added by. Defaults to V(http://) and O(name).
      - For a host of vCenter, V(http://vcenter.example.net/DATACENTER/CLUSTER/HOST).
    type: str
  username:
    description: User that the management server logs in as to prepare the host. Used only to add the host.
    type: str
  password:
    description: Password of O(username). Used only to add the host.
    type: str
  host_tags:
    description:
      - All tags of the host, in any order. An empty list removes every tag; if not set, they are not changed.
    type: list
    elements: str
    aliases: [host_tag]
  is_tag_a_rule:
    description:
      - Whether O(host_tags) is one rule instead of tags. Needs CloudStack 4.19 or newer.
      - The rule must not contain a comma, because the server splits it there.
    type: bool
  os_category:
    description:
      - Category of guest operating systems that the host is preferred for, such as V(Windows) or V(Ubuntu). VMs of this
        category start on such hosts first. V(None) removes the preference.
    type: str
    version_added: 1.0.0
  annotation:
    description: A note on the host for other administrators.
    type: str
  allocation_state:
    description:
      - V(enabled) and V(disabled) set whether the host accepts new VMs. Both end a maintenance. They do not start the
        VMs that M(hostcraft.cloudstack.cs_maintenance) stopped. A warning lists these VMs, and the annotations of that
        maintenance are removed.
      - V(maintenance) drains the host with CloudStack's own drain and waits until it is finished. A drain that is in
        progress is waited for, and one that failed is started again. A disabled host is enabled for a moment, because
        the server drains enabled hosts only.
    type: str
    choices: [enabled, disabled, maintenance]
  state:
    description:
      - V(absent) drains the host first, as described in CloudStack's documentation, and then removes it.
      - V(reconnected) reconnects the agent and waits until the host is up.
    type: str
    choices: [present, absent, reconnected]
    default: present
  force:
    description:
      - Remove the host without draining it. Its VMs are B(stopped). VMs with HA are started on other hosts.
    type: bool
    default: false
  force_destroy_local_storage:
    description: Destroy the volumes on local disks of the host when it is removed.
    type: bool
    default: false
  maintenance_timeout:
    description: Maximum number of seconds for a drain.
    type: float
    default: 3600
seealso:
  - module: hostcraft.cloudstack.cs_host_info
"""

EXAMPLES = r"""
- name: Add a KVM host to a cluster
  hostcraft.cloudstack.cs_host:
    name: kvm1.example.net
    zone: zurich
    cluster: kvm-a
    username: root
    password: "{{ vault_kvm_root_password }}"
    host_tags: [ssd, gpu]

- name: Disable the host for new VMs
  hostcraft.cloudstack.cs_host:
    name: kvm1.example.net
    zone: zurich
    allocation_state: disabled

- name: Drain and remove the host
  hostcraft.cloudstack.cs_host:
    name: kvm1.example.net
    zone: zurich
    state: absent
"""

RETURN = r"""
id:
  description: Id of the host.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the host.
  returned: success
  type: str
  sample: kvm1.example.net
state:
  description: State of the connection between the management server and the agent.
  returned: success
  type: str
  sample: Up
resource_state:
  description: Resource state of the host, in the server's words.
  returned: success
  type: str
  sample: Enabled
allocation_state:
  description: The same in lower case.
  returned: success
  type: str
  sample: enabled
host_tags:
  description: Tags of the host. Empty if the task does not set tags.
  returned: success
  type: list
  elements: str
  sample: [gpu, ssd]
os_category:
  description: Category of guest operating systems that it is preferred for. Null if the task does not set it.
  returned: unless absent
  type: str
  sample: Windows
is_tag_a_rule:
  description: Whether the tags are one rule.
  returned: unless absent
  type: bool
  sample: false
ip_address:
  description: Address of the host.
  returned: success
  type: str
  sample: 10.10.1.11
cpu_number:
  description: Number of its cores.
  returned: success
  type: int
  sample: 16
cpu_speed:
  description: Speed of a core in MHz.
  returned: success
  type: int
  sample: 2400
hypervisor:
  description: Hypervisor of the host.
  returned: success
  type: str
  sample: KVM
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.site.objects.host import TASK


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
