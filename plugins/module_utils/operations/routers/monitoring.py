# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service monitoring and health checks of routers as wanted, and what routers do about it."""

from __future__ import annotations

import dataclasses
import typing as t

from ...core.change import Outcome
from ...core.errors import ApiError, Reason, Refused, Unsupported
from ...core.findings import Judgement
from ...core.routers.monitoring import MONITORING, TABLE, Row, judge, to_restart
from ...core.routers.router import Router
from ...core.zone.settings import Setting, same_value
from ...core.zone.topology import Zone
from ...ports.cloud import Cloud
from .. import lookup
from ..zone.settings import Scope, ensure_setting

SUBJECT = "monitoring of routers"


@dataclasses.dataclass(frozen=True)
class Request:
    """wanted: values of settings by option. zone: "" for the global values."""

    wanted: t.Mapping[str, str]
    zone: str = ""


@dataclasses.dataclass(frozen=True)
class Question:
    zone: str = ""
    ignore: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Seen:
    """settings: by option, without those that the server does not have."""

    settings: t.Mapping[str, str]
    routers: tuple[Router, ...]
    judgement: Judgement


def ensure_monitoring(cloud: Cloud, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused for a setting that the server or a zone cannot have, InvalidValue."""
    zone = lookup.zone(cloud, request.zone) if request.zone else None
    chosen = [row for row in TABLE if row.option in request.wanted]
    held = {row.option: _held(cloud, row, zone) for row in chosen}
    reasons = [reason for row in chosen for reason in _against(row, held[row.option], zone)]
    if reasons:
        raise Refused(SUBJECT, reasons)
    found = [(row, setting) for row in chosen for setting in [held[row.option]] if setting is not None]
    changing = [(row, setting) for row, setting in found if not same_value(setting, request.wanted[row.option])]
    before = {row.setting: setting.value for row, setting in changing}
    after = {row.setting: request.wanted[row.option] for row, _setting in changing}
    if not check_mode:
        for row, _setting in changing:
            ensure_setting(cloud, row.setting, request.wanted[row.option], _scope(row, zone), False)
    rows = [row for row, _setting in changing]
    routers = _routers(cloud, zone, False)[0] if rows else ()
    servers = [row.setting for row, setting in changing if setting.dynamic is not True or row.option == TABLE[0].option]
    result = {
        "settings": {row.option: request.wanted[row.option] for row, _setting in found},
        "restart_servers": sorted(servers),
        "restart_routers": to_restart(rows, routers),
    }
    return Outcome(bool(changing), before, after, result, _warnings(result))


def _warnings(result: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    told = []
    if result["restart_servers"]:
        told.append(f"restart every management server for {', '.join(result['restart_servers'])}")
    if result["restart_routers"]:
        told.append(f"{len(result['restart_routers'])} routers use the values from before until they are restarted")
    return tuple(told)


def _against(row: Row, held: t.Optional[Setting], zone: t.Optional[Zone]) -> t.Iterator[Reason]:
    if zone is not None and not row.zoned:
        text = f"{row.option} has one value for all zones"
        yield Reason("not_of_a_zone", text, "set it in a task without zone", {"option": row.option})
    elif held is None:
        text = f"this server has no setting {row.setting}"
        yield Reason("setting_missing", text, f"leave {row.option} out", {"setting": row.setting})


def _held(cloud: Cloud, row: Row, zone: t.Optional[Zone]) -> t.Optional[Setting]:
    scope = _scope(row, zone)
    return cloud.settings.find(row.setting, scope.name, scope.id)


def _scope(row: Row, zone: t.Optional[Zone]) -> Scope:
    return Scope("zone", zone.id, {"zone": zone.name}) if zone is not None and row.zoned else Scope()


def seen_monitoring(cloud: Cloud, question: Question) -> Seen:
    """Raises NotFound for a zone, InvalidValue for a code that is none."""
    zone = lookup.zone(cloud, question.zone) if question.zone else None
    held = {row.option: _held(cloud, row, zone) for row in TABLE}
    settings = {option: setting.value for option, setting in held.items() if setting is not None}
    routers, results = _routers(cloud, zone, True)
    findings = list(judge(settings, routers, results))
    return Seen(settings, tuple(routers), MONITORING.judgement(findings, question.ignore))


def _routers(cloud: Cloud, zone: t.Optional[Zone], results: bool) -> tuple[t.Sequence[Router], bool]:
    """And whether they have their results: servers before 4.14 have none."""
    where: dict[str, str] = {"zone_id": zone.id} if zone else {}
    if results:
        try:
            return cloud.routers.all(where, stored_health=True), True
        except (ApiError, Unsupported):
            cloud.progress("the server has no results of health checks")
    return cloud.routers.all(where), False
