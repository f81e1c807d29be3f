# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One virtual router: started, stopped, restarted, destroyed, patched, upgraded, of another service offering.

Sources: Working with System Virtual Machines, "Best Practices for Virtual Routers"; T6:164-185.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Outcome, plain
from ...core.errors import ApiError, NotFound, Refused
from ...core.naming import matches, nearest, only
from ...core.routers.actions import ABSENT, PRESENT, STOPPED, actions_for, difference, refusals
from ...core.routers.router import PRIMARY, Router, one_primary, states_text
from ...core.zone.system_offerings import SystemOffering
from ...ports.cloud import Cloud
from .. import lookup
from ..waiting import job_ended, until
from .scope import Scope, filters, siblings


@dataclass(frozen=True)
class Wish:
    """consent: a network may be without service. forced: also where nothing shows that it is needed."""

    name: str
    scope: Scope
    state: str = PRESENT
    offering: str = ""
    consent: bool = False
    forced: bool = False
    timeout: float = 600.0


def ensure_router(cloud: Cloud, wish: Wish, check_mode: bool) -> Outcome:
    """Raises NotFound, Ambiguous, Refused, WaitTimeout, ApiError."""
    every = cloud.routers.all(filters(cloud, wish.scope))
    found = matches(every, wish.name)
    if not found and wish.state == ABSENT:
        return Outcome(False)
    if not found:
        raise NotFound("router", wish.name, near=nearest(wish.name, [each.name for each in every]))
    settled = _settled(cloud, wish, only(found, "router", wish.name))
    if settled is None and wish.state == ABSENT:
        return Outcome(False)
    if settled is None:
        raise NotFound("router", wish.name)
    router = settled
    held = siblings(cloud, *router.serves) if router.serves[1] else (router,)
    offering = lookup.router_offering(cloud, wish.offering) if wish.offering else None
    resized = offering is not None and offering.id != router.offering_id
    actions = actions_for(router, wish.state, wish.forced, resized)
    if not actions:
        return Outcome(False, result=plain(router))
    reasons = refusals(router, held, actions, wish.consent)
    if reasons:
        raise Refused(f"router {router.name}", reasons)
    before, after = difference(router, wish.state, actions, offering)
    if check_mode:
        return Outcome(True, before, after, plain(router))
    _carried_out(cloud, router, wish, actions, offering)
    if wish.state == ABSENT:
        return Outcome(True, before, after, plain(router))
    return Outcome(True, before, after, plain(_verified(cloud, router, held, wish, actions)))


def _settled(cloud: Cloud, wish: Wish, router: Router) -> t.Optional[Router]:
    """The router once it is not on its way to another state; None where it is gone then."""
    if not router.passing or (wish.state == PRESENT and not wish.offering):
        return router

    def look() -> t.Optional[Router]:
        return next(iter(cloud.routers.all({"id": router.id})), None)

    what = f"router {router.name} to leave {router.state}"
    return until(
        cloud,
        look,
        lambda seen: seen is None or not seen.passing,
        what=what,
        limit=wish.timeout,
        show=lambda seen: states_text([seen] if seen else []),
    )


def _carried_out(
    cloud: Cloud, router: Router, wish: Wish, actions: t.Sequence[str], offering: t.Optional[SystemOffering]
) -> None:
    """Raises ApiError; a router that ran does so again with its own offering where it could not get another one."""
    try:
        for action in actions:
            _act(cloud, router, wish, action, offering)
    except ApiError as error:
        if "resize" not in actions or not router.runs:
            raise
        error.add(f"; {_back(cloud, router)}")
        raise


def _back(cloud: Cloud, router: Router) -> str:
    """What became of it."""
    try:
        seen = next(iter(cloud.routers.all({"id": router.id})), router)
        if not seen.stopped:
            return f"{router.name} is {seen.state}"
        if seen.offering_id != router.offering_id:
            cloud.routers.run("resize", router.id, service_offering_id=router.offering_id)
        cloud.routers.run("start", router.id)
    except ApiError as other:
        return f"{router.name} is stopped, and could not be started with {router.offering} again: {other.message}"
    return f"{router.name} was started again with {router.offering}"


def _act(cloud: Cloud, router: Router, wish: Wish, action: str, offering: t.Optional[SystemOffering]) -> None:
    cloud.progress(f"{action} of router {router.name}")
    if action == "upgrade":
        for job in cloud.routers.upgrade(router.id):
            _ended(cloud, job, router, wish.timeout)
        return
    if action == "patch":
        # patchSystemVm is for other system VMs only (T6:104).
        kind, id = router.serves
        cloud.routers.run(f"restart_{kind}", id, cleanup=False, livepatch=True)
        return
    more: dict[str, object] = {}
    if action == "resize" and offering is not None:
        more = {"service_offering_id": offering.id}
    if action == "stop" and wish.forced and wish.state == STOPPED:
        more = {"forced": True}
    cloud.routers.run(action, router.id, **more)


def _ended(cloud: Cloud, job: t.Any, router: Router, limit: float) -> None:
    seen = job_ended(cloud, lambda: cloud.jobs.ask(job), what=f"the upgrade of router {router.name}", limit=limit)
    if isinstance(seen, ApiError):
        raise seen


def _verified(cloud: Cloud, router: Router, held: t.Sequence[Router], wish: Wish, actions: t.Sequence[str]) -> Router:
    """Read again until it is as wanted, and a pair that was in order is in order again."""
    stopped, was_in_order = actions[-1] in ("stop", "resize"), one_primary(held)

    def look() -> tuple[Router, ...]:
        return siblings(cloud, *router.serves) if router.serves[1] else tuple(cloud.routers.all({"id": router.id}))

    def done(seen: tuple[Router, ...]) -> bool:
        mine = next((each for each in seen if each.id == router.id), None)
        if mine is None or (mine.stopped if stopped else mine.runs) is False:
            return False
        if actions[-1] in ("patch", "upgrade") and mine.requires_upgrade:
            return False
        if not was_in_order:
            return True
        if stopped:
            return any(each.runs and each.redundant_state == PRIMARY for each in seen)
        return one_primary(seen)

    what = f"router {router.name} to be {'stopped' if stopped else 'running'}, and its network to be served"
    seen = until(cloud, look, done, what=what, limit=wish.timeout, show=states_text)
    return next(each for each in seen if each.id == router.id)
