# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Implicit dedication: an account's VMs of certain offerings have their hosts for themselves.

Source: ImplicitDedicationPlanner, and the use of hosts that DeploymentPlanningManagerImpl reserves. A migration to a
named host only raises an alert (VmMigrationDedicationService), so what the planner would not do is kept here.
"""

from __future__ import annotations

import typing as t

PLANNER, MODE, PREFERRED = "ImplicitDedicationPlanner", "ImplicitDedicationMode", "Preferred"
CODE = "implicit_dedication"  # of the reason why a VM fits no host


class Keeper(t.NamedTuple):
    """Whose VM it is, where its offering asks for this planner. strict: with no other VM on its host at all."""

    account: str = ""
    strict: bool = False


ANYBODY = Keeper()


def kept_from(there: t.Collection[Keeper], vm: Keeper) -> bool:
    """Whether a VM may not join those that are on a host.

    A host of one account's VMs of this kind is that account's, if one of them is strict; a strict VM goes to no other
    host that has VMs.
    """
    accounts = {each.account for each in there}
    if not accounts or (vm.account and accounts == {vm.account}):
        return False
    return vm.strict or bool(kept_for(there))


def kept_for(there: t.Collection[Keeper]) -> str:
    """The account that has a host with these VMs for itself; "" when none has."""
    accounts = {each.account for each in there}
    return accounts.pop() if len(accounts) == 1 and any(each.strict for each in there) else ""
