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
    description: Name or id of the zone; the only one there is unless something else is said.
    type: str
  cluster:
    description: Name or id of the cluster.
    type: str
    required: true
  hosts:
    description: Names of the hosts to visit; all of the cluster unless some are named.
    type: list
    elements: str
    default: []
  first:
    description: Names of hosts that come before the others in this order, such as the master of a XenServer pool.
    type: list
    elements: str
    default: []
  max_parallel:
    description: Hosts that are out at the same time.
    type: int
    default: 1
  spare_hosts:
    description: How many more hosts may fail at any moment of the roll, with room for all VMs on the rest (N+f).
    type: int
    default: 0
  consent:
    description:
      - Names or ids of VMs that may be stopped because they cannot be moved while they run; V(all) for every such VM.
    type: list
    elements: str
    default: []
  max_migrations:
    description: Migrations under way at once; the expected time is reckoned from it.
    type: int
    default: 8
  seconds_per_gib:
    description: Seconds that a GiB of a VM's memory takes to move; the expected time is reckoned from it.
    type: float
    default: 8
  seconds_per_host:
    description: Seconds of work on a host; the expected time is reckoned from it.
    type: float
    default: 900
"""
