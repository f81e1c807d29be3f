# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asynchronous jobs of the server."""

from __future__ import annotations

import typing as t

from ..core.errors import ApiError


class Job(t.Protocol):
    """Something under way on the server."""

    @property
    def id(self) -> str: ...


class Rolled(t.NamedTuple):
    """What the server's own roll did. updated: names of hosts. skipped: why it left a host out, by name."""

    updated: tuple[str, ...]
    skipped: t.Mapping[str, str]


class Jobs(t.Protocol):
    """Actions that are started now and asked for later."""

    @property
    def limit(self) -> float:
        """Seconds that one job may take, as the user said (api_job_timeout)."""

    def start(self, action: str, **fields: object) -> t.Union[Job, ApiError, None]:
        """An action of the gateway's table: a job, a refusal, or None when it was done at once."""

    def ask(self, job: t.Any) -> t.Union[bool, ApiError]:
        """False while it runs, True when it is done, the error when it failed (JobLost: forgotten by the server)."""

    def ask_roll(self, job: t.Any) -> t.Union[t.Literal[False], Rolled, ApiError]:
        """The same for the server's own roll, with what became of its hosts."""

    def at_work_on(self, object_id: str) -> bool:
        """Whether a job of anybody's is under way on an object, whose state is then about to change."""
