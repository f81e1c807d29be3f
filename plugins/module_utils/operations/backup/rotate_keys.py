# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the keys of a management server and its database, with the files as they were kept until it is proven."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...core.backup.failure import BackupFailed
from ...core.backup.keys import (
    FILES_ONLY,
    NOTHING,
    TAKE_BACK,
    WITH_DATA,
    Data,
    Keys,
    decide,
    left_over,
    lost,
    neither,
    wanted,
)
from ...core.backup.restore import alive
from ...core.change import Outcome
from ...core.errors import NotAsRead, Refused
from ...ports.backup import KeyHolder

SUBJECT = "the keys of the management server"


@dataclass(frozen=True)
class Request:
    """None: as it is."""

    management: t.Optional[str]
    database: t.Optional[str]
    version: t.Optional[str]


def rotate(server: KeyHolder, request: Request, check_mode: bool) -> Outcome:
    """Raises Refused, BackupFailed, NotAsRead and what its port raises."""
    held = server.held(request.management)
    wish = wanted(held, request.management, request.database, request.version)
    by_wish = server.data(wish)
    step = decide(held, wish, server.data(held), by_wish, server.kept(request.management))
    result: dict[str, object] = {"step": step or "none", "version": wish.version, "default_keys": list(wish.defaults())}
    warnings = tuple(f"the {name} key is still the default of cloudstack-setup-databases" for name in wish.defaults())
    if step == NOTHING:
        if not check_mode:
            server.forget()
        return Outcome(False, result={**result, "secrets": _readable(by_wish)}, warnings=warnings)
    # Those of the files as they are: on the way back nothing is encrypted.
    others = server.left_behind() if held.management != wish.management and step != TAKE_BACK else {}
    reasons = [*alive(server.running()), *([] if step else [neither()]), *lost(others)]
    if reasons:
        raise Refused(SUBJECT, reasons)
    before = {"version": held.version, "keys": "old"}
    after = {"version": wish.version, "keys": "new"}
    if check_mode:
        return Outcome(True, before, after, {**result, "secrets": _readable(by_wish)}, warnings)
    if step == TAKE_BACK:
        server.take_back()
        held = server.held(request.management)
        step = decide(held, wish, server.data(held), server.data(wish), None)
    version, secrets = _changed(server, held, wish, step, request.version)
    result |= {"version": version, "secrets": secrets}
    return Outcome(True, before, {**after, "version": version}, result, warnings)


def _changed(server: KeyHolder, held: Keys, wish: Keys, step: str, asked: t.Optional[str]) -> tuple[str, int]:
    """The version of db.properties now, and how many secrets the new key decrypts. Raises BackupFailed, NotAsRead.

    asked: the version; None leaves it to the command, which writes V2 where there was none.
    """
    before = server.data(held if step == WITH_DATA else wish).forms or {}
    server.keep()
    said = server.change(held, wish, with_data=step != FILES_ONLY)
    now = server.held(wish.management)
    data = server.data(wish)
    if now.has(wish, asked) and data.forms is not None:
        wrong = left_over(data.forms, before, now.version)
        if wrong:
            raise NotAsRead("the database's encryption", wrong)
        server.forget()
        return now.version, _readable(data)
    new = step == FILES_ONLY or (data.forms is not None and wish.database != held.database)
    if server.data(wish if new else held).forms is None:
        raise BackupFailed(
            "keys",
            f"cloudstack-migrate-databases failed, and neither key decrypts the database: restore the backup: {said}",
        )
    # The next run decides by the files as they were. A copy that stayed would be put over later changes.
    if now != held:
        server.take_back()
    server.forget()
    stays = "the files are as before" if new else "nothing is changed"
    again = "; the database has the new key: run this again" if new else ""
    raise BackupFailed("keys", f"cloudstack-migrate-databases failed, and {stays}: {said}{again}")


def _readable(data: Data) -> int:
    return sum(number for form, number in (data.forms or {}).items() if form in ("V1", "V2"))
