# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles around management servers on booted machines, by the playbooks of their Molecule scenarios."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hosts import Fleet
from integration.machine.roles.scenario import SCENARIOS, Hosts, Play, hosts_of

from unit.plugins.module_utils.core.servers.test_nfs import LINES

GROUPS = {"management_servers": ["ms1", "ms2"], "databases": ["ms2"]}
BALANCED = {"management_servers": ["ms1", "ms2"], "load_balancers": ["stranger"]}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(boot("ms1", "ms2", "stranger"), tmp_path_factory.mktemp("around"), GROUPS)


@pytest.fixture(scope="module")
def balanced(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(hosts.fleet, tmp_path_factory.mktemp("balanced"), BALANCED)


@pytest.fixture(scope="module")
def storage(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    return hosts_of(hosts.fleet, tmp_path_factory.mktemp("storage"), {"nfs_servers": ["stranger"]})


def failures(play: Play) -> list[str]:
    """What went wrong, in the words of the task or of its items."""
    return [
        " ".join(str(each[key]) for key in ("msg", "assertion") if key in each)
        for result in play.results
        if result.get("failed")
        for each in [result, *(item for item in result.get("results", []) if item.get("failed"))]
    ]


def converged(hosts: Hosts, role: str) -> None:
    """Prepared, predicted without a change, done, and done again without a change."""
    scenario = SCENARIOS / role
    for playbook, arguments, changes in (
        ("prepare.yml", (), True),
        ("converge.yml", ("--check", "--diff"), True),
        ("converge.yml", (), True),
        ("converge.yml", (), False),
        ("verify.yml", (), False),
    ):
        played = hosts.play(scenario / playbook, *arguments)
        assert played.status == 0, (playbook, failures(played))
        assert (played.changed > 0) is changes, (playbook, played.changed)


def refusal(hosts: Hosts, role: str, **variables: object) -> str:
    """Why the role does not run with variables."""
    played = hosts.play(SCENARIOS / role / "converge.yml", "-e", json.dumps(variables))
    assert played.status != 0
    assert played.changed == 0
    return " ".join(failures(played))


def test_users_and_agents_are_balanced_over_servers_that_serve(balanced: Hosts) -> None:
    """The modules cs_load_balancer_node and cs_load_balancer_info are asked there too."""
    converged(balanced, "load_balancer")
    machine = balanced.fleet["stranger"]
    before = machine.read("/etc/haproxy/haproxy.cfg")
    harm = refusal(balanced, "load_balancer", load_balancer_out=["ms1", "ms2"], load_balancer_http_ports=[8096])
    assert "every node is out" in harm
    assert "without authentication" in harm
    machine.run("sed -i 1d /etc/haproxy/haproxy.cfg")
    assert "foreign_configuration" in refusal(balanced, "load_balancer")
    again = balanced.play(SCENARIOS / "load_balancer" / "converge.yml", "-e", "load_balancer_overwrite=true")
    assert again.status == 0, failures(again)
    assert machine.read("/etc/haproxy/haproxy.cfg") == before
    assert machine.run("ls /etc/haproxy/haproxy.cfg.*").stdout.count("\n") == 1


def test_a_configuration_that_cannot_be_loaded_is_told(balanced: Hosts) -> None:
    """A port that somebody else has: HAProxy keeps what it had, and systemd says that all is well."""
    machine = balanced.fleet["stranger"]
    machine.run("systemd-run --unit=taken python3 -m http.server 8888")
    played = balanced.play(
        SCENARIOS / "load_balancer" / "converge.yml", "-e", json.dumps({"load_balancer_http_ports": [80, 8080, 8888]})
    )
    assert played.status != 0
    assert "has not loaded" in " ".join(failures(played))
    assert machine.run("systemctl is-active haproxy").stdout.strip() == "active"
    machine.run("systemctl stop taken")
    for name in ("ms1", "ms2"):
        balanced.fleet[name].run("systemctl stop node")
    machine.run("systemctl stop haproxy")


def test_storage_is_exported_to_its_networks(storage: Hosts) -> None:
    machine = storage.fleet["stranger"]
    converged(storage, "nfs_server")
    written = machine.read("/etc/exports.d/cloudstack.exports")
    machine.write("/etc/exports", "/export * (rw,async,no_root_squash,no_subtree_check)\n")
    machine.run("mount -t tmpfs tmpfs /export/primary")
    refused = refusal(storage, "nfs_server")
    assert "/etc/exports, line 1: a blank before" in refused
    assert "open to everyone" in refused
    assert machine.read("/etc/exports.d/cloudstack.exports") == written
    assert "unexpected_file_system" in refused
    machine.write("/etc/exports", "")
    machine.run("umount /export/primary; rm -r /export/primary")
    played = storage.play(SCENARIOS / "nfs_server" / "converge.yml")
    assert played.status == 0, failures(played)
    assert machine.run("test -d /export/primary && exportfs -s | grep -c /export/primary").stdout.strip() == "2"


@pytest.mark.parametrize(("text", "exported", "wrong"), LINES)
def test_lines_of_exports_are_read_as_exportfs_does(
    storage: Hosts, text: str, exported: dict[str, str], wrong: int
) -> None:
    """The table of the unit tests is true of the real exportfs: what it exports, and that it fails or not."""
    machine = storage.fleet["stranger"]
    machine.write("/etc/exports", f"{text}\n")
    shown = machine.run(
        "mkdir -p /e; mv /etc/exports.d /root; exportfs -ra; echo rc $?; exportfs -s; mv /root/exports.d /etc"
    )
    lines = shown.stdout.splitlines()
    held = {
        match[1].replace("<world>", "*"): match[2]
        for match in (re.match(r"/e\s+(\S+)\(.*,(rw|ro),", line) for line in lines)
        if match
    }
    expected = {client or "*": mode for client, mode in exported.items()}
    if not wrong:
        assert held == expected
        assert "rc 0" in lines
    else:
        # It fails, or exports what nobody wrote.
        assert "rc 0" not in lines or "*" in held or held != expected


def test_ports_of_servers_are_open_to_those_who_need_them(hosts: Hosts) -> None:
    converged(hosts, "management_firewall")
