# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what modules about virtual routers share; the specs are in ``interface/routers/tasks.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """Which networks are meant, consent to an interruption, health checks, and what an upgrade is asked."""

    DOCUMENTATION = r"""
options:
  networks:
    description:
      - Names or ids of networks and VPCs to limit the task to. A tier counts as its VPC. Defaults to all networks.
    type: list
    elements: str
    default: []
"""

    CONSENT = r"""
options:
  consent:
    description:
      - Accept that networks with a single router are without service while it is down.
    type: bool
    default: false
"""

    HEALTH = r"""
options:
  health:
    description:
      - V(none) reads no results of health checks.
      - V(stored) reads the results of the last periodic checks, in the same listing.
      - V(fresh) makes each running router do its checks now. This takes one call for each router, and each call
        several seconds.
    type: str
    choices: [none, stored, fresh]
    default: none
"""

    REQUIRED_HEALTH = r"""
options:
  require_health:
    description:
      - Whether a router without results of health checks fails the gate. By default it is a warning.
    type: bool
    default: false
"""

    UPGRADE = r"""
options:
  skip_missing:
    description:
      - Whether networks of O(networks) that have no router are left out. By default they fail the task.
      - Use it for networks from an earlier plan. Tenants delete networks, and the server removes routers of networks
        that are not used.
    type: bool
    default: false
    version_added: 1.0.0
  template:
    description:
      - Name or id of the system VM template that routers have to run. Routers of other templates are replaced.
    type: str
  minimum_version:
    description:
      - Minimum version of the template of routers. Older routers are replaced.
      - By default the value of the setting C(minreq.sysvmtemplate.version), where the server has it.
    type: str
  created_before:
    description:
      - Time such as V(2026-11-27T01:00+0100). Routers that were created before it are replaced.
    type: str
  method:
    description:
      - V(auto) decides by versions. Routers that require an upgrade and whose template is new enough are patched
        (CloudStack 4.17 and newer) or rebooted. The others are replaced.
    type: str
    choices: [auto, patch, reboot, recreate]
    default: auto
  max_parallel:
    description: Maximum number of networks whose routers are upgraded at the same time.
    type: int
    default: 1
  one_first:
    description: Whether the first batch has a single network.
    type: bool
    default: true
  first_networks:
    description: Names or ids of networks and VPCs to upgrade first, in this order.
    type: list
    elements: str
    default: []
  window:
    description:
      - Maintenance window, such as V(2026-11-27T01:00Z/2026-11-27T05:00Z). Networks with a single router are
        interrupted only in it, and only if the expected time of their upgrade ends before the window does.
    type: str
  exclude_accounts:
    description: Accounts whose routers are left out, as V(NAME) or V(DOMAIN/NAME).
    type: list
    elements: str
    default: []
  exclude_domains:
    description: Domains (name or path) whose routers are left out, with those of the domains below them.
    type: list
    elements: str
    default: []
  seconds_per_router:
    description: Number of seconds to make or restart a router. The expected times are computed from it.
    type: float
    default: 120
  seconds_per_patch:
    description: Number of seconds to patch a router. The expected times are computed from it.
    type: float
    default: 20
  seconds_per_failover:
    description: Number of seconds until a BACKUP has taken over. The expected times are computed from it.
    type: float
    default: 5
"""
