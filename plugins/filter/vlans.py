# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that compares what hosts heard of each other on VLANs."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError


def vlan_gaps(results: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import HostcraftError
    from ansible_collections.hostcraft.cloudstack.plugins.module_utils.interface.trunks.probe import lost

    try:
        return lost(results)
    except HostcraftError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """hostcraft.cloudstack.vlan_gaps."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"vlan_gaps": vlan_gaps}
