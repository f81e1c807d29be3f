# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role host_firewall: which back-end, and a declaration in its words."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.errors import AnsibleFilterError


def host_firewall(
    declared: t.Mapping[str, t.Any], connection: str = "", added: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import plain
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall import (
        render as firewall_render,
    )
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall import rules as firewall

    unknown = set(declared) - {field.name for field in dataclasses.fields(firewall.Declaration)}
    if unknown:
        raise AnsibleFilterError(f"host_firewall: unknown settings: {', '.join(sorted(unknown))}")
    values: dict[str, t.Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in declared.items()
    }
    try:
        wanted = firewall.decide(firewall.Declaration(**values), firewall.peer_of(connection))
    except HostcraftError as error:
        raise AnsibleFilterError(f"host_firewall: {error.message}") from error
    return {
        "openings": [plain(opening) for opening in wanted.openings],
        "nftables": firewall_render.nftables(wanted),
        "iptables": firewall_render.iptables(wanted, 4),
        "ip6tables": firewall_render.iptables(wanted, 6),
        "firewalld": firewall_render.firewalld(wanted),
        "ufw": firewall_render.ufw(wanted, added),
    }


def host_firewall_backend(active: t.Collection[str], installed: t.Collection[str]) -> str:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall import rules as firewall

    return firewall.backend_of(active, installed)


def host_firewall_droppers(ruleset: t.Mapping[str, t.Any]) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall import (
        present as firewall_present,
    )

    return firewall_present.droppers(ruleset["nftables"])


class FilterModule:
    """hostcraft.cloudstack.host_firewall, and its parts host_firewall_backend and host_firewall_droppers."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {
            "host_firewall": host_firewall,
            "host_firewall_backend": host_firewall_backend,
            "host_firewall_droppers": host_firewall_droppers,
        }
