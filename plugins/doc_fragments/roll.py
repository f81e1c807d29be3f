# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the modules of a rolling maintenance share."""

from __future__ import annotations


class ModuleDocFragment:
    """What a roll is asked to do."""

    DOCUMENTATION = r"""
options:
  zone:
    description: Name or id of the zone. Required if there are several zones.
    type: str
  cluster:
    description: Name or id of the cluster.
    type: str
    required: true
  hosts:
    description: Names of the hosts to visit. Defaults to all hosts of the cluster.
    type: list
    elements: str
    default: []
  first:
    description: Names of hosts to visit first, in this order, such as the master of a XenServer pool.
    type: list
    elements: str
    default: []
  max_parallel:
    description: Maximum number of hosts that are out of service at the same time.
    type: int
    default: 1
  spare_hosts:
    description:
      - Number of further hosts that may fail at any moment of the roll, with capacity for all VMs on the remaining
        hosts (N+f).
    type: int
    default: 0
  consent:
    description:
      - Names or ids of VMs that may be stopped because they cannot migrate, or V(all) for every such VM.
    type: list
    elements: str
    default: []
  balance:
    description:
      - Allow migrations after the last host that are made only to bring the loads of the hosts together. Among the
        rolls with the fewest migrations, the one is planned that ends with the least load on the fullest host; the
        host that is visited last ends empty all the same.
    type: bool
    default: false
  max_migrations:
    description: Maximum number of simultaneous migrations. The expected time is computed from it.
    type: int
    default: 8
  seconds_per_gib:
    description: Number of seconds to migrate one GiB of memory. The expected time is computed from it.
    type: float
    default: 8
  seconds_per_host:
    description: Number of seconds of work on a host. The expected time is computed from it.
    type: float
    default: 900
"""
