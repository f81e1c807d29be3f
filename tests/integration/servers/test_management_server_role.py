# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role management_server on bare machines, by the playbooks of its Molecule scenario, and its answers to faults."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from counterparts.management_server import Cloud
from hosts import Fleet
from integration.machine.roles.scenario import SCENARIOS, Hosts, hosts_of

SCENARIO = SCENARIOS / "management_server"
PROPERTIES = "/etc/cloudstack/management/db.properties"
GROUPS = {"databases": ["db1"], "management_servers": ["ms1", "ms2"]}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(boot("db1", "ms1", "ms2"), tmp_path_factory.mktemp("servers"), GROUPS)


def started(hosts: Hosts) -> list[str]:
    ask = "systemctl show --value -p InvocationID cloudstack-management; sha256sum /etc/cloudstack/management/*"
    return [hosts.fleet[name].run(ask).stdout for name in ("ms1", "ms2")]


def test_two_servers_are_installed_from_nothing(hosts: Hosts) -> None:
    prepared = hosts.play(SCENARIO / "prepare.yml")
    assert prepared.status == 0, prepared.text
    tried = hosts.play(SCENARIO / "converge.yml", "--check", "--diff")
    assert tried.status == 0, tried.text
    assert tried.changed > 0
    assert hosts.fleet["ms1"].run("dpkg -l cloudstack-management", check=False).returncode != 0
    assert hosts.fleet["db1"].run("mariadb -e \"SHOW DATABASES LIKE 'cloud%'\"").stdout == ""
    with Cloud(hosts.fleet.gateway):
        first = hosts.play(SCENARIO / "converge.yml")
        assert first.status == 0, first.text
        before = started(hosts)
        second = hosts.play(SCENARIO / "converge.yml", "--diff")
        assert (second.status, second.changed) == (0, 0), second.text
        assert started(hosts) == before
        verified = hosts.play(SCENARIO / "verify.yml")
        assert verified.status == 0, verified.text
    for secret in ("cl0ud-p4ss", "m4nagement-key", "d4tabase-key", "dba-p4ss"):
        assert secret not in str(first.output) + str(second.output) + str(tried.output)


def test_a_server_that_answers_503_is_named_with_its_cause(hosts: Hosts) -> None:
    """Its service is active and its port is open. The other server goes on."""
    ms2 = hosts.fleet["ms2"]
    broken = "INSERT INTO version (version, updated, step) VALUES ('4.23.0.0', NOW(), 'Complete')"
    hosts.fleet["db1"].run(f'mariadb cloud -e "{broken}"')
    ms2.run("systemctl restart cloudstack-management")
    database = hosts.play(SCENARIO / "converge.yml", "--limit", "ms2,db1", "--tags", "management_server_database")
    assert database.status != 0
    assert "database_newer" in database.text
    assert ms2.run("systemctl is-active cloudstack-management").stdout.strip() == "active"
    hosts.fleet["db1"].run("mariadb cloud -e \"DELETE FROM version WHERE version = '4.23.0.0'\"")
    # The role finds it as it is, reads its log, and does not restart what nobody changed.
    stopped = hosts.play(SCENARIO / "converge.yml", "--limit", "ms2,db1")
    assert stopped.status != 0
    assert "answers 503" in stopped.text
    assert "database_newer" in stopped.text
    ms2.run("systemctl restart cloudstack-management")


def test_a_change_restarts_one_server_after_the_other(hosts: Hosts) -> None:
    """Alerts of the restarted servers arrive at another syslog manager, and the community stays secret."""
    before = started(hosts)
    # Secondary storage that the server has mounted is not the server's; what lies beside it is.
    hosts.fleet["ms1"].run(
        "cd /var/lib/cloudstack; mkdir -p mnt/VM/1.2; mount -t tmpfs none mnt/VM/1.2; touch mnt/VM/1.2/image mnt/x"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as syslog:
        syslog.bind((hosts.fleet.gateway, 0))
        syslog.settimeout(30)
        alerts = {
            "heap": 300,
            "syslog": [{"address": hosts.fleet.gateway, "port": syslog.getsockname()[1]}],
            "snmp": [{"address": "192.0.2.16", "community": "c0mmunity"}],
        }
        changed = hosts.play(
            SCENARIO / "converge.yml",
            "--diff",
            "-e",
            json.dumps(alerts),
            # The tag of the files alone applies them too.
            "--tags",
            "management_server_machine",
        )
        assert changed.status == 0, changed.text
        told = {syslog.recv(2000).decode() for _name in ("ms1", "ms2")}
    assert {each.rpartition("message:: ")[2] for each in told} == {
        f"Management server node {hosts.fleet[name].address} is up" for name in ("ms1", "ms2")
    }
    owners = "cd /var/lib/cloudstack; stat -c %U:%G mnt mnt/x mnt/VM/1.2 mnt/VM/1.2/image; umount mnt/VM/1.2"
    assert hosts.fleet["ms1"].run(owners).stdout.split() == ["cloud:cloud"] * 2 + ["root:root"] * 2
    assert "c0mmunity" not in str(changed.output)
    assert "never opens its connection" in str(changed.output)
    mode = hosts.fleet["ms1"].run("stat -c '%a %U %G' /etc/cloudstack/management/log4j-cloud.xml").stdout.strip()
    assert mode == "640 root cloud"
    assert all(one.splitlines()[0] != other.splitlines()[0] for one, other in zip(before, started(hosts), strict=True))
    ask = "systemctl show --value -p ActiveEnterTimestampMonotonic cloudstack-management"
    first, second = (int(hosts.fleet[name].run(ask).stdout) for name in ("ms1", "ms2"))
    assert second - first > 1_000_000
    ends = [
        hosts.fleet[name]
        .run("grep -c 'Startup CloudStack' /var/log/cloudstack/management/management-server.log")
        .stdout
        for name in ("ms1", "ms2")
    ]
    assert all(int(number) >= 2 for number in ends)


def test_https_has_a_keystore_whose_password_only_the_server_reads(hosts: Hosts, tmp_path: Path) -> None:
    key, certificate = tmp_path / "k.pem", tmp_path / "c.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    make += ["-keyout", str(key), "-out", str(certificate), "-subj", "/CN=ms1"]
    subprocess.run(make, check=True, capture_output=True)
    given = {
        "management_server_https": True,
        "management_server_https_certificate": certificate.read_text(),
        "management_server_https_key": key.read_text(),
        "management_server_https_keystore_password": "k3ystore-p4ss",
    }
    arguments = ("--limit", "ms1,db1", "--diff", "-e", json.dumps(given), "--tags", "management_server_machine")
    first = hosts.play(SCENARIO / "converge.yml", *arguments)
    assert first.status == 0, first.text
    again = hosts.play(SCENARIO / "converge.yml", *arguments)
    assert (again.status, again.changed) == (0, 0), again.text
    ms1 = hosts.fleet["ms1"]
    modes = "cd /etc/cloudstack/management; stat -c '%a %U:%G' server.properties https.p12 https.pem"
    assert ms1.run(modes).stdout.splitlines() == ["640 root:cloud", "640 root:cloud", "600 root:root"]
    opened = "openssl pkcs12 -in /etc/cloudstack/management/https.p12 -nodes -passin pass:k3ystore-p4ss"
    assert certificate.read_text().strip() in ms1.run(opened).stdout
    assert "k3ystore-p4ss" not in str(first.output) + str(again.output)
    assert "k3ystore-p4ss" not in ms1.run("journalctl --no-pager").stdout
