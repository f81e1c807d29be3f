# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual routers with what they serve, what they need, and what their health checks say."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.errors import ApiError, HostcraftError, TransportError, Unsupported
from ...core.findings import Finding, Judgement
from ...core.naming import matches
from ...core.routers.health import ROUTERS, judge
from ...core.routers.router import HealthCheck, Router, grouped, one_primary, states_text
from ...ports.cloud import Cloud
from .scope import Scope, routers_of

NONE, STORED, FRESH = "none", "stored", "fresh"
HEALTH = (NONE, STORED, FRESH)


@dataclasses.dataclass(frozen=True)
class Question:
    """name: of one router, "" for all. health: "none", "stored" or "fresh"."""

    scope: Scope
    name: str = ""
    health: str = NONE
    ignore: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Report:
    """asked: routers that were asked for fresh checks. untold: what the server answered instead, by router."""

    routers: tuple[Router, ...]
    judgement: Judgement
    asked: int = 0
    untold: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


def report(cloud: Cloud, question: Question) -> Report:
    """One paged listing; fresh checks cost one call, and seconds of work, for each running router."""
    routers = routers_of(cloud, question.scope, question.health == STORED)
    if question.name:
        routers = tuple(matches(routers, question.name))
    untold: dict[str, str] = {}
    asked = 0
    if question.health == FRESH:
        asked = sum(1 for each in routers if each.runs)
        routers = tuple(_fresh(cloud, each, untold) for each in routers)
    found: list[Finding] = [one for each in routers for one in judge(each, question.health != NONE)]
    for held in grouped(routers).values():
        if any(each.redundant for each in held) and not one_primary(held) and not question.name:
            evidence = f"{held[0].serves_name}: {states_text(held)}"
            found.append(ROUTERS.found("not_one_primary", evidence, held[0].name))
    return Report(routers, ROUTERS.judgement(found, question.ignore), asked, untold)


def _fresh(cloud: Cloud, router: Router, untold: dict[str, str]) -> Router:
    if not router.runs:
        return router
    cloud.progress(f"health checks of {router.name}")
    try:
        checks = tuple(cloud.routers.health(router.id, fresh=True))
    except Unsupported:
        raise
    except ApiError as error:
        untold[router.name] = error.text
        return router
    return dataclasses.replace(router, checks=checks)


def health_of(cloud: Cloud, router: Router, how: str) -> t.Sequence[HealthCheck]:
    """None where the server has no results, or no such command."""
    if how == NONE:
        return ()
    try:
        return cloud.routers.health(router.id, fresh=how == FRESH)
    except TransportError:
        raise
    except HostcraftError:
        return ()
