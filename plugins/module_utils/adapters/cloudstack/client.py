# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls of the CloudStack API: signing, retries where safe, paging, asynchronous jobs.

A *read* (list…, get…, query…, find…) is repeated after 429, 5xx or a lost connection. A *write* is repeated only when
it provably did not arrive. A lost poll never fails a job: the next one asks again until the job's own limit.
"""

from __future__ import annotations

import random
import re
import time
import typing as t
from datetime import datetime, timezone

from ...core import versions
from ...core.errors import (
    ApiError,
    AuthenticationFailed,
    JobLost,
    TransportError,
    Unsupported,
    WaitTimeout,
)
from ...core.masking import masked, secrets_within, without_command_passwords
from ...ports.clock import Clock, Progress
from . import readers
from .parameters import Params, flat
from .records import Record
from .signing import signed_form
from .transport import Http, Json

READS = ("list", "get", "query", "find")
# HTTP states of a proxy or an overloaded server; CloudStack's own refusals are 401, 431, 530 and the like.
TOO_MANY = 429
BUSY = (TOO_MANY, 500, 502, 503, 504)
INTERNAL = 530  # whatever went wrong inside the server, a database that is away for a moment among it
# Their ``success`` is the state that they lead to, and false is well done (T4:105-108).
STATE_AS_SUCCESS = ("enableHAFor", "disableHAFor")
RESTARTED = "job cancelled because of management server restart"
MOST_DOUBTS = 20  # warnings of one task about values that could not be read
MOST_ITEMS, LONGEST_LISTING = 200_000, 900.0  # of one listing, and its seconds
PAGE_SIZE = 500  # default.page.size: more is refused (T2:25, FIELD_FACTS "API")
ATTEMPTS = 5
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 8.0
FIRST_POLL, LONGEST_POLL, POLL_GROWTH = 0.1, 5.0, 1.6


class SystemClock:
    """The real clock."""

    def now(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Job(t.NamedTuple):
    """An asynchronous call under way; params are kept to mask what the failure's text repeats of them."""

    command: str
    id: str
    params: Params


class Page(t.NamedTuple):
    """total: of the items of all pages, None where the server does not tell it. last: whether no page follows."""

    items: list[Json]
    total: t.Optional[int]
    last: bool


