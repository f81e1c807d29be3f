# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A management server that follows a script, in the place of the adapter's ``Http``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.cloudstack.transport import Endpoint, Http

Answer = tuple[int, dict[str, Any]]
Form = Mapping[str, str]


class ScriptedHttp(Http):
    """Answers by ``reply(command, form)``; what it raises is raised. sent: every call, in order."""

    def __init__(self, reply: Callable[[str, Form], Answer], endpoint: Endpoint | None = None) -> None:
        super().__init__(endpoint or Endpoint("http://cloud.example/client/api", "the-api-key", "the-secret-key"))
        self.reply = reply
        self.sent: list[tuple[str, Form]] = []

    def send(self, command: str, form: str) -> Answer:
        fields = dict(parse_qsl(form, keep_blank_values=True, strict_parsing=True))
        self.sent.append((command, fields))
        return self.reply(command, fields)

    def count(self, command: str) -> int:
        return sum(1 for sent, _form in self.sent if sent == command)


def ok(**body: Any) -> Answer:
    """CloudStack's answer to a call that went well."""
    return 200, {"response": body}


def refused(status: int, text: str = "refused", **more: Any) -> Answer:
    """CloudStack's answer to a call that it refuses; HTTP status and errorcode are the same (T1:1-8)."""
    return status, {"errorresponse": {"errorcode": status, "errortext": text, **more}}


class Jobs:
    """Asynchronous jobs on a ``ScriptedHttp``: each ends after ``polls`` questions about it.

    most: the highest number of jobs under way at one moment. A job's result tells its number.
    """

    def __init__(self, polls: Callable[[int], int] = lambda number: 1, fail: frozenset[int] = frozenset()) -> None:
        self.polls, self.fail = polls, fail
        self.left: dict[str, int] = {}
        self.started = 0
        self.most = 0

    def __call__(self, command: str, form: Form) -> Answer:
        if command == "queryAsyncJobResult":
            return self._answer(form["jobid"])
        number = self.started
        self.started += 1
        self.left[f"job-{number}"] = self.polls(number)
        self.most = max(self.most, len(self.left))
        return ok(jobid=f"job-{number}", id="x")

    def _answer(self, job: str) -> Answer:
        if job not in self.left:
            return refused(431, "entity does not exist", cserrorcode=9999)
        self.left[job] -= 1
        if self.left[job] > 0:
            return ok(jobstatus=0, jobid=job)
        del self.left[job]
        number = int(job.rpartition("-")[2])
        if number in self.fail:
            return ok(jobstatus=2, jobresult={"errorcode": 530, "errortext": f"job {number} went wrong"}, jobid=job)
        return ok(jobstatus=1, jobresult={"number": number}, jobid=job)
