# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A database of CloudStack on a real MariaDB, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from counterparts.mariadb.server import MariaDb


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    with MariaDb(tmp_path_factory.mktemp("mariadb") / "m") as made:
        yield made


@pytest.fixture
def mariadb(server: MariaDb) -> MariaDb:
    server.reset()
    return server
