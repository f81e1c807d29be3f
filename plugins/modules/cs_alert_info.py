#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_alert_info
short_description: Show alerts of Apache CloudStack and check the settings of their mails
description:
  - Shows alerts that are not archived, newest first.
  - Checks the settings of mails. Otherwise, a wrong setting is noticed only when a mail does not arrive.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.looks.findings
options:
  ids:
    description: IDs of alerts.
    type: list
    elements: str
    default: []
  type:
    description: Number of a type, such as V(7) for hosts.
    type: int
  name:
    description: Name of a type, such as V(ALERT.COMPUTE.HOST).
    type: str
  older_than:
    description: Only alerts that were sent at least this number of days ago.
    type: float
  fail:
    default: never
seealso:
  - module: hostcraft.cloudstack.cs_alert
"""

EXAMPLES = r"""
- name: Check that alerts are mailed
  hostcraft.cloudstack.cs_alert_info:
    fail: hurts

- name: Read the alerts about hosts
  hostcraft.cloudstack.cs_alert_info:
    type: 7
"""

RETURN = r"""
alerts:
  description: The alerts that the options select.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the alert.
      type: str
    type:
      description: Number of its type.
      type: int
    name:
      description: Name of its type.
      type: str
    description:
      description: What happened.
      type: str
    sent:
      description: When it was sent.
      type: str
  sample: [{"type": 7, "name": "ALERT.COMPUTE.HOST", "description": "Host is down, name: kvm01"}]
count:
  description: Number of these alerts.
  returned: success
  type: int
  sample: 1
settings:
  description: The settings of mails, without the password.
  returned: success
  type: dict
  sample: {"alert.smtp.host": "mail.example.net", "alert.smtp.port": "587"}
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
      description: Always empty.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "mail_no_recipient", "severity": "hurts"}]
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

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.events.alerts import INFO, tell
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
