# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the maintenance modules share; the specs are in ``interface/maintenance/host.py``."""

from __future__ import annotations


class ModuleDocFragment:
    """Terms of a maintenance, and the lock of its cluster."""

    DOCUMENTATION = r"""
options:
  spare_hosts:
    description:
      - Number of further hosts of the cluster that may fail at any moment of the maintenance, with capacity for all VMs
        on the remaining hosts (N+f).
    type: int
    default: 0
  consent:
    description:
      - Names or ids of VMs that may be stopped because they cannot migrate (GPU, local storage), or V(all) for every
        such VM. VMs that only implicit dedication keeps off the other hosts are stopped too. They are started again
        when the maintenance of their host ends.
      - A name that several VMs of the cluster have is refused, if one of them would be stopped. Use ids then.
      - A name that no VM of the zone has is a warning.
    type: list
    elements: str
    default: []
  max_migrations:
    description: Maximum number of simultaneous migrations. The expected time of a roll is computed from it.
    type: int
    default: 8
"""

    MOVES = r"""
options:
  planned_moves:
    description:
      - Where VMs go, as M(hostcraft.cloudstack.cs_rolling_maintenance) planned it in C(plan.waves[0].moves).
        A move that is no longer possible is planned again.
    type: list
    elements: dict
    default: []
    suboptions:
      vm:
        description: Name of the VM.
        type: str
        required: true
      vm_id:
        description: Id of the VM. Without it, only one VM may have the name.
        type: str
      source:
        description: Name of the host that the VM is on. It is not needed.
        type: str
      target:
        description: Name or id of the host that the VM goes to.
        type: str
        required: true
  max_migrations_per_source:
    description: Maximum number of simultaneous migrations from one host.
    type: int
    default: 2
  max_migrations_per_target:
    description: Maximum number of simultaneous migrations to one host.
    type: int
    default: 2
  timeout:
    description: Maximum number of seconds for one migration, or for one wait for a host.
    type: float
    default: 3600
"""

    LOCK = r"""
options:
  run:
    description:
      - Name of the run that this task belongs to. Tasks of one run share the lock of the cluster and keep it. Without a
        name, the lock is released when the task ends.
      - The lock of a zone is always released when the task ends.
    type: str
  lease:
    description: Number of seconds after which the lock of a killed run expires, by the clock of the management server.
    type: float
    default: 900
  lock_wait:
    description: Number of seconds to wait for a cluster or zone that another run has locked, before the task fails.
    type: float
    default: 0
  take_over:
    description:
      - Name of the run whose lock is taken over before its lease ends. Set it only if you know that the run is over,
        such as a cancelled AWX job or a removed container. The error of the refused task contains the name, such as
        V(AWX job 25).
      - For a process of the same machine and container, the collection detects by itself that the run is over.
      - For an AWX job, it asks AWX if E(CONTROLLER_HOST) and E(CONTROLLER_OAUTH_TOKEN), or E(TOWER_HOST) and
        E(TOWER_OAUTH_TOKEN), are set where the task runs. The URL must be C(https), and its certificate is verified.
    type: str
  holder:
    description:
      - The name that other runs see as the owner of the lock, and a random token that all tasks of one
        playbook run share.
      - The collection's action plugin sets it. Do not set it yourself.
    type: dict
"""
