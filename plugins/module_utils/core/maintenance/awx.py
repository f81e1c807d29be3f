# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an answer of AWX proves that the run of a lock is over.

Source: AWX 24.6.1, ``/api/v2/jobs/ID/`` and its reaper: a job that AWX lost sight of is marked as failed or error with
a ``job_explanation``, and its container may still be running.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timezone

from .lock import Lock

JOB = re.compile(r"AWX job (\d{1,10})", re.ASCII)
DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|\+00:00)", re.ASCII)
PROOFS = ("successful", "failed", "canceled")
STATUSES = ("new", "pending", "waiting", "running", *PROOFS, "error")
# Seconds by which the clocks of AWX and of the management server may differ.
SKEW = 300.0


@dataclass(frozen=True)
class Known:
    """What is known of a run. over: proven to be over. said: for the refusal where it is not."""

    over: bool
    said: str = ""


def number_of(lock: Lock) -> t.Optional[str]:
    """The id of the AWX job that took the lock; None where no job of AWX did."""
    found = JOB.fullmatch(lock.job)
    return found.group(1) if found else None


def judged(job: t.Mapping[str, object], number: str, since: float) -> Known:
    """What AWX's answer about a job says of a lock that was taken at ``since``.

    Another AWX has jobs of the same numbers: the lock must have been taken while this job ran.
    """
    status = job.get("status")
    if str(job.get("id")) != number or not isinstance(status, str) or status not in STATUSES:
        return Known(False, f"AWX gives no readable answer about job {number}")
    if status not in PROOFS:
        told = "lost sight of it" if status == "error" else f"says that it is {status}"
        return Known(False, f"AWX {told}")
    if job.get("job_explanation") and status == "failed":
        return Known(False, "AWX marked it as failed without seeing its end")
    started, finished = _seconds(job.get("started")), _seconds(job.get("finished"))
    if started is None or finished is None:
        return Known(False, f"AWX says that it is {status}, without the times of its start and end")
    if not started - SKEW <= since <= finished + SKEW:
        return Known(False, f"job {number} of the AWX that was asked ran at another time than the lock was taken")
    return Known(True)


def _seconds(date: object) -> t.Optional[float]:
    """A date of AWX, always in UTC, in seconds since 1970."""
    found = DATE.fullmatch(date) if isinstance(date, str) else None
    if found is None:
        return None
    try:
        told = datetime.strptime(found.group(1), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    return told.replace(tzinfo=timezone.utc).timestamp()
