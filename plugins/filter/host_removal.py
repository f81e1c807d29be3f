# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter of the playbook remove_hosts."""

from __future__ import annotations

import typing as t


def host_removal_problems(
    record: t.Mapping[str, t.Any],
    agent: t.Mapping[str, t.Any],
    addresses: t.Sequence[str],
    name: str = "",
    destroy_local_storage: bool = False,
) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.removal import removal_problems
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

    host = Host(
        id=str(record.get("id", "")),
        name=str(record.get("name", "")),
        ip_address=record.get("ip_address"),
        is_local_storage_active=record.get("is_local_storage_active"),
    )
    return [plain(one) for one in removal_problems(host, agent.get("guid", ""), addresses, name, destroy_local_storage)]


class FilterModule:
    """hostcraft.cloudstack.host_removal_problems."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"host_removal_problems": host_removal_problems}
