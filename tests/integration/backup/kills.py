# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a backup or a restore in a process of its own that is killed before or after one of its steps."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymysql
from counterparts.mariadb.server import PASSWORD, USER, MariaDb
from integration.backup.cloud import Cloud

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.backup import folder, programs, server, tree
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused

STEPS: tuple[tuple[Any, str], ...] = (
    *((folder.Directory, name) for name in ("begin", "finish", "remove", "prove")),
    *((folder, name) for name in ("write", "part_of")),
    *((programs, name) for name in ("dump", "load")),
    *((tree, name) for name in ("pack", "_placed")),
    *((server.Server, name) for name in ("set_note", "make_account", "set_password", "lock", "drop", "settle")),
)


def killed(work: Callable[[], object], at: int) -> bool:
    """Whether it was killed at that step; False where it ended before, in good order."""
    child = os.fork()
    if not child:
        ended = 1
        with contextlib.suppress(BaseException):
            _arm(at)
            try:
                work()
                ended = 0
            except BaseException:
                traceback.print_exc()
        os._exit(ended)
    _child, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0
    return False


def _arm(at: int) -> None:
    reached = 0

    def step() -> None:
        nonlocal reached
        reached += 1
        if reached == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrapped(function: Any) -> Any:
        @functools.wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            step()
            answer = function(*args, **named)
            step()
            return answer

        return call

    for owner, name in STEPS:
        setattr(owner, name, wrapped(getattr(owner, name)))


def patiently(work: Callable[[], Any]) -> Any:
    """A program that a killed run has left goes on for a moment, and is refused as another session."""
    for _try in range(100):
        try:
            return work()
        except Refused as refused:
            if [reason.code for reason in refused.reasons] != ["sessions_open"]:
                raise
            time.sleep(0.1)
    raise TimeoutError("sessions stay open")


def backup_survives(cloud: Cloud, place: Path, at: int) -> bool:
    """Kill a backup at a step: no half of it has a backup's name, and the next one is whole. False after the last."""
    cloud.make(place, "20260101T000000Z-ms1")
    was_killed = killed(lambda: cloud.make(place, "20260102T000000Z-ms1", keep=1), at)
    found = folder.Directory(str(place), "ms1").folder(check=True).backups
    assert found
    assert all(each.whole for each in found)
    cloud.make(place, "20260103T000000Z-ms1", keep=1)
    left = sorted(path.name for path in place.iterdir() if path.name != ".lock")
    assert left == ["20260103T000000Z-ms1"]
    return was_killed


def restore_survives(cloud: Cloud, place: Path, to: MariaDb, name: str, at: int) -> bool:
    """Kill a restore at a step: no server can use half of it, and the next run is whole. False after the last."""
    was_killed = killed(lambda: cloud.restore(place, to, name), at)
    # The accounts come first: until the first database exists there are no rows to compare.
    if _logs_in(to) and to.run("SHOW DATABASES LIKE 'cloud'", database=""):
        assert to.run("SELECT COUNT(*) FROM notes") == cloud.server.run("SELECT COUNT(*) FROM notes")
        assert to.run("SHOW TABLES FROM cloud_usage", database="") == cloud.server.run("SHOW TABLES FROM cloud_usage")
    outcome = patiently(lambda: cloud.restore(place, to, name, replace=not was_killed or _whole(to)))
    assert outcome.result["proven"] is True
    assert to.run("SHOW DATABASES LIKE 'hostcraft%%'", database="") == []
    assert _logs_in(to)
    return was_killed


def _whole(to: MariaDb) -> bool:
    return not to.run("SHOW DATABASES LIKE 'hostcraft%%'", database="")


def _logs_in(to: MariaDb) -> bool:
    try:
        pymysql.connect(host="127.0.0.1", port=to.port, user=USER, password=PASSWORD).close()
    except pymysql.err.OperationalError:
        return False
    return True
