# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One VM to a host of its cluster that somebody chose, and the hosts that are suitable.

Source: 4.11.1 documentation, "Moving VMs Between Hosts (Manual Live Migration)".
"""

from __future__ import annotations

import typing as t

from .back import Back, bring_back
from .fleet import Fleet, hosts_of
from .rules import reason

UNUSABLE: t.Mapping[str, str] = {
    "agent_down": "is not Up",
    "not_enabled": "is not Enabled",
    "tag_rule": "has a rule as its tag, which is not evaluated here",
}


def bring_one(fleet: Fleet, vm_id: str, host_id: str, spare_hosts: int, wish: bool = False) -> Back:
    """One VM to a host of its cluster, which has to be in service. Nothing where the VM is there. wish: see below."""
    (host,) = (each for each in hosts_of(fleet) if each.id == host_id)
    if host.unusable:
        message = f"host {host.name} {UNUSABLE.get(host.unusable, host.unusable)}"
        return Back((), (reason(host.unusable, message, host=host.name),))
    return bring_back(fleet, (vm_id,), host_id, spare_hosts, "migrated", wish)


def suitable(fleet: Fleet, vm_id: str, spare_hosts: int) -> tuple[str, ...]:
    """Names of the hosts that a VM can be migrated to: those without its other half, if there are any."""
    for wish in (True, False):
        found = [each.name for each in fleet.hosts if bring_one(fleet, vm_id, each.id, spare_hosts, wish).moves]
        if found:
            return tuple(sorted(found))
    return ()
