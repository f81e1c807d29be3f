# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts shown, archived, deleted, and one of your own sent (T7:62-96)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Outcome, plain
from ...core.errors import ApiError
from ...core.findings import Judgement
from ...core.servers.alerts import ALERTS, SETTINGS, Alert, Choice, judge
from ...ports.cloud import Cloud
from .. import lookup
from ..surely import surely

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
    """The server sends mail for it. The same one again makes no second; without a zone none is seen (T7:63-72)."""
    zone = lookup.zone(cloud, own.zone or None)

    def there() -> t.Optional[Alert]:
        wanted = (own.type, own.name, own.description)
        return next((each for each in cloud.alerts.all() if (each.type, each.name, each.description) == wanted), None)

    held = there()
    if held is not None:
        return Outcome(False, result={"alerts": [plain(held)], "count": 1})
    after = {"type": own.type, "name": own.name, "description": own.description, "zone": zone.name}
    found: list[dict[str, object]] = []
    warnings: tuple[str, ...] = ()
    if not check_mode:

        def act() -> bool:
            cloud.alerts.generate(own.type, own.name, own.description, zone.id)
            return True

        surely(cloud, act, lambda: there() and True)
        made = there()
        found = [plain(made)] if made else []
        if made is None:
            warnings = (f"the server shows no alert {own.name}: this zone has another one of type {own.type}",)
    return Outcome(True, {}, after, {"alerts": found, "count": len(found)}, warnings)
