# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the run of another lock is over: by its process on this machine, or by AWX, if AWX may be asked."""

from __future__ import annotations

import os
import re
import time
import typing as t
from urllib.parse import urlsplit

from ...adapters.awx.client import Awx
from ...core.addresses import in_url
from ...core.errors import HostcraftError
from ...core.maintenance.awx import Known, judged, number_of
from ...core.maintenance.lock import Lock
from .holder import ended

# As AWX's own credential type "Red Hat Ansible Automation Platform" and the collection awx.awx name them.
FAMILIES = ("CONTROLLER", "TOWER")
PREFIX = "CONTROLLER_OPTIONAL_API_URLPATTERN_PREFIX"
UNSET = "not known whether it is over: CONTROLLER_HOST and CONTROLLER_OAUTH_TOKEN are not set, so AWX was not asked"
AGAIN = 10.0  # seconds after which AWX is asked again about a job that was running


class Runs:
    """Asks AWX once about a job that is over, and once where it cannot be asked."""

    def __init__(self, now: t.Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: dict[tuple[str, float], tuple[float, Known]] = {}

    def ended(self, lock: Lock) -> bool:
        """Whether the run is proven to be over."""
        return ended(lock) or self._awx(lock).over

    def told(self, lock: Lock) -> str:
        """What a refusal says of the run, as far as AWX is concerned."""
        return self._awx(lock).said

    def _awx(self, lock: Lock) -> Known:
        number = number_of(lock)
        if number is None:
            return Known(False)
        asked = (number, lock.since)
        at, known = self._known.get(asked, (self._now() - AGAIN, Known(False)))
        if self._now() - at >= AGAIN:
            known, again = _asked(number, lock.since)
            self._known[asked] = (self._now() if again else float("inf"), known)
        return known


def _asked(number: str, since: float) -> tuple[Known, bool]:
    """What AWX says of a job, and whether it may say something else later."""
    try:
        awx = controller()
        if awx is None:
            return Known(False, UNSET), False
        known = judged(awx.job(number), number, since)
    except HostcraftError as error:
        return Known(False, f"not known whether it is over: {error.message}"), False
    return known, not known.over


def controller() -> t.Optional[Awx]:
    """The AWX that the environment names; None where it names none. Raises HostcraftError for one that is unusable."""
    for family in FAMILIES:
        host, token = os.environ.get(f"{family}_HOST"), os.environ.get(f"{family}_OAUTH_TOKEN")
        if host and token:
            return Awx(_url(f"{family}_HOST", host), _token(f"{family}_OAUTH_TOKEN", token), _path())
    return None


def _url(name: str, host: str) -> str:
    """The place alone. Its value is quoted nowhere: people write passwords into URLs."""
    try:
        parts = urlsplit(host.strip() if "://" in host else f"https://{host.strip()}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or not parts.netloc.isascii():
        raise HostcraftError(f"{name} is not an https URL of a host without a user")
    return f"https://{in_url(parts.hostname)}{port}"


def _token(name: str, token: str) -> str:
    # What is no token would break the header that it stands in.
    if not re.fullmatch(r"[!-~]+", token):
        raise HostcraftError(f"{name} is not a token")
    return token


def _path() -> str:
    prefix = (os.environ.get(PREFIX) or "").strip("/")
    if not re.fullmatch(r"(?:[\w-]+(?:/[\w-]+)*)?", prefix, re.ASCII):
        raise HostcraftError(f"{PREFIX} is not a path")
    return f"/api/{prefix}/v2" if prefix else "/api/v2"
