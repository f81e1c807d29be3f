# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role host_network on guests with a kernel of their own: bonds, VLANs, LACP, Open vSwitch, and faults of these.

Run by pytest, see ``make bench-kernel``. The shortest form is test_own_kernel.py of the integration tests.
"""

from __future__ import annotations

import os
import shlex
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hosts.host import Host
from integration.machine_network.change.faults import HOME
from integration.machine_network.change.lab import Pulse, gateway_of, picture, refuses, without_metrics
from integration.machine_network.role.kernels import Json, applied, bonded, ended, guest_of, is_made, links, wrong_vlan
from integration.machine_network.role.roles import Outcome

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer, Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.links import read_network

# What `make bench-kernel` varies.
BACKENDS = os.environ.get("BACKENDS", "networkd,ifupdown,netplan,networkmanager").split(",")
WITHOUT_FAKE_BRIDGES = ("networkmanager",)
KERNEL, RELEASE = os.environ.get("KERNEL", "user-mode"), os.environ.get("RELEASE", "bookworm")
# A slow guest applies a change of a bond, VLANs and bridges in a minute; ifup of an emulated one took over 90 s.
SECONDS = 180 if KERNEL == "user-mode" else 300
TABLE = "bridge fault" if KERNEL == "user-mode" else "inet fault"
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
# A VLAN-aware bridge that lets 105 out by a card. VLANs are above it and above the card, which leads to "far".
AWARE = """
modprobe tun
ip netns add far
ip link add eth7 type veth peer name far0 netns far
ip link add aware type bridge vlan_filtering 1 vlan_default_pvid 0
ip tuntap add vnet7 mode tap
for port in eth7 vnet7; do ip link set $port master aware; bridge vlan add dev $port vid 105; done
for vid in 105 106; do bridge vlan add dev aware vid $vid self; done
ip -n far link set far0 up
for link in eth7 vnet7 aware; do ip link set $link up; done
for vlan in aware:105 aware:106 eth7:175; do
  link=${vlan%:*}; vid=${vlan#*:}
  ip link add $link.$vid link $link type vlan id $vid
  ip address add 10.80.$vid.1/24 dev $link.$vid
  ip link set $link.$vid up
  ip -n far link add far0.$vid link far0 type vlan id $vid
  ip -n far address add 10.80.$vid.2/24 dev far0.$vid
  ip -n far link set far0.$vid up
done
"""


class Inside(Linux):
    """A guest in place of this machine."""

    def __init__(self, guest: Host) -> None:
        super().__init__()
        self.guest = guest

    def run(self, *command: str) -> Answer | None:
        told = self.guest.inside(f"{shlex.join(command)} 2>/dev/null; echo; echo $?")
        out, _sep, status = told.rstrip().rpartition("\n")
        return Answer(int(status), out) if status != "127" else None

    def read(self, path: str) -> str | None:
        return self.guest.inside(f"cat {shlex.quote(path)} 2>/dev/null") or None

    def listed(self, pattern: str) -> tuple[str, ...]:
        return tuple(self.guest.inside(f"ls -d {pattern} 2>/dev/null").split())


def switched() -> Json:
    layout = bonded(mode="active-backup", primary="eth1")
    return {**layout, "bridges": [*layout["bridges"], *SWITCHED]}


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def guest(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    switching = any("open_vswitch" in item.name for item in request.session.items)
    with guest_of(backend, KERNEL, RELEASE, cards=3) as running:
        if backend == "ifupdown" or (switching and backend not in WITHOUT_FAKE_BRIDGES):
            # Their scripts lie beside the files that the pictures show.
            running.inside("apt-get update")
            found = applied(tmp_path_factory.mktemp("packages"), running, switched(), "--tags", "host_network_packages")
            assert found.failed == 0, str(found.answers)
        yield running


def wrong_switch(backend: str) -> Json:
    """The host's address is on a VLAN that the wire does not know, by Open vSwitch as far as the back-end may."""
    if backend != "ifupdown":
        layout = wrong_vlan()
        return {**layout, "bridges": [*layout["bridges"], *SWITCHED]}
    trunk: Json = {"name": "cloudbr", "type": "openvswitch", "interfaces": ["eth0"], "trunks": [100, 200]}
    fake = [{"name": f"cloudbr{number}", "parent": "cloudbr", "vlan": vid} for number, vid in enumerate((100, 200))]
    return {"bridges": [trunk, {**fake[0], "method": "keep"}, fake[1]]}


def looks(guest: Host) -> str:
    return without_metrics(picture(guest))


def duplicate(guest: Host) -> Json:
    """Beside its own, an address that another machine on the wire has."""
    layout = bonded(mode="active-backup")
    layout["bonds"][0].update(addresses=[f"{guest.address}/24", f"{other(guest)}/24"], gateway=gateway_of(guest))
    del layout["bonds"][0]["method"]
    return layout


def other(guest: Host) -> str:
    return guest.address.rpartition(".")[0] + ".77"


def under_a_bridge(_guest: Host) -> Json:
    """A bridge takes over the connection, with a bond below it."""
    return {
        "bonds": [{"name": "bond0", "interfaces": ["eth0", "eth1"], "mode": "active-backup"}],
        "bridges": [
            {"name": "cloudbr0", "interfaces": ["bond0"], "method": "keep"},
            {"name": "cloudbr1", "interfaces": ["eth2"]},
        ],
    }


def connects(address: str) -> bool:
    """About every second. A new sshd for each question would cost an emulated guest all of its time."""
    time.sleep(1)
    if KERNEL == "cloud":
        return refuses(address)
    try:
        socket.create_connection((address, 22), timeout=1).close()
    except OSError:
        return False
    return True


def goes_back(tmp_path: Path, guest: Host, layout: Json) -> Outcome:
    """A layout that does not do; returns when the host answers again."""
    # A test that failed may have left a change that is pending, and another one's reason.
    ended(guest)
    guest.inside(f"rm -f {HOME}/last.json")
    lost = applied(tmp_path, guest, layout, host_network_timeout=SECONDS)
    assert (lost.failed, lost.changed) == (1, 0), str(lost.answers)
    assert "refused" not in codes(lost), str(lost.answers)
    assert ended(guest) == "rolled_back"
    until_connected(guest)
    return lost


def codes(outcome: Outcome) -> set[Any]:
    return {answer.get("code") for answer in outcome.answers}


def until_connected(guest: Host) -> None:
    end = time.monotonic() + 30
    while not connects(guest.address):
        assert time.monotonic() < end, f"{guest.name} does not answer"
    # Pulse asks in turns.
    time.sleep(3)


def up(guest: Host) -> float:
    """Seconds since its boot, as it counts them."""
    return float(guest.inside("cat /proc/uptime").split()[0])


@contextmanager
def told_back(guest: Host, what: str) -> Iterator[None]:
    """Print how long a fault took the host away, and how long after its beginning it was back for good."""
    start, clock = time.monotonic(), up(guest)
    with Pulse(guest.address, connects) as pulse:
        yield
    back = pulse.back()
    # All limits of time are the guest's, whose clock once ran five times too fast.
    assert up(guest) - clock == pytest.approx(time.monotonic() - start, rel=0.1, abs=10)
    seconds = "NEVER BACK" if back is None else f"back after {back - start:.0f} s"
    print(f"{KERNEL}, {RELEASE}: {what}: {seconds}, gap {pulse.gap:.0f} s", file=sys.__stderr__, flush=True)


# Fault: the layout, what makes the fault, what undoes it, and what the host has to say of it.
Fault = tuple[Callable[[Host], Json], str, str, str]
FAULTS: dict[str, Fault] = {
    "wrong VLAN": (lambda _guest: wrong_vlan(), "", "", ""),
    # Nobody answers LACP on these wires.
    "no LACP": (lambda _guest: bonded(mode="802.3ad", min_links=2), "", "", "bond0 has no LACP partner"),
    "duplicate address": (
        duplicate,
        "ip netns add other; ip link set eth2 netns other; ip -n other address add {other}/24 dev eth2; "
        "ip -n other link set eth2 up",
        "ip -n other link set eth2 down; ip -n other link set eth2 netns 1; ip netns delete other",
        "belongs to another machine, too",
    ),
    # User-mode Linux is built without nftables' tables of IP; what comes in by a bridge passes those of bridges.
    "ssh dropped by nft": (
        under_a_bridge,
        f"nft 'add table {TABLE}; add chain {TABLE} input {{{{ type filter hook input priority 0; }}}}; "
        f"add rule {TABLE} input {'' if KERNEL == 'user-mode' else 'iifname cloudbr0 '}tcp dport {{{{ 9, 22 }}}} drop'",
        f"nft delete table {TABLE}",
        "the controller did not connect again",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_taken_back(backend: str, guest: Host, tmp_path: Path, name: str) -> None:
    layout, make, undo, told = FAULTS[name]
    before = looks(guest)
    made = guest.inside(f"({make.format(other=other(guest))}) && echo made" if make else "echo made")
    assert made == "made\n"
    try:
        with told_back(guest, f"{backend}, {name}"):
            lost = goes_back(tmp_path, guest, layout(guest))
    finally:
        guest.inside(undo or "true")
    # What the host itself noted: the controller stops asking before a slow one has gone back.
    reason = guest.inside(f"cat {HOME}/last.json")
    print(f"{backend}, {name}: {reason}", file=sys.__stderr__, flush=True)
    assert looks(guest) == before
    # Not because a command of the change failed: the fault is on the wire.
    assert "failed with exit status" not in str(lost.answers), str(lost.answers)
    assert told in reason, reason


def test_an_open_vswitch_that_loses_the_host_is_taken_back(backend: str, guest: Host, tmp_path: Path) -> None:
    if backend in WITHOUT_FAKE_BRIDGES:
        pytest.skip("it has no Open vSwitch")
    patient(backend, guest)
    before = looks(guest), guest.inside("ovs-vsctl list-br")
    with told_back(guest, f"{backend}, wrong VLAN of Open vSwitch"):
        lost = goes_back(tmp_path, guest, wrong_switch(backend))
    assert "failed with exit status" not in str(lost.answers), str(lost.answers)
    assert (looks(guest), guest.inside("ovs-vsctl list-br")) == before


def patient(backend: str, guest: Host) -> None:
    """netplan gives its own unit 10 s, which a slow guest exceeds."""
    if backend == "netplan":
        folder = "/etc/systemd/system/netplan-ovs-cleanup.service.d"
        guest.inside(f"mkdir -p {folder}; printf '[Service]\\nTimeoutStartSec=120\\n' > {folder}/patient.conf")


def test_a_bond_with_two_vlans_and_a_bridge_on_each(guest: Host, tmp_path: Path) -> None:
    right = bonded(mode="active-backup", primary="eth1")
    first = applied(tmp_path, guest, right)
    assert (first.failed, first.changed) == (0, 1), str(first.answers)
    is_made(guest, mode="active-backup", primary="eth1", miimon=100)
    guest.reboot()
    is_made(guest, mode="active-backup", primary="eth1", miimon=100)
    second = applied(tmp_path, guest, right)
    assert (second.failed, second.changed, second.answers) == (0, 0, [])


def test_a_fault_is_taken_back_to_the_bond_and_its_vlans(backend: str, guest: Host, tmp_path: Path) -> None:
    """After the test before: the layout that comes back has VLANs on a bond with an address."""
    right = bonded(mode="active-backup", primary="eth1")
    assert applied(tmp_path, guest, right).failed == 0
    before = looks(guest)
    with told_back(guest, f"{backend}, wrong VLAN, back to the bond"):
        goes_back(tmp_path, guest, wrong_vlan())
    # What was made again is listed later.
    assert sorted(looks(guest).splitlines()) == sorted(before.splitlines())
    is_made(guest, mode="active-backup", primary="eth1", miimon=100)
    guest.reboot()
    is_made(guest, mode="active-backup", primary="eth1", miimon=100)


@pytest.fixture
def partner(guest: Host) -> Iterator[None]:
    """Its ends in the guest go with it."""
    guest.inside(PEER)
    yield
    guest.inside(
        "ip netns delete peer; ip link delete lag1 2>/dev/null || true; ip link delete lag2 2>/dev/null || true"
    )


@pytest.mark.usefixtures("partner")
def test_a_bond_with_lacp_has_its_partner_and_goes_when_it_is_declared_no_more(guest: Host, tmp_path: Path) -> None:
    layout = bonded(mode="active-backup", primary="eth1")
    layout["bonds"].append({"name": "bond1", "interfaces": ["lag1", "lag2"], "mode": "802.3ad", "lacp_rate": "fast"})
    layout["vlans"] = [{"name": "bond1.300", "addresses": ["10.79.0.1/24"]}]
    made = applied(tmp_path, guest, layout)
    assert (made.failed, made.changed) == (0, 1), str(made.answers)
    guest.inside("ping -c 3 -W 5 10.79.0.2")
    told = guest.read("/proc/net/bonding/bond1")
    assert "Number of ports: 2\n" in told
    mac = guest.inside("ip netns exec peer cat /sys/class/net/bond0/address").strip()
    assert f"Partner Mac Address: {mac}\n" in told
    assert links(guest)["bond1"]["linkinfo"]["info_data"]["ad_info"]["partner_mac"] == mac
    assert " 0% packet loss" in guest.inside("ping -c 3 -W 5 10.79.0.2")
    # The layouts of the other tests have no such bond. Its ports look like those of guests, which it would not leave.
    guest.inside("ip link delete lag1; ip link delete lag2")
    undone = applied(tmp_path, guest, bonded(mode="active-backup", primary="eth1"))
    assert (undone.failed, undone.changed) == (0, 1), str(undone.answers)
    assert {"bond1", "bond1.300"} & set(links(guest)) == set()


def test_a_vlan_aware_bridge_is_seen_as_the_kernel_has_it(guest: Host) -> None:
    """The agent's VLAN on the card passes by the bridge, which filters those that are above itself."""
    try:
        guest.inside(AWARE)
        seen = read_network(Inside(guest), "guest")
        assert seen is not None
        (network,) = [each for each in seen.networks if each.name == "aware"]
        assert (network.nics, network.trunk) == (("eth7",), ("1-4094",))
        passing = [vid for vid in (105, 106, 175) if " 0% " in guest.inside(f"ping -c 2 -W 3 10.80.{vid}.2")]
        assert passing == [105, 175]
    finally:
        guest.inside("ip netns delete far; ip link delete aware; ip link delete vnet7; ip link delete eth7")


def test_open_vswitch_with_fake_bridges(backend: str, guest: Host, tmp_path: Path) -> None:
    patient(backend, guest)
    made = applied(tmp_path, guest, switched())
    if backend in WITHOUT_FAKE_BRIDGES:
        assert (made.failed, codes(made)) == (1, {"refused"}), str(made.answers)
        return
    assert (made.failed, made.changed) == (0, 1), str(made.answers)
    for _boot in range(2):
        assert guest.inside("ovs-vsctl br-to-vlan storage0; ovs-vsctl br-to-parent guests0") == "100\ncloudbr\n"
        assert guest.inside("ovs-vsctl get Port eth2 trunks") == "[100, 200]\n"
        now = links(guest)
        assert (now["eth2"]["master"], now["cloudbr"]["linkinfo"]["info_kind"]) == ("ovs-system", "openvswitch")
        assert "10.78.0.1" in {one["local"] for one in now["storage0"]["addr_info"]}
        guest.reboot()
