# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System VMs as they are, what is wrong with them, and how busy console proxies are."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.findings import Finding, Judgement
from ...core.naming import matches
from ...core.system_vms.check import MOST, SESSIONS, STANDBY, SYSTEM_VMS, Limits, Load, judge, load, whole
from ...core.system_vms.vm import CONSOLE, KINDS, SystemVm
from ...ports.cloud import Cloud
from .. import lookup


@dataclasses.dataclass(frozen=True)
class Question:
    """name: "" for all. kind: "" for both."""

    name: str = ""
    kind: str = ""
    zone: str = ""
    ignore: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Seen:
    """loads: of the zones whose console proxies were asked for."""

    vms: tuple[SystemVm, ...]
    limits: Limits
    loads: tuple[Load, ...]
    judgement: Judgement


def seen_system_vms(cloud: Cloud, question: Question) -> Seen:
    """One listing for all zones. Zones that are not open have no system VMs. Raises NotFound for a zone."""
    zones = [lookup.zone(cloud, question.zone)] if question.zone else list(cloud.zones.all())
    listed = cloud.system_vms.all(zones[0].id if question.zone else "")
    kinds = (question.kind,) if question.kind else tuple(KINDS)
    held = [vm for vm in listed if vm.kind in kinds]
    if question.name:
        held = list(matches(held, question.name))
    held.sort(key=lambda vm: (vm.zone, vm.kind, vm.name))
    limits = Limits(*(_number(cloud, name) for name in (SESSIONS, STANDBY, MOST)))
    loads: list[Load] = []
    findings: list[Finding] = []
    for zone in sorted(zones, key=lambda zone: zone.name):
        inside = [vm for vm in held if vm.zone_id == zone.id]
        open_ = zone.allocation_state == "Enabled" and not question.name
        asked = kinds if open_ else tuple(kind for kind in kinds if any(vm.kind == kind for vm in inside))
        if CONSOLE in asked and not question.name:
            loads.append(load(zone.name, inside, limits))
        findings += judge(zone.name, inside, limits, asked)
    return Seen(tuple(held), limits, tuple(loads), SYSTEM_VMS.judgement(findings, question.ignore))


def _number(cloud: Cloud, name: str) -> t.Optional[int]:
    held = cloud.settings.find(name)
    return whole(held.value) if held else None
