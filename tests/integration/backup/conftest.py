# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A management server to back up: databases on a real MariaDB with a binary log, and its files in a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from counterparts.mariadb.server import MariaDb
from integration.backup.cloud import Cloud


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    options = ("--log-bin=bin", "--server-id=7", "--gtid-strict-mode=1", "--binlog-format=ROW")
    with MariaDb(tmp_path_factory.mktemp("mariadb") / "m", options=options) as made:
        yield made


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """Another database server, with nothing of CloudStack."""
    with MariaDb(tmp_path_factory.mktemp("empty") / "m") as made:
        made.run("DROP DATABASE cloud", database="")
        for host in ("localhost", "127.0.0.1"):
            made.run(f"DROP USER cloud@'{host}'", database="")
        yield made


@pytest.fixture(scope="module")
def cloud(server: MariaDb, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    os.umask(0o022)
    root: Path = tmp_path_factory.mktemp("host")
    return Cloud(server, root)
