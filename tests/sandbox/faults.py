"""Faults that a test asks for: what goes wrong at which call of which command."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

# http: status with a JSON error body · html: status with an HTML page · bad_json: 200, cut-off JSON ·
# drop: closed unread · drop_after: done, then closed without an answer · slow: answered after `seconds` ·
# job_failed: its job fails · agent_lost: the agent of `host` (name, address or uuid) goes, then it is handled ·
# restart: closed, and running jobs are forgotten, or failed with `jobs="fail"`.
KINDS = ("http", "html", "bad_json", "drop", "drop_after", "slow", "job_failed", "agent_lost", "restart")


@dataclass
class Fault:
    """Fires on the `nth` call of `command` ("*": any) after it was added, and on the `times - 1` calls after it."""

    command: str
    kind: str
    nth: int = 1
    times: int = 1
    status: int = 503
    seconds: float = 1.0
    text: str = "fault injected"
    host: str = ""
    jobs: str = "forget"
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; known: {', '.join(KINDS)}")
        if self.jobs not in ("forget", "fail"):
            raise ValueError('jobs is "forget" or "fail"')
        if self.kind == "agent_lost" and not self.host:
            raise ValueError("agent_lost needs a host")
        if self.nth < 1 or self.times < 1:
            raise ValueError("nth and times count from 1")


class Faults:
    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, command: str, kind: str, **settings: Any) -> Fault:
        """`faults.add("listHosts", "http", nth=2, status=503)`; ValueError for an unknown kind."""
        fault = Fault(command, kind, **settings)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()

    def next(self, command: str) -> Fault | None:
        """Count this call; the fault that it meets, the first added winning."""
        hit = None
        for fault in self.active:
            if fault.command in ("*", command):
                fault.seen += 1
                if hit is None and fault.nth <= fault.seen < fault.nth + fault.times:
                    fault.fired += 1
                    hit = fault
        return hit

    def describe(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.active]
