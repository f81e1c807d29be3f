# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a virtual router has to be upgraded, and how: decided by versions, as a pure decision.

Sources: Working with System Virtual Machines, "Enhanced Upgrade for Virtual Routers"; cs#12211 (a patched router of an
old template goes on to require an upgrade).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .router import Router, older
from .window import moment

PATCH, REBOOT, RECREATE = "patch", "reboot", "recreate"
AUTO = "auto"
METHODS = (PATCH, REBOOT, RECREATE)


@dataclass(frozen=True)
class Target:
    """What routers shall be. Empty fields ask for nothing.

    template_ids: of templates that may run. minimum: least version of the template. minima: the same by
    the id of a zone, where there is no minimum. created_before: a moment; older
    routers are made anew. patches: whether the server can patch. method: "auto", or the one to use.
    """

    template_ids: tuple[str, ...] = ()
    minimum: str = ""
    minima: t.Mapping[str, str] = field(default_factory=dict)
    created_before: t.Optional[float] = None
    patches: bool = False
    method: str = AUTO

    def least(self, router: Router) -> str:
        return self.minimum or self.minima.get(router.zone_id, "")


@dataclass(frozen=True)
class Need:
    """method: "" where nothing is needed. why: codes."""

    method: str = ""
    why: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.method)


def need(router: Router, target: Target) -> Need:
    """Codes: template_differs, version_below, created_before, requires_upgrade."""
    strong: list[str] = []
    if target.template_ids and router.template_id and router.template_id not in target.template_ids:
        strong.append("template_differs")
    if older(router.version, target.least(router)):
        strong.append("version_below")
    made = moment(router.created)
    if target.created_before is not None and made is not None and made < target.created_before:
        strong.append("created_before")
    weak = ["requires_upgrade"] if router.requires_upgrade else []
    if not strong and not weak:
        return Need()
    why = (*strong, *weak)
    if target.method != AUTO:
        return Need(target.method, why)
    return Need(RECREATE if strong else _weak(router, target), why)


def _weak(router: Router, target: Target) -> str:
    """Its scripts are old. A template that is known to be new enough can be patched, or on older servers rebooted."""
    if older(router.version, target.least(router)) is not False:
        return RECREATE
    return PATCH if target.patches else REBOOT


def strongest(needs: t.Iterable[Need]) -> str:
    """The method for all routers of a network: that of the one that needs most."""
    found = [each.method for each in needs if each]
    return max(found, key=METHODS.index, default="")
