# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Out-of-band management of a place: each host's effective state, what decides it, and whether settings suffice."""

from __future__ import annotations

import typing as t

from ...core.bmc import oobm as core
from ...core.bmc.oobm import DETAIL, Oobm, Switches
from ...core.change import Outcome
from ...core.errors import ApiError
from ...core.zone.hosts import Host
from ...ports.cloud import Cloud
from ..zone.places import Names, hosts_in, place
from . import asking

TIMEOUT, POOL = "outofbandmanagement.action.timeout", "outofbandmanagement.sync.poolsize"
INTERVAL = "outofbandmanagement.background.task.execution.interval"
SETTINGS: t.Mapping[str, int] = {TIMEOUT: 60, POOL: 50, INTERVAL: 4}
# The server reads these again only when it starts (Working with Hosts, "Out-of-band Management").
NEED_RESTART = frozenset((POOL,))


def seen_oobm(cloud: Cloud, names: Names, refresh: bool) -> Outcome:
    """refresh: whether each controller is asked now; its age is 0 then. Raises NotFound, Ambiguous."""
    where = place(cloud, names)
    hosts = hosts_in(cloud, where)
    held = {each.host_id: each for each in cloud.oobms.all(where.zone.id)}
    switches = asking.switches_of(cloud, hosts, DETAIL)
    values = {name: _number(cloud, name) for name in SETTINGS}
    used = sum(1 for each in held.values() if each.configured and each.enabled)
    # A round begins when the one before it has ended and the interval is over.
    oldest = core.sweep_seconds(used, values[TIMEOUT], values[POOL]) + values[INTERVAL]
    rows = []
    for host in hosts:
        its = held.get(host.id, Oobm(host.id))
        rows.append(_row(cloud, host, its, switches[host.cluster_id], refresh, oldest))
    settings = [
        {"name": name, "value": values[name], "default": SETTINGS[name], "restart_needed": name in NEED_RESTART}
        for name in SETTINGS
    ]
    result = {"hosts": rows, "settings": settings, "sweep_seconds": round(oldest - values[INTERVAL], 1)}
    return Outcome(
        False,
        result=result,
        warnings=tuple(core.settings_warnings(used, values[TIMEOUT], values[POOL], values[INTERVAL])),
    )


def _row(cloud: Cloud, host: Host, its: Oobm, switches: Switches, refresh: bool, oldest: float) -> dict[str, object]:
    state = asking.effective_in(host, its, switches)
    power, error = its.power_state, ""
    asked = refresh and state.state == core.ENABLED
    if asked:
        try:
            power = asking.status(cloud, host)
        except ApiError as failed:
            power, error = "Unknown", failed.text
    return {
        "id": host.id,
        "host": host.name,
        "cluster_id": host.cluster_id,
        "configured": its.configured,
        "enabled": its.enabled,
        "state": state.state,
        "decided_by": state.decided_by,
        "certain": state.certain,
        "driver": its.driver,
        "address": its.address,
        "port": its.port,
        "username": its.username,
        "power_state": power,
        "power_state_age": 0 if asked else None,
        "power_state_oldest": 0 if asked else round(oldest, 1),
        "error": error,
    }


def _number(cloud: Cloud, name: str) -> int:
    held = cloud.settings.find(name)
    text = held.value if held is not None else None
    return int(text) if text and text.isdecimal() else SETTINGS[name]
