# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping VMs of any kind, and waiting until they are."""

from __future__ import annotations

import typing as t

from ..core.errors import ApiError, JobLost, NotFound
from ..core.placement.instances import Instance
from ..ports.cloud import Cloud
from .lost_answers import surely
from .waiting import job_ended, until

LIMIT = 1800.0  # seconds for a VM to start or stop

_SUFFIX = {
    "User": "vm",
    "Router": "router",
    "ConsoleProxy": "system_vm",
    "SecondaryStorageVm": "system_vm",
    "InternalLb": "internal_lb_vm",
}
_END = {"start": "Running", "stop": "Stopped"}
_PASSING = {"start": "Starting", "stop": "Stopping"}
Verb = t.Literal["start", "stop"]


def bring(cloud: Cloud, vm: Instance, verb: Verb) -> Instance:
    """Start or stop one; it as it is then. Raises ApiError when the server refuses."""

    def under_way() -> t.Optional[bool]:
        seen = cloud.fleets.machine(vm.id, vm.kind)
        return True if seen is not None and seen.state in (_END[verb], _PASSING[verb]) else None

    job = surely(cloud, lambda: cloud.jobs.start(f"{verb}_{_SUFFIX[vm.kind]}", id=vm.id), under_way)
    if isinstance(job, ApiError):
        raise job
    outcome = job_ended(
        cloud,
        lambda: True if job is None or job is True else cloud.jobs.ask(job),
        what=f"VM {vm.name} to {verb}",
        limit=LIMIT,
    )
    if isinstance(outcome, ApiError) and not isinstance(outcome, JobLost):
        raise outcome
    seen = settled(cloud, vm.id, vm.kind, vm.name)
    if seen is None:
        raise NotFound("VM", vm.name)
    if isinstance(outcome, JobLost) and seen.state != _END[verb]:
        raise outcome
    return seen


def settled(cloud: Cloud, vm_id: str, kind: str, name: str) -> t.Optional[Instance]:
    """A VM once it is in no passing state; None when it is gone."""
    return until(
        cloud,
        lambda: cloud.fleets.machine(vm_id, kind),
        lambda seen: seen is None or seen.state not in ("Starting", "Stopping", "Migrating"),
        what=f"VM {name} to settle",
        limit=LIMIT,
        show=lambda seen: seen.state if seen else "gone",
    )
