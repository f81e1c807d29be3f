"""A signed caller of a sandbox, and the shortest way to a zone; used by the tests of the sandbox alone."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.auth import signature
from sandbox.server import Received, Sandbox


class Api:
    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def signed(self, command: str, params: dict[str, Any]) -> dict[str, str]:
        sent = {**{k: str(v) for k, v in params.items()}, "command": command, "response": "json"}
        sent["apiKey"] = self.box.key
        return {**sent, "signature": signature(sent, self.box.secret)}

    def ask(self, command: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """HTTP status and the inside of the answer."""
        form = urlencode(self.signed(command, params))
        url = urlsplit(self.box.url)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
        try:
            connection.request("POST", url.path, form, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            body: dict[str, Any] = next(iter(json.loads(answer.read()).values()))
            return answer.status, body
        finally:
            connection.close()

    def ok(self, command: str, **params: Any) -> dict[str, Any]:
        status, body = self.ask(command, **params)
        assert status == 200, f"{command}: {status} {body}"
        return body

    def job(self, command: str, **params: Any) -> dict[str, Any]:
        """The final answer of queryAsyncJobResult."""
        return self.wait(self.ok(command, **params)["jobid"])

    def wait(self, job: str) -> dict[str, Any]:
        def ended() -> dict[str, Any]:
            state = self.ok("queryAsyncJobResult", jobid=job)
            return state if state["jobstatus"] != 0 else {}

        return self.box.wait_for(ended)

    def becomes(self, look: Callable[[], object], wanted: object) -> None:
        self.box.wait_for(lambda: look() == wanted)

    def done(self, command: str, **params: Any) -> dict[str, Any]:
        """The result of a job that succeeds."""
        state = self.job(command, **params)
        assert state["jobstatus"] == 1, state
        result: dict[str, Any] = state["jobresult"]
        return result

    def make_zone(self, name: str = "z1") -> str:
        sent = {"networktype": "Advanced", "dns1": "10.0.0.1", "internaldns1": "10.0.0.1"}
        return str(self.ok("createZone", name=name, **sent)["zone"]["id"])

    def make_pod(self, zone: str, name: str = "p1", net: str = "172.16.15") -> str:
        sent = {"gateway": f"{net}.1", "netmask": "255.255.255.0", "startip": f"{net}.2", "endip": f"{net}.200"}
        return str(self.ok("createPod", zoneid=zone, name=name, **sent)["pod"]["id"])


class Inside(Api):
    """Without HTTP, for what only has to be there when a test begins: a fifth of the time, and no planted fault."""

    def ask(self, command: str, **params: Any) -> tuple[int, dict[str, Any]]:
        sent = self.signed(command, params)
        self.box.calls.append(Received("POST", command, sent))
        status, body = self.box.run(lambda _world: self.box.api.call(sent))
        inside: dict[str, Any] = next(iter(json.loads(json.dumps(body)).values()))
        return status, inside
