# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be said elsewhere about a module, as functions of plain data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

GROUP = "cloudstack"
LOADS = ("from .cs_api import ActionModule, load_module", "load_module(__name__)")
# Modules that look at the machine they run on, or speak to a vCenter or a database alone. By the action plugin,
# one would judge the controller; grouped, it would be handed the API's address and keys, which it refuses.
ON_THE_HOST = frozenset(
    {
        "cs_admin_password",
        "cs_agent_properties",
        "cs_agent_properties_info",
        "cs_backup",
        "cs_backup_info",
        "cs_backup_restore",
        "cs_database_info",
        "cs_database_replication",
        "cs_database_server",
        "cs_database_keys",
        "cs_database_password",
        "cs_database_setup",
        "cs_host_certificate_info",
        "cs_host_check",
        "cs_host_keystore",
        "cs_host_network_info",
        "cs_load_balancer_info",
        "cs_load_balancer_node",
        "cs_migration_path",
        "cs_network_change",
        "cs_network_change_info",
        "cs_network_confirm",
        "cs_network_layout",
        "cs_outdated_units_info",
        "cs_playbook_convert",
        "cs_secondary_storage_check",
        "cs_storage_content",
        "cs_stored_secrets_info",
        "cs_upgrade_plan",
        "cs_usage_server_info",
        "cs_system_vm_template_seed",
        "cs_vsphere_check",
        "cs_vsphere_cluster",
        "cs_vsphere_host",
        "cs_vlan_probe",
        "cs_xenserver_check",
        "cs_xenserver_host",
        "cs_xenserver_network",
        "cs_xenserver_pool",
        "cs_xenserver_sr",
    }
)


def gaps(modules: Iterable[str], runtime: Mapping[str, Any], actions: Mapping[str, str]) -> Iterator[str]:
    """Differences between the modules there are and those that meta/runtime.yml groups and plugins/action has.

    modules: names without namespace. runtime: the parsed file. actions: name and text of each file in plugins/action.
    A plugin of the module's own name is loaded before Ansible forks the process of a task; one that a route of
    meta/runtime.yml names is imported again in every one. Links would be as good, but antsibull-docs takes a link for
    another name of a module.
    """
    there, local = set(modules), set(modules) & ON_THE_HOST
    group = {name for name in runtime.get("action_groups", {}).get(GROUP) or () if isinstance(name, str)}
    api = {name for name, text in actions.items() if set(LOADS) <= set(text.splitlines())}
    for name in sorted(there - local - group):
        yield f"{name}: add it to action_groups.{GROUP}, or module_defaults do not reach it"
    for name in sorted(there - local - api):
        yield f"{name}: copy plugins/action/cs_zone.py to {name}.py, or each task costs a process"
    for name in sorted(local & (group | api)):
        yield f"{name}: runs on the host and takes no connection to the API: neither in the group nor in plugins/action"
    for name in sorted((group | set(actions)) - there - {"cs_api"}):
        yield f"{name}: is in meta/runtime.yml or plugins/action, but there is no such module"


def unmentioned(modules: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Modules that no integration test names; ``cs_host_info`` does not stand for ``cs_host``."""
    return sorted(set(modules) - _names_in(texts))


def promised(modules: Iterable[str], guide: str) -> list[str]:
    """Modules that a guide speaks of although there are none such."""
    return sorted(_names_in([guide]) - set(modules))


def _names_in(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in re.findall(r"\bcs_[a-z]\w*", text)}