class Client:
    """One management server. job_timeout: seconds that one asynchronous job may take."""

    def __init__(
        self,
        http: Http,
        *,
        clock: t.Optional[Clock] = None,
        job_timeout: float = 3600.0,
        jobs_at_once: int = 8,
        progress: Progress = lambda line: None,
    ) -> None:
        self.http = http
        self.clock: Clock = clock or SystemClock()
        self.job_timeout = job_timeout
        self.jobs_at_once = jobs_at_once
        self.progress = progress
        self.page_size = PAGE_SIZE
        self._apis: dict[str, Json] = {}
        self._doubts: dict[str, None] = {}

    def call(self, command: str, params: t.Optional[Params] = None) -> Json:
        """One call; the answer without its envelope. Raises ApiError (or one below it), Unsupported, TransportError."""
        late = versions.to_be_checked(command, params or {})
        if late:
            self.needs(command, *late)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(command, params or {})
            except TransportError as error:
                if attempt == ATTEMPTS or not _may_repeat(command, error):
                    raise
                self._pause(attempt)
        raise TransportError(f"{command}: no answer", command=command)

    def check(self, command: str, params: Params) -> None:
        """Check that the server has what is not sent yet. Raises Unsupported."""
        late = versions.to_be_checked(command, params)
        if late or versions.since(command):
            self.needs(command, *late)

    def listing(self, command: str, key: str, params: t.Optional[Params] = None, thinned: bool = False) -> list[Json]:
        """Every item of a list command, page by page. A page past the end has no list at all (T2:24).

        thinned: the count is that of the page, and the server leaves items out of a page that it has cut already, so
        that a short one is not the last; one that is larger than all there is, is.
        """
        items: list[Json] = []
        number, began = 1, self.clock.now()
        while True:
            if len(items) > MOST_ITEMS or self.clock.now() - began > LONGEST_LISTING:
                seconds = self.clock.now() - began
                raise TransportError(
                    f"{command}: the listing has not ended after {len(items)} items and {seconds:.0f} s",
                    command=command,
                    passing=False,
                )
            page = self.page(command, key, number, params)
            items += page.items
            if thinned:
                ended = page.last and not (page.items and self.page_size < PAGE_SIZE)
            else:
                ended = page.last or (page.total is not None and len(items) >= page.total)
            if ended:
                return items
            number += 1

    def page(self, command: str, key: str, number: int, params: t.Optional[Params] = None) -> Page:
        """One page of a list command, from 1 on, as large as the server allows."""
        while True:
            try:
                answer = self.call(command, {**(params or {}), "page": number, "pagesize": self.page_size})
            except ApiError as error:
                smaller = _largest_page(error)
                if number > 1 or not 0 < smaller < self.page_size:
                    raise
                self.page_size = smaller
                continue
            found = readers.items(answer.get(key))
            last = len(found) != self.page_size
            return Page(self._objects(command, found), readers.whole(answer.get("count")), last)

    def _objects(self, command: str, found: t.Sequence[object]) -> list[Json]:
        """The objects among the items of a list; others are left out, which is told."""
        objects = [each for each in found if isinstance(each, dict)]
        if len(objects) < len(found):
            self.tell(f"{command}: {len(found) - len(objects)} items are not objects and were ignored")
        return objects

    def tell(self, doubt: str) -> None:
        """Something in an answer that could not be read; told once, with the task's result."""
        self._doubts[doubt] = None

    def doubts(self) -> tuple[str, ...]:
        """What was told since they were last taken."""
        found, self._doubts = list(self._doubts), {}
        more = len(found) - MOST_DOUBTS
        return tuple(found[:MOST_DOUBTS] + ([f"and {more} more values could not be read"] if more > 0 else []))

    def run(self, command: str, params: t.Optional[Params] = None) -> Json:
        """A call that may be asynchronous, waited for: its own answer, or the job's result."""
        outcome = self.run_all([(command, params or {})])[0]
        if isinstance(outcome, ApiError):
            raise outcome
        return outcome

    def run_all(self, calls: t.Sequence[tuple[str, Params]]) -> list[t.Union[Json, ApiError]]:
        """Several calls, at most ``jobs_at_once`` jobs under way, polled together; answers or errors in order.

        Raises WaitTimeout when a job outlives ``job_timeout``, and whatever is not the call's own failure.
        """
        results: dict[int, t.Union[Json, ApiError]] = {}
        waiting = list(enumerate(calls))
        running: dict[int, tuple[Job, float]] = {}
        pause = FIRST_POLL
        while waiting or running:
            older = dict(running)
            while waiting and len(running) < self.jobs_at_once:
                index, (command, params) = waiting.pop(0)
                started = self.start(command, params)
                if isinstance(started, Job):
                    running[index] = (started, self.clock.now())
                    pause = FIRST_POLL
                else:
                    results[index] = started
            # A job that was started just now has not ended yet.
            ended = self._poll(older, results)
            for index in older.keys() ^ running.keys() if ended else ():
                if index in results:
                    running.pop(index, None)
            if running and not ended:
                now = self.clock.now()
                left = min(since + self.job_timeout - now for _job, since in running.values())
                self.clock.sleep(min(pause, max(left, FIRST_POLL)))
                pause = min(pause * POLL_GROWTH, LONGEST_POLL)
        return [results[index] for index in range(len(calls))]

    def needs(self, command: str, *params: str) -> None:
        """Check that the server has a command and its parameters (it ignores unknown ones without a word).

        Raises Unsupported, naming the version that has it.
        """
        since = versions.since(command, *params)
        if command not in self._apis:
            try:
                answer = self.call("listApis", {"name": command})
            except ApiError as error:
                if error.http_status == 401 or error.errorcode == 401:
                    raise
                answer = {}
            self._apis[command] = next(iter(self._objects("listApis", readers.items(answer.get("api")))), {})
        version = f"CloudStack {since} or newer" if since else "another CloudStack version or build"
        api = self._apis[command]
        if not api:
            # listApis leaves out what the user's role does not allow.
            needed = f"{version}, {'and' if since else 'or'} an API role that allows it"
            message = f"this server has no command {command} for this user: it requires {needed}"
            raise Unsupported(message, command=command, since=since)
        known = {each.text("name").lower() for each in Record(api, "command").records("params", "parameter")}
        lacking = [name for name in params if name.lower() not in known]
        if lacking:
            what = ", ".join(lacking)
            raise Unsupported(
                f"this server's {command} does not support {what}: it requires {version}",
                command=command,
                parameters=lacking,
                since=since,
            )

    def has(self, command: str, *params: str) -> bool:
        """Whether the server has a command and its parameters."""
        try:
            self.needs(command, *params)
        except Unsupported:
            return False
        return True

    def _once(self, command: str, params: Params) -> Json:
        form = signed_form(
            {"command": command, **flat(params)},
            self.http.endpoint.key,
            self.http.endpoint.secret,
            datetime.now(timezone.utc),
        )
        status, body = self.http.send(command, form)
        answer = next(iter(body.values()))
        if not isinstance(answer, dict):
            raise TransportError(f"{command}: HTTP {status} without an answer", command=command, http_status=status)
        if "errorcode" in answer or status >= 400:
            raise self._failure(command, status, answer, params)
        return answer

    def _failure(self, command: str, status: int, answer: Json, params: Params) -> Exception:
        """401 and 432 say the same for a command that is not there and for other causes: listApis tells (T1:1-4)."""
        text = self._masked(str(answer.get("errortext") or f"HTTP {status}"), params)
        code, cause = readers.whole(answer.get("errorcode")), readers.whole(answer.get("cserrorcode"))
        if command != "listApis" and {status, code} & {401, 432}:
            try:
                self.needs(command)
            except Unsupported as error:
                return error
            except (ApiError, TransportError):
                pass
        if status == 401 or code == 401:
            text += " (check api_key, api_secret and the clock of this machine)"
            return AuthenticationFailed(text, command=command, http_status=status, errorcode=code)
        if status in BUSY:
            return TransportError(f"{command}: HTTP {status}: {text}", command=command, http_status=status)
        return ApiError(text, command=command, http_status=status, errorcode=code, cserrorcode=cause)

    def _masked(self, text: str, params: Params) -> str:
        """The server's own text without a secret that it repeats, in whatever spelling."""
        endpoint = self.http.endpoint
        return masked(without_command_passwords(text), {endpoint.key, endpoint.secret, *secrets_within(params)})

    def _pause(self, attempt: int) -> None:
        pause = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
        self.clock.sleep(pause * random.uniform(0.75, 1.25))

    def start(self, command: str, params: Params) -> t.Union[Json, Job, ApiError]:
        """Start a call: a job when it is asynchronous, else its answer or its refusal."""
        try:
            answer = self.call(command, params)
        except AuthenticationFailed:
            raise
        except ApiError as error:
            return error
        if "jobid" in answer and set(answer) <= {"jobid", "id"}:
            return Job(command, str(answer["jobid"]), params)
        return answer

    def _poll(self, running: dict[int, tuple[Job, float]], results: dict[int, t.Union[Json, ApiError]]) -> bool:
        """Ask once for every job under way; move the ended ones to ``results``. True when one ended."""
        before = len(running)
        for index, (job, since) in list(running.items()):
            waited = self.clock.now() - since
            outcome = self.ask(job)
            if outcome is not None:
                results[index] = outcome
                del running[index]
            elif waited >= self.job_timeout:
                raise WaitTimeout(f"the job {job.id} of {job.command}", waited, "still running")
            elif waited > LONGEST_POLL:
                self.progress(f"waiting for {job.command} (job {job.id}), {waited:.0f} s so far")
        return len(running) < before

    def ask(self, job: Job) -> t.Optional[t.Union[Json, ApiError]]:
        """Ask once for a job: its result, its failure (JobLost when the server forgot it), or None while it runs."""
        try:
            answer = self._once("queryAsyncJobResult", {"jobid": job.id})
        except TransportError:
            return None
        except AuthenticationFailed:
            raise
        except ApiError as error:
            if error.errorcode == INTERNAL:
                return None
            text = f"the server no longer has its job {job.id} ({error.text}); check whether it was done"
            return JobLost(text, command=job.command, job_id=job.id, errorcode=error.errorcode)
        status, result = readers.whole(answer.get("jobstatus")), answer.get("jobresult")
        if status == 0 or status is None:
            return None
        result = result if isinstance(result, dict) else {}
        if status == 1:
            said = _own_failure(job.command, result)
            if said is None:
                return result
            result = {"errortext": said}
        text = self._masked(str(result.get("errortext") or "the job failed without a message"), job.params)
        # A server that starts again fails the jobs of its former life, whatever came of them.
        kind = JobLost if RESTARTED in text else ApiError
        return kind(
            text,
            command=job.command,
            errorcode=readers.whole(result.get("errorcode")),
            cserrorcode=readers.whole(result.get("cserrorcode")),
            job_id=job.id,
        )


def _may_repeat(command: str, error: TransportError) -> bool:
    """Reads after any passing fault; writes only when the request did not arrive or was turned away unread (429)."""
    if not error.passing:
        return False
    if command.startswith(READS):
        return error.http_status is None or error.http_status in BUSY
    return not error.arrived or error.http_status == TOO_MANY


def _own_failure(command: str, result: Json) -> t.Optional[str]:
    """The text of a job that ended well but says in its result, or in the one object there, that it failed (T2:83)."""
    if command.startswith(STATE_AS_SUCCESS):
        return None
    for each in (result, *result.values()):
        if isinstance(each, dict) and readers.flag(each.get("success")) is False:
            return str(
                each.get("details") or each.get("displaytext") or "the server reported a failure without a reason"
            )
    return None


def _largest_page(error: ApiError) -> int:
    """The page size that a server with a smaller default.page.size names in its refusal (T2:25); 0 for other errors."""
    found = re.search(r"page\s*size.*?(?<![0-9])([0-9]{1,9})\s*$", error.text, re.IGNORECASE)
    return int(found.group(1)) if found and error.errorcode == 431 else 0
