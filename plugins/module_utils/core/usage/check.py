# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The usage server: its settings, whether it runs and is up to date, and records that cannot be right.

Sources: 4.11.1 "Usage Server"; management_server.md 9 of the field notes.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..findings import BLOCKS, HURTS, NOTE, Finding, Table, Unseen, Verdict, rows
from .heartbeat import HEARTBEAT

FORM = "%Y-%m-%dT%H:%M:%S%z"
ENABLED, TIME, RANGE = "enable.usage.server", "usage.stats.job.exec.time", "usage.stats.job.aggregation.range"
RUN_ZONE, DAY_ZONE, SANITY = "usage.execution.timezone", "usage.aggregation.timezone", "usage.sanity.check.interval"
SETTINGS = (ENABLED, TIME, RANGE, RUN_ZONE, DAY_ZONE, SANITY)
DAY, HOUR = 1440, 60  # ranges that mean the previous full day, or hour
LATE = timedelta(hours=2)  # over the range, for a job that takes long
ALERT_TYPES = (13, 20, 23)  # ALERT.USAGE, ALERT.USAGE.RESULT, ALERT.USAGE.SANITY
NEVER_RAN = 1971  # lastsuccessfuljob of a server without any is 1970
HOURS = frozenset((1, 2))  # usage types that are measured in hours: running and allocated VMs
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_ZONE = re.compile(r"GMT[+-]\d{1,2}(:?[0-5]\d)?", re.ASCII)


@dataclass(frozen=True)
class UsageServer:
    """What the answering management server tells. service: of its own machine alone. collected: its time."""

    host: str
    service: str
    heartbeat: str
    success: str
    collected: str


@dataclass(frozen=True)
class UsageRecord:
    usage_id: str
    type: t.Optional[int]
    account: str
    domain: str
    zone_id: str
    description: str
    usage: t.Optional[float]
    start: str
    end: str
    offering_id: str = ""
    network_id: str = ""
    size: t.Optional[int] = None

    @property
    def key(self) -> tuple[object, ...]:
        """A template has one record in each zone, a router one for each network, a volume one for each size it had."""
        what = (self.usage_id, self.type, self.offering_id, self.network_id, self.size, self.description)
        return (*what, self.account, self.zone_id, self.start, self.end)


USAGE = Table(
    "usage",
    rows(
        BLOCKS,
        (
            "usage_bad_time",
            "The usage job has no valid time",
            "set usage.stats.job.exec.time to HH:MM, then restart the usage server",
            "4.11.1: Configuring the Usage Server",
        ),
        (
            "usage_bad_range",
            "The usage job has no valid range",
            "set usage.stats.job.aggregation.range to a number of minutes from 1 on, usually 1440 or 60",
            "4.11.1: Configuring the Usage Server",
        ),
        (
            "usage_bad_zone",
            "A time zone of usage is unknown, so Java uses GMT",
            "set a name such as Europe/Zurich or GMT+02:00",
            "4.11.1: Configuring the Usage Server",
        ),
        (
            "usage_never_ran",
            "No usage job has ever succeeded",
            "start the service cloudstack-usage after the first start of a management server, and wait for the time of "
            "the job",
            "listUsageServerMetrics",
        ),
        (
            "usage_no_heartbeat",
            "The usage server does not write its heartbeat",
            "start the service cloudstack-usage on one machine, and read /var/log/cloudstack/usage/usage.log",
            "listUsageServerMetrics",
        ),
        (
            "usage_behind",
            "The last successful usage job is too long ago",
            "read /var/log/cloudstack/usage/usage.log for the job that failed",
            "listUsageServerMetrics",
        ),
    ),
    rows(
        HURTS,
        (
            "usage_not_watched",
            "No alert is sent when the usage server stops",
            "set enable.usage.server to true, then restart the management servers",
            "4.11.1: Configuring the Usage Server",
        ),
        (
            "usage_range_uneven",
            "Usage records do not end with the day",
            "use 1440, 60, or another range that divides 1440",
            "4.11.1: Configuring the Usage Server",
        ),
        (
            "usage_alert",
            "The usage server sent alerts",
            "read the alerts with cs_alert_info, then archive them with cs_alert",
            "4.11.1: Alerts",
        ),
        (
            "record_impossible",
            "A usage record is not plausible",
            "run cloudstack-usage with the sanity check, and correct the bill",
            "listUsageRecords",
        ),
        (
            "record_twice",
            "A usage record exists twice",
            "bill it once; see whether two usage servers ran without the same database lock",
            "listUsageRecords",
        ),
        (
            "record_gap",
            "Days have no usage records although the days around them do",
            "run generateUsageRecords for these days",
            "listUsageRecords",
        ),
    ),
    rows(
        NOTE,
        (
            "usage_zones_differ",
            "The time zone of the usage job differs from the time zone of the days",
            "choose a time that is after midnight in both zones",
            "4.11.1: Configuring the Usage Server",
        ),
        (
            "usage_no_sanity_check",
            "Usage records are not checked",
            "set usage.sanity.check.interval to a number of days",
            "4.11.1: Configuring the Usage Server",
        ),
    ),
)


