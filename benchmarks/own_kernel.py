# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network on guests with a kernel of their own: bonds, VLANs, LACP, Open vSwitch, and faults of these.

Run by pytest, see ``make bench-kernel``. The shortest form is test_own_kernel.py of the integration tests.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hosts.host import Host
from integration.machine_network.change.lab import picture, without_metrics
from integration.machine_network.role.kernels import Json, applied, bonded, ended, guest_of, is_made, links, wrong_vlan

# What `make bench-kernel` varies.
BACKENDS = os.environ.get("BACKENDS", "networkd,ifupdown,netplan,networkmanager").split(",")
KERNEL, RELEASE = os.environ.get("KERNEL", "user-mode"), os.environ.get("RELEASE", "bookworm")
# Of Open vSwitch only ifupdown can have the connection itself.
SWITCHED: list[Json] = [
    {"name": "cloudbr", "type": "openvswitch", "interfaces": ["eth2"], "trunks": [100, 200]},
    {"name": "storage0", "parent": "cloudbr", "vlan": 100, "addresses": ["10.78.0.1/24"]},
    {"name": "guests0", "parent": "cloudbr", "vlan": 200},
]
# A switch with LACP: the other ends of two veth pairs, bonded in a namespace.
PEER = """
ip netns add peer
for n in 1 2; do
  ip link add lag$n type veth peer name port$n netns peer
done
ip -n peer link add bond0 type bond mode 802.3ad miimon 100 lacp_rate fast
for n in 1 2; do ip -n peer link set port$n master bond0; done
ip -n peer link set bond0 up
ip -n peer link add bond0.300 link bond0 type vlan id 300
ip -n peer address add 10.79.0.2/24 dev bond0.300
ip -n peer link set bond0.300 up
"""


def switched() -> Json:
    layout = bonded(mode="active-backup", primary="eth1")
    return {**layout, "bridges": [*layout["bridges"], *SWITCHED]}


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def guest(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with guest_of(backend, KERNEL, RELEASE, cards=3) as running:
        if KERNEL == "user-mode":
            # Their scripts lie beside the files that the pictures show.
            running.inside("apt-get update")
            found = applied(tmp_path_factory.mktemp("packages"), running, switched(), "--tags", "host_network_packages")
            assert found.failed == 0, found.answers
        yield running


def looks(guest: Host) -> str:
    return without_metrics(picture(guest))


def lacp() -> Json:
    """Nobody answers LACP on these wires."""
    return bonded(mode="802.3ad", min_links=2)


@pytest.mark.parametrize("fault", [wrong_vlan, lacp])
def test_a_fault_is_taken_back(guest: Host, tmp_path: Path, fault: Callable[[], Json]) -> None:
    before = looks(guest)
    lost = applied(tmp_path, guest, fault(), host_network_timeout=60)
    assert (lost.failed, lost.changed, ended(guest)) == (1, 0, "rolled_back"), lost.answers
    assert looks(guest) == before


def test_a_bond_with_two_vlans_and_a_bridge_on_each(guest: Host, tmp_path: Path) -> None:
    right = bonded(mode="active-backup", primary="eth1")
    first = applied(tmp_path, guest, right)
    assert (first.failed, first.changed) == (0, 1), first.answers
    is_made(guest, mode="active-backup", primary="eth1", miimon=100)
    guest.reboot()
    is_made(guest, mode="active-backup", primary="eth1", miimon=100)
    second = applied(tmp_path, guest, right)
    assert (second.failed, second.changed, second.answers) == (0, 0, [])


def test_a_bond_with_lacp_has_its_partner(guest: Host, tmp_path: Path) -> None:
    guest.inside(PEER)
    layout = bonded(mode="active-backup", primary="eth1")
    layout["bonds"].append({"name": "bond1", "interfaces": ["lag1", "lag2"], "mode": "802.3ad", "lacp_rate": "fast"})
    layout["vlans"] = [{"name": "bond1.300", "addresses": ["10.79.0.1/24"]}]
    made = applied(tmp_path, guest, layout)
    assert (made.failed, made.changed) == (0, 1), made.answers
    guest.inside("ping -c 3 -W 5 10.79.0.2")
    told = guest.read("/proc/net/bonding/bond1")
    assert "Number of ports: 2\n" in told
    mac = guest.inside("ip netns exec peer cat /sys/class/net/bond0/address").strip()
    assert f"Partner Mac Address: {mac}\n" in told
    assert " 0% packet loss" in guest.inside("ping -c 3 -W 5 10.79.0.2")


def test_open_vswitch_with_fake_bridges(guest: Host, tmp_path: Path) -> None:
    made = applied(tmp_path, guest, switched())
    assert (made.failed, made.changed) == (0, 1), made.answers
    for _boot in range(2):
        assert guest.inside("ovs-vsctl br-to-vlan storage0; ovs-vsctl br-to-parent guests0") == "100\ncloudbr\n"
        assert guest.inside("ovs-vsctl get Port eth2 trunks") == "[100, 200]\n"
        now = links(guest)
        assert (now["eth2"]["master"], now["cloudbr"]["linkinfo"]["info_kind"]) == ("ovs-system", "openvswitch")
        assert "10.78.0.1" in {one["local"] for one in now["storage0"]["addr_info"]}
        guest.reboot()
