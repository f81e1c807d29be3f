# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network on a kernel with bonds and VLANs, which this machine's may lack; more in ``make bench-kernel``."""

from __future__ import annotations

import re
from pathlib import Path

from integration.machine_network.change.lab import picture
from integration.machine_network.role.kernels import applied, bonded, ended, guest_of, is_made, wrong_vlan


def test_a_bond_with_two_vlans_and_a_bridge_on_each(tmp_path: Path) -> None:
    with guest_of("networkd") as guest:
        before = picture(guest)
        lost = applied(tmp_path, guest, wrong_vlan(), host_network_timeout=60)
        assert (lost.failed, lost.changed, ended(guest)) == (1, 0, "rolled_back"), lost.answers
        assert picture(guest) == before
        right = bonded(mode="active-backup", primary="eth1")
        first = applied(tmp_path, guest, right)
        assert (first.failed, first.changed) == (0, 1), first.answers
        is_made(guest, mode="active-backup", primary="eth1", miimon=100)
        guest.reboot()
        is_made(guest, mode="active-backup", primary="eth1", miimon=100)
        second = applied(tmp_path, guest, right)
        assert (second.failed, second.changed, second.answers) == (0, 0, [])
        assert "Currently Active Slave: eth1\n" in guest.read("/proc/net/bonding/bond0")
        guest.run("ip link set eth1 down")
        told = guest.read("/proc/net/bonding/bond0")
        assert "Currently Active Slave: eth0\n" in told
        ports = dict(re.findall(r"Slave Interface: (\w+)\nMII Status: (\w+)", told))
        assert ports == {"eth0": "up", "eth1": "down"}
