# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of machines of the inventory: their addresses, and whether a cloud can be made of them."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

Variables = t.Mapping[str, t.Any]


def group_addresses(names: t.Any, variables: t.Mapping[str, Variables], own: str = "") -> dict[str, str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import reached_at
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.variables import listed

    return reached_at.addresses(listed(names or []), variables, own)


def install_problems(
    groups: t.Mapping[str, t.Sequence[str]], variables: t.Mapping[str, Variables], given: Variables
) -> list[str]:
    """given: the other fields of core.install.model.Installation."""
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.install import check, model

    names = {name for members in groups.values() for name in members}
    unknown = sorted(name for name in names if name not in variables)
    if unknown:
        raise AnsibleFilterError(f"install_problems: not in the inventory: {', '.join(unknown)}")
    machines = {
        name: {variable: variables[name][variable] for variable in model.READ if variable in variables[name]}
        for name in sorted(names)
    }
    found = check.problems(model.Installation(groups, machines, **given))
    return [f"[{each.code}] {each.message} ({each.remedy})" for each in found]


class FilterModule:
    """hostcraft.cloudstack.group_addresses, hostcraft.cloudstack.install_problems."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"group_addresses": group_addresses, "install_problems": install_problems}
