# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network or VPC restarted, with gates before and after: its routers in order, and no rules lost.

Sources: T6:120, T6:189-199, T6:241-248; cs#3815 (a tier is not restarted by itself), cs#2880 (two routers left).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ...core.change import Outcome, plain
from ...core.errors import JobLost, Refused, TransportError, WaitTimeout
from ...core.routers.gates import Gate, health_gate, routers_gate, rules_gate
from ...core.routers.network_restart import RENEWAL, refusals
from ...core.routers.router import Router, states_text
from ...core.routers.served import Served
from ...ports.cloud import Cloud
from ..waiting import until
from .gates import GateFailed, passed
from .info import NONE, health_of
from .scope import Scope, served, siblings


@dataclass(frozen=True)
class Restart:
    """kind: "network" or "vpc". health: "none", "stored" or "fresh". strict: results of health checks have to be there.

    consent: a network with a single router may be without service.
    """

    kind: str
    name: str
    scope: Scope
    cleanup: bool = False
    redundant: bool = False
    livepatch: bool = False
    consent: bool = False
    health: str = NONE
    strict: bool = False
    timeout: float = 900.0


def restart(cloud: Cloud, wish: Restart, check_mode: bool) -> Outcome:
    """Raises NotFound, Refused before, GateFailed after, ApiError."""
    thing = served(cloud, wish.kind, wish.name, wish.scope)
    before = _settled(cloud, thing, wish.timeout if not check_mode else 0.0)
    redundant_now = thing.redundant or any(each.redundant for each in before)
    if wish.redundant and redundant_now and not wish.cleanup and not wish.livepatch:
        return Outcome(False, result=_result(thing, before, (), 0.0))
    # The server makes both routers anew for it, cleanup or not (T6:200).
    wish = replace(wish, cleanup=wish.cleanup or (wish.redundant and not redundant_now))
    reasons = refusals(
        thing, before, redundant_now, cleanup=wish.cleanup, livepatch=wish.livepatch, consent=wish.consent
    )
    if reasons:
        raise Refused(thing.called, reasons)
    down = RENEWAL if wish.cleanup and not redundant_now else 0.0
    diff_before: dict[str, object] = {"routers": [each.name for each in before], "redundant": redundant_now}
    foretold: dict[str, object] = {"redundant": redundant_now or wish.redundant, "routers": "replaced"}
    if not wish.cleanup:
        foretold["routers"] = "patched" if wish.livepatch else "configured again"
    if check_mode:
        return Outcome(True, diff_before, foretold, _result(thing, before, (), down))
    rules = cloud.served_networks.rules(thing)
    cloud.progress(f"restart of {thing.called}: {states_text(before)}")
    _run(cloud, thing, wish)
    after = _brought(cloud, thing, wish, before, redundant_now or wish.redundant)
    gates = [*_gates(cloud, wish, after, before, redundant_now or wish.redundant)]
    gates.append(rules_gate(rules, cloud.served_networks.rules(thing)))
    if not passed(gates):
        raise GateFailed(thing.called, gates, "check its routers before other networks are restarted")
    unseen = tuple(f"{each.name} could not be seen: {each.evidence}" for each in gates if each.passed is None)
    result = {**_result(thing, after, gates, down), "rules": plain(rules)}
    return Outcome(True, diff_before, foretold, result, unseen if wish.health != NONE else ())


def _settled(cloud: Cloud, thing: Served, limit: float) -> tuple[Router, ...]:
    """The routers, none of them on its way to another state: a restart beside a reboot fails (T6:189)."""
    return until(
        cloud,
        lambda: siblings(cloud, thing.kind, thing.id),
        lambda seen: not limit or not any(each.passing for each in seen),
        what=f"the routers of {thing.called} to be in a lasting state",
        limit=limit,
        show=states_text,
    )


def _run(cloud: Cloud, thing: Served, wish: Restart) -> None:
    """Once. After a lost answer the gates tell what came of it."""
    flags: dict[str, object] = {
        "cleanup": wish.cleanup,
        "makeredundant": wish.redundant or None,
        "livepatch": wish.livepatch or None,
    }
    try:
        cloud.routers.run(f"restart_{thing.kind}", thing.id, **flags)
    except (TransportError, JobLost) as error:
        if not getattr(error, "passing", True):
            raise
        cloud.progress(f"{thing.called}: {error.message}; its routers are watched")


def _brought(
    cloud: Cloud, thing: Served, wish: Restart, before: t.Sequence[Router], redundant: bool
) -> tuple[Router, ...]:
    """The routers once they are in order; at the limit as they are, which the gates judge."""
    old = {each.id for each in before}

    def done(seen: tuple[Router, ...]) -> bool:
        if wish.cleanup and any(each.id in old for each in seen):
            return False
        return passed(_gates(cloud, wish, seen, before, redundant))

    try:
        return until(
            cloud,
            lambda: siblings(cloud, thing.kind, thing.id),
            done,
            what=f"{thing.called} to be served",
            limit=wish.timeout,
            show=states_text,
        )
    except WaitTimeout:
        return siblings(cloud, thing.kind, thing.id)


def _gates(
    cloud: Cloud, wish: Restart, seen: t.Sequence[Router], before: t.Sequence[Router], redundant: bool
) -> list[Gate]:
    """Health is asked once the routers are in order."""
    was_pair = any(each.redundant for each in before)
    # A network without running routers has none afterwards until a VM needs one.
    expected = [each for each in before if each.runs]
    gates = [routers_gate(seen, redundant, before if was_pair == redundant else ())]
    if not expected and not redundant and not seen:
        gates = [Gate("routers run", True, "there was none")]
    if wish.livepatch:
        late = [each.name for each in seen if each.requires_upgrade]
        gates.append(Gate("upgraded", not late, ", ".join(late) or "none requires an upgrade"))
    if passed(gates) and wish.health != NONE:
        gates += [health_gate(each, health_of(cloud, each, wish.health), wish.strict) for each in seen if each.runs]
    return gates


def _result(thing: Served, routers: t.Sequence[Router], gates: t.Sequence[Gate], down: float) -> dict[str, object]:
    return {
        thing.kind: thing.name,
        "id": thing.id,
        "redundant": thing.redundant or any(each.redundant for each in routers),
        "routers": [plain(each) for each in routers],
        "gates": [plain(each) for each in gates],
        "seconds_down": down,
    }
