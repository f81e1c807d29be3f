# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""playbooks/upgrade_cloudstack.yml on two booted servers with the packages' stand-ins: back, and done.

One story: each test goes on from where the one before left the machines.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counterparts.management_server import packages
from hosts import Fleet, Host

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "upgrade_cloudstack.yml"
OLD, NEW = "4.21.0.0", "4.22.0.0"
SECRETS = ("cl0ud-p4ss", "management-key", "database-key", "r00t-p4ss")
INSTALL = (
    "DEBIAN_FRONTEND=noninteractive apt-get update -qq && apt-get install -qq -y --no-install-recommends curl {more}"
    f" cloudstack-common={OLD} cloudstack-management={OLD} cloudstack-usage={OLD}"
)
DATABASE = (
    "printf '[mysqld]\\nbind-address=0.0.0.0\\nmax_connections=800\\n' > /etc/mysql/mariadb.conf.d/99-test.cnf"
    " && systemctl restart mariadb && mariadb -e \"CREATE USER root@'%' IDENTIFIED BY 'r00t-p4ss';"
    " GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION; DROP USER IF EXISTS ''@localhost\""
)
SET_UP = (
    "cloudstack-setup-databases cloud:cl0ud-p4ss@{database} {deploy} -e file -m management-key -k database-key -i {own}"
    " && systemctl restart cloudstack-management"
)
ANSWER = (
    "for i in $(seq 120); do s=$(curl -s -o /dev/null -w '%{http_code}' "
    "'http://127.0.0.1:8080/client/api?command=listZones&response=json');"
    ' [ "$s" = 401 ] && break; sleep 0.5; done; echo "$s"'
)
ROWS = 'mariadb -N -B cloud -e "SELECT version, step FROM version ORDER BY id; SELECT name, value FROM configuration"'


class Cloud:
    def __init__(self, fleet: Fleet) -> None:
        self.fleet, self.first, self.second = fleet, fleet["ms1"], fleet["ms2"]
        inventory = fleet.inventory()
        inventory["all"]["children"] = {"management_servers": {"hosts": {"ms1": {}, "ms2": {}}}}
        self.inventory = fleet.directory / "servers.json"
        self.inventory.write_text(json.dumps(inventory))

    def command(self, *more: str, **variables: object) -> list[str]:
        given = {"upgrade_cloudstack_version": NEW, "upgrade_cloudstack_delay": 1, **variables}
        return ["ansible-playbook", "-i", str(self.inventory), str(PLAYBOOK), "-e", json.dumps(given), *more]

    def upgrade(self, *more: str, **variables: object) -> tuple[int, str]:
        environment = {**os.environ, "ANSIBLE_NOCOLOR": "1"}
        done = subprocess.run(
            self.command(*more, **variables), capture_output=True, text=True, env=environment, check=False
        )
        told = done.stdout + done.stderr
        assert not [secret for secret in SECRETS if secret in told]
        return done.returncode, told

    def versions(self) -> list[str]:
        asked = "dpkg-query --show --showformat '${Version}' cloudstack-management"
        return [host.run(asked).stdout for host in (self.first, self.second)]

    def switch(self, **switches: object) -> None:
        self.first.write("/etc/cloudstack/stand-in.json", json.dumps(switches))

    def record(self) -> dict[str, Any]:
        text = self.first.run("cat /var/lib/cloudstack-upgrade.json", check=False).stdout
        found: dict[str, Any] = json.loads(text) if text else {}
        return found


def answers(host: Host) -> str:
    return host.run(ANSWER).stdout.strip()


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Fleet("ms1", "ms2", more_packages=[*packages(OLD), *packages(NEW)]) as fleet:
        address = fleet["ms1"].address
        for host, more in ((fleet["ms1"], "mariadb-server"), (fleet["ms2"], "mariadb-client")):
            host.run(INSTALL.format(more=more), timeout=300)
        fleet["ms1"].run(DATABASE)
        for host, deploy in ((fleet["ms1"], "--deploy-as=root:r00t-p4ss"), (fleet["ms2"], "")):
            host.run(SET_UP.format(database=address, deploy=deploy, own=host.address))
            assert answers(host) == "401"
        yield Cloud(fleet)


def test_a_failed_schema_leads_back_to_the_old_version_and_its_database(cloud: Cloud) -> None:
    before = cloud.first.run(ROWS).stdout
    cloud.switch(fail_upgrade_at=NEW)
    status, told = cloud.upgrade()
    assert status != 0
    assert "Unable to execute upgrade script" in told
    assert f"All servers run {OLD} again, with the databases of the backup" in told
    assert cloud.versions() == [OLD, OLD]
    assert cloud.first.run(ROWS).stdout == before
    assert [answers(host) for host in cloud.fleet] == ["401", "401"]
    assert cloud.record() == {}


def test_the_servers_have_the_new_version_and_serve(cloud: Cloud) -> None:
    cloud.switch()
    status, told = cloud.upgrade()
    assert status == 0, told
    assert cloud.versions() == [NEW, NEW]
    assert [answers(host) for host in cloud.fleet] == ["401", "401"]
    held = cloud.first.run("mariadb -N -B cloud -e 'SELECT DISTINCT version FROM mshost WHERE state = \"Up\"'").stdout
    assert held.split() == [NEW]
    assert cloud.record() == {}
    units = [host.run("systemctl is-active cloudstack-usage").stdout.strip() for host in cloud.fleet]
    assert units == ["active", "active"]


def test_a_second_run_has_nothing_to_do(cloud: Cloud) -> None:
    status, told = cloud.upgrade()
    assert status == 0, told
    assert "up_to_date" in told
    assert [line for line in told.splitlines() if line.startswith(("ms1 ", "ms2 ")) and "changed=0" not in line] == []
