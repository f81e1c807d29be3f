# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates before and after a change of routers: conditions that have to hold, each with what was seen. Pure."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .health import failures
from .need import Target, need
from .router import BACKUP, PRIMARY, HealthCheck, Router, one_primary, states_text
from .served import Rules, counted, lost_text


@dataclass(frozen=True)
class Gate:
    """passed: None where it could not be seen."""

    name: str
    passed: t.Optional[bool]
    evidence: str


def routers_gate(routers: t.Sequence[Router], redundant: bool, before: t.Sequence[Router] = ()) -> Gate:
    """One PRIMARY and one BACKUP; for a network that had another state before, that one. Else every router runs."""
    said = states_text(routers)
    if redundant:
        good = one_primary(routers)
        had = bool(before) and not one_primary(before) and _shape(routers) == _shape(before)
        return Gate("one PRIMARY and one BACKUP", good or had, said)
    good = bool(routers) and all(each.runs for each in routers) and len(routers) >= max(len(before), 1)
    return Gate("routers run", good, said)


def _shape(routers: t.Sequence[Router]) -> list[tuple[bool, str]]:
    return sorted((each.runs, each.redundant_state) for each in routers)


def serving_gate(routers: t.Sequence[Router]) -> Gate:
    """A PRIMARY runs."""
    primaries = [each for each in routers if each.runs and each.redundant_state == PRIMARY]
    return Gate("one PRIMARY", len(primaries) == 1, states_text(routers))


def backup_gate(routers: t.Sequence[Router]) -> Gate:
    """A BACKUP runs that can take over."""
    found = [each for each in routers if each.runs and each.redundant_state == BACKUP]
    return Gate("one BACKUP", len(found) == 1, states_text(routers))


def upgraded_gate(router: Router, target: Target) -> Gate:
    left = need(router, target)
    why = f" ({', '.join(left.why)})" if left else ""
    return Gate("upgraded", not left, f"{router.name} has version {router.version or 'unknown'}{why}")


def health_gate(router: Router, checks: t.Sequence[HealthCheck], strict: bool) -> Gate:
    """strict: results have to be there."""
    bad = [each for each in failures(router, checks) if not each.false]
    if bad:
        return Gate("health checks", False, f"{router.name}: " + "; ".join(each.evidence for each in bad))
    if not checks:
        return Gate("health checks", False if strict else None, f"{router.name} has no results")
    return Gate("health checks", True, f"{router.name}: {len(checks)} passed")


def rules_gate(before: Rules, after: Rules) -> Gate:
    lost = before.lost(after)
    return Gate("no rules lost", not lost, lost_text(lost) or counted(after))
