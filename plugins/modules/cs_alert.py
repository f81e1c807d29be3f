#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_alert
short_description: Archive, delete and send alerts of Apache CloudStack
description:
  - Archives or deletes alerts, and sends a custom alert, for example to test the mails.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
options:
  ids:
    description: IDs of alerts.
    type: list
    elements: str
    default: []
  type:
    description: Number of a type. With O(state=present) a number from 1000 on.
    type: int
  name:
    description: Name of a type, or with O(state=present) the name of the custom alert.
    type: str
  older_than:
    description: Only alerts that were sent at least this number of days ago.
    type: float
  state:
    description:
      - V(archived) and V(absent) remove the alerts that meet all options that are set. At least one is required.
      - V(present) sends an alert with O(name), O(type) and O(description), unless the server already has it.
      - The server does not list archived alerts any more, and cannot delete them.
    type: str
    choices: [archived, absent, present]
    default: archived
  description:
    description: Text of the custom alert.
    type: str
  zone:
    description: Zone of the custom alert. It is required if there are several zones.
    type: str
notes:
  - The server keeps one custom alert of each type in each zone. While this alert exists, the server sends no other text
    of this type, and the module fails.
  - The server does not show the zone of an alert. If there are several zones, each run of O(state=present) asks the
    server, which sends nothing a second time. In check mode, an alert of another zone counts as that of O(zone).
seealso:
  - module: hostcraft.cloudstack.cs_alert_info
"""

EXAMPLES = r"""
- name: Archive the alerts of the last months
  hostcraft.cloudstack.cs_alert:
    older_than: 90

- name: Test the mails
  hostcraft.cloudstack.cs_alert:
    state: present
    type: 1001
    name: TEST
    description: Test of mails, please ignore
"""

RETURN = r"""
alerts:
  description: The alerts that were removed, or the alert that is present.
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
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.events.alerts import ALERT, ensure
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=ALERT, operation=ensure)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
