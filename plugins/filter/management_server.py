# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role management_server."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError

if t.TYPE_CHECKING:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.alert_targets import Target

Facts = t.Mapping[str, t.Any]
Given = t.Sequence[Facts]


def management_server_findings(facts: Facts, plan: Facts, ignore: t.Sequence[str] = ()) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.machine import Machine, Plan, judge

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


def alert_targets(text: str, snmp: Given = (), syslog: Given = (), facility: str = "LOCAL6") -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import alert_targets as core

    targets = core.Targets(
        tuple(_target("snmp", each, 162) for each in snmp),
        tuple(_target("syslog", each, 514) for each in syslog),
        str(facility),
    )
    try:
        # Without a text only the values are checked.
        core.checked(targets)
        found = core.written(text, targets) if text else core.Written("")
    except HostcraftError as error:
        return {"text": text, "problems": [error.message], "notes": [], "restart": False}
    problems = [f"[{each.code}] {each.message} ({each.remedy})" for each in found.reasons]
    return {"text": found.text, "problems": problems, "notes": list(found.notes), "restart": found.restart}


def _target(kind: str, given: Facts, port: int) -> Target:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.alert_targets import Target

    held = given.get("port", port)
    number = int(held) if str(held).isascii() and str(held).isdecimal() else 0
    return Target(str(given.get("address", "")), number, str(given.get("community", "")) if kind == "snmp" else "")


class FilterModule:
    """hostcraft.cloudstack.management_server_findings, hostcraft.cloudstack.alert_targets."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"management_server_findings": management_server_findings, "alert_targets": alert_targets}
