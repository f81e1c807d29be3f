# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills a backup and a restore at every step, on a real MariaDB, and tells how many steps that were.

Run by ``make bench-backup``. After each kill nothing half is to be used, and the next run ends well.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from counterparts.mariadb.server import USER, MariaDb
from integration.backup.cloud import Cloud
from integration.backup.kills import backup_survives, restore_survives

NAME = "20260101T000000Z-ms1"


def main() -> None:
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        options = ("--log-bin=bin", "--server-id=7", "--gtid-strict-mode=1", "--binlog-format=ROW")
        with MariaDb(folder / "full", options=options) as server, MariaDb(folder / "empty") as empty:
            for host in ("localhost", "127.0.0.1"):
                empty.run(f"DROP USER {USER}@'{host}'", database="")
            cloud = Cloud(server, folder / "host")
            at = 1
            while backup_survives(cloud, folder / f"backups{at}", at):
                at += 1
            print(f"backup: killed at {at - 1} steps, no half of one has a backup's name, the next run is whole")
            cloud.make(folder / "backups", NAME)
            at, going = 1, True
            while going:
                for database in ("cloud", "cloud_usage"):
                    empty.run(f"DROP DATABASE IF EXISTS {database}", database="")
                for host in ("localhost", "127.0.0.1", "%"):
                    empty.run(f"DROP USER IF EXISTS {USER}@'{host}'", database="")
                going = restore_survives(cloud, folder / "backups", empty, NAME, at)
                at += going
            print(f"restore: killed at {at - 1} steps, no server can use half of it, the next run is whole")


if __name__ == "__main__":
    main()
