#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_outdated_units_info
short_description: Find units that were started before their files changed
description:
  - Compares the start times of systemd units with the modification times of the files that they read. The roles use it
    to decide on restarts, because a run that is killed after it wrote a file leaves the restart to the next run.
  - Units that do not run are not returned, because they read their files when they are started.
  - Runs on the machine of the units.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
options:
  units:
    description: Names of units. Names that systemd does not know are left out.
    type: list
    elements: str
    default: []
  stamp:
    description:
      - File whose modification time is compared instead of the start of units, for settings that no running unit reads.
        While the file does not exist, the boot of the machine is used. Required if O(units) is not set.
    type: path
  files:
    description: Files, and directories with all files in them. Files that do not exist are ignored. Links are followed.
    type: list
    elements: path
    required: true
  changed:
    description:
      - Whether earlier tasks changed one of the files. Used only in check mode, in which they have written nothing. All
        running units are then returned.
    type: bool
    default: false
attributes:
  check_mode:
    description: Returns what a normal run would return, with O(changed).
    support: full
  diff_mode:
    description: Changes nothing, so there is no difference to show.
    support: none
"""

EXAMPLES = r"""
- name: Write a setting of chrony
  ansible.builtin.copy:
    content: "server ntp.example.net iburst\n"
    dest: /etc/chrony/conf.d/site.conf
    mode: "0644"
  register: written

- name: Find out whether chrony must be restarted
  hostcraft.cloudstack.cs_outdated_units_info:
    units: [chrony]
    files: [/etc/chrony/chrony.conf, /etc/chrony/conf.d]
    changed: "{{ written is changed }}"
  register: older

- name: Restart chrony
  ansible.builtin.systemd_service:
    name: "{{ item }}"
    state: restarted
  loop: "{{ older.units }}"
"""

RETURN = r"""
units:
  description: Names of units that must be restarted, in the order given.
  returned: success
  type: list
  elements: str
  sample: [chrony]
outdated:
  description: Whether there is such a unit, or a file is newer than O(stamp).
  returned: success
  type: bool
  sample: true
files:
  description: Files that are newer than the oldest of them.
  returned: success
  type: list
  elements: str
  sample: [/etc/chrony/conf.d/site.conf]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.machine.outdated import main

if __name__ == "__main__":
    main()