def judge_settings(settings: t.Mapping[str, str], zones: t.Collection[str]) -> t.Iterator[Verdict]:
    """settings: those that the server has. zones: names of time zones, none where they are not known here."""
    value = {name: (settings.get(name) or "").strip() for name in SETTINGS}
    if value[ENABLED].casefold() != "true":
        yield USAGE.found("usage_not_watched", f"{ENABLED} is {value[ENABLED] or 'empty'}")
    if not _TIME.fullmatch(value[TIME]):
        yield USAGE.found("usage_bad_time", f"{TIME} is {value[TIME]!r}")
    minutes = _number(value[RANGE])
    if not minutes:
        yield USAGE.found("usage_bad_range", f"{RANGE} is {value[RANGE]!r}")
    elif DAY % minutes:
        yield USAGE.found("usage_range_uneven", f"{RANGE} is {minutes}", range=minutes)
    named = [name for name in (RUN_ZONE, DAY_ZONE) if value[name]]
    if named and not zones:
        yield Unseen("usage_bad_zone", "the names of time zones are not known where the task runs (package tzdata)")
    for name in named:
        if zones and value[name] not in zones and not _ZONE.fullmatch(value[name]):
            yield USAGE.found("usage_bad_zone", f"{name} is {value[name]!r}", setting=name)
    if value[RUN_ZONE] and value[RUN_ZONE] != (value[DAY_ZONE] or "GMT"):
        evidence = f"{RUN_ZONE} is {value[RUN_ZONE]}, {DAY_ZONE} is {value[DAY_ZONE] or 'GMT'}"
        yield USAGE.found("usage_zones_differ", evidence)
    if not _number(value[SANITY]):
        yield USAGE.found("usage_no_sanity_check", f"{SANITY} is {value[SANITY] or 'empty'}")


def _number(text: str) -> int:
    """0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def judge_server(server: t.Optional[UsageServer], settings: t.Mapping[str, str]) -> t.Iterator[Verdict]:
    """By heartbeat and last success, which are from the database: the state is that of one machine's service."""
    if server is None:
        for code in ("usage_never_ran", "usage_no_heartbeat", "usage_behind"):
            yield Unseen(code, "this release does not return the state of the usage server (4.17 and newer do)")
        return
    now, beat, success = (_moment(text) for text in (server.collected, server.heartbeat, server.success))
    where = f"host {server.host or 'unknown'}"
    if now is None:
        yield Unseen("usage_no_heartbeat", "the server does not return its time")
        return
    if beat is None or now - beat >= timedelta(seconds=HEARTBEAT):
        told = f"the last one was at {server.heartbeat}" if beat else "there is none"
        yield USAGE.found("usage_no_heartbeat", f"{where}: {told}; now is {server.collected}", server.host)
    if success is None or success.year < NEVER_RAN:
        yield USAGE.found("usage_never_ran", where, server.host)
        return
    allowed = timedelta(minutes=_number(settings.get(RANGE) or "") or DAY) + LATE
    if now - success > allowed:
        hours = (now - success).total_seconds() / 3600
        evidence = f"{server.success}, {hours:.0f} h before {server.collected}"
        yield USAGE.found("usage_behind", evidence, server.host, hours=round(hours, 1))


def _moment(text: str) -> t.Optional[datetime]:
    return datetime.strptime(text, FORM) if text else None


def judge_records(records: t.Sequence[UsageRecord]) -> t.Iterator[Finding]:
    """What no usage server writes when all is well."""
    seen: set[tuple[object, ...]] = set()
    for each in records:
        if each.key in seen:
            yield USAGE.found("record_twice", _told(each), each.account)
        seen.add(each.key)
        start, end = _moment(each.start), _moment(each.end)
        if start is None or end is None or each.usage is None:
            continue
        # A record ends a second before the next one begins.
        hours = (end - start).total_seconds() / 3600 + 1 / 60
        if end < start or each.usage < 0 or (each.type in HOURS and each.usage > hours + 0.01):
            yield USAGE.found("record_impossible", f"{_told(each)}: usage {each.usage:g}", each.account)
    yield from _gaps(records)


def _gaps(records: t.Sequence[UsageRecord]) -> t.Iterator[Finding]:
    days = {moment.date() for each in records for moment in [_moment(each.start)] if moment}
    if not days:
        return
    span = (max(days) - min(days)).days
    missing = [day for day in (min(days) + timedelta(days=n) for n in range(span)) if day not in days]
    if missing:
        told = ", ".join(f"{day:%Y-%m-%d}" for day in missing[:5])
        yield USAGE.found("record_gap", f"{len(missing)} days: {told}", days=len(missing))


def _told(record: UsageRecord) -> str:
    return f"{record.description or record.usage_id} of account {record.account}, {record.start} to {record.end}"


def totals(records: t.Sequence[UsageRecord]) -> list[dict[str, object]]:
    """Records and usage by type."""
    kinds = sorted({each.type for each in records if each.type is not None})
    return [
        {
            "type": kind,
            "records": sum(each.type == kind for each in records),
            "usage": round(sum(each.usage or 0.0 for each in records if each.type == kind), 6),
        }
        for kind in kinds
    ]
