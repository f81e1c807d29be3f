# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts shown, archived, deleted, and one of your own sent (T7:62-96)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Outcome, plain
from ...core.errors import ApiError, Reason, Refused
from ...core.events.alerts import ALERTS, SETTINGS, Alert, Choice, judge
from ...core.findings import Judgement
from ...ports.cloud import Cloud
from .. import lookup
from ..lost_answers import surely

PRESENT, ARCHIVED, ABSENT = "present", "archived", "absent"


@dataclass(frozen=True)
class Seen:
    alerts: tuple[Alert, ...]
    settings: t.Mapping[str, str]
    judgement: Judgement


@dataclass(frozen=True)
class Own:
    """An alert of an operator's own."""

    type: int
    name: str
    description: str
    zone: str = ""


def seen_alerts(cloud: Cloud, choice: Choice, ignore: t.Collection[str]) -> Seen:
    """Raises InvalidValue for a code that is none."""
    listed = cloud.alerts.all()
    held = {name: cloud.settings.find(name) for name in SETTINGS}
    settings = {name: setting.value for name, setting in held.items() if setting is not None}
    found = ALERTS.judgement(list(judge(settings, listed)), ignore)
    return Seen(tuple(choice.meant(listed, cloud.clock.wall())), settings, found)


def ensure_away(cloud: Cloud, choice: Choice, state: str, check_mode: bool) -> Outcome:
    """Archived or deleted: neither is listed any more, and an archived one cannot be deleted (T7:84-90)."""
    meant = choice.meant(cloud.alerts.all(), cloud.clock.wall())
    result = {"alerts": [plain(each) for each in meant], "count": len(meant)}
    if meant and not check_mode:
        _remove(cloud, [each.id for each in meant], state)
    before = {"alerts": [each.description for each in meant]} if meant else {}
    return Outcome(bool(meant), before, {"alerts": []} if meant else {}, result)


def _remove(cloud: Cloud, ids: t.Sequence[str], state: str) -> None:
    """One that somebody else removed meanwhile makes the whole call fail; then those that are left are done."""

    def left() -> list[str]:
        listed = {each.id for each in cloud.alerts.all()}
        return [id for id in ids if id in listed]

    def act() -> bool:
        now = left()
        if now:
            (cloud.alerts.archive if state == ARCHIVED else cloud.alerts.delete)(now)
        return True

    def attempt() -> bool:
        before = left()
        try:
            return act()
        except ApiError:
            if left() == before:
                raise
            return act()

    surely(cloud, attempt, lambda: None if left() else True)


def ensure_own(cloud: Cloud, own: Own, check_mode: bool) -> Outcome:
    """The server sends mail for it. The same one again makes no second; without a zone none is seen (T7:63-72).

    No listing tells the zone of an alert. Where there are several, the server is asked, which sends none again.
    """
    zone = lookup.zone(cloud, own.zone or None)
    several = len(cloud.zones.all()) > 1
    before = {each.id: each for each in cloud.alerts.all() if each.type == own.type}

    def made() -> t.Optional[Alert]:
        return next((each for each in _same(cloud.alerts.all(), own) if each.id not in before), None)

    held = next(_same(before.values(), own), None)
    after = {"type": own.type, "name": own.name, "description": own.description, "zone": zone.name}
    sent = None
    if not check_mode and (held is None or several):
        sent = surely(cloud, lambda: _send(cloud, own, zone.id, made), made)
    if sent is not None:
        return Outcome(True, {}, after, {"alerts": [plain(sent)], "count": 1})
    if held is not None:
        told = f"{own.name} is there, and the server does not show whether in {zone.name} or in another zone"
        return Outcome(False, result={"alerts": [plain(held)], "count": 1}, warnings=(told,) if several else ())
    if check_mode and (several or not before):
        return Outcome(True, {}, after, {"alerts": [], "count": 0})
    raise _taken(own, zone.name, before.values())


def _same(alerts: t.Iterable[Alert], own: Own) -> t.Iterator[Alert]:
    wanted = (own.type, own.name, own.description)
    return (each for each in alerts if (each.type, each.name, each.description) == wanted)


def _send(cloud: Cloud, own: Own, zone_id: str, made: t.Callable[[], t.Optional[Alert]]) -> t.Optional[Alert]:
    cloud.alerts.generate(own.type, own.name, own.description, zone_id)
    return made()


def _taken(own: Own, zone: str, others: t.Iterable[Alert]) -> Refused:
    """The server says that all went well, and sends nothing."""
    there = ", ".join(f"{each.name}: {each.description} ({each.id})" for each in others)
    message = f"the server shows no alert {own.name} after it, and has of type {own.type}: {there or 'none'}"
    remedy = "archive the alert of this type, or choose another type"
    return Refused(
        f"sending an alert in zone {zone}", [Reason("alert_type_taken", message, remedy, {"type": own.type})]
    )
