# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to system VMs so that they are as wanted, and whom that leaves without them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..change import same_name
from ..errors import Reason
from ..zone.system_offerings import LEAST_MEMORY, SystemOffering
from .templates import SYSTEM, SystemTemplate
from .vm import CONSOLE, SystemVm

STARTED, STOPPED, RESTARTED, RECREATED, PATCHED = "started", "stopped", "restarted", "recreated", "patched"
STATES = (STARTED, STOPPED, RESTARTED, RECREATED, PATCHED)
# After these a system VM has been away for a while.
AWAY = frozenset((STOPPED, RESTARTED, RECREATED))
SCALED, MIGRATED = "scaled", "migrated"


@dataclass(frozen=True)
class Wish:
    """What is wanted of each system VM; None or empty: left as it is.

    template: name or id; a system VM of this template is not recreated. host: an id. leave: ids of hosts.
    """

    state: t.Optional[str] = None
    offering: t.Optional[SystemOffering] = None
    template: str = ""
    host: str = ""
    leave: frozenset[str] = frozenset()

    def running(self, vm: SystemVm) -> bool:
        """Whether it runs afterwards."""
        return self.state in (STARTED, RESTARTED, RECREATED) or (vm.runs and self.state != STOPPED)


@dataclass(frozen=True)
class Step:
    """What is done to one system VM, in this order. host: where it is moved to, "" where it is not moved."""

    vm: SystemVm
    actions: tuple[str, ...]
    host: str = ""

    @property
    def away(self) -> bool:
        """Whether somebody misses it meanwhile: one that serves nobody is restarted without further ado."""
        used = self.vm.serves or (self.vm.runs and bool(self.vm.viewers))
        return used and any(action in AWAY for action in self.actions)


# The ids of hosts that a system VM can be moved to, the best first.
Suitable = t.Callable[[SystemVm], t.Sequence[str]]


def step(vm: SystemVm, wish: Wish, suitable: Suitable) -> tuple[Step, tuple[Reason, ...]]:
    """What one system VM needs, and why it cannot be done."""
    actions: list[str] = []
    reasons: list[Reason] = []
    if wish.state == PATCHED and not vm.runs:
        reasons.append(_not_running(vm, "patched"))
    if wish.state is not None and _asks(vm, wish, wish.state):
        actions.append(wish.state)
    if wish.offering is not None:
        if not wish.offering.fits(vm.kind):
            reasons.append(_other_kind(vm, wish.offering))
        # A new one has the default offering (T6:108).
        if vm.offering_id != wish.offering.id or RECREATED in actions:
            actions.insert(1 if RECREATED in actions else 0, SCALED)
    target, reason = _target(vm, wish, suitable)
    if reason is not None:
        reasons.append(reason)
    if target:
        actions.append(MIGRATED)
    return Step(vm, tuple(actions), target), tuple(reasons)


def _asks(vm: SystemVm, wish: Wish, state: str) -> bool:
    if state == STARTED:
        return not vm.runs
    if state == STOPPED:
        return vm.runs
    if state == RECREATED and wish.template:
        return not has_template(vm, wish.template)
    return state != PATCHED or vm.runs


def has_template(vm: SystemVm, wanted: str) -> bool:
    return vm.template_id == wanted or same_name(vm.template, wanted)


def template_unfit(
    vm: SystemVm, wanted: str, named: t.Sequence[SystemTemplate], hypervisors: t.Collection[str]
) -> t.Optional[Reason]:
    """Why the server cannot make another one of the template in its place.

    named: rows of that name or id. hypervisors: of the zone's clusters, any of which the server may choose. Source:
    VMTemplateDaoImpl.findSystemVMReadyTemplate: the newest one of type SYSTEM that is ready in the zone.
    """
    here = [each for each in named if each.zone_id == vm.zone_id]
    mine = [each for each in here if any(same_name(each.hypervisor, kind) for kind in hypervisors)]
    fit = [each for each in mine if each.type.upper() == SYSTEM]
    if any(each.ready for each in fit):
        return None
    facts = {"system_vm": vm.name, "template": wanted}
    if fit:
        message = f"template {wanted} is not ready: {fit[0].progress}"
        return Reason("template_not_ready", message, "wait; cs_system_vm_template waits for it", facts)
    if mine:
        message = f"template {wanted} is of type {mine[0].type}, and the server uses only type SYSTEM for a {vm.kind}"
        remedy = "upgrade the management server, which then uses the template as its own, or omit the template"
        return Reason("template_of_other_type", message, remedy, facts)
    what = f" for {' or '.join(sorted(hypervisors))}" if here else ""
    message = f"zone {vm.zone} has no system VM template {wanted}{what}"
    return Reason("template_missing", message, "register it with cs_system_vm_template, or set another template", facts)


