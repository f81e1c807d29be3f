#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_usage_server_info
short_description: Show whether usage servers of Apache CloudStack work
description:
  - Reads from CloudStack's databases the heartbeat of the usage servers, their last successful job, and the settings
    that they read when they start.
  - The state of the service, and the state in C(listUsageServerMetrics), do not show whether a usage server works.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.database
  - hostcraft.cloudstack.looks
options:
  database:
    required: true
"""

EXAMPLES = r"""
- name: Read the state of the usage servers
  hostcraft.cloudstack.cs_usage_server_info:
    database:
      properties: /etc/cloudstack/usage/db.properties
  register: usage

- name: Check that one of them works
  ansible.builtin.assert:
    that: usage.alive
"""

RETURN = r"""
alive:
  description: Whether a usage server has sent a heartbeat in the last 120 seconds.
  returned: success
  type: bool
  sample: true
jobs:
  description: Open jobs, newest first. C(age) is the number of seconds since the heartbeat, or null.
  returned: success
  type: list
  elements: dict
  sample: [{"host": "ms1/10.10.0.5", "pid": 2210, "age": 21, "alive": true}]
last_success:
  description: Time at which the last successful job ended, in UTC. Empty if there was none.
  returned: success
  type: str
  sample: "2026-11-26 23:59:59"
settings:
  description: Settings that usage servers read only when they start.
  returned: success
  type: dict
  sample: {usage.stats.job.exec.time: "00:15", usage.stats.job.aggregation.range: "1440"}
missing_settings:
  description: Settings without which a usage server does not start. The first start of a management server creates
    them.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.usage.server import main

if __name__ == "__main__":
    main()
