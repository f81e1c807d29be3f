# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with the system VMs of zones, and how many consoles their proxies can still open.

Source: Working with System Virtual Machines, "Console Proxy"; the description of each setting by the server.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, HURTS, NOTE, Finding, Table, rows
from .vm import CONSOLE, KINDS, SystemVm

SESSIONS, STANDBY, MOST = "consoleproxy.session.max", "consoleproxy.capacity.standby", "consoleproxy.launch.max"
_GUIDE = "Working with System Virtual Machines"

SYSTEM_VMS = Table(
    "system VMs",
    rows(
        BLOCKS,
        (
            "system_vm_missing",
            "A zone has no system VM of a kind",
            "look for alerts of the zone: it needs an enabled host with capacity, a ready template, a free public and "
            "a free management address",
            _GUIDE,
        ),
        (
            "system_vm_down",
            "A system VM does not run",
            "start it with cs_system_vm, state=started, or recreate it with state=recreated",
            _GUIDE,
        ),
        (
            "agent_away",
            "The agent of a system VM is not connected",
            "check that it reaches port 8250 of every management server (setting host), then restart it with "
            "cs_system_vm",
            "Working with Hosts; cs#6826, cs#3853",
        ),
        (
            "consoles_full",
            "The console proxies of a zone have no free session",
            "raise consoleproxy.launch.max or consoleproxy.session.max, and check why the server starts no other proxy",
            f"{_GUIDE}: Console Proxy",
        ),
    ),
    rows(
        HURTS,
        (
            "consoles_few",
            "The console proxies of a zone have fewer free sessions than consoleproxy.capacity.standby",
            "wait until the server has started another proxy, or raise consoleproxy.launch.max",
            f"{_GUIDE}: Console Proxy",
        ),
    ),
    rows(
        NOTE,
        (
            "system_vm_moving",
            "A system VM is changing its state",
            "look again later",
            _GUIDE,
        ),
    ),
)


@dataclass(frozen=True)
class Limits:
    """Of console proxies; None where the server has no such setting or it is no number."""

    sessions: t.Optional[int] = None
    standby: t.Optional[int] = None
    most: t.Optional[int] = None


@dataclass(frozen=True)
class Load:
    """Consoles of a zone. capacity, free: None where the limit is not known."""

    zone: str
    proxies: int
    sessions: int
    capacity: t.Optional[int]
    free: t.Optional[int]


def load(zone: str, vms: t.Iterable[SystemVm], limits: Limits) -> Load:
    """Of the proxies that serve; a proxy that does not say how many consoles are open has none."""
    proxies = [vm for vm in vms if vm.kind == CONSOLE and vm.serves]
    used = sum(max(vm.viewers or 0, 0) for vm in proxies)
    if limits.sessions is None:
        return Load(zone, len(proxies), used, None, None)
    capacity = len(proxies) * limits.sessions
    return Load(zone, len(proxies), used, capacity, max(capacity - used, 0))


def judge(zone: str, vms: t.Sequence[SystemVm], limits: Limits, kinds: t.Iterable[str] = KINDS) -> t.Iterator[Finding]:
    """Of one zone; kinds: those that were asked for."""
    kinds = tuple(kinds)
    for kind in kinds:
        if not any(vm.kind == kind for vm in vms):
            yield SYSTEM_VMS.found("system_vm_missing", f"zone {zone} has no {KINDS[kind]}", zone=zone, kind=kind)
    for vm in vms:
        yield from _judge_one(vm)
    if CONSOLE in kinds:
        yield from _judge_load(load(zone, vms, limits), limits)


def _judge_one(vm: SystemVm) -> t.Iterator[Finding]:
    if vm.passing:
        yield SYSTEM_VMS.found("system_vm_moving", vm.condition, vm.name)
    elif not vm.runs:
        yield SYSTEM_VMS.found("system_vm_down", vm.condition, vm.name)
    elif vm.connected is False:
        yield SYSTEM_VMS.found("agent_away", vm.condition, vm.name)


def _judge_load(seen: Load, limits: Limits) -> t.Iterator[Finding]:
    if not seen.proxies or seen.free is None:
        return
    facts: dict[str, t.Any] = {"sessions": seen.sessions, "capacity": seen.capacity, "proxies": seen.proxies}
    evidence = f"zone {seen.zone}: {seen.sessions} of {seen.capacity} sessions of {seen.proxies} proxies are in use"
    if not seen.free:
        yield SYSTEM_VMS.found("consoles_full", evidence, **facts)
    elif limits.standby is not None and seen.free < limits.standby:
        yield SYSTEM_VMS.found("consoles_few", f"{evidence}, and the standby is {limits.standby}", **facts)


def whole(text: t.Optional[str]) -> t.Optional[int]:
    """The number of a setting."""
    return int(text) if text and text.strip().isascii() and text.strip().isdecimal() else None
