# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters of tasks that lock a place, and the claim that they make."""

from __future__ import annotations

import re
import typing as t
import uuid

from ...core.errors import InvalidValue
from ...core.maintenance.lock import LONGEST_LEASE, Lock
from ...operations.maintenance.locks import Claim
from ..fields import Params, Spec
from .holder import known
from .runs import Runs

RUN = re.compile(r"[\w.-]{1,48}", re.ASCII)
LOCK: Spec = {
    "run": {"type": "str"},
    "lease": {"type": "float", "default": 900},
    "lock_wait": {"type": "float", "default": 0},
    "take_over": {"type": "str"},
    "holder": {"type": "dict"},
}


def task_claim(params: Params) -> t.Optional[Claim]:
    """As ``alone``. None where nobody is said to run it: the action plugin says so of every task."""
    return alone(params) if params.get("holder") else None


def alone(params: Params) -> Claim:
    """For the length of one task, whatever its run: of a zone, whose lock no later task would give back."""
    return claim({**params, "run": None})


def claim(params: Params) -> Claim:
    """Who works here: the playbook's run where a name of a run is given, else this task alone.

    Two playbooks with one name of a run are two. A lock of a killed process of this machine, or of a job that AWX
    knows to be over, is void at once; others are when their lease ends, or when somebody says that the run is over.
    """
    run, lease, wait = params.get("run"), params.get("lease"), params.get("lock_wait") or 0.0
    lease = 900.0 if lease is None else lease
    if run and not RUN.fullmatch(run):
        raise InvalidValue("run", run, "at most 48 ASCII letters, digits, dots, dashes and underscores")
    if not 0 < lease <= LONGEST_LEASE:
        raise InvalidValue("lease", lease, f"seconds above 0, at most {LONGEST_LEASE:.0f}")
    its = known(params.get("holder"))
    token = f"{run}/{its['token']}" if run else uuid.uuid4().hex
    lock = Lock(token, its["who"], its["job"], its["place"])
    runs = Runs()
    return Claim(lock, lease, wait, bool(run), runs.ended, params.get("take_over") or "", runs.told)
