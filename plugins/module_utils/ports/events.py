# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs and alerts of a CloudStack, and where it is kept what of them was told."""

from __future__ import annotations

import typing as t

from ..core.events.alerts import Alert
from ..core.events.cursor import Page
from ..core.events.event import Event


class Events(t.Protocol):
    """``listEvents`` and ``listAlerts``."""

    def all(self, **filters: object) -> t.Sequence[Event]:
        """Those that match, by the server's filters; one may be there twice if others write at the same time."""

    def event_logs(self) -> t.Sequence[t.Callable[[int], Page]]:
        """One page of events each, newest first, from 1 on. Those without an id or a date are left out.

        Older servers list the events of projects apart from those of accounts.
        """

    def alerts(self, number: int) -> Page:
        """The same of alerts."""


class Journal(t.Protocol):
    """A text of lines that survives its writer."""

    def read(self) -> t.Optional[str]:
        """All of it; None where there is none."""

    def append(self, line: str) -> None:
        """Add a line; the last one may be cut off if the writer is killed."""

    def replace(self, line: str) -> None:
        """This line instead of all; either the old or the new one is there, whatever happens."""


class Alerts(t.Protocol):
    """Alerts that are not archived, newest first; nothing is remembered. Raises ApiError."""

    def all(self) -> t.Sequence[Alert]: ...

    def archive(self, ids: t.Sequence[str]) -> None:
        """Fails as a whole where one is not listed any more."""

    def delete(self, ids: t.Sequence[str]) -> None: ...

    def generate(self, type: int, name: str, description: str, zone_id: str) -> None: ...