def _target(vm: SystemVm, wish: Wish, suitable: Suitable) -> tuple[str, t.Optional[Reason]]:
    """Where it is moved to: "" where it stays."""
    if not wish.host and not wish.leave:
        return "", None
    if wish.host and vm.host_id == wish.host:
        return "", None
    if not wish.host and vm.runs and vm.host_id not in wish.leave:
        return "", None
    if not vm.runs:
        return "", _not_running(vm, "migrated")
    fit = [host for host in suitable(vm) if host not in wish.leave]
    if wish.host:
        return (wish.host, None) if wish.host in fit else ("", _no_host(vm, "the named host cannot run it"))
    return (fit[0], None) if fit else ("", _no_host(vm, "no other host can run it"))


def short(vms: t.Sequence[SystemVm], steps: t.Sequence[Step], wish: Wish) -> tuple[Reason, ...]:
    """Zones that are without a kind of system VM for a while, or for good.

    vms: all of the places. Steps are done one after the other, so that those of one kind stand in for each other,
    unless all are stopped.
    """
    reasons = []
    for zone, kind in sorted({(each.vm.zone_id, each.vm.kind) for each in steps if each.away}):
        serving = [vm for vm in vms if (vm.zone_id, vm.kind) == (zone, kind) and vm.serves]
        mine = [each.vm for each in steps if each.away and (each.vm.zone_id, each.vm.kind) == (zone, kind)]
        stopped = {vm.id for vm in mine} if wish.state == STOPPED else set()
        if any(not [vm for vm in serving if vm.id not in stopped and vm.id != each.id] for each in mine):
            reasons.append(_alone(mine, wish))
    return tuple(reasons)


def _alone(vms: t.Sequence[SystemVm], wish: Wish) -> Reason:
    first, names = vms[0], ", ".join(vm.name for vm in vms)
    lost = "consoles do not open" if first.kind == CONSOLE else "templates, snapshots and uploads do not work"
    viewers = sum(vm.viewers or 0 for vm in vms)
    ends = f", and {viewers} open consoles end" if viewers else ""
    until = "" if wish.state == STOPPED else " until one serves again"
    return Reason(
        "consent_needed",
        f"zone {first.zone} has no other {first.called.rsplit(' ', 1)[0]} that serves than {names}: "
        f"{lost}{until}{ends}",
        "set consent: true in a maintenance window",
        {"zone": first.zone, "kind": first.kind, "system_vms": [vm.name for vm in vms], "open_consoles": viewers},
    )


def warnings(wish: Wish) -> tuple[str, ...]:
    offering = wish.offering
    if offering is None or offering.memory is None or offering.memory >= LEAST_MEMORY:
        return ()
    return (f"service offering {offering.name} has {offering.memory} MB of memory; use {LEAST_MEMORY} MB or more",)


def _not_running(vm: SystemVm, verb: str) -> Reason:
    message = f"{vm.called} is {vm.state or 'in an unknown state'} and cannot be {verb}"
    return Reason("not_running", message, "start it first, with state: started", {"system_vm": vm.name})


def _other_kind(vm: SystemVm, offering: SystemOffering) -> Reason:
    return Reason(
        "offering_of_other_kind",
        f"service offering {offering.name} is for {offering.kind}, and {vm.name} is a {vm.kind}",
        "use a system offering of the same kind: the server accepts others without an error",
        {"system_vm": vm.name, "offering": offering.name},
    )


def _no_host(vm: SystemVm, why: str) -> Reason:
    return Reason(
        "no_suitable_host",
        f"{vm.called} cannot be moved: {why}",
        "free capacity in its cluster, or set another host",
        {"system_vm": vm.name},
    )
