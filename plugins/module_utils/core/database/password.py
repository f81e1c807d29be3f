# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The password of CloudStack's account on the database server, changed while servers use it.

MariaDB (10.4 and newer) accepts several logins of one account (IDENTIFIED VIA … OR …). So the old password stays valid
until every server has the new one, and until then each server can go back. Only hashes are sent.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..errors import Reason
from .accounts import Held, Step, native_hash
from .replication import Server, main_version

BOTH, NEW, OLD = "both", "new", "old"
PLUGIN = "mysql_native_password"
OLDEST = (10, 4)
_LOGIN = re.compile(
    r" IDENTIFIED (?P<how>BY PASSWORD|VIA) (?P<what>.*?)(?= REQUIRE | WITH | PASSWORD EXPIRE| ACCOUNT |$)"
)
_HASH = re.compile(rf"(?:{PLUGIN} USING )?'(\*[0-9A-F]{{40}})'")


@dataclass(frozen=True)
class Decision:
    steps: tuple[Step, ...] = ()
    reasons: tuple[Reason, ...] = ()


def hashes(login: str) -> t.Optional[tuple[str, ...]]:
    """The passwords that an account accepts, from SHOW CREATE USER. None where it logs in otherwise."""
    match = _LOGIN.search(login)
    found = [_HASH.fullmatch(part.strip()) for part in match["what"].split(" OR ")] if match else []
    return tuple(each[1] for each in found if each) if found and all(found) else None


def fit(server: Server) -> tuple[Reason, ...]:
    """Why this server cannot change an account, or not without a gap."""
    found = []
    if "mariadb" not in server.version.casefold() or main_version(server.version) < OLDEST:
        found.append(
            Reason(
                "one_password",
                f"the database server has version {server.version}; MariaDB 10.4 and newer accept two passwords",
                "stop all servers, change the password with ALTER USER, then use state=written",
            )
        )
    if not server.writer:
        found.append(Reason("not_primary", "the database server does not accept writes", "run this on the primary"))
    return tuple(found)


def decide(held: t.Iterable[Held], user: str, password: str, state: str) -> Decision:
    """What makes all accounts of that name accept both passwords, the new one, or the old one."""
    new = native_hash(password)
    accounts = [each for each in held if each.name == user and each.matched]
    steps: list[Step] = []
    reasons: list[Reason] = []
    if not accounts:
        reasons.append(Reason("no_account", f"the account {user} does not exist", "set user to another account"))
    for each in accounts:
        who, present = f"{each.name}@{each.host}", hashes(each.login)
        if present is None:
            reasons.append(Reason("other_login", f"{who} does not log in by {PLUGIN}", "change its password manually"))
            continue
        wanted, reason = _wanted(who, present, new, state)
        if reason:
            reasons.append(reason)
        elif wanted != present:
            login = " OR ".join([f"{PLUGIN} USING %s"] * len(wanted))
            steps.append(
                Step(f"ALTER USER %s@%s IDENTIFIED VIA {login}", (each.name, each.host, *wanted), f"{who}: {state}")
            )
    return Decision((), tuple(reasons)) if reasons else Decision(tuple(steps))


def _wanted(who: str, present: tuple[str, ...], new: str, state: str) -> tuple[tuple[str, ...], t.Optional[Reason]]:
    if state == BOTH:
        if new not in present and len(present) > 1:
            text = f"{who} accepts {len(present)} other passwords: a change is not complete"
            return (), Reason("change_open", text, "complete it with its own password, or end it with state=old")
        return (present if new in present else (*present, new)), None
    if state == NEW:
        if new not in present:
            return (), Reason("not_accepted", f"{who} does not accept the new password", "use state=both first")
        return (new,), None
    if present == (new,):
        return (), Reason("old_gone", f"{who} accepts only the new password", "set the old one as a new password")
    return tuple(each for each in present if each != new), None
