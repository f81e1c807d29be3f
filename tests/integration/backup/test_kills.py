# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups and restores that are killed, in part; ``make bench-backup`` kills them at every step."""

from __future__ import annotations

from pathlib import Path

import pytest
from counterparts.mariadb.server import MariaDb
from integration.backup.cloud import Cloud
from integration.backup.kills import backup_survives, restore_survives
from integration.backup.test_backup import NAME, wipe


@pytest.mark.parametrize("at", [4, 12])
def test_a_killed_backup_is_none(cloud: Cloud, tmp_path: Path, at: int) -> None:
    assert backup_survives(cloud, tmp_path, at)


@pytest.mark.parametrize("at", [9, 20])
def test_a_killed_restore_is_taken_up_again(cloud: Cloud, empty: MariaDb, tmp_path: Path, at: int) -> None:
    wipe(empty)
    cloud.make(tmp_path)
    assert restore_survives(cloud, tmp_path, empty, NAME, at)
