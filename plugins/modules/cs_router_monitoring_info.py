#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_router_monitoring_info
short_description: Show service monitoring and health checks of virtual routers of Apache CloudStack
description:
  - Shows the settings for the monitoring of routers, and compares them with what the routers do.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.cloudstack.info
  - hostcraft.cloudstack.listing.zone
  - hostcraft.cloudstack.looks.findings
options:
  fail:
    default: never
seealso:
  - module: hostcraft.cloudstack.cs_router_monitoring
"""

EXAMPLES = r"""
- name: Check that every router has results of health checks
  hostcraft.cloudstack.cs_router_monitoring_info:
    fail: hurts
"""

RETURN = r"""
settings:
  description: Values of the settings, by the options of M(hostcraft.cloudstack.cs_router_monitoring).
  returned: always
  type: dict
  sample: {"service_monitoring": "true", "health_checks": "true", "basic_interval": "3"}
routers:
  description: Routers, and how many results of health checks each has.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: Name of the router.
      type: str
    zone:
      description: Name of its zone.
      type: str
    hypervisor:
      description: Its hypervisor.
      type: str
    checks:
      description: Number of results.
      type: int
  sample: [{"name": "r-7-VM", "zone": "zurich", "hypervisor": "KVM", "checks": 12}]
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
      description: Name of the router, or empty.
      type: str
    facts:
      description: The values that led to the finding.
      type: dict
  sample: [{"code": "router_unchecked", "severity": "hurts", "host": "r-7-VM"}]
ignored:
  description: Findings that O(ignore) names.
  returned: always
  type: list
  elements: dict
  sample: []
unseen:
  description: Always empty.
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

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.monitoring import (
    INFO,
    tell_monitoring,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=INFO, operation=tell_monitoring)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
