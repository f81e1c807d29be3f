# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The upgrade of virtual routers: planned, and carried out batch by batch.

What is left to do is read from the server every time, so a run that was killed is run again and goes on.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.change import Outcome
from ...core.errors import NotFound, Refused
from ...core.routers.need import Target
from ...core.routers.plan_text import plan_shown, plan_text
from ...core.routers.router import MINIMUM, Router, states_text
from ...core.routers.upgrade import LeftOut, Plan, Terms, Unit, planned
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..maintenance.zone_locks import Claim, alone, refuse_others
from ..waiting import until
from .scope import Scope, whole
from .work import Care, Crew, Done, shown


@dataclasses.dataclass(frozen=True)
class Request:
    """template: name or id, "" for any. settle: seconds to wait for jobs. claim: of the zones, for the upgrade."""

    scope: Scope
    target: Target
    terms: Terms
    care: Care
    template: str = ""
    settle: float = 600.0
    claim: Claim = None


def show_plan(cloud: Cloud, request: Request) -> Outcome:
    _where, _target, plan = _planned(cloud, request)
    return Outcome(False, result=_result(plan))


def upgrade(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused for a plan that cannot be carried out, GateFailed at the first gate that does not hold."""
    if not check_mode:
        refuse_others(cloud, _zones(cloud, request), request.claim)
        _settled(cloud, request)
    where, target, plan = _planned(cloud, request)
    if plan.reasons:
        raise Refused("router upgrade", plan.reasons)
    if check_mode or not plan.units:
        return Outcome(bool(plan.units), *_difference(plan), {**_result(plan), "done": []})
    with alone(cloud, _zones(cloud, request), request.claim) as beat:
        if request.claim is not None:
            # Another run may have worked until now.
            where, target, plan = _planned(cloud, request)
            if plan.reasons:
                raise Refused("router upgrade", plan.reasons)
        crew = Crew(cloud, dataclasses.replace(request.care, target=target), where, beat)
        return _carried_out(cloud, request, plan, crew)


def _difference(plan: Plan) -> tuple[dict[str, object], dict[str, object]]:
    before: dict[str, object] = {unit.called: list(unit.why) for unit in plan.units}
    return before, dict.fromkeys(before, "upgraded")


def _carried_out(cloud: Cloud, request: Request, plan: Plan, crew: Crew) -> Outcome:
    before, _after = _difference(plan)
    done: list[Done] = []
    late: list[LeftOut] = []
    began = cloud.clock.now()
    for batch in plan.batches:
        served = {each.serves for each in cloud.routers.all(crew.where)}
        here = [unit for unit in batch if not _gone(unit, served, late)]
        done += crew.work([unit for unit in here if not _too_late(cloud, request, unit, late)])
    result = _result(dataclasses.replace(plan, left_out=(*plan.left_out, *late)))
    unseen = sorted({gate.evidence for each in done for gate in each.gates if gate.passed is None})
    warnings = [f"health checks could not be seen: {', '.join(unseen)}"] if unseen else []
    after: dict[str, object] = {each.unit.called: "upgraded" for each in done}
    seconds = round(cloud.clock.now() - began, 1)
    result = {**result, "done": [shown(each) for each in done], "seconds_taken": seconds}
    return Outcome(bool(done), {name: before[name] for name in after}, after, result, tuple(warnings))


def _zones(cloud: Cloud, request: Request) -> list[Zone]:
    """Those that the request may mean; none where no lock is asked for."""
    scope = request.scope
    if request.claim is None:
        return []
    if scope.zone or scope.pod or scope.cluster:
        return [lookup.zone(cloud, scope.zone)]
    return list(cloud.zones.all())


def _gone(unit: Unit, served: t.Collection[tuple[str, str]], late: list[LeftOut]) -> bool:
    """A tenant has deleted the network, or the server has removed the routers of one that nobody uses."""
    if (unit.kind, unit.id) in served:
        return False
    late.append(_lacking(unit.name, unit.id))
    return True


def _lacking(name: str, id: str) -> LeftOut:
    return LeftOut(name, id, "no_router", f"{name} has no router any more", "")


def _too_late(cloud: Cloud, request: Request, unit: Unit, late: list[LeftOut]) -> bool:
    """A network that goes down is not begun where its window would end before it."""
    hours, now = request.terms.window, cloud.clock.wall()
    if not unit.interrupts or request.terms.consent or hours is None or hours.holds(now, now + unit.seconds):
        return False
    late.append(
        LeftOut(
            unit.name,
            unit.id,
            "outside_window",
            f"{unit.called}: the maintenance window has ended",
            "run again in the next window",
        )
    )
    return True


def _settled(cloud: Cloud, request: Request) -> None:
    """Wait for what a killed run, or somebody else, has under way on these routers."""

    def look() -> tuple[Router, ...]:
        _where, found, _lost = whole(cloud, request.scope)
        ids = {id for each in found for id in (each.id, each.serves[1])}
        busy = tuple(each for each in found if each.passing)
        return busy or (found if cloud.routers.under_way(ids) else ())

    what = "jobs on these routers to end"
    until(cloud, look, lambda busy: not busy, what=what, limit=request.settle, show=states_text)


def _planned(cloud: Cloud, request: Request) -> tuple[dict[str, str], Target, Plan]:
    where, routers, lacking = whole(cloud, request.scope)
    target = _target(cloud, request, routers)
    terms = dataclasses.replace(request.terms, begins=cloud.clock.wall())
    plan = planned(routers, target, terms)
    left_out = (*plan.left_out, *(_lacking(name, name) for name in lacking))
    return where, target, dataclasses.replace(plan, left_out=left_out)


def _target(cloud: Cloud, request: Request, routers: t.Sequence[Router]) -> Target:
    target = request.target
    if request.template:
        # The zones' rows of a template share its id; another of the same name is another template (T6:113).
        wanted = request.template
        named = [
            each
            for each in cloud.system_templates.of_system()
            if wanted == each.id or wanted.casefold() == each.name.casefold()
        ]
        if not named:
            raise NotFound("system VM template", wanted)
        target = dataclasses.replace(target, template_ids=tuple(dict.fromkeys(each.id for each in named)))
    if not target.minimum:
        held = {id: cloud.settings.find(MINIMUM, "zone", id) for id in sorted({each.zone_id for each in routers})}
        target = dataclasses.replace(target, minima={id: each.value for id, each in held.items() if each})
    weak = any(each.requires_upgrade for each in routers)
    return dataclasses.replace(target, patches=cloud.routers.patches() if weak else False)


def _result(plan: Plan) -> dict[str, object]:
    shown_plan = plan_shown(plan)
    return {**shown_plan, "text": plan_text(shown_plan)}
