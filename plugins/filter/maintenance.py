# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that show maintenance and hypervisors to people, and judge the stages of a roll."""

from __future__ import annotations

import typing as t

Shown = t.Mapping[str, t.Any]


def plan_text(plan: Shown) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement import text

    return text.plan_text(plan)


def plan_refusals(plans: t.Iterable[Shown], waits: bool = False) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement import text

    return text.plan_refusals(plans, waits)


def roll_text(now: Shown) -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement import text

    return text.roll_text(now)


def hypervisor_text(seen: Shown) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors import text

    return text.hypervisor_text(seen)


def machine_problems(results: t.Iterable[Shown], controller: str, local: t.Collection[str] = ()) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance import stages

    return stages.machine_problems(results, controller, local)


def stage_scripts(
    results: t.Iterable[Shown], names: t.Mapping[str, str], folder: str, payload: str = ""
) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance import stages

    return stages.stage_scripts(results, names, folder, str(payload))


class FilterModule:
    """hostcraft.cloudstack.plan_text, plan_refusals, roll_text, hypervisor_text, and of stages."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "plan_text": plan_text,
            "plan_refusals": plan_refusals,
            "roll_text": roll_text,
            "hypervisor_text": hypervisor_text,
            "machine_problems": machine_problems,
            "stage_scripts": stage_scripts,
        }
