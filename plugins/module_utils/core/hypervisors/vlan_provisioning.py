# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On which hosts a VLAN is to be found, by their hypervisor (Working with Hosts, "VLAN Provisioning")."""

from __future__ import annotations

import typing as t

from .model import CAPABILITIES


def provisioning(hypervisor: str) -> dict[str, t.Any]:
    """Working with Hosts, "VLAN Provisioning"."""
    kind = CAPABILITIES.get(hypervisor)
    if kind is None:
        return {"vlans_on_demand": None, "vlans": "unknown for this hypervisor"}
    if kind.vlans_on_demand:
        return {"vlans_on_demand": True, "vlans": "on hosts that run a guest of it, as long as one runs there"}
    return {
        "vlans_on_demand": False,
        "vlans": "on all hosts of the cluster, and it remains there after the last guest has left",
    }


def by_hypervisor() -> dict[str, str]:
    """The words for each kind."""
    return {kind: str(provisioning(kind)["vlans"]) for kind in CAPABILITIES}
