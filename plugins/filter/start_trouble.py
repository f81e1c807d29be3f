# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``start_trouble``."""

from __future__ import annotations

import typing as t


def start_trouble(log: str) -> str:
    """A sentence about the last start in a log. What the log holds comes from anywhere."""
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.start_causes import cause
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.text import printable, shortened

    found = cause(log)
    if found is None:
        return "Its log names no known cause; read it from the last start on."
    return f"Its log says [{found.code}]: {shortened(printable(found.evidence), 300)}. To do: {found.remedy}."


class FilterModule:
    """hostcraft.cloudstack.start_trouble."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"start_trouble": start_trouble}
