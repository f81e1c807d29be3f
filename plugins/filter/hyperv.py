# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that judges Hyper-V hosts."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

KNOWN = frozenset(("domain", "switch", "user", "shares", "live_migration"))


def hyperv_findings(facts: t.Mapping[str, t.Any], **wanted: t.Any) -> list[dict[str, t.Any]]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.hyperv_check import (
        Wanted,
        judge_hyperv,
    )

    unknown = sorted(set(wanted) - KNOWN)
    if unknown:
        raise AnsibleFilterError(
            f"hyperv_findings: unknown keys {', '.join(unknown)}; expected {', '.join(sorted(KNOWN))}"
        )
    given = {**wanted, "shares": tuple(wanted.get("shares") or ())}
    return [plain(each) for each in judge_hyperv(facts, Wanted(**given))]


class FilterModule:
    """hostcraft.cloudstack.hyperv_findings."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"hyperv_findings": hyperv_findings}
