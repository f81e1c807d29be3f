# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to one virtual router for a state that somebody asks for, and why it is refused.

Sources: Working with System Virtual Machines, "Best Practices for Virtual Routers"; T6:164-185.
"""

from __future__ import annotations

import typing as t

from ..change import plain
from ..errors import Reason
from ..zone.system_offerings import SystemOffering
from .router import BACKUP, PRIMARY, Router

PRESENT, STARTED, STOPPED, RESTARTED = "present", "started", "stopped", "restarted"
ABSENT, PATCHED, UPGRADED = "absent", "patched", "upgraded"
STATES = (PRESENT, STARTED, STOPPED, RESTARTED, ABSENT, PATCHED, UPGRADED)


def actions_for(router: Router, state: str, forced: bool, resized: bool) -> list[str]:
    """What has to be done, in order. A running router takes no other offering (T6:170-174).

    forced: also where nothing shows that it is needed. resized: it gets another offering.
    """
    if state == ABSENT:
        return ["destroy"]
    actions: list[str] = []
    if resized:
        actions += ["resize"] if router.stopped else ["stop", "resize"]
        wanted = state != STOPPED and (not router.stopped or state in (STARTED, RESTARTED))
        return [*actions, "start"] if wanted else actions
    if state == STARTED:
        return [] if router.runs else ["start"]
    if state == STOPPED:
        return [] if router.stopped else ["stop"]
    if state == RESTARTED:
        # rebootRouter of a stopped one fails (T6:165).
        return ["start"] if router.stopped else ["reboot"]
    outdated = router.requires_upgrade is not False or forced
    if state == PATCHED:
        return ["patch"] if outdated else []
    if state == UPGRADED:
        return ["upgrade"] if outdated else []
    return []


def refusals(router: Router, held: t.Sequence[Router], actions: t.Sequence[str], consent: bool) -> list[Reason]:
    """Why not. held: the routers of its network. consent: the network may be without service."""
    others = [each for each in held if each.id != router.id and each.runs]
    stands_in = any(each.redundant_state in (BACKUP, PRIMARY) for each in others)
    reasons: list[Reason] = []
    where = f"{router.serves[0]} {router.serves_name}"
    if "destroy" in actions and not others:
        message = (
            f"{router.name} is the only running router of {where}, and a restart without cleanup does not create a new "
            "one"
        )
        reasons.append(Reason("only_router", message, "use cs_network_restart with cleanup: true"))
    elif "destroy" in actions and router.redundant_state == PRIMARY and router.runs and not consent:
        message = f"{router.name} is the PRIMARY of {where}"
        reasons.append(Reason("primary_router", message, "stop it first, so that the BACKUP takes over"))
    stops = {"stop", "reboot", "upgrade"} & set(actions)
    if stops and router.runs and not stands_in and not consent:
        message = f"{where} has no other running router, and is without service while {router.name} is down"
        reasons.append(Reason("single_router", message, "set consent: true in a maintenance window"))
    if "patch" in actions and not router.runs:
        message = f"{router.name} is {router.state or 'in no state'}, and only a running router can be patched"
        reasons.append(Reason("router_not_running", message, "start it"))
    if {"start", "reboot", "resize", "upgrade"} & set(actions) and not (router.runs or router.stopped):
        # The server starts a stopped router and reboots a running one, and answers any other with an error.
        message = f"{router.name} is {router.state or 'in no state'}, and only a running or stopped router can be used"
        remedy = "set state: stopped with forced: true, or state: absent and restart its network with cleanup"
        reasons.append(Reason("router_state", message, remedy, {"state": router.state}))
    return reasons


def difference(
    router: Router, state: str, actions: t.Sequence[str], offering: t.Optional[SystemOffering]
) -> tuple[dict[str, object], dict[str, object]]:
    """Before and after. offering: another one that it gets."""
    before: dict[str, object] = {"state": router.state}
    after: dict[str, object] = {"state": "Stopped" if actions[-1] == "stop" else "Running", "actions": list(actions)}
    if "resize" in actions and offering is not None:
        before["offering"], after["offering"] = router.offering, offering.name
        after["state"] = "Running" if actions[-1] == "start" else "Stopped"
    if state == ABSENT:
        return plain(router), {}
    if actions[-1] in ("patch", "upgrade"):
        before["requires_upgrade"], after["requires_upgrade"] = router.requires_upgrade, False
    return before, after
