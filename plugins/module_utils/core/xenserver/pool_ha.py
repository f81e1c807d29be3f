# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool's own HA: its timeout, its heartbeat storage, and what is wrong with how it is set.

Source: Hypervisor installation, "XenServer HA": CloudStack does not promote a new master, the pool does.
"""

from __future__ import annotations

import typing as t

from ..errors import Reason
from ..findings import Finding
from .layout import Step, XenLayout
from .table import found

TIMEOUT, DEFAULT = (120, 180), 30  # seconds: what CloudStack requires, what a pool has


def valid_timeout(timeout: int) -> bool:
    """Whether CloudStack can work with it: 120 to 180 seconds."""
    return TIMEOUT[0] <= timeout <= TIMEOUT[1]


def ha_steps(
    layout: XenLayout, wanted: t.Optional[bool], storage: t.Sequence[str], timeout: int
) -> t.Iterator[t.Union[Step, Reason]]:
    """What makes it so. wanted: None leaves it alone. storage: names of repositories for the heartbeat."""
    if wanted is None or layout.ha is None:
        return
    off = Step("ha_off", "disable the HA of the pool")
    if not wanted:
        if layout.ha:
            yield off
        return
    if layout.ha and layout.ha_timeout == timeout:
        return
    refs = []
    for name in storage:
        named = [each for each in layout.repositories if each.name == name]
        if len(named) != 1:
            message = f"{len(named)} storage repositories have the name {name!r}"
            yield Reason("ha_storage_missing", message, "name one shared storage repository", {"storage": name})
            continue
        on = {connection.host for connection in named[0].connections if connection.plugged}
        without = [host.name for host in layout.ordered if host.ref not in on]
        if not named[0].shared or without:
            message = f"{name} is not plugged on {', '.join(without)}" if without else f"{name} is not shared"
            remedy = "use shared storage, and plug it with cs_xenserver_pool and plug_storage"
            yield Reason("ha_storage_unfit", message, remedy, {"storage": name})
        refs.append(named[0].ref)
    away = [host.name for host in layout.ordered if not (host.live and host.enabled)]
    if away:
        message = f"{', '.join(away)} is not in service"
        yield Reason("ha_host_away", message, "enable every host of the pool first", {"hosts": away})
    if layout.ha:
        # A pool takes another timeout only when HA starts.
        yield off
    text = f"enable the HA of the pool on {', '.join(storage)} with a timeout of {timeout} s"
    yield Step("ha_on", text, {"storage": refs, "timeout": timeout})


def judge_ha(layout: XenLayout) -> t.Iterator[Finding]:
    """CloudStack does not promote a new master: the pool's own HA does, for the master alone."""
    if layout.ha is None or len(layout.hosts) < 2:
        return
    if not layout.ha:
        yield found("ha_off", f"pool of {layout.ordered[0].name}")
        return
    timeout = DEFAULT if layout.ha_timeout is None else layout.ha_timeout
    if not valid_timeout(timeout):
        yield found("ha_timeout", f"{timeout} s", timeout=timeout)
    if layout.ha_guests:
        shown = ", ".join(layout.ha_guests)
        yield found("ha_guests", shown, guests=list(layout.ha_guests))
