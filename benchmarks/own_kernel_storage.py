# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role nfs_server on guests with a kernel of their own: iSCSI volumes of a target, NFS server and client, restarts.

Run by pytest, see ``make bench-kernel``. The target is the one of the kernel (LIO) in a guest of its own.
"""

from __future__ import annotations

import base64
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hosts import Fleet
from hosts.host import Host
from integration.machine_network.role.kernels import Json
from integration.machine_network.role.roles import Outcome, run

KERNEL, RELEASE = os.environ.get("KERNEL", "user-mode"), os.environ.get("RELEASE", "bookworm")
# One name begins with the other.
EMPTY, PARTITIONED = "iqn.2026-01.net.example:volume1", "iqn.2026-01.net.example:volume12"
SIX = "iqn.2026-01.net.example:six"
PARTITION = base64.b64encode(
    struct.pack("<B3xB3xII", 0, 0x83, 2048, 300 * 2048 - 2048) + bytes(48) + b"\x55\xaa"
).decode()
# Gives a file of the guest as the only LUN of a target: NAME ADDRESS FILE.
TARGET = """
mountpoint -q /sys/kernel/config || { modprobe configfs; mount -t configfs none /sys/kernel/config; }
modprobe -a target_core_mod target_core_file iscsi_target_mod
cd /sys/kernel/config/target
mkdir -p core/fileio_0/$(basename $FILE) iscsi
echo fd_dev_name=$FILE,fd_dev_size=$(stat -c %s $FILE) > core/fileio_0/$(basename $FILE)/control
echo 1 > core/fileio_0/$(basename $FILE)/enable
mkdir -p iscsi/$NAME/tpgt_1
cd iscsi/$NAME/tpgt_1
mkdir -p lun/lun_0 np/$ADDRESS:3260
ln -s /sys/kernel/config/target/core/fileio_0/$(basename $FILE) lun/lun_0/file
for attribute in authentication=0 demo_mode_write_protect=0 generate_node_acls=1 cache_dynamic_acls=1; do
  echo ${attribute#*=} > attrib/${attribute%=*}
done
echo 1 > enable
cat enable
"""


def offer(san: Host, name: str, file: str, address: str = "") -> None:
    told = san.inside(f"NAME={name} ADDRESS={address or san.address} FILE={file}\n{TARGET}")
    assert told == "1\n", told


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with Fleet("san", "server", "client", kernel=KERNEL, release=RELEASE) as running:
        running["san"].inside("truncate -s 300M /srv/empty /srv/partitioned")
        # A table as of DOS with one partition of Linux.
        running["san"].inside(f"echo {PARTITION} | base64 -d | dd of=/srv/partitioned seek=446 bs=1 conv=notrunc")
        offer(running["san"], EMPTY, "/srv/empty")
        offer(running["san"], PARTITIONED, "/srv/partitioned")
        # Guests boot without one; this one mounts from its fstab.
        running["server"].inside("rm /etc/systemd/system-generators/systemd-fstab-generator")
        running["client"].inside("apt-get update; apt-get install --yes --no-install-recommends nfs-common")
        yield running


def volume(fleet: Fleet, target: str, **other: str) -> Json:
    return {"portal": fleet["san"].address, "target": target, "path": "/export/volume"} | other


def exported(fleet: Fleet, tmp_path: Path, *volumes: Json, **other: Any) -> Outcome:
    variables = {
        "nfs_server_networks": [f"{fleet.gateway.rpartition('.')[0]}.0/24"],
        "nfs_server_exports": [{"path": "/export/volume/primary"}, {"path": "/export/local"}],
        "nfs_server_iscsi": list(volumes),
        "nfs_server_clients": ["client"],
        **other,
    }
    hosts: dict[str, Json] = {host.name: dict(host.connection) for host in fleet}
    return run(tmp_path, hosts, variables, "--limit=server", role="nfs_server", seconds=590)["server"]


def test_a_disk_with_partitions_is_not_formatted(fleet: Fleet, tmp_path: Path) -> None:
    assert fleet["san"].inside("blkid --probe -o value -s PTTYPE /srv/partitioned") == "dos\n"
    before = fleet["san"].inside("sha256sum /srv/partitioned")
    refused = exported(fleet, tmp_path, volume(fleet, PARTITIONED))
    assert refused.failed == 1, refused.answers
    assert "not empty" in str(refused.answers), refused.answers
    fleet["server"].inside("sync")
    assert fleet["san"].inside("sha256sum /srv/partitioned") == before


def kept(fleet: Fleet, uuid: str) -> None:
    """The volume is mounted, and the client has its file, of root, on it."""
    server = fleet["server"]
    mounted = server.inside("findmnt -n -o FSTYPE,UUID /export/volume").split()
    assert mounted == ["ext4", uuid], server.inside("journalctl --no-pager --boot | tail -50")
    assert server.inside("stat -c %u /export/volume/primary/file") == "0\n"
    assert fleet["client"].run("cat /mnt/file; stat -c %u /mnt/file").stdout == "kept\n0\n"


def test_a_volume_is_exported_and_there_after_restarts(fleet: Fleet, tmp_path: Path) -> None:
    """The other target is logged in already, and its name begins with this one's."""
    server, client = fleet["server"], fleet["client"]
    first = exported(fleet, tmp_path, volume(fleet, EMPTY))
    assert first.failed == 0, first.answers
    assert fleet["san"].inside("blkid --probe -o value -s TYPE /srv/empty") == "ext4\n"
    uuid = fleet["san"].inside("blkid --probe -o value -s UUID /srv/empty").strip()
    assert f"UUID={uuid} /export/volume ext4 _netdev 0 0\n" in server.read("/etc/fstab")
    second = exported(fleet, tmp_path, volume(fleet, EMPTY))
    assert (second.failed, second.changed) == (0, 0), second.answers
    place = f"{server.address}:/export/volume/primary"
    client.run(f"mount -t nfs -o soft,timeo=50 {place} /mnt && echo kept > /mnt/file && sync")
    kept(fleet, uuid)
    server.reboot()
    # ssh answers before network mounts are there.
    server.run("systemctl is-system-running --wait", check=False)
    kept(fleet, uuid)
    assert server.inside("cat /proc/sys/fs/nfs/nlm_tcpport /proc/sys/fs/nfs/nlm_udpport") == "32803\n32769\n"
    third = exported(fleet, tmp_path, volume(fleet, EMPTY))
    assert (third.failed, third.changed) == (0, 0), third.answers


def test_another_file_system_is_not_written_over(fleet: Fleet, tmp_path: Path) -> None:
    refused = exported(fleet, tmp_path, volume(fleet, EMPTY, file_system="xfs"))
    assert refused.failed == 1, refused.answers
    assert fleet["client"].run("cat /mnt/file").stdout == "kept\n"


def test_without_its_volume_clients_get_an_error(fleet: Fleet) -> None:
    """They would write to the directory below it."""
    server, client = fleet["server"], fleet["client"]
    client.run("umount /mnt")
    server.run("systemctl stop nfs-server; umount /export/volume; systemctl start nfs-server")
    tried = client.run(
        f"mount -t nfs -o soft,timeo=50,retry=0 {server.address}:/export/volume/primary /mnt", check=False
    )
    assert tried.returncode != 0
    client.run(f"mount -t nfs -o soft,timeo=50,retry=0 {server.address}:/export/local /mnt && umount /mnt")


def test_a_volume_by_ipv6_is_exported_by_ipv6(fleet: Fleet, tmp_path: Path) -> None:
    """What is logged in at boot stays so, which a discovery at a portal of theirs would undo."""
    places = {host.name: f"fd00:10::{number:x}" for number, host in enumerate(fleet, 10)}
    for host in fleet:
        host.inside(f"modprobe ipv6; ip address add {places[host.name]}/64 dev eth0 nodad")
    fleet["san"].inside("truncate -s 300M /srv/six")
    offer(fleet["san"], SIX, "/srv/six", f"[{places['san']}]")
    variables = {
        "nfs_server_networks": ["fd00:10::/64"],
        "nfs_server_exports": [{"path": "/export/six/primary"}],
        "nfs_server_clients": ["client"],
        "nfs_server_address": places["server"],
    }
    # In another spelling than the kernel's.
    here = volume(fleet, SIX, portal=f"[fd00:10:0::{places['san'].rpartition(':')[2]}]:3260", path="/export/six")
    first = exported(fleet, tmp_path, here, **variables)
    assert first.failed == 0, first.answers
    assert fleet["san"].inside("blkid --probe -o value -s TYPE /srv/six") == "ext4\n"
    second = exported(fleet, tmp_path, here, **variables)
    assert (second.failed, second.changed) == (0, 0), second.answers
    for target in (EMPTY, SIX):
        assert "node.startup = automatic" in fleet["server"].inside(f"iscsiadm --mode node --targetname {target}")
