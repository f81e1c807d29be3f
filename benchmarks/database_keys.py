# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New keys for two servers with a database on a third machine, without the installation that bench-install begins with.

Run by ``make bench-keys``; the steps are those of tests/integration/install/rotation.py.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / ".venv" / "collections")]

from counterparts.management_server import packages
from hosts import Fleet
from integration.install.installation import OLD, Installation
from integration.install.rotation import rotated
from integration.upgrade.upgrading import Cloud

GROUPS = {"databases": ("db",), "management_servers": ("ms1", "ms2"), "load_balancers": ("ms1",)}
KEYS = {"management_server_key": "management-key", "management_server_database_key": "database-key"}


class Servers(Installation):
    """Set up by the commands of the packages."""

    def _start(self) -> None:
        self.fleet = self._ends.enter_context(Fleet("db", "ms1", "ms2", more_packages=packages(OLD)))
        self.secrets = dict(KEYS)
        Cloud(self.fleet).install()
        self.inventory = self.folder / "inventory.json"
        self.write_inventory()

    def write_inventory(self) -> None:
        inventory = self.fleet.inventory()
        groups = self.groups.items()
        inventory["all"]["children"] = {name: {"hosts": {host: {} for host in hosts}} for name, hosts in groups}
        self.inventory.write_text(json.dumps(inventory), encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Servers(Path(folder), GROUPS) as cloud:
        print("set up", flush=True)
        print(f"new keys on both servers: {rotated(cloud).seconds:.0f} s for the run that ended the change")


if __name__ == "__main__":
    main()
