# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook check_vlans on guests with a kernel of their own: two hosts, and a switch that does not pass every VLAN.

Run by pytest, see ``make bench-kernel``.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hosts import Fleet
from hosts.host import Host

ROOT = Path(__file__).resolve().parents[1]
KERNEL, RELEASE = os.environ.get("KERNEL", "user-mode"), os.environ.get("RELEASE", "bookworm")
UPLINKS = {"kvm1": "eth1", "kvm2": "eth2"}
# With a VLAN as the agent makes it for a network in use.
CONNECTED = """
ip link add cloudbr1 type bridge
ip link set {card} master cloudbr1
ip link add {card}.101 link {card} type vlan id 101
for link in {card} {card}.101 cloudbr1; do ip link set $link up; done
"""
# 103 is missing at the second port, and 104 leaves it without its tag.
SWITCH = """
ip link add switch type bridge vlan_filtering 1 vlan_default_pvid 0
for port in eth1 eth2; do ip link set $port master switch; ip link set $port up; done
ip link set switch up
bridge vlan add dev eth1 vid 100-110
bridge vlan add dev eth2 vid 100-102
bridge vlan add dev eth2 vid 104 untagged
bridge vlan add dev eth2 vid 105-110
"""


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Fleet("kvm1", "kvm2", "switch", kernel=KERNEL, release=RELEASE, cards=("eth0", "eth1", "eth2")) as running:
        for name, card in UPLINKS.items():
            running[name].inside(CONNECTED.format(card=card))
        running["switch"].inside(SWITCH)
        yield running


def links(host: Host) -> str:
    # Not the addresses of IPv6: the kernel itself adds some later.
    return host.inside("ip -o -details link; ip -o -4 address; bridge vlan; ip netns; bridge link")


def checked(fleet: Fleet, room: Path, vlans: str) -> tuple[int, str]:
    inventory = room / "inventory.json"
    hosts = {name: dict(fleet[name].connection) for name in UPLINKS}
    inventory.write_text(json.dumps({"cloudstack_hosts": {"hosts": hosts}}), encoding="utf-8")
    asked = json.dumps({"check_label": "cloudbr1", "check_vlans": vlans, "check_seconds": 30})
    ended = subprocess.run(
        [
            str(ROOT / ".venv/bin/ansible-playbook"),
            "-i",
            str(inventory),
            "-e",
            asked,
            "hostcraft.cloudstack.check_vlans",
        ],
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".venv/collections"),
            "ANSIBLE_HOME": str(room / "ansible"),
        },
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_right_vlans_pass_and_nothing_is_left(fleet: Fleet, tmp_path: Path) -> None:
    """Among them one that is in use."""
    before = [links(fleet[name]) for name in UPLINKS]
    status, told = checked(fleet, tmp_path, "100-102,105-110")
    assert status == 0, told
    assert "All VLANs pass between kvm1, kvm2." in told
    assert "changed=1" not in told
    assert [links(fleet[name]) for name in UPLINKS] == before


def test_a_vlan_that_the_switch_does_not_pass_is_named(fleet: Fleet, tmp_path: Path) -> None:
    status, told = checked(fleet, tmp_path, "100-110")
    assert status != 0
    assert "VLAN 103 passes between none of kvm1, kvm2" in told, told


def test_a_port_without_a_tag_is_told_apart(fleet: Fleet, tmp_path: Path) -> None:
    status, told = checked(fleet, tmp_path, "104-105")
    assert status != 0
    assert "VLAN 104 of kvm1 comes to kvm2 without a tag" in told, told
    assert "VLAN 105" not in told
