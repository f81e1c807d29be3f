# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs started, stopped, restarted, recreated, patched, resized and moved, one after the other.

Sources: Working with System Virtual Machines, "Console Proxy" and "Secondary Storage VM"; T6:45-111.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.change import Outcome, same_name
from ...core.errors import ApiError, HostcraftError, NotAsRead, NotFound, Reason, Refused
from ...core.naming import matches, nearest, only
from ...core.system_vms import life
from ...core.system_vms.life import Step, Wish
from ...core.system_vms.vm import SystemVm
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..lost_answers import surely
from ..maintenance.zone_locks import Claim, alone, refuse_others, zones_of
from ..waiting import until

# What the server says to an offering that a system VM has (checkIfCanUpgrade).
HAS_OFFERING = "already has the requested service offering"
# Seconds in which the server makes another system VM; it looks every consoleproxy.capacityscan.interval (30 s).
GRACE = 180.0


@dataclasses.dataclass(frozen=True)
class Request:
    """name: "" for all. kind: "" for both. host, leave, offering: names or ids. timeout: seconds for each system VM.

    claim: of their zones. beat: called in every wait.
    """

    name: str = ""
    kind: str = ""
    zone: str = ""
    state: t.Optional[str] = None
    offering: str = ""
    template: str = ""
    host: str = ""
    leave: tuple[str, ...] = ()
    forced: bool = False
    consent: bool = False
    timeout: float = 900.0
    claim: Claim = None
    beat: t.Callable[[], None] = lambda: None


class SystemVmNotReady(HostcraftError):
    """One of several system VMs was not as wanted in time; those after it were left alone."""

    code = "system_vm_not_ready"


