# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which HA VMs do not run after an outage, and why.

Source: 4.11.1 documentation, "Primary Storage Outage and Data Loss" (18556-18558): VMs with HA are restarted as soon as
the storage is back. A VM that a user has stopped is not restarted.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

SERVER = frozenset(("", "system"))  # users in whose name the server itself acts
RUNNING = "Running"
GONE = frozenset(("Destroyed", "Expunging"))
PASSING = frozenset(("Starting", "Stopping", "Migrating"))


@dataclass(frozen=True)
class Stopped:
    """A VM that does not run. since: when its state changed last. by: the user that has stopped it, "" for the server.

    pools: names and states of the pools of its volumes.
    """

    id: str
    name: str
    kind: str
    state: str
    ha: bool = True
    since: t.Optional[str] = None
    by: t.Optional[str] = ""
    pools: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class NotBack:
    """code: pool_not_up, under_way, error_state or not_restarted."""

    vm: Stopped
    code: str
    why: str
    remedy: str


def not_back(vms: t.Iterable[Stopped]) -> tuple[NotBack, ...]:
    """HA VMs that should run, by name; without those that a user has stopped."""
    found = [
        _judged(vm) for vm in vms if vm.ha and vm.state not in (RUNNING, *GONE) and (vm.by is None or vm.by in SERVER)
    ]
    return tuple(sorted(found, key=lambda each: (each.vm.name, each.vm.id)))


def _judged(vm: Stopped) -> NotBack:
    away = [f"{name} is {state}" for name, state in vm.pools if state != "Up"]
    if away:
        remedy = "bring the storage back, or end its maintenance (cs_storage_maintenance); HA starts the VM then"
        return NotBack(vm, "pool_not_up", ", ".join(away), remedy)
    if vm.state in PASSING:
        return NotBack(vm, "under_way", f"it is {vm.state}", "read it again in some minutes")
    if vm.state == "Error":
        return NotBack(vm, "error_state", "its state is Error", "check the log of the management server")
    told = "no user has stopped it" if vm.by is not None else "it is not known whether a user has stopped it"
    why = f"HA is enabled, its storage is up, {told}, and it does not run"
    return NotBack(vm, "not_restarted", why, "start it, and read the alerts (cs_alert_info)")
