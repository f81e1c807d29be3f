# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usage server as it is, and its records of some days."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.change import Fields
from ...core.findings import Judgement, Verdict
from ...core.usage import check as usage
from ...core.usage.check import USAGE, UsageRecord, UsageServer
from ...ports.cloud import Cloud
from .. import lookup

SHOWN = 5  # alerts of the usage server in a finding


@dataclass(frozen=True)
class Question:
    """start, end: days, "" for no records. zones: names of time zones, where they are known."""

    start: str
    end: str
    type: t.Optional[int]
    owner: Fields
    zones: t.Collection[str]
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    server: t.Optional[UsageServer]
    settings: t.Mapping[str, str]
    types: t.Mapping[int, str]
    records: tuple[UsageRecord, ...]
    judgement: Judgement


def seen_usage(cloud: Cloud, question: Question) -> Seen:
    """Raises NotFound for an owner, InvalidValue for a code that is none."""
    held = {name: cloud.settings.find(name) for name in usage.SETTINGS}
    settings = {name: setting.value for name, setting in held.items() if setting is not None}
    server = cloud.usage.server()
    records: t.Sequence[UsageRecord] = ()
    if question.start:
        ids = {name: str(value) for name, value in lookup.owner(cloud, question.owner).items() if value}
        account = question.owner.get("account")
        owner = {**ids, **({"account": str(account)} if account else {})}
        records = cloud.usage.records(question.start, question.end, question.type, owner)
    verdicts: list[Verdict] = [
        *usage.judge_settings(settings, question.zones),
        *usage.judge_server(server, settings),
        *usage.judge_records(records),
    ]
    sent = [each for each in cloud.alerts.all() if each.type in usage.ALERT_TYPES]
    if sent:
        told = "; ".join(each.description for each in sent[:SHOWN])
        verdicts.append(USAGE.found("usage_alert", f"{len(sent)}: {told}", alerts=len(sent)))
    judgement = USAGE.judgement(verdicts, question.ignore)
    return Seen(server, settings, cloud.usage.types(), tuple(records), judgement)
