# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usage server and its records."""

from __future__ import annotations

import typing as t

from ..core.usage.check import UsageRecord, UsageServer


class Usage(t.Protocol):
    """The usage server, as management servers see it."""

    def server(self) -> t.Optional[UsageServer]:
        """None where the release does not tell."""

    def types(self) -> t.Mapping[int, str]: ...

    def records(
        self, start: str, end: str, type: t.Optional[int], owner: t.Mapping[str, str]
    ) -> t.Sequence[UsageRecord]:
        """Of whole days. owner: account, domain_id, project_id. Raises ApiError."""
