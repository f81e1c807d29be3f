# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role load_balancer: the configuration of HAProxy, and whether it may be written."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError

if t.TYPE_CHECKING:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import load_balancer as core

NUMBERS = ("https_port", "agent_port", "node_port", "node_agent_port")


def load_balancer_configuration(declared: t.Mapping[str, t.Any]) -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import load_balancer as core

    try:
        return core.configuration(_declaration(declared))
    except HostcraftError as error:
        raise AnsibleFilterError(f"load_balancer: {error.message}") from error


def _declaration(declared: t.Mapping[str, t.Any]) -> core.Declaration:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import load_balancer as core

    values: dict[str, t.Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in declared.items()
    }
    values["nodes"] = tuple(
        core.Node(str(node.get("name", "")), str(node.get("address", ""))) for node in declared.get("nodes") or ()
    )
    values["http_ports"] = tuple(int(port) for port in values.get("http_ports", (8080,)))
    values.update({name: int(values[name]) for name in NUMBERS if name in values})
    return core.Declaration(**values)


def load_balancer_problems(found: t.Mapping[str, t.Any], path: str, overwrite: bool = False) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import load_balancer as core

    seen = core.Found(
        text=found.get("text"),
        installed=bool(found.get("installed")),
        verified=tuple(found.get("verified") or ()),
        settings=tuple(found.get("settings") or ()),
    )
    return [f"[{each.code}] {each.message} ({each.remedy})" for each in core.problems(path, seen, overwrite)]


class FilterModule:
    """hostcraft.cloudstack.load_balancer_configuration, hostcraft.cloudstack.load_balancer_problems."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "load_balancer_configuration": load_balancer_configuration,
            "load_balancer_problems": load_balancer_problems,
        }
