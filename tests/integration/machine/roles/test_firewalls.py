# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role host_firewall with each of its back-ends: who gets through, tried from other machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hosts import Fleet
from integration.machine.roles.scenario import SCENARIOS, hosts_of

NAMED = ("bare", "iptables", "ufw", "firewalld")


def test_ports_are_open_to_those_who_need_them(boot: Callable[..., Fleet], tmp_path: Path) -> None:
    hosts = hosts_of(boot(*NAMED, "stranger"), tmp_path, {"kvm": NAMED})
    scenario = SCENARIOS / "host_firewall"
    prepared = hosts.play(scenario / "prepare.yml")
    assert prepared.status == 0, prepared.text
    first = hosts.play(scenario / "converge.yml")
    assert first.status == 0, first.text
    assert first.changed > 0
    second = hosts.play(scenario / "converge.yml")
    assert (second.status, second.changed) == (0, 0), second.text
    verified = hosts.play(scenario / "verify.yml")
    assert verified.status == 0, verified.text
    print(f"host_firewall, four machines: first run {first.seconds:.1f} s, second {second.seconds:.1f} s")
