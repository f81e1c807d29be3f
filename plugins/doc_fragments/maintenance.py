# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation that the maintenance modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """Terms, limits and the lock of a maintenance."""

    DOCUMENTATION = r"""
options:
  spare_hosts:
    description:
      - Number of further hosts of the cluster that may fail while the host is out, with capacity for all VMs on the
        remaining hosts (N+f).
    type: int
    default: 0
  consent:
    description:
      - Names or ids of VMs that may be stopped because they cannot migrate (GPU, local storage), or V(all) for every
        such VM. They are started again when the maintenance ends.
    type: list
    elements: str
    default: []
  balance:
    description:
      - Allow migrations that are made only to bring the loads of the cluster's hosts together. Without it, only VMs of
        the host move, to the hosts that are loaded least.
    type: bool
    default: false
  max_migrations:
    description: Maximum number of simultaneous migrations.
    type: int
    default: 8
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
  run:
    description:
      - Name of the run that this task belongs to. Tasks of one run share the lock of the cluster and keep it. Without a
        name, the lock is released when the task ends.
    type: str
  lease:
    description: Seconds after which the lock of a killed run is void, by the clock of the management server.
    type: float
    default: 900
"""

    LOCK = r"""
options:
  lock_wait:
    description: Number of seconds to wait for a cluster that another run has locked, before the task fails.
    type: float
    default: 0
  take_over:
    description:
      - The run whose lock is taken over before its lease ends, because you know that it is over - a cancelled AWX job,
        a container that is gone. Its name is in the refusal, such as V(AWX job 25).
      - Of a process of the same machine and container the collection finds out by itself that it is over.
      - Of an AWX job it asks AWX, if E(CONTROLLER_HOST) and E(CONTROLLER_OAUTH_TOKEN), or E(TOWER_HOST) and
        E(TOWER_OAUTH_TOKEN), are set where the task runs. The URL must be C(https), and its certificate is verified.
    type: str
  holder:
    description:
      - Who runs the playbook, as other runs are told, and a token of chance that the tasks of one playbook run share.
      - The collection's action plugin sets it. Leave it out.
    type: dict
"""
