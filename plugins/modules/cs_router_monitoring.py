#!/usr/bin/python
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cs_router_monitoring
short_description: Manage service monitoring and health checks of virtual routers of Apache CloudStack
description:
  - Sets the settings for the monitoring of routers. Values are checked before they are sent, because the server accepts
    names of health checks that do not exist.
  - Returns which settings management servers read only when they start, and which routers use the old values until they
    are restarted. Restarts nothing.
version_added: 0.1.0
author: The hostcraft.cloudstack authors (@hostcraft)
extends_documentation_fragment:
  - hostcraft.cloudstack.cloudstack
  - hostcraft.cloudstack.listing.zone
options:
  zone:
    description:
      - Name or ID of a zone. Sets the values for this zone. By default the global values.
      - Settings without a value for each zone are refused in a task with O(zone).
  service_monitoring:
    description:
      - Whether routers restart DNS, HAProxy, SSH and the web server if one of them stops. Sets
        C(network.router.EnableServiceMonitoring).
      - Not for Hyper-V. For VPCs from CloudStack 4.14 on.
    type: bool
  health_checks:
    description: Whether health checks are made. Sets C(router.health.checks.enabled).
    type: bool
  basic_interval:
    description:
      - Minutes between basic health checks, V(0) for none. Sets C(router.health.checks.basic.interval).
      - From CloudStack 4.14 on also the interval of the service monitoring.
    type: int
  advanced_interval:
    description: Minutes between advanced health checks, V(0) for none.
    type: int
  config_refresh_interval:
    description: Minutes after which the server sends changed thresholds to routers.
    type: int
  results_interval:
    description: Minutes after which the server reads results from routers.
    type: int
  results_timeout:
    description: Seconds that a router may take to return its results.
    type: int
  max_cpu:
    description: CPU usage in percent above which the check fails.
    type: int
  max_memory:
    description: Memory usage in percent above which the check fails.
    type: int
  min_free_disk:
    description: Free disk space in MB below which the check fails.
    type: int
  exclude:
    description: Names of health checks that are not made, such as V(dhcp_check.py).
    type: list
    elements: str
  recreate_on:
    description:
      - Names of health checks whose failure makes the server recreate the router.
      - This interrupts the network of the router without an announcement.
    type: list
    elements: str
  stats_interval:
    description: Seconds between readings of network usage, V(0) for none. Sets C(router.stats.interval).
    type: int
  alerts_interval:
    description: Seconds between readings of alerts. Sets C(router.alerts.check.interval).
    type: int
  version_check:
    description:
      - Whether the server refuses changes of a router below the minimum version. Sets C(router.version.check).
    type: bool
seealso:
  - module: hostcraft.cloudstack.cs_router_monitoring_info
  - module: hostcraft.cloudstack.cs_configuration
"""

EXAMPLES = r"""
- name: Monitor the services of all routers every three minutes
  hostcraft.cloudstack.cs_router_monitoring:
    service_monitoring: true
    health_checks: true
    basic_interval: 3
  register: monitoring
"""

RETURN = r"""
settings:
  description: The values of the options that were set.
  returned: success
  type: dict
  sample: {"service_monitoring": "true", "basic_interval": "3"}
restart_servers:
  description: Settings that changed and that management servers read only when they start.
  returned: success
  type: list
  elements: str
  sample: ["network.router.EnableServiceMonitoring"]
restart_routers:
  description: Names of routers that use the old values until they are restarted.
  returned: success
  type: list
  elements: str
  sample: ["r-7-VM"]
"""

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.routers.monitoring import (
    SETTINGS,
    ensure_monitoring,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.task import ApiTask

TASK = ApiTask(options=SETTINGS, operation=ensure_monitoring)


def main() -> None:
    TASK.main()


if __name__ == "__main__":
    main()
