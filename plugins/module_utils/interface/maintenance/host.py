# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters that all maintenance tasks share, and the request that they make."""

from __future__ import annotations

import getpass
import multiprocessing
import os
import re
import socket
import uuid

from ...core.errors import InvalidValue
from ...core.placement.evacuation import Terms
from ...core.zone.hosts import HostName
from ...operations.maintenance.host import Request
from ...operations.maintenance.locks import Claim, Lock
from ...operations.maintenance.migrations import Limits
from ..connection import Params, Spec
from ..hypervisors import access as hypervisor

RUN = re.compile(r"^[\w.-]{1,48}$")
PROCESS = re.compile(r"^process (\d+)$")

LIMITS: Spec = {
    "max_migrations": {"type": "int", "default": 8},
    "max_migrations_per_source": {"type": "int", "default": 2},
    "max_migrations_per_target": {"type": "int", "default": 2},
    "timeout": {"type": "float", "default": 3600},
}
TERMS: Spec = {
    "spare_hosts": {"type": "int", "default": 0},
    "consent": {"type": "list", "elements": "str", "default": []},
}
LOCK: Spec = {
    "run": {"type": "str"},
    "lease": {"type": "float", "default": 900},
    "lock_wait": {"type": "float", "default": 0},
}


def claim(params: Params) -> Claim:
    """Who works here: this very process (or AWX job) in the given run, else this task alone.

    Two playbooks with one name of a run are two. Of a lock that a killed process of this machine left behind it is
    known at once that its run is over; others are over when their lease is.
    """
    run = params.get("run")
    if run and not RUN.match(run):
        raise InvalidValue("run", run, "at most 48 letters, digits, dots, dashes and underscores")
    awx = os.environ.get("AWX_JOB_ID") or os.environ.get("TOWER_JOB_ID")
    parent = multiprocessing.parent_process()
    job = f"AWX job {awx}" if awx else f"process {parent.pid}" if parent else ""
    who = f"{_user()}@{socket.gethostname()}"
    token = f"{run}/{uuid.uuid5(uuid.NAMESPACE_OID, f'{who} {job}').hex[:8]}" if run else uuid.uuid4().hex
    lease, wait = params.get("lease") or 900.0, params.get("lock_wait") or 0.0
    return Claim(Lock(token, who, job), lease, wait, bool(run), _ended)


def _ended(lock: Lock) -> bool:
    """Whether it is of a process of this machine that is there no more."""
    process = PROCESS.match(lock.job)
    if not process or lock.who.rpartition("@")[2] != socket.gethostname():
        return False
    try:
        os.kill(int(process.group(1)), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def limits(params: Params) -> Limits:
    for name in ("max_migrations", "max_migrations_per_source", "max_migrations_per_target"):
        if params[name] < 1:
            raise InvalidValue(name, params[name], "1 or more")
    return Limits(
        params["max_migrations_per_source"],
        params["max_migrations_per_target"],
        params["max_migrations"],
        params["timeout"],
    )


def request(params: Params) -> Request:
    """One host's request from a task's parameters."""
    return Request(
        which=HostName(params["name"], params.get("id")),
        zone=params["zone"],
        claim=claim(params),
        terms=Terms(consent=tuple(params["consent"]), spare_hosts=params["spare_hosts"]),
        preferred=tuple(params.get("preferred_hosts") or ()),
        avoid=tuple(params.get("avoid_hosts") or ()),
        limits=limits(params),
        timeout=params["timeout"],
        reach=hypervisor.reach(params),
    )
