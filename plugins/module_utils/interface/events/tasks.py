# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The task of ``cs_event_info``, and the options of the event source ``cloudstack_events``."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ...adapters.events.journal import FileJournal, JournalTrouble
from ...core.change import Outcome
from ...core.errors import HostcraftError, InvalidValue, MissingValue
from ...core.events.cursor import SOURCES
from ...core.events.event import moment
from ...core.masking import masked
from ...core.text import printable
from ...operations.events.info import listed_events
from ...operations.events.watch import Watch
from ...ports.cloud import Cloud
from ..connection import CONNECTION, open_cloud, resolve
from ..fields import Params, Spec, cleaned, seconds, taken, without_empty
from ..module import secrets_of

FILTERS: Spec = {
    "type": {"type": "str"},
    "level": {"type": "str", "choices": ["INFO", "WARN", "ERROR"]},
    "state": {"type": "str", "choices": ["Created", "Scheduled", "Started", "Completed"]},
    "keyword": {"type": "str", "no_log": False},  # no key, whatever its name looks like
    "resource_type": {"type": "str"},
    "resource_id": {"type": "str"},
}
INFO: Spec = {
    **FILTERS,
    "since": {"type": "str"},
    "until": {"type": "str"},
    "archived": {"type": "bool", "default": False},
}


def tell(cloud: Cloud, params: Params, _check_mode: bool) -> Outcome:
    since, until = (moment(name, params[name]) if params[name] else None for name in ("since", "until"))
    if since is not None and until is not None and until < since:
        raise InvalidValue("until", params["until"], "a date after since")
    if params["resource_id"] and not params["resource_type"]:
        raise MissingValue("the resource", ["resource_type"], "CloudStack finds a resource only by its type and id")
    filters = {name: value or None for name, value in taken(params, FILTERS).items()}
    return listed_events(cloud, {**filters, "archived": params["archived"] or None}, since, until)


SOURCE: Spec = {
    **CONNECTION,
    "cursor": {"type": "path", "required": True},
    "sources": {"type": "list", "elements": "str", "choices": list(SOURCES), "default": list(SOURCES)},
    "interval": {"type": "float", "default": 15.0},
    "host_interval": {"type": "float", "default": 60.0},
}


class SourceTrouble(HostcraftError):
    """What the event source tells: one text, without secrets."""

    code = "event_source"


class Source(t.NamedTuple):
    """What polls, and the seconds between two polls of logs and of hosts."""

    watch: Watch
    sources: tuple[str, ...]
    interval: float
    host_interval: float
    secrets: frozenset[str]
    end: t.Callable[[], None]

    def shown(self, error: Exception) -> str:
        """An error without secrets, on one line."""
        return printable(masked(getattr(error, "message", str(error)), set(self.secrets)))

    def check(self, error: HostcraftError) -> None:
        """Raises SourceTrouble where trying again is of no use: what cannot be noted would be told again and again."""
        if isinstance(error, JournalTrouble):
            raise SourceTrouble(self.shown(error)) from None


def source(given: Params) -> Source:
    """The options of a rulebook, checked. Raises SourceTrouble."""
    params = without_empty({name: value for name, value in given.items() if value is not None}, SOURCE)
    secrets = secrets_of(params, SOURCE)
    try:
        checked = ArgumentSpecValidator(SOURCE).validate(params)
        if checked.error_messages:
            raise SourceTrouble("; ".join(checked.error_messages))
        params = cleaned(checked.validated_parameters)
        secrets |= secrets_of(params, SOURCE)
        cloud = open_cloud(resolve(params))
        pauses = [seconds(name, params[name]) for name in ("interval", "host_interval")]
        journal = FileJournal(params["cursor"])
        journal.hold()
        try:
            watch = Watch(cloud, journal, params["sources"])
        except HostcraftError:
            journal.release()
            raise
    except HostcraftError as error:
        raise SourceTrouble(printable(masked(error.message, secrets), keep="\n")) from None
    return Source(watch, tuple(params["sources"]), pauses[0], pauses[1], frozenset(secrets), journal.release)
