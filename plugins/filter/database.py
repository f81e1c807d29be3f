# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role mysql_server and of the playbook fail_over_database."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError


def database_settings(
    memory_mb: int,
    servers: int = 1,
    dedicated: bool = True,
    reserve: int = 50,
    percent: t.Union[int, str, None] = None,
    pool: t.Optional[str] = None,
) -> dict[str, str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import settings

    try:
        sizing = settings.Sizing(
            int(memory_mb) * settings.MIB,
            int(servers),
            bool(dedicated),
            int(reserve),
            int(percent) if percent else None,
            str(pool) if pool else None,
        )
        return settings.recommended(sizing)
    except (HostcraftError, ValueError, TypeError) as error:
        raise AnsibleFilterError(f"database_settings: {error}") from error


def database_switch(
    seen: t.Mapping[str, t.Any],
    new: str,
    addresses: t.Mapping[str, str],
    unplanned: bool = False,
    lose: bool = False,
    lag: int = 60,
) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.database import fail_over

    servers = {name: fail_over.seen(name, told) for name, told in seen.items()}
    try:
        return plain(fail_over.decide_switch(servers, addresses, new, bool(unplanned), bool(lose), int(lag)))
    except (HostcraftError, ValueError, TypeError) as error:
        raise AnsibleFilterError(f"database_switch: {error}") from error


class FilterModule:
    """hostcraft.cloudstack.database_settings, hostcraft.cloudstack.database_switch."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"database_settings": database_settings, "database_switch": database_switch}
