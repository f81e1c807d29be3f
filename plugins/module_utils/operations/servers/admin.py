# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The administrator's password changed at the first login, and API keys made, without showing either."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...core.change import Outcome
from ...core.errors import JobLost, NotAsRead, Reason, Refused, TransportError
from ...core.servers.admin import Keys
from ...ports.clock import Clock
from ...ports.servers import AdminLogin, KeysFile

PAUSE = 2.0  # seconds for a server whose answer was lost


@dataclass(frozen=True)
class Request:
    """new: "" to leave the password. rotate: make other keys although there are some."""

    username: str
    old: str = field(repr=False)
    new: str = field(default="", repr=False)
    rotate: bool = False


def ensure_admin(
    login: AdminLogin, file: t.Optional[KeysFile], clock: Clock, request: Request, check_mode: bool
) -> Outcome:
    """Raises Refused where neither password is accepted, InvalidValue, NotAsRead, TransportError, ApiError."""
    held = file.held() if file else None
    is_new = bool(request.new) and login.enter(request.new)
    if not is_new and not login.enter(request.old):
        which = "neither the new nor the old password" if request.new else "the password"
        negated = "accepts" if request.new else "does not accept"
        told = f"the server {negated} {which} of user {request.username}"
        remedy = "check username, domain and both passwords; too many wrong passwords disable a user"
        raise Refused("login", [Reason("login_refused", told, remedy)])
    changing = bool(request.new) and not is_new
    if changing and not check_mode:
        _change(login, clock, request)
    there = login.keys()
    known = held is not None and there is not None and held.key == there.key and login.accepts(held)
    making = file is not None and (request.rotate or there is None)
    writing = file is not None and (making or not known)
    if file and writing and not check_mode:
        keys = _made(login, clock, there) if making or there is None else there
        if not login.accepts(keys):
            raise NotAsRead("the API keys", {"keys": {"held": "not accepted in a signed call", "wanted": "accepted"}})
        file.write(keys)
    before = {"password": "old"} if changing else {}
    after = {"password": "new"} if changing else {}
    if writing:
        before["keys"] = "present, not in the file" if there else "absent"
        after["keys"] = "new, in the file" if making else "present, in the file"
    result = {"password_changed": changing, "keys_made": making, "keys_written": writing}
    return Outcome(changing or writing, before, after, result)


def _change(login: AdminLogin, clock: Clock, request: Request) -> None:
    """The new password is proven by another login; where the answer was lost, that login tells what came of it."""
    try:
        login.change(request.old, request.new)
    except (TransportError, JobLost):
        clock.sleep(PAUSE)
        if login.enter(request.new):
            return
        if not login.enter(request.old):
            raise
        login.change(request.old, request.new)
    if not login.enter(request.new):
        raise NotAsRead("the password", {"password": {"held": "not accepted in a login", "wanted": "accepted"}})


def _made(login: AdminLogin, clock: Clock, there: t.Optional[Keys]) -> Keys:
    """Where the answer was lost, the server has other keys than before, or is asked again."""
    try:
        return login.make_keys()
    except (TransportError, JobLost):
        clock.sleep(PAUSE)
        now = login.keys()
        return now if now is not None and now != there else login.make_keys()
