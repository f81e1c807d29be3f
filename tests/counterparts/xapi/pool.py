# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool of hosts: who is master, who is logged in, what is called, what goes wrong."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from counterparts.xapi import hosts, networks, records, settings, storage
from counterparts.xapi.database import Database
from counterparts.xapi.model import Failure

USERNAME, PASSWORD = "root", "pool-secret-0815"  # of every pool that is not told otherwise
LOGIN = "session.login_with_password"
# What a host answers itself, master or not.
LOCAL = (LOGIN,)


class Dropped(Exception):
    """The connection ends without an answer."""


@dataclass
class Fault:
    """What goes wrong with the next calls of a method ("*": any).

    code: is answered; without one the connection is lost, before the call or ("after") when it was done. With a delay
    (seconds) alone the call is only late.
    """

    method: str
    code: str = ""
    details: tuple[str, ...] = ()
    after: bool = False
    delay: float = 0.0
    times: int = 1


@dataclass(frozen=True)
class Call:
    """One call as it came: to which host (its name), what, with what, without the session. error: the code answered."""

    host: str
    method: str
    params: tuple[Any, ...]
    error: str = ""


@dataclass
class Pool:
    """Hosts are told by their references. transition: seconds that a new master or a reboot takes."""

    username: str = USERNAME
    password: str = PASSWORD
    transition: float = 0.15
    database: Database = field(default_factory=Database)
    calls: list[Call] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    sessions: dict[str, str] = field(default_factory=dict)
    logins: int = 0
    # Seconds of the monotonic clock until which a host does not answer.
    away: dict[str, float] = field(default_factory=dict)
    upgrade_to: dict[str, str] = field(default_factory=dict)
    # Hosts that a reboot does not enable, and those that no storage can be plugged on.
    stay_disabled: set[str] = field(default_factory=set)
    without_storage: set[str] = field(default_factory=set)
    moved_to: Pool | None = None
    # Other pools by the address of their master, for a host that joins.
    others: dict[str, Pool] = field(default_factory=dict)
    on_call: Callable[[Call], None] = lambda call: None

    @property
    def master(self) -> str:
        (record,) = self.database.rows["pool"].values()
        return str(record["master"])

    def host(self, name: str) -> str:
        (ref,) = self.database.find("host", name_label=name)
        return ref

    def name(self, host: str) -> str:
        return str(self.database.get("host", host)["name_label"])

    def named(self, *prefixes: str) -> list[str]:
        """Methods called so far that begin so, in order."""
        return [call.method for call in self.calls if call.method.startswith(prefixes)]

    def gone(self, host: str, seconds: float) -> None:
        """A host does not answer for so long."""
        self.away[host] = time.monotonic() + seconds

    def call(self, host: str, method: str, params: list[Any]) -> Any:
        """A call that came to a host. Raises Failure or Dropped."""
        if time.monotonic() < self.away.get(host, 0.0):
            raise Dropped
        secret = method == LOGIN
        shown = tuple(params[:1] if secret else params[1:])
        noted = Call(self.name(host), method, shown)
        self.on_call(noted)
        fault = self._fault(method)
        try:
            if fault is not None:
                self._before(fault)
            value = self._answer(host, method, params)
        except Failure as error:
            noted = Call(noted.host, method, shown, error.description[0])
            raise
        finally:
            self.calls.append(noted)
        if fault is not None and fault.after:
            raise Dropped
        return value

    def _fault(self, method: str) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method in ("*", method):
                fault.times -= 1
                return fault
        return None

    @staticmethod
    def _before(fault: Fault) -> None:
        time.sleep(fault.delay)
        if fault.code:
            raise Failure(fault.code, *fault.details)
        if not fault.after and not fault.delay:
            raise Dropped

    def _answer(self, host: str, method: str, params: list[Any]) -> Any:
        model = self.database.model
        if method == LOGIN:
            return self._login(host, model.arguments(method, params))
        if host != self.master:
            raise Failure("HOST_IS_SLAVE", self.database.get("host", self.master)["address"])
        if not params or params[0] not in self.sessions:
            raise Failure("SESSION_INVALID", params[0] if params else "")
        session, given = params[0], params[1:]
        if method == "session.logout":
            del self.sessions[session]
            return ""
        if method.startswith("Async."):
            return self._started(method[len("Async.") :], given)
        return self.done(method, given)

    def done(self, method: str, given: list[Any]) -> Any:
        """The effect of a call, and its value."""
        database = self.database
        arguments = database.model.arguments(method, given)
        for (_name, kind), value in zip(database.model.message(method)[1].params, arguments, strict=False):
            if kind.endswith(" ref"):
                database.check(kind[:-4], value)
        special = hosts.MEANINGS.get(method) or networks.MEANINGS.get(method) or storage.MEANINGS.get(method)
        special = special or settings.MEANINGS.get(method)
        value = special(self, *arguments) if special else records.answer(database, method, arguments)
        return "" if value is None else value

    def _login(self, host: str, given: list[Any]) -> str:
        # A member judges no password: it says first who the master is (xapi_session.ml).
        if host != self.master:
            raise Failure("HOST_IS_SLAVE", self.database.get("host", self.master)["address"])
        self.logins += 1
        if given[:2] != [self.username, self.password]:
            raise Failure("SESSION_AUTHENTICATION_FAILED", given[0], "Authentication failure")
        session = f"OpaqueRef:{uuid.uuid4()}"
        self.sessions[session] = host
        return session

    def _started(self, method: str, given: list[Any]) -> str:
        """Done in the background; answered with its task."""
        database = self.database
        database.model.message(method)
        task = database.add("task", name_label=f"Async.{method}", status="pending", type="<none/>")

        def work() -> None:
            try:
                value = self.done(method, given)
            except Failure as error:
                end = {"status": "failure", "error_info": error.description}
            else:
                end = {"status": "success", "result": f"<value>{value}</value>" if value else ""}
            if task in database.rows["task"]:
                database.set("task", task, progress=1.0, **end)

        threading.Thread(target=work, daemon=True).start()
        return task
