#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_usage_info
short_description: Show whether the usage server of Apache CloudStack works, and its records
description:
  - Checks the settings of the usage server, its heartbeat, its last successful job and its alerts.
  - Shows the usage records of some days, with totals by type, and finds records that cannot be right, records that
    exist twice, and days without records.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.looks.findings
  - hostcraft.cloudstack.zone.owner
options:
  start_date:
    description: First day of the records, such as V(2026-11-01). Without it, no records are read.
    type: str
  end_date:
    description: Last day of the records.
    type: str
  type:
    description: Only records of this usage type, such as V(1) for running VMs.
    type: int
  domain:
    description: Only records of this domain.
  account:
    description: Only records of this account.
  project:
    description: Only records of this project.
  fail:
    default: never
notes:
  - The state of the service that the API shows is that of the answering management server only. Therefore it is
    returned, but not checked.
  - The usage server reads its settings at its start. Restart it and the management servers after a change.
seealso:
  - module: hostcraft.cloudstack.cs_alert_info
  - module: hostcraft.cloudstack.cs_configuration
"""

EXAMPLES = r"""
- name: Check that usage is recorded
  hostcraft.cloudstack.cs_usage_info:
    fail: hurts

- name: Read the running VMs of a month
  hostcraft.cloudstack.cs_usage_info:
    start_date: "2026-11-01"
    end_date: "2026-11-30"
    type: 1
"""

RETURN = r"""
usage_server:
  description: The usage server. V(null) before CloudStack 4.17.
  returned: success
  type: dict
  contains:
    host:
      description: Its machine. Empty before its first job.
      type: str
    service:
      description: State of the service on the management server that answers, which can be another machine.
      type: str
    heartbeat:
      description: When it last wrote its heartbeat.
      type: str
    success:
      description: When the last successful job ended.
      type: str
    collected:
      description: Time of the management server.
      type: str
  sample: {"host": "usage1/192.0.2.20", "service": "Down", "heartbeat": "2026-11-27T04:00:12+0000"}
settings:
  description: The settings of the usage server.
  returned: success
  type: dict
  sample: {"usage.stats.job.exec.time": "00:15", "usage.stats.job.aggregation.range": "1440"}
totals:
  description: Number of records and sum of usage by usage type.
  returned: success
  type: list
  elements: dict
  sample: [{"type": 1, "name": "RUNNING_VM", "records": 30, "usage": 720.0}]
records:
  description: The usage records.
  returned: success
  type: list
  elements: dict
  contains:
    usage_id:
      description: ID of what was used.
      type: str
    type:
      description: Number of the usage type.
      type: int
    type_name:
      description: Name of the usage type.
      type: str
    account:
      description: Account or project that used it.
      type: str
    domain:
      description: Its domain.
      type: str
    zone_id:
      description: ID of the zone.
      type: str
    description:
      description: What was used.
      type: str
    usage:
      description: How much, in the unit of the type.
      type: float
    start:
      description: Start of the record.
      type: str
    end:
      description: End of the record.
      type: str
    offering_id:
      description: ID of the offering.
      type: str
    network_id:
      description: ID of the network, where the record is about one.
      type: str
    size:
      description: Size of the volume, template or snapshot in bytes.
      type: int
  sample: [{"type": 1, "account": "acme", "usage": 24.0, "start": "2026-11-26T00:00:00+0000"}]
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
      description: Host or account that the finding is about, or empty.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "usage_behind", "severity": "blocks"}]
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

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.usage.info import INFO, tell

TASK = ApiTask(options=INFO, operation=tell)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
