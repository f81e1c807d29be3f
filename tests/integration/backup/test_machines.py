# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup, loss and restore on booted machines: playbooks backup and restore, with the packages' stand-ins.

cs_backup makes them, cs_backup_restore restores them, cs_backup_info judges them. One story: each test goes on from
where the one before left the machines.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from counterparts.management_server import packages
from hosts import Fleet, Host

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.database import encryption

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
PLACE, PASSPHRASE = "/srv/backups", "a passphrase, $with 'signs"
INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get update -qq && apt-get install -qq -y --no-install-recommends"
SET_UP = (
    "mariadb -e \"CREATE USER dbadmin@localhost IDENTIFIED BY 'r00t'; "
    'GRANT ALL ON *.* TO dbadmin@localhost WITH GRANT OPTION"'
    " && cloudstack-setup-databases cloud:cl0ud-p4ss@127.0.0.1 --deploy-as=dbadmin:r00t -e file -m management-key"
    " -k database-key -i 127.0.0.1"
)
SERVING = (
    "for i in $(seq 200); do code=$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:8080/client/); "
    "test $code = 200 && break; sleep 0.5; done; echo $code; tail -n 20 /var/log/cloudstack/management/*.log"
)


class Machines:
    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self.fleet, self.folder = fleet, folder
        self.old, self.new = fleet["ms1"], fleet["ms2"]

    def play(self, playbook: str, host: str, **variables: object) -> tuple[int, str]:
        given = {playbook: host, **variables}
        command = ["ansible-playbook", "-i", str(self.fleet.write_inventory()), str(PLAYBOOKS / f"{playbook}.yml")]
        ended = subprocess.run(
            [*command, f"--extra-vars={json.dumps(given)}"],
            env={**os.environ, "ANSIBLE_NOCOLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        (self.folder / f"{playbook}.log").write_text(ended.stdout, encoding="utf-8")
        return ended.returncode, ended.stdout


def serves(host: Host) -> None:
    said = host.run(SERVING, timeout=300).stdout
    assert said.startswith("200"), said


def rows(host: Host) -> str:
    """Every table of both databases with the number of its rows."""
    statement = (
        "SELECT CONCAT('SELECT \"', table_name, '\", COUNT(*) FROM ', table_schema, '.', table_name, ';') "
        "FROM information_schema.tables WHERE table_schema IN ('cloud', 'cloud_usage') AND table_type = 'BASE TABLE' "
        "ORDER BY table_schema, table_name"
    )
    return host.run(f"mariadb -N -B -e {json.dumps(statement)} | mariadb -N -B").stdout


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with Fleet("ms1", "ms2", more_packages=packages("4.22.0.0")) as fleet:
        install = f"{INSTALL} mariadb-server cloudstack-management cloudstack-usage curl"
        with ThreadPoolExecutor() as together:
            list(together.map(lambda host: host.run(install, timeout=900), fleet))
        fleet["ms1"].run(SET_UP)
        fleet["ms1"].run("systemctl start cloudstack-management")
        serves(fleet["ms1"])
        yield Machines(fleet, tmp_path_factory.mktemp("machines"))


@pytest.fixture(scope="module")
def name(machines: Machines) -> str:
    """A backup of a server that runs."""
    status, output = machines.play("backup", "ms1", backup_path=PLACE, backup_passphrase=PASSPHRASE)
    assert status == 0, output
    assert PASSPHRASE not in output
    assert "[backup_never_restored]" in output
    return machines.old.run(f"ls {PLACE}").stdout.strip()


def test_nothing_readable_is_in_the_backup(machines: Machines, name: str) -> None:
    found = machines.old.run(f"stat -c '%a %n' {PLACE} {PLACE}/{name} {PLACE}/{name}/*").stdout.splitlines()
    assert [line.split()[0] for line in found] == ["700", "700", *["600"] * 4]
    assert machines.old.run(f"cd {PLACE}/{name} && sha256sum --check SHA256SUMS").stdout.count("OK") == 3


def test_a_running_server_stops_a_restore(machines: Machines, name: str) -> None:
    given = {"restore_path": PLACE, "restore_passphrase": PASSPHRASE, "restore_replace": True}
    status, output = machines.play("restore", "ms1", restore_name=name, **given)
    assert status != 0
    assert "A server runs on ms1" in output


def test_an_empty_machine_has_the_cloud_afterwards_and_serves(machines: Machines, name: str) -> None:
    machines.old.run("systemctl stop cloudstack-management cloudstack-usage")
    before = rows(machines.old)
    files = machines.old.run("cd /etc/cloudstack && sha256sum management/db.properties management/key").stdout
    modes = machines.old.run("cd /etc/cloudstack && stat -c '%a %U %G %n' management/* usage/*").stdout
    archive = machines.folder / "backup.tar"
    subprocess.run(["tar", "-C", machines.old.root / PLACE[1:], "-cf", archive, name], check=True)
    target = machines.new.root / PLACE[1:]
    target.mkdir(parents=True)
    subprocess.run(["tar", "-C", target, "-xf", archive], check=True)
    given = {"restore_path": PLACE, "restore_passphrase": PASSPHRASE}
    status, output = machines.play("restore", "ms2", restore_name=name, **given)
    assert status == 0, output
    assert rows(machines.new) == before
    assert machines.new.run("cd /etc/cloudstack && sha256sum management/db.properties management/key").stdout == files
    assert machines.new.run("cd /etc/cloudstack && stat -c '%a %U %G %n' management/* usage/*").stdout == modes
    machines.new.run("systemctl start cloudstack-management")
    serves(machines.new)
    proof = json.loads(machines.new.read(f"{PLACE}/{name}/restored.json"))
    assert proof[0]["host"] == "ms2"
    assert proof[0]["secrets"] > 0


def test_a_full_machine_and_another_release_are_kept(machines: Machines, name: str) -> None:
    machines.new.run("systemctl stop cloudstack-management cloudstack-usage")
    given = {"restore_path": PLACE, "restore_passphrase": PASSPHRASE}
    manifest = f"{PLACE}/{name}/manifest.json"
    machines.new.run(
        f'sed -i \'s/"package": "4.22.0.0"/"package": "4.21.0.0"/\' {manifest} && cd {PLACE}/{name} && '
        "sha256sum *.gpg manifest.json > SHA256SUMS"
    )
    status, output = machines.play("restore", "ms2", restore_name=name, **given)
    assert status != 0
    assert "target_not_empty" in output
    assert "package_differs" in output


def stored(host: Host) -> str:
    return host.run("mariadb -N -B cloud -e \"SELECT value FROM configuration WHERE name = 'init'\"").stdout.strip()


def test_keys_change_once_and_the_server_starts_with_them(machines: Machines) -> None:
    """cs_database_keys, on the machine that was backed up."""
    new = {"management": "n3w-management-key", "database": "n3w-database-key"}
    given = {f"rotate_database_keys_{name}_key": key for name, key in new.items()}
    given.update({"rotate_database_keys_passphrase": PASSPHRASE, "rotate_database_keys_path": PLACE})
    before = stored(machines.old)
    status, output = machines.play("rotate_database_keys", "ms1", **given)
    assert status == 0, output
    assert not [key for key in (*new.values(), "management-key ", PASSPHRASE) if key in output]
    assert machines.old.read("/etc/cloudstack/management/key").strip() == new["management"]
    value = stored(machines.old)
    assert value != before
    assert encryption.read(value, new["database"]) == ("V2", "true")
    left = machines.old.run("ls /etc/cloudstack/management").stdout
    assert "before-keys" not in left
    status, output = machines.play("rotate_database_keys", "ms1", **given)
    assert status == 0, output
    assert re.search(r"ms1 .*changed=0 ", output)
    assert stored(machines.old) == value
    machines.old.run("systemctl start cloudstack-management")
    serves(machines.old)
    status, output = machines.play("rotate_database_keys", "ms1", **{**given, "rotate_database_keys_version": "V1"})
    assert status != 0
    assert "A server runs on ms1" in output
