# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of domains, accounts and projects, read and changed.

Source: 4.11.1 documentation, "Limiting Resource Usage".
"""

from __future__ import annotations

import typing as t

from ...core.change import Fields, Outcome
from ...core.errors import NotAsRead, NotFound, Refused
from ...core.zone.resource_limits import (
    NAMES,
    TYPES,
    LimitOwner,
    below_use,
    check_limit,
    reasons_against_limit,
)
from ...ports.cloud import Cloud


def ensure_limit(cloud: Cloud, asked: Fields, resource: str, limit: int, check_mode: bool) -> Outcome:
    """asked: "domain", "account", "project" by name. Raises InvalidValue, NotFound, Refused, NotAsRead."""
    check_limit(limit)
    owner = cloud.limits.owner(*_names(asked))
    number, held = TYPES[resource][0], cloud.limits.all(owner)
    if number not in held:
        known = [NAMES[each] for each in held if each in NAMES]
        raise NotFound("resource type", resource, f"{owner.kind} {owner.name}", known)
    if held[number] == limit:
        return Outcome(False, result=_shown(owner, resource, limit))
    reasons = list(reasons_against_limit(owner, limit))
    if reasons:
        raise Refused(f"limit of {resource} of {owner.kind} {owner.name}", reasons)
    warning = below_use(owner, resource, limit)
    warnings = () if warning is None else (warning,)
    before, after = {"limit": held[number]}, {"limit": limit}
    if check_mode:
        return Outcome(True, before, after, _shown(owner, resource, held[number]), warnings)
    cloud.limits.write(owner, number, limit)
    now = cloud.limits.all(owner)[number]
    if now != limit:
        raise NotAsRead(f"limit of {resource}", {"limit": {"held": now, "wanted": limit}})
    return Outcome(True, before, after, _shown(owner, resource, now), warnings)


def listed_limits(cloud: Cloud, asked: Fields) -> Outcome:
    """All limits of an owner. Raises NotFound."""
    owner = cloud.limits.owner(*_names(asked))
    held = cloud.limits.all(owner)
    rows = [_shown(owner, NAMES[number], most) for number, most in sorted(held.items()) if number in NAMES]
    return Outcome(False, result={"resource_limits": rows})


def _names(asked: Fields) -> tuple[str, str, str]:
    """ROOT is the domain of an account where none is said."""
    domain, account, project = (t.cast(str, asked.get(name) or "") for name in ("domain", "account", "project"))
    return domain if project else domain or "ROOT", account, project


def _shown(owner: LimitOwner, resource: str, limit: int) -> Fields:
    return {
        "owner": owner.kind,
        "owner_name": owner.name,
        "resource_type": resource,
        "limit": limit,
        "used": owner.used.get(resource),
    }
