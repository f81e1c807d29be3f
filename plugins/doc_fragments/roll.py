# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what a rolling maintenance is asked; the spec is in ``interface/maintenance/rolling.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """What a roll is asked to do."""

    DOCUMENTATION = r"""
options:
  first:
    description: Names of hosts to visit first, in this order, such as the master of a XenServer pool.
    type: list
    elements: str
    default: []
  max_parallel:
    description: Maximum number of hosts that are out of service at the same time.
    type: int
    default: 1
  balance:
    description:
      - Allow additional migrations after the last host to balance the load of the hosts. Without it, the plan has the
        fewest migrations and, among such plans, the lowest load of the fullest host. The host that is visited last is
        then empty.
    type: bool
    default: false
  seconds_per_gib:
    description: Number of seconds to migrate one GiB of memory. The expected time is computed from it.
    type: float
    default: 8
  seconds_per_host:
    description: Number of seconds of work on a host. The expected time is computed from it.
    type: float
    default: 900
  oldest_record:
    description: Seconds for which a roll that is not finished may be continued; an older one is refused.
    type: float
    default: 604800
"""
