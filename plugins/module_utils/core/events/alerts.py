# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alerts of CloudStack: which are meant, and whether anybody gets their mails."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ..findings import HURTS, NOTE, Finding, Table, rows

FORM = "%Y-%m-%dT%H:%M:%S%z"
RECIPIENTS, SENDER, HOST, PORT = "alert.email.addresses", "alert.email.sender", "alert.smtp.host", "alert.smtp.port"
AUTH, USER, STARTTLS = "alert.smtp.useAuth", "alert.smtp.username", "alert.smtp.useStartTLS"
PURGE = "alert.purge.delay"
SETTINGS = (RECIPIENTS, SENDER, HOST, PORT, AUTH, USER, STARTTLS, PURGE)
MANY = 1000  # more are worth a note
_ADDRESS = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,255}")


@dataclass(frozen=True)
class Alert:
    id: str
    type: t.Optional[int]
    name: str
    description: str
    sent: str


@dataclass(frozen=True)
class Choice:
    """Which alerts are meant; each condition that is set must be met. older: days."""

    ids: tuple[str, ...] = ()
    type: t.Optional[int] = None
    name: str = ""
    older: t.Optional[float] = None

    def __bool__(self) -> bool:
        return bool(self.ids or self.name) or self.type is not None or self.older is not None

    def meant(self, alerts: t.Iterable[Alert], now: float) -> list[Alert]:
        """now: seconds since 1970. An alert without a time is never old."""
        return [each for each in alerts if self._fits(each, now)]

    def _fits(self, alert: Alert, now: float) -> bool:
        if self.ids and alert.id not in self.ids:
            return False
        if self.type is not None and alert.type != self.type:
            return False
        if self.name and alert.name.casefold() != self.name.casefold():
            return False
        return self.older is None or (bool(alert.sent) and _age(alert.sent, now) >= timedelta(days=self.older))


def _age(sent: str, now: float) -> timedelta:
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=now) - datetime.strptime(sent, FORM)


ALERTS = Table(
    "alerts",
    rows(
        HURTS,
        (
            "mail_no_recipient",
            "Alerts are sent to no recipient",
            "set alert.email.addresses, then restart the management servers",
            "4.11.1: Sending Alerts to External SNMP and Syslog Managers",
        ),
        (
            "mail_no_server",
            "Alerts are sent to no mail server",
            "set alert.smtp.host, then restart the management servers",
            "4.11.1: Setting Configuration Parameters",
        ),
        (
            "mail_no_sender",
            "Mails of alerts have no sender",
            "set alert.email.sender to an address of your domain",
            "4.11.1: Setting Configuration Parameters",
        ),
        (
            "mail_bad_address",
            "A setting contains text that is not a mail address",
            "separate the addresses by commas, without names",
            "4.11.1: Setting Configuration Parameters",
        ),
        (
            "mail_bad_port",
            "The port of the mail server is not a port",
            "set alert.smtp.port to 25, 465 or 587",
            "4.11.1: Setting Configuration Parameters",
        ),
        (
            "mail_no_user",
            "The mail server requires a login, but no user is set",
            "set alert.smtp.username and alert.smtp.password, or alert.smtp.useAuth to false",
            "4.11.1: Setting Configuration Parameters",
        ),
        (
            "mail_password_in_clear",
            "The password of the mail server is sent without encryption",
            "set alert.smtp.useStartTLS to true and use port 587",
            "RFC 4954",
        ),
        (
            "mail_starttls_on_tls_port",
            "STARTTLS is used on port 465, which expects TLS from the start",
            "use port 587 with alert.smtp.useStartTLS",
            "RFC 8314",
        ),
    ),
    rows(
        NOTE,
        (
            "alerts_kept",
            "Alerts are never deleted",
            "set alert.purge.delay to a number of days, or delete old ones with cs_alert",
            "4.11.1: Deleting and Archiving Events and Alerts",
        ),
    ),
)


def judge(settings: t.Mapping[str, str], alerts: t.Sequence[Alert]) -> t.Iterator[Finding]:
    """settings: those that the server has."""
    value = {name: (settings.get(name) or "").strip() for name in SETTINGS}
    recipients = [each.strip() for each in value[RECIPIENTS].split(",") if each.strip()]
    if not recipients:
        yield ALERTS.found("mail_no_recipient", f"{RECIPIENTS} is empty")
    if not value[HOST]:
        yield ALERTS.found("mail_no_server", f"{HOST} is empty")
    if not value[SENDER]:
        yield ALERTS.found("mail_no_sender", f"{SENDER} is empty")
    for name, address in [(RECIPIENTS, each) for each in recipients] + [(SENDER, value[SENDER] or "a@b")]:
        if not _ADDRESS.fullmatch(address):
            yield ALERTS.found("mail_bad_address", f"{name} holds {address!r}", setting=name)
    if value[HOST]:
        yield from _server(value)
    if value[PURGE] in ("", "0") and len(alerts) > MANY:
        yield ALERTS.found("alerts_kept", f"{PURGE} is 0, and there are {len(alerts)} alerts", alerts=len(alerts))


def _server(value: t.Mapping[str, str]) -> t.Iterator[Finding]:
    port = int(value[PORT]) if value[PORT].isdecimal() and value[PORT].isascii() else 0
    if not 0 < port < 65536:
        yield ALERTS.found("mail_bad_port", f"{PORT} is {value[PORT]!r}")
    auth, starttls = (value[name].casefold() == "true" for name in (AUTH, STARTTLS))
    if auth and not value[USER]:
        yield ALERTS.found("mail_no_user", f"{AUTH} is true and {USER} is empty")
    if starttls and port == 465:
        yield ALERTS.found("mail_starttls_on_tls_port", f"{STARTTLS} is true and {PORT} is 465")
    if auth and not starttls and port != 465:
        yield ALERTS.found("mail_password_in_clear", f"{AUTH} is true, {STARTTLS} is false and {PORT} is {port}")
