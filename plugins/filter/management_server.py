# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role management_server."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError

Facts = t.Mapping[str, t.Any]


def management_server_findings(facts: Facts, plan: Facts, ignore: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.set_up.machine import (
        Machine,
        Plan,
        judge,
    )

    try:
        seen: dict[str, t.Any] = {
            name: tuple(value) if isinstance(value, (list, tuple)) else value for name, value in facts.items()
        }
        found = judge(Machine(**seen), Plan(**plan), ignore)
    except HostcraftError as error:
        raise AnsibleFilterError(error.message) from error
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"management_server_findings: {error}") from error
    return [plain(finding) for finding in found.findings]


class FilterModule:
    """hostcraft.cloudstack.management_server_findings."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"management_server_findings": management_server_findings}
