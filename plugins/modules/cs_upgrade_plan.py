#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_upgrade_plan
short_description: Plan the upgrade of Apache CloudStack and find what prevents it
description:
  - Reads CloudStack's database, and checks it together with the facts about the machines of the management servers.
  - Finds what would make the upgrade fail, or fail unnoticed, such as a missing system VM template, a management server
    that is still running, or an interrupted upgrade. Each finding has a code, evidence and a remedy.
  - Returns the versions that the schema passes through, and the steps in their order with estimated times.
  - Writes nothing. The playbook C(hostcraft.cloudstack.upgrade_cloudstack) collects the facts and executes the plan.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  database:
    required: true
  version:
    description: The wanted version, for example V(4.22.0.0).
    type: str
    required: true
  stage:
    description:
      - V(before) checks everything while the servers are running.
      - V(stopped) is the last check before the first start of the new version. No server may run, and the template
        files of the new package must be complete.
      - V(upgraded) checks the version and the system VM templates afterwards. A registration that failed leaves a
        version that looks complete.
    type: str
    choices: [before, stopped, upgraded]
    default: before
  nodes:
    description: The machines of the management servers. The first one upgrades the schema.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the machine.
        type: str
        required: true
      address:
        description: The address C(cluster.node.IP) of C(db.properties).
        type: str
        default: ""
      reachable:
        description: Whether the machine can be reached.
        type: bool
        default: true
      package:
        description: Installed version of the package C(cloudstack-management).
        type: str
        default: ""
      offered:
        description: Versions of the package that the machine's repositories have.
        type: list
        elements: str
      held:
        description: Whether the package manager holds the package at its version.
        type: bool
        default: false
      refused:
        description: Why the package manager would not install the wanted version. Empty if it would.
        type: str
        default: ""
      java:
        description: Major version of Java.
        type: int
      encryption:
        description: The value C(db.cloud.encryption.type) of C(db.properties).
        type: str
      encryptor:
        description: The value C(db.cloud.encryptor.version) of C(db.properties).
        type: str
      key_digest:
        description: A digest of the management key, to compare it between machines.
        type: str
        default: ""
      free:
        description: Free bytes below C(/usr).
        type: int
      packaged:
        description: Whether the package of the wanted version is installed.
        type: bool
        default: false
      metadata:
        description: Content of C(metadata.ini) of the system VM templates of the wanted version.
        type: str
      digests:
        description:
          - Digests of the files next to it, by file name. A value is one digest, or a list of digests.
          - The algorithm is that of the checksums in O(nodes[].metadata), MD5 before 4.22 and SHA-512 since.
        type: dict
        default: {}
      active:
        description: Whether the unit C(cloudstack-management) is active.
        type: bool
  replicas:
    description: State of replication of each replica of the database. An empty list if there are none.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the replica.
        type: str
        required: true
      io_running:
        description: Whether the IO thread runs.
        type: bool
        required: true
      sql_running:
        description: Whether the SQL thread runs.
        type: bool
        required: true
      seconds_behind:
        description: Seconds behind the primary. Leave it out if the replica says NULL.
        type: float
      error:
        description: The last error.
        type: str
        default: ""
  backup_free:
    description: Free bytes where the dump of the databases is written.
    type: int
seealso:
  - module: hostcraft.cloudstack.cs_router_upgrade_plan
  - module: hostcraft.cloudstack.cs_system_vm_template
"""

EXAMPLES = r"""
- name: Plan the upgrade on a management server
  hosts: management1
  become: true
  tasks:
    - name: Find what is in the way of 4.22
      hostcraft.cloudstack.cs_upgrade_plan:
        version: 4.22.0.0
        database:
          properties: /etc/cloudstack/management/db.properties
        fail: never
      register: plan

    - name: Show the plan
      ansible.builtin.debug:
        msg: "{{ plan.text }}"
"""

RETURN = r"""
feasible:
  description: Whether nothing blocks the upgrade.
  returned: always
  type: bool
  sample: true
from_version:
  description: Version of the database.
  returned: always
  type: str
  sample: 4.21.0.0
to_version:
  description: The wanted version.
  returned: always
  type: str
  sample: 4.22.0.0
needed:
  description: Whether the schema must be upgraded.
  returned: always
  type: bool
  sample: true
chain:
  description: Versions that the schema passes through.
  returned: always
  type: list
  elements: str
  sample: ["4.22.0.0"]
templates:
  description: Names of the system VM templates of the wanted version, for the hypervisors of the clusters.
  returned: always
  type: list
  elements: str
  sample: [systemvm-kvm-4.22.0-x86_64]
steps:
  description: The steps in their order, each with the machine, its estimated seconds, and whether the API is down.
  returned: always
  type: list
  elements: dict
  sample: [{"name": "stop", "what": "stop usage servers, then management servers", "on": "management1",
    "seconds": 20, "down": true}]
seconds:
  description: Estimated seconds of the whole upgrade.
  returned: always
  type: int
  sample: 1260
seconds_down:
  description: Estimated seconds during which the API does not answer.
  returned: always
  type: int
  sample: 400
text:
  description: The plan as readable lines.
  returned: always
  type: list
  elements: str
  sample: ["The upgrade from 4.21.0.0 to 4.22.0.0 can be carried out."]
findings:
  description: What is wrong, worst first.
  returned: always
  type: list
  elements: dict
  contains:
    code:
      description: Stable name of the finding, see the guide.
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
  sample: []
ignored:
  description: Findings that were ignored because of O(ignore).
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
  sample: {blocks: 0, hurts: 0, note: 0}
code:
  description: V(upgrade_not_possible) if findings failed the task.
  returned: failure
  type: str
  sample: upgrade_not_possible
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.upgrade.plan import (
    main as upgrade_plan,
)


def main() -> None:
    upgrade_plan()


if __name__ == "__main__":
    main()
