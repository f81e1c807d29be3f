# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of variables as people give them: names, booleans, and the empty answer of a survey."""

from __future__ import annotations

import typing as t

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.variables import flag, given, listed


class FilterModule:
    """hostcraft.cloudstack.given, flag and names."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"given": given, "flag": flag, "names": listed}
