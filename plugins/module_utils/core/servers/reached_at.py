# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How machines of the inventory are reached by each other: their own variable, else the address that Ansible uses."""

from __future__ import annotations

import typing as t

Variables = t.Mapping[str, t.Any]
ANSIBLE = ("ansible_host", "ansible_ssh_host")


def address(name: str, variables: Variables, own: str = "") -> str:
    """own: name of the variable that counts first. Without any of them the name itself is what others look up."""
    for variable in filter(None, (own, *ANSIBLE)):
        value = variables.get(variable)
        if value not in (None, ""):
            return str(value).strip()
    return name


def addresses(names: t.Iterable[str], machines: t.Mapping[str, Variables], own: str = "") -> dict[str, str]:
    """By name, in the given order. A machine that the inventory does not have is reached by its name."""
    return {name: address(name, machines[name], own) if name in machines else name for name in names}
