# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the roles kvm_libvirt and kvm_hooks."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError


def libvirt_daemons_of(
    facts: t.Mapping[str, t.Any], units: t.Sequence[str], mode: str = "monolithic", transport: str = "tls"
) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import libvirt_daemons

    try:
        found = libvirt_daemons.daemons_of(
            str(facts["distribution"]), str(facts["distribution_version"]), units, mode, transport
        )
    except HostcraftError as error:
        raise AnsibleFilterError(f"libvirt_daemons: {error.message}") from error
    return plain(found)


def libvirt_settings(
    text: str, wanted: t.Mapping[str, t.Any], file: str = "", joined: bool = False
) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import libvirt_conf

    keep = libvirt_conf.WRITTEN_BY_CLOUDSTACK.get(file, frozenset()) if joined else frozenset()
    try:
        merged = libvirt_conf.merge(text, wanted, keep)
    except HostcraftError as error:
        raise AnsibleFilterError(f"libvirt_settings: {error.message}") from error
    return {
        "text": merged.text,
        "changed": list(merged.changed),
        "left": {key: list(value) if isinstance(value, tuple) else value for key, value in merged.left.items()},
    }


def libvirt_arguments(text: str, value: str, name: str = "LIBVIRTD_ARGS") -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import libvirt_conf

    return libvirt_conf.merge_words(text, name, value)


def hook_plan(contents: t.Mapping[str, str], kind: str = "hooks", directory: str = "") -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine import hook_scripts

    planner = {"hooks": hook_scripts.plan_hooks, "stages": hook_scripts.plan_stages}.get(kind)
    if planner is None:
        raise AnsibleFilterError(f"hook_plan: {kind!r} is unknown; expected hooks or stages")
    plan: dict[str, t.Any] = plain(planner({str(name): str(content) for name, content in contents.items()}))
    for script in plan["scripts"]:
        script["path"] = f"{directory}/{script['name']}"
    return plan


class FilterModule:
    """hostcraft.cloudstack.libvirt_daemons, libvirt_settings, libvirt_arguments, hook_plan."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "libvirt_daemons": libvirt_daemons_of,
            "libvirt_settings": libvirt_settings,
            "libvirt_arguments": libvirt_arguments,
            "hook_plan": hook_plan,
        }
