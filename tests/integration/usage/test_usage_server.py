# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role usage_server and cs_usage_server_info with a stand-in management server and a real MariaDB."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from counterparts.management_server import packages
from hosts import Fleet, Host
from integration.machine.roles.scenario import Hosts, Play, hosts_of

PASSWORD = Path(__file__).resolve().parents[3] / "playbooks" / "change_database_password.yml"
PREPARE = """
set -eu
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq mariadb-server cloudstack-management > /dev/null
printf '[mysqld]\\nbind-address = 0.0.0.0\\n' > /etc/mysql/mariadb.conf.d/90-test.cnf
systemctl restart mariadb
mariadb -e "CREATE USER admin@'%' IDENTIFIED BY 'pw'; GRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION"
cloudstack-setup-databases cloud:secret@ADDRESS --deploy-as=admin:pw -m mkey -k dkey -i ADDRESS > /dev/null
"""
SERVES = """
systemctl restart cloudstack-management
for i in $(seq 120); do
    python3 -c 'import urllib.request as r; r.urlopen("http://127.0.0.1:8080/client/")' 2> /dev/null && exit 0
    sleep 0.5
done
exit 1
"""


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    fleet = boot("ms1", "usage1", more_packages=packages("4.22.0.0"))
    found = hosts_of(
        fleet,
        tmp_path_factory.mktemp("usage"),
        {"management_servers": ["ms1"], "usage_servers": ["ms1", "usage1"], "databases": ["ms1"]},
    )
    fleet["ms1"].run(PREPARE.replace("ADDRESS", fleet["ms1"].address), timeout=600)
    fleet["usage1"].run("apt-get update -qq")
    (found.room / "usage.yml").write_text(
        json.dumps(
            [
                {
                    "hosts": "usage_servers",
                    "gather_facts": False,
                    "roles": [{"role": "hostcraft.cloudstack.usage_server"}],
                }
            ]
        ),
        encoding="utf-8",
    )
    return found


def played(hosts: Hosts, *arguments: str) -> Play:
    return hosts.play(hosts.room / "usage.yml", "-e", "usage_server_wait=30", *arguments)


def told(play: Play) -> str:
    return " ".join(str(result.get("msg")) for result in play.results if result.get("failed"))


def database(host: Host, statement: str) -> str:
    return host.run(f'mariadb --skip-column-names -e "{statement}"').stdout.strip()


def test_before_the_first_start_of_a_management_server_it_is_refused(hosts: Hosts) -> None:
    refused = played(hosts, "--limit", "ms1")
    assert refused.status != 0
    assert "usage.stats.job.exec.time" in told(refused)


def test_both_work_and_a_second_run_changes_nothing(hosts: Hosts) -> None:
    first = hosts.fleet["ms1"]
    first.run(SERVES, timeout=120)
    # As a package that was installed before the database was set up leaves it.
    first.run("rm /etc/cloudstack/usage/key")
    done = played(hosts)
    assert done.status == 0, told(done)
    assert first.run("readlink /etc/cloudstack/usage/key").stdout.strip() == "/etc/cloudstack/management/key"
    copied = hosts.fleet["usage1"].run("stat -c '%a %F' /etc/cloudstack/usage/key /etc/cloudstack/usage/db.properties")
    assert copied.stdout.splitlines() == ["600 regular file"] * 2
    assert database(first, "SELECT COUNT(DISTINCT host) FROM cloud_usage.usage_job WHERE success IS NULL") == "2"
    again = played(hosts)
    assert (again.status, again.changed) == (0, 0), told(again)


def test_it_is_restarted_when_a_setting_changed_and_only_then(hosts: Hosts) -> None:
    first = hosts.fleet["ms1"]
    started = "systemctl show -P InvocationID cloudstack-usage"
    before = first.run(started).stdout
    database(first, "UPDATE cloud.configuration SET value='60' WHERE name='usage.stats.job.aggregation.range'")
    predicted = played(hosts, "--check")
    assert predicted.status == 0, told(predicted)
    assert first.run(started).stdout == before
    changed = played(hosts)
    assert changed.status == 0, told(changed)
    assert changed.changed > 0
    assert first.run(started).stdout != before
    again = played(hosts)
    assert (again.status, again.changed) == (0, 0), told(again)


