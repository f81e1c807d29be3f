"""Faults that a test asks for: what goes wrong at which call of which command."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .rules import troubles

# http: status with a JSON error body · html: status with an HTML page · bad_json: 200, cut-off JSON ·
# drop: closed unread · drop_after: done, then closed without an answer · slow: answered after `seconds` ·
# job_failed: its job fails · agent_lost: the agent of `host` (name, address or uuid) goes, then it is handled ·
# the kinds of rules.troubles befall `target` (name or uuid of a router, system VM, network, VPC, zone, template or
# pool; what the call names by `id`, or everything) from that call on, until the faults are cleared ·
# restart: closed, and running jobs are forgotten, or failed with `jobs="fail"`.
KINDS = (
    "http",
    "html",
    "bad_json",
    "drop",
    "drop_after",
    "slow",
    "job_failed",
    "agent_lost",
    "restart",
    *troubles.KINDS,
)


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
    target: str = ""
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
    """`troubles`: the world's own, which are lifted with the faults."""

    def __init__(self, befallen: dict[str, set[str]] | None = None) -> None:
        self.active: list[Fault] = []
        self.troubles = {} if befallen is None else befallen

    def add(self, command: str, kind: str, **settings: Any) -> Fault:
        """`faults.add("listHosts", "http", nth=2, status=503)`; ValueError for an unknown kind."""
        fault = Fault(command, kind, **settings)
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        self.active.clear()
        self.troubles.clear()

    def befall(self, fault: Fault, params: dict[str, str]) -> None:
        """Put a trouble on what it is for."""
        target = fault.target or params.get("id") or params.get("name") or "*"
        self.troubles.setdefault(fault.kind, set()).add(target)

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
