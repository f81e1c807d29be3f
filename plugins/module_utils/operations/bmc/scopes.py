# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management and host HA switched for a whole cluster or zone."""

from __future__ import annotations

import typing as t

from ...core.bmc.host_ha import oobm_off_reasons
from ...core.bmc.oobm import DISABLED, ENABLED
from ...core.change import Outcome
from ...core.errors import Refused
from ...ports.cloud import Cloud
from ..zone.places import Place


class Feature(t.Protocol):
    """What can be switched for a scope."""

    def switch(self, scope: str, id: str, enabled: bool) -> None: ...


def ensure_switched(
    cloud: Cloud,
    where: Place,
    feature: Feature,
    detail: str,
    wanted: bool,
    check_mode: bool,
    guard: t.Callable[[], None] = lambda: None,
) -> Outcome:
    """Where the server does not show the switch, it is set anew each time and told so.

    where: a cluster or a zone. detail: in which the server keeps the switch. guard: raises where it has to stay.
    """
    cluster_id = where.thing.id if where.scope == "cluster" else ""
    switches = cloud.oobms.switches(where.zone.id, cluster_id, detail)
    held = switches.cluster if where.scope == "cluster" else switches.zone
    result: dict[str, object] = {
        "scope": where.scope,
        "id": where.thing.id,
        "name": where.thing.name,
        "state": _word(wanted),
    }
    if held is wanted:
        return Outcome(False, result=result)
    guard()
    if not check_mode:
        feature.switch(where.scope, where.thing.id, wanted)
    told = (
        ()
        if held is not None
        else (f"this server does not show the present state of {where.subject}, so it was set again",)
    )
    return Outcome(True, {"state": _word(held)}, {"state": _word(wanted)}, result, told)


def _word(state: t.Optional[bool]) -> str:
    return "unknown" if state is None else ENABLED if state else DISABLED


def refuse_under_ha(cloud: Cloud, subject: str, host_ids: t.Collection[str]) -> None:
    """Before out-of-band management is disabled. Raises Refused where host HA of one of these hosts needs it."""
    under = {each.host_id for each in cloud.host_has.all() if each.enabled and each.host_id in host_ids}
    names = sorted(host.name for host in cloud.hosts.all() if host.id in under) if under else []
    reasons = oobm_off_reasons(names)
    if reasons:
        raise Refused(f"out-of-band management of {subject}", reasons)
