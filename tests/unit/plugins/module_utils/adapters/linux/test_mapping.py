# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parsers on texts as the programs print them."""

from __future__ import annotations

import json

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux import mapping
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.facts import Listener, Nic, Unit


def test_assignments() -> None:
    text = "# listen_tcp = 1\nlisten_tls = 0\nauth_tcp = \"none\"\n ; x = 2\n\nNAME='Debian'\nlisten_tls = 1\n"
    assert mapping.assignments(text) == {"listen_tls": "1", "auth_tcp": "none", "NAME": "Debian"}


def test_libvirtd_args_counts_active_lines_only() -> None:
    text = '#LIBVIRTD_ARGS="--listen"\nLIBVIRTD_ARGS="-l"\nOTHER=1\n LIBVIRTD_ARGS=""\n'
    assert mapping.libvirtd_args("/f", text) == ("/f: -l", "/f: ")
    assert mapping.libvirtd_args("/f", 'libvirtd_opts="-d -l"\n') == ("/f: -d -l",)


def test_cpu_of_x86_and_arm() -> None:
    one = "processor\t: {}\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC\nflags\t\t: svm aes\n\n"
    assert mapping.cpu(one.format(0) + one.format(1)) == {
        "cpu_vendor": "AuthenticAMD",
        "cpu_model": "AMD EPYC",
        "cpu_count": 2,
        "cpu_flags": ("aes", "svm"),
    }
    arm = "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n"
    assert mapping.cpu(arm)["cpu_vendor"] == "0x41"
    assert mapping.cpu(arm)["cpu_flags"] == ("asimd", "fp")
    assert set(mapping.cpu("").values()) == {None}


def test_memory() -> None:
    text = "MemTotal: 16 kB\nSwapTotal: 8 kB\nSwapFree: 5 kB\nHugePages_Total: 3\nHugepagesize: 2048 kB\n"
    assert mapping.memory(text) == {"memory": 16384, "swap": 8192, "swap_used": 3072, "huge_pages": 3 * 2048 * 1024}
    assert mapping.memory("MemTotal: 16 kB\n") == {"memory": 16384, "swap": None, "swap_used": None, "huge_pages": 0}
    assert mapping.memory("")["memory"] is None


def test_distribution() -> None:
    assert mapping.distribution('ID="rocky"\nVERSION_ID="9.4"\n') == {
        "distribution": "rocky",
        "distribution_version": "9.4",
    }
    assert mapping.distribution("ID=arch\n")["distribution_version"] is None


def test_nics() -> None:
    entries = [
        {"ifname": "lo", "flags": ["LOOPBACK", "UP", "LOWER_UP"], "addr_info": [{"local": "127.0.0.1"}]},
        {"ifname": "enp1s0", "flags": ["UP"], "master": "cloudbr0", "addr_info": []},
        {"ifname": "cloudbr0", "flags": ["UP", "LOWER_UP"], "linkinfo": {"info_kind": "bridge"}},
        {},
    ]
    assert mapping.nics(json.dumps(entries)) == (
        Nic("lo", up=True, addresses=("127.0.0.1",)),
        Nic("enp1s0", master="cloudbr0", up=False),
        Nic("cloudbr0", kind="bridge", up=True),
    )
    assert mapping.nics("1: lo: <LOOPBACK>") is None


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TAIL = "00000000:00000000 00:00000000 00000000     0        0 {} 1 0 100 0 0 10 0\n"


def test_sockets_that_listen() -> None:
    text = HEAD + "   0: 0100007F:4075 00000000:0000 0A " + TAIL.format(11)
    text += "   1: 0100007F:0016 0200007F:8000 01 " + TAIL.format(12)
    assert mapping.sockets(text) == {"11": ("127.0.0.1", 16501)}
    six = (
        HEAD + "   0: 00000000000000000000000001000000:4082 00000000000000000000000000000000:0000 0A " + TAIL.format(13)
    )
    assert mapping.sockets(six, ipv6=True) == {"13": ("::1", 16514)}


def test_listeners_know_their_programs() -> None:
    found = {"5": ("::", 22), "4": ("0.0.0.0", 8250)}
    assert mapping.listeners(found, {"5": "sshd"}) == (Listener(22, "::", "sshd"), Listener(8250, "0.0.0.0", None))


