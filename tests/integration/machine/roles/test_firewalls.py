# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role host_firewall with each of its back-ends: who gets through, and what a change leaves that is taken back."""

from __future__ import annotations

import difflib
import json
import subprocess
import time
from collections.abc import Callable

import pytest
from hosts import Fleet, Host
from integration.forked import COLD
from integration.machine.roles.firewall_state import state_of
from integration.machine.roles.scenario import SCENARIOS, Hosts, Play, hosts_of

NAMED = ("bare", "iptables", "ufw", "firewalld")
SCENARIO = SCENARIOS / "host_firewall"
# The role takes this for a play that did not come by SSH, so that it does not refuse what cuts the controller off.
CUTS_OFF = {
    "host_firewall_connection": {"stdout": ""},
    "host_firewall_management": ["198.51.100.0/24"],
    # Where ufw is not active, it has to be asked for.
    "host_firewall_backend": "{{ 'ufw' if inventory_hostname == 'ufw' else 'auto' }}",
}


@pytest.fixture(scope="module")
def hosts(boot: Callable[..., Fleet], tmp_path_factory: pytest.TempPathFactory) -> Hosts:
    found = hosts_of(boot(*NAMED, "stranger"), tmp_path_factory.mktemp("firewalls"), {"kvm": NAMED})
    prepared = found.play(SCENARIO / "prepare.yml")
    assert prepared.status == 0, prepared.text
    # What runs is what would run after a reboot, but for rules of iptables that nobody loads.
    restarted(found)
    return found


def restarted(hosts: Hosts) -> None:
    for name in NAMED:
        hosts.fleet[name].reboot()


def states(hosts: Hosts) -> dict[str, list[str]]:
    return {name: state_of(hosts.fleet[name]) for name in NAMED}


def assert_as(hosts: Hosts, before: dict[str, list[str]]) -> None:
    """Every host is as it was: files, units, rules."""
    differing = [
        f"{name} {line}"
        for name, lines in states(hosts).items()
        for line in difflib.unified_diff(before[name], lines, lineterm="", n=0)
    ]
    assert not differing, "\n".join(differing)


def cut_off(hosts: Hosts, seconds: int) -> Play:
    return hosts.play(SCENARIO / "converge.yml", "-e", json.dumps({**CUTS_OFF, "host_firewall_revert": seconds}))


def converged(hosts: Hosts) -> Play:
    """With more time than the role's default: four machines at once on a machine that is busy with other tests."""
    return hosts.play(SCENARIO / "converge.yml", "-e", json.dumps({"host_firewall_revert": 300}))


def assert_taken_back(play: Play) -> None:
    failed = {host for host, counts in play.output["stats"].items() if counts["failures"]}
    assert failed == set(NAMED), play.text
    assert play.text.count("files, units and rules were restored") == len(NAMED), play.text


def test_a_first_change_that_cuts_off_leaves_nothing(hosts: Hosts) -> None:
    # A package that was not there comes with the first run; what it brings is no part of the change.
    hosts.fleet["bare"].run("apt-get install -y nftables")
    settled = states(hosts)
    # Installed only, as on every Ubuntu, and what Docker sets beside it.
    ufw = hosts.fleet["ufw"]
    ufw.run(
        "ufw --force disable; iptables -P FORWARD DROP; iptables -N DOCKER-USER; iptables -A FORWARD -j DOCKER-USER"
    )
    before = states(hosts)
    assert_taken_back(cut_off(hosts, 25))
    assert_as(hosts, before)
    ufw.run("ufw --force enable")
    restarted(hosts)
    assert_as(hosts, settled)


def test_ports_are_open_to_those_who_need_them(hosts: Hosts) -> None:
    first = converged(hosts)
    assert first.status == 0, first.text
    assert first.changed > 0
    second = converged(hosts)
    assert (second.status, second.changed) == (0, 0), second.text
    verified = hosts.play(SCENARIO / "verify.yml")
    assert verified.status == 0, verified.text
    # Where bridged packets pass the kernel's firewall, ufw would drop those of all guests (docs#190).
    forwarding = hosts.fleet["ufw"].run("iptables --list-rules FORWARD; ip6tables --list-rules FORWARD").stdout
    assert forwarding.count("-P FORWARD ACCEPT") == 2
    print(f"host_firewall, four machines: first run {first.seconds:.1f} s, second {second.seconds:.1f} s")


# What cloudstack-setup-agent does when a host is added (serviceConfig.py: firewallConfigUbuntu, firewallConfigAgent).
OPENED = {
    "ufw": "for port in 22 1798 16509 16514; do ufw allow $port; done;"
    " for ports in 5900:6100 49152:49216; do ufw allow proto tcp from any to any port $ports; done;"
    " systemctl stop ufw; systemctl start ufw",
    "iptables": "for port in 22 16509 16514 5900:6100 49152:49216;"
    " do iptables -I INPUT -p tcp -m tcp --dport $port -j ACCEPT; done",
}


