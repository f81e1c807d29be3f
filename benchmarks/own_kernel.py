# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network on a guest with Debian's cloud kernel: a bond below the connection, two VLANs, a bridge on each.

Run by pytest, see ``make bench-kernel``: about four minutes of one core, as the processor is emulated.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts import Fleet
from hosts.host import Host
from integration.machine_network.change.faults import HOME
from integration.machine_network.change.lab import Pulse, gateway_of, picture, prepare, refuses
from integration.machine_network.role.roles import Outcome, run

Json = dict[str, Any]
# What `make bench-kernel` varies.
BACKEND = os.environ.get("BACKEND", "networkd")
RELEASE = os.environ.get("RELEASE", "bookworm")
# Emulated, so that everything takes ten times as long, and more where other tests run beside.
COMMON: Json = {"host_network_exact": True, "host_network_timeout": 300}


@pytest.fixture(scope="module")
def guest() -> Iterator[Host]:
    fleet: list[Fleet] = []
    # Both cards of the bond hang on one network, as on two ports of a switch.
    plant = prepare({"guest": BACKEND}, lambda: fleet[0].gateway, udev=True)
    fleet.append(Fleet("guest", packages="kernel", release=RELEASE, cards={"eth0": 0, "eth1": 0}, prepare=plant))
    with fleet[0] as running:
        yield running["guest"]


def applied(tmp_path: Path, guest: Host, bond: Json, **variables: Any) -> Outcome:
    layout: Json = {
        "bonds": [{"name": "bond0", "interfaces": ["eth0", "eth1"], "method": "keep", **bond}],
        "bridges": [
            {"name": "cloudbr0", "interfaces": ["bond0.100"]},
            {"name": "cloudbr1", "interfaces": ["bond0.200"], "addresses": ["10.77.0.1/24"]},
        ],
    }
    connection: Json = {
        "ansible_host": guest.address,
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(guest.key),
        "ansible_ssh_common_args": " ".join(guest.ssh_options),
        "ansible_python_interpreter": "/usr/bin/python3",
        "host_network_layout": layout,
    }
    return run(tmp_path, {"guest": connection}, {**COMMON, **variables}, seconds=590)["guest"]


def is_made(guest: Host) -> None:
    """What is declared, as the kernel shows it."""
    now = {link["ifname"]: link for link in json.loads(guest.run("ip -details -json address").stdout)}
    kinds = {name: link["linkinfo"].get("info_kind") for name, link in now.items() if "linkinfo" in link}
    assert kinds == kinds | {"bond0": "bond", "bond0.100": "vlan", "bond0.200": "vlan"}, kinds
    assert {name: now[name].get("master") for name in ("eth0", "eth1", "bond0.100", "bond0.200")} == {
        "eth0": "bond0",
        "eth1": "bond0",
        "bond0.100": "cloudbr0",
        "bond0.200": "cloudbr1",
    }
    options = now["bond0"]["linkinfo"]["info_data"]
    assert (options["mode"], options["miimon"], options["primary"]) == ("active-backup", 100, "eth1")
    tags = {name: now[name]["linkinfo"]["info_data"]["id"] for name in ("bond0.100", "bond0.200")}
    assert tags == {"bond0.100": 100, "bond0.200": 200}
    local = {name: {one["local"] for one in link["addr_info"] if one["family"] == "inet"} for name, link in now.items()}
    assert (local["bond0"], local["cloudbr1"], local["eth0"]) == ({guest.address}, {"10.77.0.1"}, set())
    assert not {name for name in kinds if "UP" not in now[name]["flags"]}
    assert f"default via {gateway_of(guest)} dev bond0" in guest.run("ip route").stdout


def ended(guest: Host, seconds: float = 600) -> str:
    """How the guest's change ended; a controller may stop asking before an emulated host has gone back."""
    end = time.monotonic() + seconds
    while guest.inside(f"ls {HOME}/change.json 2>/dev/null"):
        assert time.monotonic() < end, "the change is still pending"
        time.sleep(3)
    return str(json.loads(guest.inside(f"cat {HOME}/last.json"))["outcome"])


def test_a_bond_with_two_vlans_and_a_bridge_on_each(guest: Host, tmp_path: Path) -> None:
    before = picture(guest)
    # Nobody answers LACP here, so the bond gets no carrier and the host cannot be reached any more.
    with Pulse(guest.address, lives=refuses) as pulse:
        lost = applied(tmp_path, guest, {"mode": "802.3ad", "min_links": 2})
    assert (lost.failed, lost.changed) == (1, 0), lost.answers
    assert ended(guest) == "rolled_back"
    assert pulse.gap > 5
    assert picture(guest) == before
    right = {"mode": "active-backup", "primary": "eth1"}
    first = applied(tmp_path, guest, right)
    assert (first.failed, first.changed) == (0, 1), first.answers
    is_made(guest)
    second = applied(tmp_path, guest, right)
    assert (second.failed, second.changed, second.answers) == (0, 0, [])
    guest.reboot()
    is_made(guest)
    guest.cable("eth1", plugged=False)
    guest.wait()
    assert guest.run("cat /sys/class/net/bond0/bonding/active_slave").stdout == "eth0\n"
