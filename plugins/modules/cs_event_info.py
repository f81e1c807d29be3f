#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_event_info
short_description: Read events of Apache CloudStack
description:
  - Returns events of all accounts that the API key may see, newest first, each once.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
options:
  type:
    description: Type of the events, such as V(MAINT.PREPARE). An unknown type returns an empty list.
    type: str
  level:
    description: Level of the events.
    type: str
    choices: [INFO, WARN, ERROR]
  state:
    description: State of the events.
    type: str
    choices: [Created, Scheduled, Started, Completed]
  keyword:
    description: Text that the type or the description contains.
    type: str
  resource_type:
    description: Type of the resource that the events are about, such as V(Host).
    type: str
  resource_id:
    description: ID of the resource that the events are about. Set O(resource_type) too.
    type: str
  since:
    description:
      - Time of the oldest event, such as V(2026-11-27) or V(2026-11-27T13:45:00+0100).
      - A time without a time zone is in UTC.
    type: str
  until:
    description: Time of the newest event, in the same form as O(since).
    type: str
  archived:
    description: Whether archived events are returned too.
    type: bool
    default: false
seealso:
  - module: hostcraft.cloudstack.cs_alert_info
"""

EXAMPLES = r"""
- name: Read what went wrong in the last hour
  hostcraft.cloudstack.cs_event_info:
    level: ERROR
    since: "{{ '%Y-%m-%dT%H:%M:%SZ' | strftime(now().timestamp() - 3600, utc=true) }}"
  register: result

- name: Read who put a host into maintenance
  hostcraft.cloudstack.cs_event_info:
    type: MAINT.PREPARE
    resource_type: Host
    resource_id: "{{ host_id }}"
"""

RETURN = r"""
events:
  description: The events, newest first.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the event.
      type: str
    type:
      description: Type of the event.
      type: str
    level:
      description: V(INFO), V(WARN) or V(ERROR).
      type: str
    state:
      description: State of the event.
      type: str
    description:
      description: What happened.
      type: str
    created:
      description: When it happened, by the clock of the management server.
      type: str
    username:
      description: User who did it.
      type: str
    account:
      description: Account of the user.
      type: str
    domain:
      description: Path of the domain of the account.
      type: str
    project:
      description: Project, if it belongs to one.
      type: str
    resource_type:
      description: Type of the resource that it is about.
      type: str
    resource_id:
      description: ID of this resource.
      type: str
    resource_name:
      description: Name of this resource.
      type: str
    parent_id:
      description: ID of the event that started it.
      type: str
    archived:
      description: Whether it is archived.
      type: bool
  sample: [{"type": "MAINT.PREPARE", "level": "INFO", "state": "Completed", "resource_name": "kvm01"}]
count:
  description: Number of these events.
  returned: success
  type: int
  sample: 1
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.events.tasks import INFO, tell
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
