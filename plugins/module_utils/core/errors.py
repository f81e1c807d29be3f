# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error tree of the collection. Only ``interface/`` turns these into ``fail_json``.

Every error has a stable ``code``, a message for a person, and ``details``: plain data (JSON-able) with the numbers.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


class HostcraftError(Exception):
    """The root: catches everything that the collection raises on purpose.

    secrets: texts to mask wherever the task's result repeats them.
    """

    code: str = "error"
    secrets: tuple[str, ...] = ()

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, object] = {key: value for key, value in details.items() if value is not None}

    def add(self, more: str) -> None:
        """Say more at the end of the message."""
        self.message += more
        self.args = (self.message,)


class InvalidValue(HostcraftError):
    """A parameter that cannot be right: names it, its value and what would be."""

    code = "invalid_value"

    def __init__(self, parameter: str, value: object, expected: str) -> None:
        super().__init__(
            f"{parameter}={value!r} is not valid: expected {expected}",
            parameter=parameter,
            value=value,
            expected=expected,
        )


class MissingValue(HostcraftError):
    """Parameters that are needed, in the words that Ansible has for it and that playbooks compare with.

    subject: what they are needed for. hint: what else helps to choose them. lead: other first words.
    """

    code = "missing_value"
    LEAD, PRESENT = "missing required arguments", "state is present but all of the following are missing"

    def __init__(self, subject: str, missing: t.Sequence[str], hint: str = "", lead: str = LEAD) -> None:
        more = f"; {hint}" if hint else ""
        super().__init__(f"{lead}: {', '.join(missing)}{more}", subject=subject, missing=list(missing))


class NotFound(HostcraftError):
    """Nothing has that name; tells the nearest names that are there."""

    code = "not_found"

    def __init__(self, kind: str, wanted: str, where: str = "", near: t.Sequence[str] = ()) -> None:
        place = f" in {where}" if where else ""
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        words = f"{kind[:1].upper()}{kind[1:]} {wanted} not found{place}{hint}"
        super().__init__(words, kind=kind, wanted=wanted, where=where or None, near=list(near))
        self.kind = kind


class NoZone(NotFound):
    """A server without any zone, where a task names none."""

    def __init__(self) -> None:
        super().__init__("zone", "")
        self.message = "no zone found on this server: create one first (cs_zone)"
        self.args = (self.message,)
        self.details = {"kind": "zone", "near": []}


class Ambiguous(HostcraftError):
    """Several things have that name; tells which. places: where each of them is; remedy: how else to name one."""

    code = "ambiguous"

    def __init__(
        self, kind: str, wanted: str, matches: t.Sequence[str], places: t.Sequence[str] = (), remedy: str = ""
    ) -> None:
        told = [f"{match} ({place})" for match, place in zip(matches, places)] or list(matches)
        several = len(matches) != 1
        what = f"{len(matches)} {kind}s match {wanted!r}" if several else f"1 {kind} matches {wanted!r}"
        super().__init__(
            f"{what}: {', '.join(told)}; use {'the id of one' if several else 'its id'}{remedy}",
            kind=kind,
            wanted=wanted,
            matches=list(matches),
            places=list(places) or None,
        )


@dataclass(frozen=True)
class Reason:
    """One reason of a refusal: a stable code, a sentence, what would help, and the numbers."""

    code: str
    message: str
    remedy: str = ""
    facts: t.Mapping[str, object] = field(default_factory=dict)


class Refused(HostcraftError):
    """A decision that cannot be carried out safely: returns every reason, and nothing was done."""

    code = "refused"

    def __init__(self, subject: str, reasons: t.Sequence[Reason]) -> None:
        sentences = [r.message + (f" ({r.remedy})" if r.remedy else "") for r in reasons]
        super().__init__(
            f"{subject}: " + "; ".join(sentences),
            reasons=[{"code": r.code, "message": r.message, "remedy": r.remedy, **r.facts} for r in reasons],
        )
        self.reasons = tuple(reasons)


class WaitTimeout(HostcraftError):
    """A wait reached its limit; says what it waited for and what it saw last."""

    code = "timeout"

    def __init__(self, what: str, seconds: float, last: object = None) -> None:
        seen = f"; last seen: {last}" if last is not None else ""
        super().__init__(
            f"timeout after {seconds:.0f} s waiting for {what}{seen}", what=what, seconds=seconds, last=last
        )


class NotAsRead(HostcraftError):
    """Written without an error, read back otherwise: done is verified, not assumed."""

    code = "not_verified"

    def __init__(self, subject: str, differences: t.Mapping[str, object]) -> None:
        super().__init__(
            f"{subject} was changed, but the server shows other values: {differences}", differences=dict(differences)
        )


class MissingLibrary(HostcraftError):
    """A Python package that is needed where the task runs."""

    code = "missing_library"

    def __init__(self, package: str, purpose: str) -> None:
        super().__init__(
            f"the Python package {package!r} is needed {purpose}: install it for the interpreter that runs the task",
            package=package,
        )


class Unsupported(HostcraftError):
    """The server is too old, or was built without the plugin, for what was asked."""

    code = "unsupported"


class Unreadable(HostcraftError):
    """An answer lacks what a decision stands on, or holds it in no form that can be read: names object and field."""

    code = "unreadable"


class TransportError(HostcraftError):
    """No usable answer: connection refused or lost, a proxy's error page, broken JSON.

    ``arrived`` is False only where the request provably did not reach the server, ``passing`` where asking again cannot
    help (a certificate that is not trusted).
    """

    code = "transport"

    def __init__(
        self,
        message: str,
        *,
        command: str,
        http_status: t.Optional[int] = None,
        arrived: bool = True,
        passing: bool = True,
    ) -> None:
        super().__init__(message, command=command, http_status=http_status)
        self.passing = passing
        self.http_status = http_status
        self.arrived = arrived


class ApiError(HostcraftError):
    """CloudStack answered with an error.

    details: command, http_status, errorcode, cserrorcode, job_id (for a failed asynchronous job).
    """

    code = "api"

    def __init__(
        self,
        text: str,
        *,
        command: str,
        http_status: t.Optional[int] = None,
        errorcode: t.Optional[int] = None,
        cserrorcode: t.Optional[int] = None,
        job_id: t.Optional[str] = None,
    ) -> None:
        super().__init__(
            f"{command}: {text}",
            command=command,
            http_status=http_status,
            errorcode=errorcode,
            cserrorcode=cserrorcode,
            job_id=job_id,
        )
        self.command = command
        self.text = text
        self.http_status = http_status
        self.errorcode = errorcode


class JobLost(ApiError):
    """The server no longer knows the asynchronous job: whether it finished must be read from its effect."""

    code = "job_lost"


class AuthenticationFailed(ApiError):
    """401 for a command that the server has: the keys, the secret or the clock are wrong."""

    code = "authentication"


class HypervisorError(HostcraftError):
    """A hypervisor answered that it will not or cannot. fault: its own word (XAPI error, vim fault, libvirt code)."""

    code = "hypervisor"

    def __init__(self, message: str, *, call: str, fault: str = "", **details: object) -> None:
        super().__init__(f"{call}: {message}", call=call, fault=fault, **details)
        self.fault = fault


class AccessDenied(HypervisorError):
    """Wrong user or password, or too few rights. Never tried again: a second try may lock the account."""

    code = "access_denied"


class DatabaseError(HostcraftError):
    """The database answered that it will not or cannot. number: its own error number."""

    code = "database"

    def __init__(self, message: str, *, where: str, number: t.Optional[int] = None, **details: object) -> None:
        super().__init__(f"{where}: {message}", where=where, number=number, **details)
        self.number = number
