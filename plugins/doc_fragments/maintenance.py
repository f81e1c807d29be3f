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
      - How many more hosts of the cluster may fail while the host is out, with room for all VMs on the rest (N+f).
    type: int
    default: 0
  consent:
    description:
      - Names or ids of VMs that may be stopped because they cannot be moved while they run (a GPU, local storage);
        V(all)
        for every such VM. They are started again when the maintenance ends.
    type: list
    elements: str
    default: []
  max_migrations:
    description: Migrations under way at once.
    type: int
    default: 8
  max_migrations_per_source:
    description: Migrations under way at once from one host.
    type: int
    default: 2
  max_migrations_per_target:
    description: Migrations under way at once to one host.
    type: int
    default: 2
  timeout:
    description: Seconds that one migration, or one wait for a host, may take.
    type: float
    default: 3600
  run:
    description:
      - Name of the run that this task is part of. Tasks of one run share the cluster's lock and keep it; without a
        name the
        lock is given back when the task ends.
    type: str
  lease:
    description: Seconds after which the lock of a killed run is void, by the clock of the management server.
    type: float
    default: 900
"""

    LOCK = r"""
options:
  lock_wait:
    description: Seconds to wait for a cluster that another run holds, before it is refused.
    type: float
    default: 0
  take_over:
    description:
      - The run whose lock is taken over before its lease ends, because you know that it is over - a cancelled AWX job,
        a container that is gone. Its name is in the refusal, such as V(AWX job 25).
      - Of a process of the same machine and container the collection finds out by itself that it is over.
    type: str
  holder:
    description:
      - Who runs the playbook, as other runs are told, and a token of chance that the tasks of one playbook run share.
      - The collection's action plugin sets it. Leave it out.
    type: dict
"""
