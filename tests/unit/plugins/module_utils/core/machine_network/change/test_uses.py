# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host uses its network for, out of what its programs print; and what a change takes besides what it says."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    IFUPDOWN,
    NETPLAN,
    NETWORKD,
    NetworkChange,
    NetworkFile,
    NetworkLink,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.show import (
    shown,
    shown_after,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import (
    LinkState,
    RunningState,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.uses import (
    Use,
    UseReadings,
    collateral,
    uses,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.released import released

ETH0 = LinkState("eth0", up=True, mac="52:54:00:00:00:01", addresses=("192.0.2.10/24",))
ETH1 = LinkState("eth1", up=True, mac="52:54:00:00:00:02", addresses=("10.1.1.10/24", "2001:db8::10/64"))


def state(*links: LinkState, **more: Any) -> RunningState:
    return RunningState({link.name: link for link in links}, **more)


HOST = state(ETH0, ETH1)


@pytest.mark.parametrize(
    ("line", "tcp", "reach"),
    [
        (
            "10.1.1.5:/export /mnt/primary nfs4 rw,vers=4.2,proto=tcp,clientaddr=10.1.1.10,addr=10.1.1.5 0 0",
            "10.1.1.5:2049",
            "",
        ),
        ("nas:/export /mnt/a\\040b nfs rw,port=2050,proto=tcp,addr=10.1.1.5,mountproto=udp 0 0", "10.1.1.5:2050", ""),
        ("nas:/e /mnt nfs rw,port=0,proto=tcp6,addr=2001:db8::5 0 0", "[2001:db8::5]:2049", ""),
        ("nas:/export /mnt nfs rw,proto=rdma,addr=10.1.1.5 0 0", "", "10.1.1.5"),
        ("//nas/x /mnt cifs rw,addr=10.1.1.5 0 0", "10.1.1.5:445", ""),
        ("10.1.1.5:6789:/ /mnt ceph rw,name=x 0 0", "10.1.1.5:6789", ""),
        ("c@f.fs=/ /mnt ceph rw,mon_addr=10.1.1.5:3300 0 0", "10.1.1.5:3300", ""),
        ("10.1.1.5:/vol /mnt fuse.glusterfs rw,max_read=131072 0 0", "10.1.1.5:24007", ""),
    ],
)
def test_the_server_of_a_mount_is_used(line: str, tcp: str, reach: str) -> None:
    local = "/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n"
    (found,) = uses(UseReadings(mounts=f"{local}{line}\n"), HOST)
    assert (found.tcp, found.reach) == (tcp, reach)
    assert found.what.startswith("the mount /mnt")


def test_what_the_host_itself_serves_is_no_use_of_its_network() -> None:
    mounts = "127.0.0.1:/e /mnt nfs rw,addr=127.0.0.1 0 0\nme:/e /mnt nfs rw,addr=192.0.2.10 0 0\n"
    established = "0 0 127.0.0.1:5000 127.0.0.1:6000\n0 0 192.0.2.10:40000 192.0.2.10:8250\n"
    assert uses(UseReadings(mounts, established, "0 128 0.0.0.0:22 0.0.0.0:*\n"), HOST) == ()


def test_peers_are_asked_for_what_they_serve_and_reached_where_they_came() -> None:
    established = (
        "0 0 192.0.2.10:22 192.0.2.200:51000\n"
        "0 0 [::ffff:192.0.2.10]:22 [::ffff:192.0.2.201]:51000\n"
        "0 0 192.0.2.10:40100 192.0.2.30:8250\n"
        "0 0 192.0.2.10:40101 192.0.2.30:8250\n"
        "0 0 10.1.1.10:800 10.1.1.5:2049\n"
        "0 0 [fe80::1%eth0]:22 [fe80::2%eth0]:40000\n"
    )
    found = uses(UseReadings("", established, "0 128 0.0.0.0:22 0.0.0.0:*\n0 128 [::]:22 [::]:*\n"), HOST)
    assert [use.tcp for use in found if use.tcp] == ["192.0.2.30:8250", "10.1.1.5:2049"]
    assert [use.reach for use in found if use.reach] == ["192.0.2.200", "192.0.2.201"]


def test_many_peers_are_not_all_asked_but_each_address_is() -> None:
    lines = [f"0 0 192.0.2.10:{40000 + number} 10.1.1.{number % 20 + 20}:{3000 + number}" for number in range(400)]
    found = uses(UseReadings("", "\n".join(lines), ""), HOST)
    assert len({use.tcp.partition(":")[0] for use in found}) == 20
    assert len(found) <= 80


def test_block_storage_and_routers_of_routes_are_used() -> None:
    routes = (
        "-4 default via 192.0.2.1 dev eth0 proto static",
        "-4 10.9.0.0/16 via 10.1.1.1 dev eth1 proto static",
        "-4 default via 10.1.1.2 dev eth1 table 101 proto static",
        "-4 10.8.0.0/16 via 10.1.1.3 dev eth1 proto bgp metric 20",
        "-4 10.1.1.0/24 dev eth1 proto kernel scope link src 10.1.1.10",
    )
    found = uses(UseReadings(targets=("10.1.1.6 3260", " ")), state(ETH0, ETH1, routes=routes))
    assert [use.tcp or use.reach for use in found] == ["10.1.1.6:3260", "10.1.1.1", "10.1.1.2"]


def test_a_use_that_is_there_twice_is_asked_once() -> None:
    mount = "nas:/e /mnt nfs rw,addr=10.1.1.5 0 0\n"
    established = "0 0 10.1.1.10:800 10.1.1.5:2049\n"
    assert uses(UseReadings(mount, established, ""), HOST) == (Use("the mount /mnt (nfs)", tcp="10.1.1.5:2049"),)


def test_what_interfaces_lose_that_the_change_says_nothing_about() -> None:
    now = state(ETH0, LinkState("eth1", up=True, addresses=("2001:db8::10/64",)))
    assert collateral(HOST, now, {"eth0"}) == ("eth1, which is not part of the change, has lost 10.1.1.10/24",)
    assert collateral(HOST, state(ETH0), {"eth0"})[0].endswith("has lost 10.1.1.10/24 2001:db8::10/64")
    assert collateral(HOST, now, {"eth0", "eth1"}) == ()
    bare = LinkState("virbr0", "bridge", up=True)
    assert collateral(state(ETH0, bare), state(ETH0), ()) == ()


PLAN = "network: {ethernets: {eth0: {addresses: [192.0.2.10/24]}, eth1: {addresses: [10.1.1.10/24]}}}"
NEW = NetworkFile("/etc/netplan/90-cloudstack.yaml", "network: {ethernets: {eth0: {addresses: [192.0.2.10/24]}}}")


def test_an_interface_that_nothing_defines_any_more_is_released_and_shown() -> None:
    files = {"/etc/netplan/50-cloud-init.yaml": PLAN}
    change = NetworkChange(NETPLAN, (NEW,), tuple(files), links=(NetworkLink("eth0"),))
    assert released(change, files, HOST) == ("eth1",)
    assert released(NetworkChange(NETPLAN, (NEW,)), files, HOST) == ()
    declared = NetworkChange(NETPLAN, (NEW,), tuple(files), links=(NetworkLink("eth0"), NetworkLink("eth1")))
    assert released(declared, files, HOST) == ()
    assert shown(HOST, {"eth0", "eth1"}).endswith("eth1: card up mtu 1500 10.1.1.10/24 2001:db8::10/64\n")
    assert shown_after(change, HOST, ("eth1",)).endswith("eth1: card up mtu 1500\n")


def test_a_main_file_that_no_longer_includes_another_releases_what_that_defines() -> None:
    files = {
        "/etc/network/interfaces": "source /etc/network/site/*.cfg\n",
        "/etc/network/site/a.cfg": "auto eth1\niface eth1 inet static\n  address 10.1.1.10/24\n",
    }
    main = NetworkFile("/etc/network/interfaces", "auto lo\niface lo inet loopback\nsource interfaces.d/*\n")
    assert released(NetworkChange(IFUPDOWN, (main,)), files, HOST) == ("eth1",)


def test_a_file_by_mac_address_counts_as_one_by_name() -> None:
    files = {"/etc/systemd/network/05-a.network": "[Match]\nMACAddress=52:54:00:00:00:02\n[Network]\nDHCP=yes\n"}
    assert released(NetworkChange(NETWORKD, (), tuple(files)), files, HOST) == ("eth1",)
