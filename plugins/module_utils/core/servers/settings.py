# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that wait for a restart: a management server reads some of them only when it starts."""

from __future__ import annotations

import dataclasses
import typing as t
from datetime import datetime

from .nodes import Server


def with_settings(server: Server, changes: t.Iterable[tuple[str, str]], static: t.Collection[str]) -> Server:
    """The server with the settings that were changed since it started. changes: name and moment of each.

    static: names of those that are read only at the start.
    """
    since = {name for name, when in changes if name in static and server.started and later(when, server.started)}
    return dataclasses.replace(server, restart_for=tuple(sorted(since)))


def later(one: str, other: str) -> bool:
    """Moments as the adapter tells them."""
    form = "%Y-%m-%dT%H:%M:%S%z"
    return datetime.strptime(one, form) > datetime.strptime(other, form)