def test_the_database_password_is_changed_everywhere_or_nowhere(hosts: Hosts) -> None:
    """The second server fails in the middle, so the first goes back. Both use the new one after the second run."""
    ms1, usage1 = hosts.fleet["ms1"], hosts.fleet["usage1"]
    hashes = "sha256sum /etc/cloudstack/*/db.properties; ls /etc/cloudstack/management/"
    before = [each.run(hashes).stdout for each in (ms1, usage1)]
    usage1.run("mv /etc/cloudstack/usage/key /root/key; echo wrong > /etc/cloudstack/usage/key")
    arguments = ("-e", "change_database_password_new=n3w-p4ss.#")
    failed = hosts.play(PASSWORD, *arguments)
    assert failed.status != 0
    assert "All servers have the old password again" in told(failed)
    usage1.run("mv /root/key /etc/cloudstack/usage/key")
    assert [each.run(hashes).stdout for each in (ms1, usage1)] == before
    login = "MYSQL_PWD='{}' mariadb -h $(hostname -I | cut -d' ' -f1) -u cloud cloud -e 'SELECT 1'"
    assert ms1.run(login.format("n3w-p4ss.#"), check=False).returncode != 0
    assert ms1.run(login.format("secret")).returncode == 0

    done = hosts.play(PASSWORD, *arguments)
    assert done.status == 0, told(done)
    assert "n3w-p4ss" not in str(done.output) + str(failed.output)
    assert ms1.run(login.format("secret"), check=False).returncode != 0
    assert ms1.run("ls /etc/cloudstack/*/*.before-password", check=False).returncode != 0
    ms1.run(SERVES.replace("systemctl restart cloudstack-management", ""), timeout=120)
    again = hosts.play(PASSWORD, *arguments)
    assert (again.status, again.changed) == (0, 0), told(again)
    working = played(hosts)
    assert working.status == 0, told(working)


def test_a_key_in_the_environment_of_the_management_server_is_handed_on(hosts: Hosts) -> None:
    ms1, usage1 = hosts.fleet["ms1"], hosts.fleet["usage1"]
    properties, key = "/etc/cloudstack/management/db.properties", "/etc/cloudstack/management/key"
    kind = "sed -i 's/^db.cloud.encryption.type=.*/db.cloud.encryption.type={}/' " + properties
    ms1.run(f"{kind.format('env')}; mv {key} /root/key")
    refused = played(hosts)
    assert refused.status != 0
    assert "does not set CLOUD_SECRET_KEY" in told(refused)
    ms1.run("echo \"CLOUD_SECRET_KEY='mkey'\" >> /etc/default/cloudstack-management")
    ms1.run(SERVES, timeout=120)
    usage1.run("rm /etc/cloudstack/usage/key")
    done = played(hosts, "--diff")
    assert done.status == 0, told(done)
    assert "mkey" not in str(done.output)
    mode = "stat -c '%a %U' /etc/default/cloudstack-usage; grep -c CLOUD_SECRET_KEY /etc/default/cloudstack-usage"
    for host in (ms1, usage1):
        assert host.run(mode).stdout.splitlines() == ["600 root", "1"]
        host.run("systemctl restart cloudstack-usage; sleep 2; systemctl is-active cloudstack-usage")
    again = played(hosts)
    assert (again.status, again.changed) == (0, 0), told(again)
    ms1.run(f"{kind.format('file')}; mv /root/key {key}")
    ms1.run(SERVES, timeout=120)
    assert played(hosts).status == 0


def test_one_that_does_not_work_is_told(hosts: Hosts) -> None:
    """Its database is away: the unit starts again and again, and is called active in between."""
    second = hosts.fleet["usage1"]
    second.run("printf '#!/bin/sh\\nsleep 600\\n' > /usr/local/bin/idle; chmod +x /usr/local/bin/idle")
    second.run(
        "mkdir -p /etc/systemd/system/cloudstack-usage.service.d; printf '[Service]\\nExecStart=\\nExecStart="
        "/usr/local/bin/idle\\n' > /etc/systemd/system/cloudstack-usage.service.d/idle.conf; systemctl daemon-reload"
    )
    second.run("systemctl restart cloudstack-usage")
    hosts.fleet["ms1"].run("systemctl stop cloudstack-usage")
    database(hosts.fleet["ms1"], "UPDATE cloud_usage.usage_job SET heartbeat = '2020-01-01 00:00:00'")
    failed = played(hosts, "--limit", "usage1", "-e", "usage_server_wait=5")
    assert failed.status != 0
    assert "no usage server has sent a heartbeat" in told(failed)