def test_what_the_agents_setup_has_opened_to_everybody_is_closed_again(hosts: Hosts) -> None:
    for name, opened in OPENED.items():
        hosts.fleet[name].run(opened)
    strangers = hosts.play(SCENARIO / "verify.yml")
    assert strangers.status != 0, strangers.text
    closed = converged(hosts)
    assert closed.status == 0, closed.text
    verified = hosts.play(SCENARIO / "verify.yml")
    assert verified.status == 0, verified.text
    again = converged(hosts)
    assert (again.status, again.changed) == (0, 0), again.text
    hosts.fleet["ufw"].run("for port in 22 1798 16509 16514; do ufw --force delete allow $port; done")
    hosts.fleet["iptables"].run(OPENED["iptables"].replace("-I INPUT", "-D INPUT"))


# As of iptables-services: it flushes what others have loaded.
IPTABLES_UNIT = r"""
printf '%s\n' '[Service]' Type=oneshot RemainAfterExit=yes \
    "ExecStart=/bin/sh -c 'iptables -F; iptables -X'" "ExecReload=/bin/sh -c 'iptables -F; iptables -X'" \
    > /run/systemd/system/iptables.service
systemctl daemon-reload
"""


@pytest.mark.parametrize(("name", "service"), [("bare", "nftables"), ("iptables", "iptables")])
def test_rules_come_back_after_a_service_that_flushes_them(hosts: Hosts, name: str, service: str) -> None:
    host = hosts.fleet[name]
    settled = state_of(host)
    if service == "iptables":
        host.run(IPTABLES_UNIT)
    for verb in ("restart", "reload"):
        host.run(f"systemctl {verb} {service}")
        held = "nft list table inet cloudstack_host" if name == "bare" else "iptables -C INPUT -j CLOUDSTACK-HOST"
        assert host.run(held, check=False).returncode == 0, verb
    # Whoever stops the firewall stops ours, and whoever starts it starts ours.
    host.run(f"systemctl stop {service}")
    assert host.run(held, check=False).returncode != 0
    host.run(f"systemctl start {service}")
    assert host.run(held, check=False).returncode == 0
    host.run(f"systemctl stop {service}; rm -f /run/systemd/system/iptables.service; systemctl daemon-reload")
    host.run("systemctl start hostcraft-firewall")
    assert state_of(host) == settled


def test_a_change_that_cuts_off_leaves_the_rules_of_before(hosts: Hosts) -> None:
    settled = states(hosts)
    # A rule of somebody else before ours, which has to stay there.
    hosts.fleet["iptables"].run("iptables -I INPUT 1 -s 192.0.2.1 -j DROP; iptables -A INPUT -s 192.0.2.2 -j DROP")
    before = states(hosts)
    assert_taken_back(cut_off(hosts, 25))
    assert_as(hosts, before)
    restarted(hosts)
    assert_as(hosts, settled)


def test_a_host_that_goes_down_unconfirmed_comes_up_as_before(hosts: Hosts) -> None:
    before = states(hosts)
    extra = json.dumps({**CUTS_OFF, "host_firewall_revert": 3600})
    playbook, inventory = str(SCENARIO / "converge.yml"), f"--inventory={hosts.inventory}"
    with subprocess.Popen(
        [COLD, inventory, "-e", extra, playbook], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as play:
        try:
            for name in NAMED:
                await_cut(hosts.fleet[name])
        finally:
            play.kill()
    for host in map(hosts.fleet.__getitem__, NAMED):
        host.power_off()
        host.power_on()
    for name in NAMED:
        hosts.fleet[name].wait()
    assert_as(hosts, before)


def test_the_deadline_ends_what_hangs_and_nobody_else_begins_before(hosts: Hosts) -> None:
    host = hosts.fleet["bare"]
    before = state_of(host)
    guard = "sh /var/lib/hostcraft/firewall/guard"
    host.run(f"{guard} begin nftables 2")
    second = host.run(f"{guard} begin nftables 2", check=False)
    assert second.returncode != 0
    assert "unconfirmed" in second.stderr
    loaded = host.run(f"{guard} load 'nft flush ruleset; sleep 300; nft flush ruleset'", check=False, timeout=60)
    assert loaded.returncode != 0
    host.run("while [ -d /var/lib/hostcraft/firewall/pending ]; do sleep 0.2; done", timeout=60)
    assert state_of(host) == before
    late = host.run(f"{guard} confirm token", check=False)
    assert "taken back already" in late.stderr


def await_cut(host: Host) -> None:
    """Until the rules that cut off are loaded."""
    end = time.monotonic() + 240
    while host.boot_id():
        assert time.monotonic() < end, f"{host.name} was not cut off"
        time.sleep(0.5)


def test_what_only_the_running_firewalld_has_is_not_lost(hosts: Hosts) -> None:
    """Reloading it for a changed policy would forget that."""
    host = hosts.fleet["firewalld"]
    host.run("firewall-cmd --add-port=9100/tcp")
    extra = ("-e", '{"host_firewall_ssh_port": 22, "host_firewall_others": "drop"}', "--limit", "firewalld")
    refused = hosts.play(SCENARIO / "converge.yml", *extra)
    assert refused.status != 0
    assert "9100/tcp" in refused.text
    assert "--runtime-to-permanent" in refused.text
    assert "9100/tcp" in host.run("firewall-cmd --list-ports").stdout
