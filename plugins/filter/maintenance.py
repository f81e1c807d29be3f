# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters that show maintenance and hypervisors to people."""

from __future__ import annotations

import typing as t

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.text import hypervisor_text
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.maintenance.stages import (
    machine_problems,
    stage_scripts,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.naming import given, listed
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.placement.text import plan_text, roll_text


class FilterModule:
    """hostcraft.cloudstack.plan_text, roll_text, hypervisor_text, given, names, machine_problems and stage_scripts."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "plan_text": plan_text,
            "roll_text": roll_text,
            "hypervisor_text": hypervisor_text,
            "given": given,
            "names": listed,
            "machine_problems": machine_problems,
            "stage_scripts": stage_scripts,
        }