def ensure_system_vms(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused before anything is done, SystemVmNotReady after, NotFound, Ambiguous, Unsupported."""
    if request.state == life.PATCHED:
        cloud.system_vms.needs_patch()
    zone = lookup.zone(cloud, request.zone) if request.zone else None
    if not check_mode:
        vms = cloud.system_vms.all(zone.id if zone else "")
        refuse_others(cloud, _zones(cloud, request, choose(vms, request, zone.name if zone else "")), request.claim)
    steps, wish = _judged(cloud, request, zone)
    if check_mode or not any(step.actions for step in steps):
        return _outcome(steps, wish, _host_names(cloud, steps), [_told(step, step.vm) for step in steps], 0.0)
    began = cloud.clock.now()
    with alone(cloud, _zones(cloud, request, [step.vm for step in steps]), request.claim) as beat:
        if request.claim is not None:
            # Another run may have worked until now.
            steps, wish = _judged(cloud, request, zone)
        hosts = _host_names(cloud, steps)
        told = _each(cloud, dataclasses.replace(request, beat=beat), wish, steps)
    return _outcome(steps, wish, hosts, told, cloud.clock.now() - began)


def _zones(cloud: Cloud, request: Request, vms: t.Iterable[SystemVm]) -> list[Zone]:
    return zones_of(cloud, {vm.zone_id for vm in vms}, request.claim)


def _judged(cloud: Cloud, request: Request, zone: t.Optional[Zone]) -> tuple[list[Step], Wish]:
    """What each of them needs, once none is on its way to another state. Raises Refused."""
    vms = cloud.system_vms.all(zone.id if zone else "")
    chosen = _settled(cloud, request, choose(vms, request, zone.name if zone else ""))
    wish = _wish(cloud, request, chosen)
    judged = [life.step(vm, wish, lambda vm: cloud.system_vms.suitable(vm.id)) for vm in chosen]
    steps = [step for step, _reasons in judged]
    reasons = [reason for _step, found in judged for reason in found]
    reasons += _templates_unfit(cloud, request, steps)
    if not request.consent:
        reasons += life.short(vms, steps, wish)
    if reasons:
        raise Refused("system VMs", reasons)
    return steps, wish


def _templates_unfit(cloud: Cloud, request: Request, steps: t.Sequence[Step]) -> list[Reason]:
    """Why those to recreate would not get the template. Raises NotFound where no zone has it."""
    wanted, leaving = request.template, [step.vm for step in steps if life.RECREATED in step.actions]
    if not wanted or not leaving:
        return []
    rows = cloud.system_templates.of_system()
    named = [each for each in rows if each.id == wanted or same_name(each.name, wanted)]
    if not named:
        near = nearest(wanted, sorted({each.name for each in rows}))
        raise NotFound("system VM template", wanted, near=near)
    zones = sorted({vm.zone_id for vm in leaving})
    kinds = {zone: {each.hypervisor for each in cloud.clusters.all(zone_id=zone)} for zone in zones}
    reasons = (life.template_unfit(vm, wanted, named, kinds[vm.zone_id]) for vm in leaving)
    return [reason for reason in reasons if reason]


def _each(cloud: Cloud, request: Request, wish: Wish, steps: t.Sequence[Step]) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    for step in steps:
        try:
            told.append(_told(step, _carried_out(cloud, request, wish, step)))
        except HostcraftError as error:
            left = [each.vm.name for each in steps[steps.index(step) + 1 :]]
            facts = {"system_vm": step.vm.name, "cause": error.code, "done": told, "left": left}
            raise SystemVmNotReady(f"{step.vm.called}: {error.message}", **facts) from error
    return told


def choose(vms: t.Sequence[SystemVm], request: Request, where: str = "") -> list[SystemVm]:
    """Those that a request means, in the order in which they are worked on. Raises NotFound, Ambiguous."""
    inside = [vm for vm in vms if not request.kind or vm.kind == request.kind]
    if request.name:
        place = f"zone {where}" if where else ""
        names = [vm.name for vm in inside]
        return [only(matches(inside, request.name), "system VM", request.name, place, names)]
    return sorted(inside, key=lambda vm: (vm.zone, vm.kind, vm.name))


def _settled(cloud: Cloud, request: Request, chosen: t.Sequence[SystemVm]) -> list[SystemVm]:
    """The same once none of them is on its way to another state: somebody else's work is waited for."""
    found = []
    for vm in chosen:
        if vm.passing:
            vm = _until(cloud, request, vm, lambda seen: not seen.passing, f"{vm.called} to leave {vm.state}")
        found.append(vm)
    return found


def _wish(cloud: Cloud, request: Request, chosen: t.Sequence[SystemVm]) -> Wish:
    """Names as ids. Raises NotFound, Ambiguous."""
    offering = lookup.one(cloud.system_offerings, "system offering", request.offering) if request.offering else None
    zones = {vm.zone_id for vm in chosen}
    inside: dict[str, t.Any] = {"zone_id": next(iter(zones))} if len(zones) == 1 else {}
    host = lookup.one(cloud.hosts, "host", request.host, **inside).id if request.host else ""
    leave = frozenset(lookup.one(cloud.hosts, "host", name, **inside).id for name in request.leave)
    return Wish(request.state, offering, request.template, host, leave)


def _carried_out(cloud: Cloud, request: Request, wish: Wish, step: Step) -> t.Optional[SystemVm]:
    """The system VM, or the one in its place, when all is done; None where it is gone, and others serve."""
    vm = step.vm
    for action in step.actions:
        if action in life.AWAY and not request.consent:
            _stands_in(cloud, step, wish)
        cloud.progress(f"{vm.called}: {action}")
        if action == life.RECREATED:
            new = _recreated(cloud, request, vm)
            if new is None:
                return None
            if wish.template and not life.has_template(new, wish.template):
                raise NotAsRead(new.called, {"template": new.template})
            vm = new
        elif action == life.SCALED and wish.offering is not None:
            vm = _scaled(cloud, request, vm, wish.offering.id)
        else:
            vm = _acted(cloud, request, vm, action, step.host)
    return vm


def _stands_in(cloud: Cloud, step: Step, wish: Wish) -> None:
    """What stood in for it a while ago may have gone since. Raises Refused."""
    if not step.away:
        return
    reasons = life.short(cloud.system_vms.all(step.vm.zone_id), [step], wish)
    if reasons:
        raise Refused("system VMs", reasons)


def _acted(cloud: Cloud, request: Request, vm: SystemVm, action: str, host: str) -> SystemVm:
    vms = cloud.system_vms
    acts: dict[str, t.Callable[[], None]] = {
        life.STARTED: lambda: vms.start(vm.id),
        life.STOPPED: lambda: vms.stop(vm.id, request.forced),
        life.RESTARTED: lambda: vms.reboot(vm.id) if vm.runs else vms.start(vm.id),
        life.PATCHED: lambda: vms.patch(vm.id, request.forced),
        life.MIGRATED: lambda: vms.migrate(vm.id, host),
    }
    surely(cloud, acts[action], lambda: None)
    if action == life.STOPPED:
        return _until(cloud, request, vm, lambda seen: seen.state.casefold() == "stopped", f"{vm.called} to be stopped")
    if action == life.MIGRATED:
        what = f"{vm.called} to run on its new host"
        return _until(cloud, request, vm, lambda seen: seen.host_id == host and _back(seen, vm), what)
    return _until(cloud, request, vm, lambda seen: _back(seen, vm), f"{vm.called} and its agent to be up")


def _scaled(cloud: Cloud, request: Request, vm: SystemVm, offering: str) -> SystemVm:
    if vm.offering_id == offering:
        return vm
    # Before 4.19 a server does not tell the offering: the end of its job is all that is known, or that it refuses.
    try:
        surely(cloud, lambda: cloud.system_vms.scale(vm.id, offering, vm.runs), lambda: None)
    except ApiError as error:
        if vm.offering_id or HAS_OFFERING not in error.message:
            raise
        return vm
    what = f"{vm.called} to have its new offering"
    return _until(cloud, request, vm, lambda seen: seen.offering_id in (offering, ""), what)


def _recreated(cloud: Cloud, request: Request, vm: SystemVm) -> t.Optional[SystemVm]:
    """Destroyed, and the one that the server makes in its place (T6:105-110)."""
    before = {each.id for each in cloud.system_vms.all(vm.zone_id)}

    def gone() -> t.Optional[bool]:
        return None if any(each.id == vm.id for each in cloud.system_vms.all(vm.zone_id)) else True

    def destroy() -> bool:
        try:
            cloud.system_vms.destroy(vm.id)
        except ApiError:
            if not gone():
                raise
        return True

    surely(cloud, destroy, gone)

    return _replaced(cloud, request, vm, before)


def _replaced(cloud: Cloud, request: Request, vm: SystemVm, before: t.Collection[str]) -> t.Optional[SystemVm]:
    """The new one; None where others serve and the server needs no other in its place. Raises WaitTimeout."""

    def look() -> t.Sequence[SystemVm]:
        request.beat()
        return [each for each in cloud.system_vms.all(vm.zone_id) if each.kind == vm.kind and each.id != vm.id]

    def fresh(seen: t.Sequence[SystemVm]) -> t.Optional[SystemVm]:
        return next((each for each in seen if each.id not in before and _back(each, vm)), None)

    def done(seen: t.Sequence[SystemVm]) -> bool:
        new = any(each.id not in before for each in seen)
        enough = not new and any(each.serves for each in seen) and cloud.clock.now() >= spared
        return fresh(seen) is not None or enough

    def show(seen: t.Sequence[SystemVm]) -> str:
        return "; ".join(each.condition for each in seen) or "the server has not created another one yet"

    spared = cloud.clock.now() + min(GRACE, request.timeout / 2)
    what = f"another system VM in place of {vm.called}, and its agent, to be up"
    return fresh(until(cloud, look, done, what=what, limit=request.timeout, show=show))


def _back(seen: SystemVm, was: SystemVm) -> bool:
    """Whether it serves; where the agent's state was shown before, it has to be shown again."""
    return seen.serves and (seen.connected is True or not was.agent)


def _until(cloud: Cloud, request: Request, vm: SystemVm, done: t.Callable[[SystemVm], bool], what: str) -> SystemVm:
    def look() -> SystemVm:
        request.beat()
        for each in cloud.system_vms.all(vm.zone_id):
            if each.id == vm.id:
                return each
        raise NotFound("system VM", vm.name, f"zone {vm.zone}", nearest(vm.name, ()))

    return until(cloud, look, done, what=what, limit=request.timeout, show=lambda seen: seen.condition)


def _host_names(cloud: Cloud, steps: t.Sequence[Step]) -> dict[str, str]:
    zones = {step.vm.zone_id for step in steps if step.host}
    return {host.id: host.name for zone in zones for host in cloud.hosts.all(zone_id=zone)}


def _outcome(
    steps: t.Sequence[Step], wish: Wish, hosts: t.Mapping[str, str], told: list[dict[str, object]], seconds: float
) -> Outcome:
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    for step in steps:
        if step.actions:
            before[step.vm.name], after[step.vm.name] = _difference(step, wish, hosts)
    result = {"system_vms": told, "seconds": round(seconds, 1)}
    return Outcome(bool(before), before, after, result, life.warnings(wish))


def _difference(step: Step, wish: Wish, hosts: t.Mapping[str, str]) -> tuple[dict[str, object], dict[str, object]]:
    vm = step.vm
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    for action in step.actions:
        if action == life.SCALED and wish.offering is not None:
            before["service_offering"], after["service_offering"] = vm.offering, wish.offering.name
        elif action == life.MIGRATED:
            before["host"], after["host"] = vm.host, hosts.get(step.host, step.host)
        elif action in (life.STARTED, life.STOPPED):
            before["state"], after["state"] = vm.state, "Running" if action == life.STARTED else "Stopped"
        else:
            before[action], after[action] = False, True
    return before, after


def _told(step: Step, seen: t.Optional[SystemVm]) -> dict[str, object]:
    now = seen or dataclasses.replace(step.vm, state="Destroyed", agent="", host="")
    return {
        "id": now.id,
        "name": now.name,
        "replaces": step.vm.name if now.id != step.vm.id else None,
        "kind": now.kind,
        "zone": now.zone,
        "state": now.state,
        "agent_state": now.agent,
        "host": now.host,
        "service_offering": now.offering,
        "template": now.template,
        "version": now.version,
        "actions": list(step.actions),
    }
