#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_allocation_state
short_description: Open or close a zone, pod or cluster of Apache CloudStack to new VMs
description:
  - Sets the allocation state of a zone, pod or cluster (the narrowest one that is set), and returns the places around
    it that are disabled.
  - Adds a warning if a cluster with hosts is disabled, because CloudStack cannot drain hosts of a disabled cluster.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.zone
  - hostcraft.cloudstack.zone.pod
  - hostcraft.cloudstack.zone.cluster
options:
  state:
    description: Whether new VMs are placed there. Running VMs are not affected.
    type: str
    choices: [enabled, disabled]
    required: true
seealso:
  - module: hostcraft.cloudstack.cs_allocation_state_info
  - module: hostcraft.cloudstack.cs_zone
  - module: hostcraft.cloudstack.cs_pod
  - module: hostcraft.cloudstack.cs_cluster
"""

EXAMPLES = r"""
- name: Disable a pod for new VMs
  hostcraft.cloudstack.cs_allocation_state:
    zone: zurich
    pod: row-1
    state: disabled

- name: Enable a cluster for new VMs
  hostcraft.cloudstack.cs_allocation_state:
    zone: zurich
    cluster: kvm-a
    state: enabled
  register: result

- name: Fail if the pod or zone of the cluster is disabled
  ansible.builtin.assert:
    that: not result.blocked_by
"""

RETURN = r"""
scope:
  description: Kind of the place.
  returned: success
  type: str
  sample: cluster
id:
  description: Id of the place.
  returned: success
  type: str
  sample: 04ccc336-d730-42fe-8ff6-5ae36e141e81
name:
  description: Name of the place.
  returned: success
  type: str
  sample: kvm-a
zone:
  description: Name of its zone, for a pod or cluster.
  returned: success
  type: str
  sample: zurich
pod:
  description: Name of its pod, for a cluster.
  returned: success
  type: str
  sample: row-1
allocation_state:
  description: Its own state.
  returned: success
  type: str
  sample: Enabled
blocked_by:
  description: The places around it that are disabled. They prevent new VMs too.
  returned: success
  type: list
  elements: str
  sample: ["zone zurich"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.fields import Spec, taken
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.zone import CLUSTER, POD, ZONE
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.zone.allocation_states import (
    ensure_allocation_state,
)

PLACES: Spec = {**ZONE, **POD, **CLUSTER}

TASK = ApiTask(
    options={
        **PLACES,
        "state": {"type": "str", "choices": ["enabled", "disabled"], "required": True},
    },
    operation=lambda cloud, p, check: ensure_allocation_state(cloud, taken(p, PLACES), p["state"].capitalize(), check),
    constraints={"required_one_of": [tuple(PLACES)]},
)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
