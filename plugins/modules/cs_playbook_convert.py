#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_playbook_convert
short_description: Rewrite playbooks of ngine_io.cloudstack for this collection
description:
  - Changes the names of modules, of groups in C(module_defaults) and of options in playbooks, files of tasks and roles,
    where this collection has the module and all options of the task.
  - All other characters of the files stay, comments and the form of the text included.
  - Leaves every other task as it is, and returns the file, the line and the reason.
  - Returns which converted tasks behave differently in this collection, with file and line.
  - A second run changes nothing. Links, hidden directories and directories named C(ansible_collections) are skipped.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  paths:
    description: Files and directories. Files in directories are read if their names end with C(.yml) or C(.yaml).
    type: list
    elements: path
    required: true
requirements:
  - PyYAML, where the module runs. ansible-core requires it too.
attributes:
  check_mode:
    description: Can run in check mode and return what it would change.
    support: full
  diff_mode:
    description: Returns each changed file before and after.
    support: full
notes:
  - The playbook C(hostcraft.cloudstack.convert_playbooks) runs the module and shows the report.
"""

EXAMPLES = r"""
- name: Convert the playbooks of a project
  hostcraft.cloudstack.cs_playbook_convert:
    paths: [playbooks, roles]
  register: conversion

- name: Show what was left and what has another meaning
  ansible.builtin.debug:
    msg: "{{ conversion.report }}"
"""

RETURN = r"""
files:
  description: Files that were changed.
  returned: success
  type: list
  elements: str
  sample: [/home/ops/playbooks/zone.yml]
read:
  description: Number of files that were read.
  returned: success
  type: int
  sample: 12
converted:
  description: Number of converted tasks by module.
  returned: success
  type: dict
  sample: {"cs_host": 19, "cs_zone": 2}
left:
  description: Number of tasks of ngine_io.cloudstack that were left, by module.
  returned: success
  type: dict
  sample: {"instance": 6}
meanings:
  description: Converted tasks that behave differently in this collection, each with C(file), C(line), C(module) and
    C(message).
  returned: success
  type: list
  elements: dict
  sample:
    - file: /home/ops/playbooks/zone.yml
      line: 14
      module: cs_storage_pool
      message: the result path is named storage_path in this collection
general:
  description: Differences that apply to all modules.
  returned: success
  type: list
  elements: str
  sample: [calls are sent with POST by default]
findings:
  description:
    - What was left, each with C(code), C(severity), C(evidence), C(remedy) and C(facts), among these C(file) and
      C(line).
  returned: success
  type: list
  elements: dict
  sample:
    - code: conversion_no_module
      severity: hurts
      evidence: "The module does not exist in this collection: zone.yml:3: ngine_io.cloudstack.instance does not exist
        in this collection"
      remedy: Keep the task and the collection ngine_io.cloudstack for it.
      facts: {"file": zone.yml, "line": 3}
report:
  description: All of this as lines of text.
  returned: success
  type: list
  elements: str
  sample: ["21 tasks in 2 of 12 files converted, 6 left"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.conversion.playbooks import main

if __name__ == "__main__":
    main()
