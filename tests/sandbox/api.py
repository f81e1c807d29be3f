"""One call from its parameters to status and body: signature, surface, handler, job."""

from __future__ import annotations

import inspect
import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from . import answers, surface
from . import commands as _commands  # noqa: F401  (registers the handlers)
from .auth import accepts
from .errors import ApiError, unauthorized
from .faults import Fault
from .jobs import Jobs
from .registry import COMMANDS, Call, Command, Work
from .rules import log, management
from .sessions import Sessions
from .validation import convert
from .world import World

# Another release for a whole run of the tests: `make versions`.
DEFAULT_VERSION = os.environ.get("SANDBOX_VERSION", "4.22.0.0-SNAPSHOT")
# Read by the transport and the signature check, not by commands.
_ENVELOPE = frozenset({"command", "response", "apikey", "signature", "signatureversion", "expires", "sessionkey"})


class Api:
    """The commands of one server version over one world."""

    def __init__(self, world: World, key: str, secret: str, version: str = DEFAULT_VERSION) -> None:
        self.world, self.version = world, version
        world.version = version
        admin = world.users[2]
        admin.api_key, admin.secret_key = key, secret
        self.sessions = Sessions(world)
        self.jobs = Jobs(world)
        known = surface.load(version)
        self.apis = {name: known[name] for name in COMMANDS if name in known}

    def call(
        self, params: Mapping[str, str], fault: Fault | None = None, cookie: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """HTTP status and JSON body; `fault` of kind job_failed reaches the job. `cookie`: of a session."""
        name = params.get("command", "")
        api = self.apis.get(name)
        envelope = f"{COMMANDS[name].envelope}response" if api else "errorresponse"
        if api is None or not self._allowed(params, cookie):
            return 401, {envelope: unauthorized()}
        raw = {k.lower(): v for k, v in params.items() if k.lower() not in _ENVELOPE}
        try:
            return 200, {envelope: self._run(COMMANDS[name], api, raw, fault)}
        except ApiError as error:
            return error.code, {envelope: error.body()}
        except Exception as error:
            # A gap of the sandbox must be seen, yet look like a server's own failure.
            traceback.print_exc()
            text = f"{type(error).__name__}: {error}"
            return 530, {envelope: ApiError(530, 9999, text).body()}

    def _allowed(self, params: Mapping[str, str], cookie: str) -> bool:
        if self.sessions.user(cookie, params):
            return True
        now = datetime.now(UTC)
        keys = [(user.api_key, user.secret_key) for user in self.world.users if user.api_key]
        return any(accepts(params, key, secret, now) for key, secret in keys)

    def _run(self, command: Command, api: surface.Api, raw: dict[str, str], fault: Fault | None) -> dict[str, Any]:
        if api.isasync and self.world.server.state in management.CLOSED:
            raise ApiError(503, 9999, management.REFUSAL)
        call = Call(api, raw, self.world, self.jobs, self.apis, self.version)
        call.values = convert(api, command, self.world, raw)
        outcome = command.handler(call)
        if not isinstance(outcome, Work):
            log.changed(self.world, command.name, outcome)
            return answers.aged(self.version, command.name, outcome)
        outcome = self._aged(command, log.recorded(self.world, command, outcome))
        failure = ApiError(530, 9999, fault.text) if fault and fault.kind == "job_failed" else None
        job = self.jobs.start(command, outcome, failure)
        return {"id": outcome.created, "jobid": job.uuid} if outcome.created else {"jobid": job.uuid}

    def _aged(self, command: Command, work: Work) -> Work:
        """The same work, whose result is that of the played release."""

        async def run() -> dict[str, Any]:
            result = work.run()
            done = await result if inspect.isawaitable(result) else result
            return answers.aged(self.version, command.name, done)

        return Work(run, work.created, work.instance)
