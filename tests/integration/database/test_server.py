# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that a server would not start with, judged by its own program before they are in its file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from counterparts.mariadb.server import ROOT, MariaDb

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.local import LocalOptionFiles
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.properties import DatabaseAccess
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database.server import open_server
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.change import Outcome
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.operations.database.server import (
    Request,
    ensure_server,
)

GOOD = {"innodb_lock_wait_timeout": "600", "binlog_expire_logs_seconds": "604800", "default_time_zone": "+00:00"}


class Before106(LocalOptionFiles):
    """A program that does not know the seconds, which MariaDB 10.6 has brought."""

    def refused(self, text: str) -> list[str]:
        known = [line for line in text.splitlines() if not line.startswith("binlog_expire_logs_seconds")]
        new = [] if known == text.splitlines() else ["unknown variable 'binlog_expire_logs_seconds=604800'"]
        return [*new, *super().refused("\n".join(known))]


def ensure(
    server: MariaDb, folder: Path, settings: dict[str, object], files: LocalOptionFiles, socket: str = "s"
) -> Outcome:
    """socket: "none" for a server that does not run."""
    (folder / "d").mkdir(exist_ok=True)
    root = folder / "my.cnf"
    root.write_text(f"!includedir {folder}/d\n", encoding="utf-8")
    request = Request(settings, str(folder / "d" / "90-cloudstack.cnf"), (str(root),))
    access = DatabaseAccess(unix_socket=f"{server.folder}/{socket}", user="root", password=ROOT, name="")
    with closing(open_server(access)) as opened:
        return ensure_server(opened, files, request, False)


@pytest.mark.parametrize("setting", [{"innodb_bufer_pool_size": "1G"}, {"innodb_buffer_pool_size": "abc"}])
def test_what_a_server_would_not_start_with_is_refused(
    mariadb_server: MariaDb, tmp_path: Path, setting: dict[str, object]
) -> None:
    with pytest.raises(Refused) as refused:
        ensure(mariadb_server, tmp_path, {**GOOD, **setting}, LocalOptionFiles())
    assert [reason.code for reason in refused.value.reasons] == ["setting_refused"]
    assert next(iter(setting)).replace("_", "") in refused.value.message.replace("_", "").replace("-", "")
    assert list((tmp_path / "d").iterdir()) == []
    done = ensure(mariadb_server, tmp_path, dict(GOOD), LocalOptionFiles())
    assert done.changed
    assert not ensure(mariadb_server, tmp_path, dict(GOOD), LocalOptionFiles()).changed


def test_an_older_server_keeps_its_binary_logs_for_days(mariadb_server: MariaDb, tmp_path: Path) -> None:
    assert ensure(mariadb_server, tmp_path, dict(GOOD), Before106(), socket="none").changed
    lines = (tmp_path / "d" / "90-cloudstack.cnf").read_text().splitlines()
    assert "expire_logs_days = 7" in lines
    assert not [line for line in lines if "seconds" in line]
    assert not ensure(mariadb_server, tmp_path, dict(GOOD), Before106(), socket="none").changed


def test_a_variable_that_the_running_server_has_is_known(mariadb_server: MariaDb, tmp_path: Path) -> None:
    """The program alone knows nothing of plugins that are in the tables of the server."""

    class WithoutPlugins(LocalOptionFiles):
        def refused(self, text: str) -> list[str]:
            return ["unknown variable 'max-connections=200'"] if "max_connections" in text else []

    assert ensure(mariadb_server, tmp_path, {"max_connections": "200"}, WithoutPlugins()).changed
    with pytest.raises(Refused):
        ensure(mariadb_server, tmp_path, {"max_connections": "200"}, WithoutPlugins(), socket="none")
