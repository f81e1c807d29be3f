# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parameters that all maintenance tasks share, and the request that they make."""

from __future__ import annotations

import getpass
import os
import re
import socket
import uuid

from ..core.errors import InvalidValue
from ..core.evacuation import Terms
from ..core.hosts import HostName
from ..operations.locks import Lock
from ..operations.maintenance import Request
from ..operations.migrations import Limits
from .connection import Params, Spec

RUN = re.compile(r"^[\w.-]{1,48}$")

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


def lock(params: Params) -> Lock:
    """Who works here: the given run, else one of this task alone. The job is AWX's or the process."""
    run = params.get("run")
    if run and not RUN.match(run):
        raise InvalidValue("run", run, "at most 48 letters, digits, dots, dashes and underscores")
    job = os.environ.get("AWX_JOB_ID") or os.environ.get("TOWER_JOB_ID")
    job = f"AWX {job}" if job else f"process {os.getpid()}"
    return Lock(run or uuid.uuid4().hex, f"{_user()}@{socket.gethostname()}", job)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def limits(params: Params) -> Limits:
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
        lock=lock(params),
        terms=Terms(consent=tuple(params["consent"]), spare_hosts=params["spare_hosts"]),
        preferred=tuple(params.get("preferred_hosts") or ()),
        avoid=tuple(params.get("avoid_hosts") or ()),
        limits=limits(params),
        timeout=params["timeout"],
        lease=params["lease"],
        lock_wait=params["lock_wait"],
        keep_lock=bool(params.get("run")),
    )
