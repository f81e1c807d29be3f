# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the playbook remove_hosts."""

from __future__ import annotations

import typing as t


def host_removal_problems(
    record: t.Mapping[str, t.Any],
    agent: t.Mapping[str, t.Any],
    addresses: t.Sequence[str],
    name: str = "",
    destroy_local_storage: bool = False,
    elsewhere: t.Sequence[t.Mapping[str, t.Any]] = (),
    running: t.Sequence[str] = (),
) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import removal
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.zone.hosts import Host

    def host(values: t.Mapping[str, t.Any]) -> Host:
        return Host(
            id=str(values.get("id", "")),
            name=str(values.get("name", "")),
            zone=str(values.get("zone", "")),
            ip_address=values.get("ip_address"),
            is_local_storage_active=values.get("is_local_storage_active"),
        )

    if record:
        problems = removal.removal_problems(host(record), agent.get("guid", ""), addresses, name, destroy_local_storage)
    else:
        problems = removal.stranger_problems(map(host, elsewhere), running)
    return [plain(one) for one in problems]


def vms_of_cloudstack(names: t.Sequence[str]) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import removal

    return removal.vms_of_cloudstack(names)


class FilterModule:
    """hostcraft.cloudstack.host_removal_problems and hostcraft.cloudstack.vms_of_cloudstack."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"host_removal_problems": host_removal_problems, "vms_of_cloudstack": vms_of_cloudstack}
