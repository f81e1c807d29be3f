#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_management_server_info
short_description: Show the management servers of Apache CloudStack
description:
  - Shows state, version, agents, pending jobs, last start and last boot of the management servers, whether they reach
    each other, and which settings need a restart of them.
  - Finds servers that are down or closed, versions that differ, peers that do not reach each other although both are
    Up, and agents that are not balanced.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.looks.findings
  - hostcraft.cloudstack.listing
options:
  name:
    description:
      - ID, name or address of one management server. Findings are always about all servers together.
  fail:
    default: never
notes:
  - Agents and pending jobs are shown by CloudStack 4.21 and newer, peers by 4.20.1 and newer.
  - Settings that need a restart are found by their events. CloudStack deletes events after C(event.purge.delay) days.
seealso:
  - module: hostcraft.cloudstack.cs_management_server
"""

EXAMPLES = r"""
- name: Check that all management servers are up and reach each other
  hostcraft.cloudstack.cs_management_server_info:
    fail: hurts

- name: Read the settings that need a restart of the management servers
  hostcraft.cloudstack.cs_management_server_info:
  register: servers

- name: Show them
  ansible.builtin.debug:
    msg: "{{ servers.management_servers | map(attribute='restart_for') | flatten | unique }}"
"""

RETURN = r"""
management_servers:
  description: The management servers.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: ID of the management server.
      type: str
    name:
      description: Its host name. Several servers can have the same name.
      type: str
    state:
      description: Its state, such as V(Up), V(Down), V(Maintenance) or V(ReadyToShutDown).
      type: str
    version:
      description: Its version.
      type: str
    address:
      description: Its address in the cluster. Empty if the server does not show it.
      type: str
    agents:
      description: IDs of the hosts and system VMs whose agents are connected to it. V(null) if not shown.
      type: list
      elements: str
    agents_count:
      description: Number of agents. V(null) if not shown.
      type: int
    jobs:
      description: Number of pending jobs. V(null) if not shown.
      type: int
    peers:
      description: The other servers that it knows, each with C(reached). V(null) if not shown.
      type: list
      elements: dict
    started:
      description: When its service was last started.
      type: str
    booted:
      description: When its machine was last started.
      type: str
    os:
      description: Its operating system.
      type: str
    java:
      description: Version of Java.
      type: str
    kernel:
      description: Version of the kernel. Empty if not shown.
      type: str
    restart_for:
      description: Settings that were changed after its start and that are only read at a start.
      type: list
      elements: str
  sample: [{"name": "mgmt1", "state": "Up", "version": "4.22.0.0", "address": "192.0.2.11", "agents_count": 12,
    "jobs": 0}]
findings:
  description: What is wrong, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Code of the finding.
      type: str
    severity:
      description: V(blocks), V(hurts) or V(note).
      type: str
    evidence:
      description: What was seen.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Source of the finding, such as a section of CloudStack's documentation or an issue.
      type: str
    host:
      description: Name of the management server, or empty.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "server_down", "severity": "hurts", "host": "mgmt2"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Checks that could not be made, with the missing information.
  returned: always
  type: list
  elements: dict
  sample: []
summary:
  description: Number of findings of each severity.
  returned: always
  type: dict
  sample: {"blocks": 0, "hurts": 1, "note": 0}
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.servers.nodes import INFO, tell
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
