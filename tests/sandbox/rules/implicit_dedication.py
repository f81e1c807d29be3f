"""Offerings whose planner keeps hosts for an account (ImplicitDedicationPlanner; not recorded).

The planner alone asks; a migration to a named host raises an alert and goes on (VmMigrationDedicationService).
"""

from __future__ import annotations

from ..world import World
from ..world.hosts import Host
from ..world.vms import Vm

PLANNER = "ImplicitDedicationPlanner"


def _mode(world: World, vm: Vm) -> str:
    """ "", "Strict" or "Preferred"."""
    offering = world.service_offerings[vm.offering_id]
    if offering.shown.get("deploymentplanner") != PLANNER:
        return ""
    return "Preferred" if offering.details.get("ImplicitDedicationMode") == "Preferred" else "Strict"


def allows(world: World, host: Host, vm: Vm) -> bool:
    if not any(each.shown.get("deploymentplanner") == PLANNER for each in world.service_offerings):
        return True
    there = [each for each in world.vms.select(host_id=host.id) if each.id != vm.id]
    modes = {_mode(world, each) for each in there}
    own = "" not in modes and all(each.account_id == vm.account_id for each in there)
    mode = _mode(world, vm)
    if not there or (mode and own):
        return True
    # What was first on it has reserved it: Dedicated where that was strict.
    reserved = "" not in modes and "Strict" in modes and len({each.account_id for each in there}) == 1
    return mode != "Strict" and not reserved
