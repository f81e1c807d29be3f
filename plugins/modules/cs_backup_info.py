#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_backup_info
short_description: List and check the backups of an Apache CloudStack management server
description:
  - Lists the backups that M(hostcraft.cloudstack.cs_backup) has made, and finds what is wrong with them. A backup can
    be damaged or too old, it can contain a key that does not decrypt the database, or it was never restored.
  - Nothing is decrypted and nothing is written.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.looks
  - hostcraft.cloudstack.looks.findings
options:
  path:
    description: Directory of backups, on the machine where the task runs.
    type: path
    required: true
  host:
    description: Considers only backups of this host. By default, those of all hosts.
    type: str
  checksums:
    description: Whether the checksums of all files are computed. Otherwise only their sizes are compared.
    type: bool
    default: true
  max_age:
    description: Number of hours that the newest backup of the databases may be old. V(0) turns the check off.
    type: float
    default: 26
  max_proof_age:
    description:
      - Number of days that the last backup that was restored may be older than the newest one. V(0) turns the check
        off.
    type: float
    default: 90
seealso:
  - module: hostcraft.cloudstack.cs_backup
  - module: hostcraft.cloudstack.cs_backup_restore
"""

EXAMPLES = r"""
- name: Check the backups
  hostcraft.cloudstack.cs_backup_info:
    path: /var/backups/cloudstack
    fail: hurts
  become: true
  register: backups

- name: Show the newest backup that can be restored
  ansible.builtin.debug:
    msg: "{{ backups.latest }}"
"""

RETURN = r"""
backups:
  description: The backups, oldest first.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the backup.
      type: str
    path:
      description: Its directory.
      type: str
    whole:
      description: Whether it is complete and undamaged.
      type: bool
    proven:
      description: Whether it is whole, and was restored with success.
      type: bool
    proofs:
      description: Where and when it was restored, and what was compared.
      type: list
      elements: dict
    damaged:
      description: Files that were changed or damaged since the backup.
      type: list
      elements: str
    host:
      description: Host of the backup.
      type: str
    age_hours:
      description: Its age.
      type: float
    databases:
      description: Databases in it. Empty for a backup of configuration only.
      type: list
      elements: str
    rows:
      description: Number of rows of each database.
      type: dict
    size:
      description: Number of bytes.
      type: int
    cloudstack:
      description: Version of CloudStack that the database records.
      type: str
    package:
      description: Version of the package cloudstack-management on the host.
      type: str
    encrypted:
      description: V(gpg), or empty.
      type: str
    position:
      description: Position in the binary log.
      type: str
    wrong:
      description: Why its manifest cannot be read. Empty if it can be read.
      type: str
  sample: []
latest:
  description: Name of the newest backup of databases that is whole. Empty if there is none.
  returned: always
  type: str
  sample: 20261127T031500Z-management1
unfinished:
  description: Directories of runs that did not finish.
  returned: always
  type: list
  elements: str
  sample: []
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
  description: V(backups_not_fit) if findings failed the task.
  returned: failure
  type: str
  sample: backups_not_fit
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.backup.tasks import info


def main() -> None:
    info()


if __name__ == "__main__":
    main()
