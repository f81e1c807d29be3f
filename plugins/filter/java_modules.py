# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter ``java_modules``."""

from __future__ import annotations

import typing as t


def java_modules(text: str, new: str) -> str:
    """A line JAVA_OPTS, or nothing."""
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.environment_file import (
        opened_modules,
    )

    return opened_modules(text, new)


class FilterModule:
    """hostcraft.cloudstack.java_modules."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"java_modules": java_modules}