def test_units() -> None:
    text = "Id=libvirtd.socket\nLoadState=masked\nActiveState=inactive\n\n"
    text += "Id=libvirtd-ro.socket\nLoadState=loaded\nActiveState=active\n"
    assert mapping.units(text) == (
        Unit("libvirtd.socket", "masked", "inactive"),
        Unit("libvirtd-ro.socket", "loaded", "active"),
    )
    assert mapping.units("") == ()


def test_versions() -> None:
    text = "Compiled against library: libvirt 9.0.0\nUsing library: libvirt 9.0.1\nUsing API: QEMU 9.0.0\n"
    text += "Running hypervisor: QEMU 7.2.9\n"
    assert mapping.versions(text) == {"libvirt_version": "9.0.1", "qemu_version": "7.2.9"}
    assert mapping.versions("error") == {"libvirt_version": None, "qemu_version": None}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (
            "C0A80001,ntp,3,1700000000.1,0.002500000,0,0,0,0,0,0,0,64.0,Normal\n",
            {"synchronised": True, "offset": -0.0025},
        ),
        ("7F7F0101,,0,0.0,0.0,0,0,0,0,0,0,0,0.0,Not synchronised\n", {"synchronised": False, "offset": None}),
        ("506 Cannot talk to daemon", {}),
    ],
)
def test_chrony(text: str, seen: dict[str, object]) -> None:
    assert mapping.chrony(text) == seen


def test_timedatectl() -> None:
    assert mapping.timedatectl("Timezone=UTC\nNTPSynchronized=yes\n") == {"synchronised": True}
    assert mapping.timedatectl("NTPSynchronized=no\n") == {"synchronised": False}
    assert mapping.timedatectl("") == {}


@pytest.mark.parametrize(
    ("mounts", "version"),
    [
        ("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", 2),
        (
            "tmpfs /sys/fs/cgroup tmpfs ro 0 0\ncgroup2 /sys/fs/cgroup/x cgroup2\ncgroup /sys/fs/cgroup/cpu cgroup\n",
            1,
        ),
        ("proc /proc proc rw 0 0\n", None),
    ],
)
def test_cgroup(mounts: str, version: int | None) -> None:
    assert mapping.cgroup(mounts) == version


def test_apparmor_names_what_confines_libvirt_for_real() -> None:
    text = "/usr/sbin/libvirtd (enforce)\nvirt-aa-helper (complain)\n/usr/sbin/chronyd (enforce)\nvirtqemud (enforce)\n"
    assert mapping.apparmor(text) == ("/usr/sbin/libvirtd", "virtqemud")


def test_sshd() -> None:
    assert mapping.sshd("PermitRootLogin no\nkexalgorithms a,b\nempty\n") == {
        "permitrootlogin": "no",
        "kexalgorithms": "a,b",
    }


RULES = "User cloud may run the following commands on kvm1:\n"


@pytest.mark.parametrize(
    ("text", "without_prompt"),
    [
        (RULES + "    (ALL) NOPASSWD: ALL\n", True),
        (RULES + "    (ALL : ALL) NOPASSWD: ALL\n", True),
        (RULES + "    (root) NOPASSWD: ALL\n", True),
        (RULES + "    (ALL : ALL) ALL\n", False),
        (RULES + "    (ALL) NOPASSWD: ALL\n    (ALL : ALL) ALL\n", False),
        (RULES + "    (ALL : ALL) ALL\n    (ALL) NOPASSWD: ALL\n", True),
        (RULES + "    (ALL) NOPASSWD: /usr/bin/true\n", False),
        (RULES + "    (postgres) NOPASSWD: ALL\n", False),
        ("User cloud is not allowed to run sudo on kvm1.\n", False),
    ],
)
def test_sudo(text: str, without_prompt: bool) -> None:
    assert mapping.sudo(text) is without_prompt


def test_certificate() -> None:
    text = "notBefore=Jan  1 00:00:00 2026 GMT\nnotAfter=Dec 31 23:59:59 2026 GMT\nsubject=CN = kvm1\n"
    found = mapping.certificate("/c", text)
    assert found is not None
    assert (found.not_before, found.not_after, found.subject) == (1767225600.0, 1798761599.0, "CN = kvm1")
    assert mapping.certificate("/c", "unable to load certificate\n") is None
