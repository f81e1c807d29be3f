# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets a management server's database up: looks, decides, makes or joins, proves, and only then writes its files."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.database.set_up.characters import problems
from ...core.database.set_up.decide import ABSENT, DEPLOY, FRESH, HALF, NONE, SERVED, Decision, Wanted, decide
from ...core.database.set_up.files import Change, Files, Read, Write, change
from ...core.errors import NotAsRead, Reason, Refused
from ...core.text import several
from ...ports.database import DatabaseSetUp

SUBJECT = "the database of the management server"
PATIENCE = 900.0  # seconds in which another machine makes the databases


@dataclass(frozen=True)
class Done:
    """action: deployed, joined, configured or none."""

    action: str
    state: str
    encryptor: str
    change: Change

    @property
    def changed(self) -> bool:
        return self.action == "deployed" or self.change.changed


def set_up(
    wanted: Wanted,
    database: DatabaseSetUp,
    files: Files,
    read: Read,
    write: Write,
    put: t.Callable[[Change], None],
    check: bool,
) -> Done:
    """put: writes the files. Raises Refused with every reason, before anything is written."""
    _judged(problems(wanted, False))
    decision, its = _decided(wanted, database, files, read, write)
    if decision.action == DEPLOY and not check:
        with database.locked(PATIENCE):
            # Another machine may have been first.
            decision, its = _decided(wanted, database, files, read, write)
            if decision.action == DEPLOY:
                database.make()
                made = database.look().state
                if made != FRESH:
                    raise NotAsRead("the database after its set-up", {"state": made})
                put(its)
                return Done("deployed", decision.state, decision.encryptor, its)
    if not check or decision.action != DEPLOY:
        database.prove()
    if decision.action == NONE:
        return Done("none", decision.state, decision.encryptor, its)
    if not check:
        put(its)
    action = {DEPLOY: "deployed"}.get(decision.action, "joined" if decision.state == SERVED else "configured")
    return Done(action, decision.state, decision.encryptor, its)


def _decided(
    wanted: Wanted, database: DatabaseSetUp, files: Files, read: Read, write: Write
) -> tuple[Decision, Change]:
    found = database.look()
    draft = decide(wanted, found, True)
    its = change(wanted, draft.encryptor, files, read, write)
    decision = decide(wanted, found, not its.changed)
    new = found.state in (ABSENT, HALF, FRESH)
    reasons = list(decision.reasons)
    if its.changed:
        reasons += [*(problems(wanted, True) if new else ()), *map(_left, its.lost.items())]
    _judged(reasons)
    return decision, its


def _left(lost: tuple[str, tuple[str, ...]]) -> Reason:
    file, names = lost
    return Reason(
        "encrypted_otherwise",
        f"{file}: {several(names, 5)}: encrypted with another key than the management key, so that the server would "
        "not start",
        "use this server's management key, change it with the playbook rotate_database_keys, or write these values as "
        "plain text first",
        {"file": file, "properties": list(names)},
    )


def _judged(reasons: t.Sequence[Reason]) -> None:
    if reasons:
        raise Refused(SUBJECT, reasons)
