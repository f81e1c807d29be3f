# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role hyperv_host: the judgement of a host, and what it may do for users elsewhere."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

KNOWN = frozenset(("domain", "switch", "user", "shares", "live_migration", "partners"))


def hyperv_findings(facts: t.Mapping[str, t.Any], **wanted: t.Any) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hyperv.check import Wanted, judge_hyperv

    unknown = sorted(set(wanted) - KNOWN)
    if unknown:
        raise AnsibleFilterError(
            f"hyperv_findings: unknown keys {', '.join(unknown)}; expected {', '.join(sorted(KNOWN))}"
        )
    given = {**wanted, **{name: tuple(wanted.get(name) or ()) for name in ("shares", "partners")}}
    return [plain(each) for each in judge_hyperv(facts, Wanted(**given))]


def hyperv_delegation(partners: t.Sequence[str], computer: t.Optional[str] = None) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hyperv.delegation import delegation

    try:
        return delegation(partners, computer)
    except HostcraftError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """hostcraft.cloudstack.hyperv_findings and hyperv_delegation."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"hyperv_findings": hyperv_findings, "hyperv_delegation": hyperv_delegation}
