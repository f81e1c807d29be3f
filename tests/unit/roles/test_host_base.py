# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role host_base: names that are no names, kernel settings that a later file undoes, and lines of others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unit.roles.role_tasks import content, holds, programs, rendered, shell, task

ROLE = "host_base"
CHECK = "Check that the role supports the distribution and its values are valid"
FACTS = {"os_family": "Debian", "all_ipv4_addresses": ["10.0.0.5"], "all_ipv6_addresses": []}


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("kvm1", True),
        ("kvm1.example.net", True),
        ("10.example.net", True),
        ("10.0.0.5", False),
        ("10.0.0.5.6", False),
        ("kvm.7", False),
        ("fd00::5", False),
        ("KVM_01", False),
    ],
)
def test_an_address_is_no_name(name: str, right: bool) -> None:
    """The host name of each host with such a name in the inventory would be 10."""
    check = task(f"roles/{ROLE}/tasks/preflight.yml", CHECK)
    known = {"inventory_hostname": name, "ansible_facts": FACTS, "host_base_address": "10.0.0.5", **check["vars"]}
    assert holds(ROLE, check["ansible.builtin.assert"]["that"], **known) is right


BRIDGED = "net.bridge.bridge-nf-call-iptables"


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("etc/sysctl.d/99-sysctl.conf", f"{BRIDGED} = 0", []),
        ("etc/sysctl.d/zz-cloudstack.conf", f"{BRIDGED} = 0", []),
        ("etc/sysctl.d/zz-cloudstack-vxlan.conf", f"{BRIDGED} = 0", []),
        ("etc/sysctl.d/zzz.conf", f"# {BRIDGED}=0\n;{BRIDGED}=0\n{BRIDGED}=1\n{BRIDGED}x=0", []),
        ("etc/sysctl.d/zzz.conf", f"{BRIDGED}=0\n{BRIDGED}=1", []),
        ("etc/sysctl.d/zzz.conf", f"#\n{BRIDGED}=0", [f"/etc/sysctl.d/zzz.conf:2 sets {BRIDGED} to 0, not to 1"]),
        ("etc/sysctl.conf", f"{BRIDGED}=0", []),
        (
            "usr/lib/sysctl.d/zzz.conf",
            f" -{BRIDGED} =0 ",
            [f"/usr/lib/sysctl.d/zzz.conf:1 sets {BRIDGED} to 0, not to 1"],
        ),
        (
            "etc/sysctl.d/zzz site.conf",
            "net/ipv4/ip_local_port_range=1024\t65000\nnet.ipv4.ip_local_port_range = 1 2",
            ["/etc/sysctl.d/zzz site.conf:2 sets net.ipv4.ip_local_port_range to 1 2, not to 1024 65000"],
        ),
    ],
)
def test_what_would_undo_a_kernel_parameter_at_boot_is_found(
    tmp_path: Path, file: str, text: str, found: list[str]
) -> None:
    """systemd-sysctl reads by name, and the last one decides; Debian's 99-sysctl.conf is /etc/sysctl.conf."""
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(text + "\n", encoding="utf-8")
    assert would_undo(tmp_path) == found


@pytest.mark.parametrize("masked", [True, False])
def test_a_file_that_another_of_its_name_replaces_undoes_nothing(tmp_path: Path, masked: bool) -> None:
    for folder in ("etc/sysctl.d", "usr/lib/sysctl.d"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "usr/lib/sysctl.d/zzz.conf").write_text(f"{BRIDGED}=0\n", encoding="utf-8")
    assert len(would_undo(tmp_path)) == 1
    site = tmp_path / "etc/sysctl.d/zzz.conf"
    if masked:
        site.symlink_to("/dev/null")
    else:
        site.write_text("", encoding="utf-8")
    assert would_undo(tmp_path) == []


def would_undo(root: Path) -> list[str]:
    look = task(f"roles/{ROLE}/tasks/kernel.yml", "Find files that set the kernel parameters otherwise")
    wanted = {"net.ipv4.ip_local_port_range": "1024   65000"}
    said = rendered(ROLE, look["environment"], host_base_security_groups=True, host_base_sysctl=wanted)
    ended = shell(look["ansible.builtin.shell"], root, **{**said, "ROOT": str(root)})
    assert (ended.returncode, ended.stderr) == (0, "")
    return [line.removeprefix(str(root)) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize("role", ["host_base", "host_network"])
def test_files_of_kernel_parameters_are_read_after_those_of_the_system(role: str) -> None:
    whole = str(content(f"roles/{role}/tasks/{'kernel' if role == ROLE else 'main'}.yml"))
    files = {rendered(ROLE, "{{ host_base_kernel_file }}")} if role == ROLE else set()
    files |= {word for word in whole.split("'") if word.startswith("/etc/sysctl.d/zz")}
    assert files
    assert min(files).rpartition("/")[2] > "99-zsite.conf"


CLOCK = f"roles/{ROLE}/tasks/clock.yml"
NEW, OLD = "chronyd (chrony) version 4.3 (+CMDMON)", "chronyd (chrony) version 3.5 (+CMDMON)"


@pytest.mark.parametrize(
    ("version", "line", "changes"),
    [
        (NEW, "confdir /etc/chrony/conf.d", False),
        (NEW, "include /etc/chrony/conf.d/*.conf", False),
        (NEW, "confdir /etc/chrony/conf.d/other", True),
        (NEW, "# confdir /etc/chrony/conf.d", True),
        (OLD, "confdir /etc/chrony/conf.d", True),
        (OLD, " include /etc/chrony/conf.d/*.conf", False),
    ],
)
def test_the_directory_of_chrony_is_included_once(tmp_path: Path, version: str, line: str, changes: bool) -> None:
    """SUSE's file has an include, Debian's a confdir, which chrony 3.5 does not know."""
    (tmp_path / "chrony.conf").write_text(f"{line}\n", encoding="utf-8")
    look = task(CLOCK, "Read chrony's version and what it includes")
    files = {"FILE": str(tmp_path / "chrony.conf"), "MORE": "/etc/chrony/conf.d"}
    ended = shell(look["ansible.builtin.shell"], programs(tmp_path, {"chronyd": f"echo '{version}'"}), **files)
    assert ended.returncode == 0
    include = task(CLOCK, "Include the directory of time sources in chrony's configuration")
    known = {"host_base_chrony_seen": {"stdout": ended.stdout}}
    assert holds(ROLE, include["when"], **known) is changes
    validate = rendered(ROLE, include["ansible.builtin.lineinfile"]["validate"], omit="-", **known)
    assert validate == ("-" if version == OLD else "chronyd -p -f %s")


@pytest.mark.parametrize(
    ("line", "goes"),
    [
        ("pool 2.opensuse.pool.ntp.org iburst", True),
        (" server 10.0.0.1", True),
        ("sourcedir /run/chrony-dhcp", True),
        ("# server 10.0.0.1", False),
        ("servers", False),
    ],
)
def test_all_other_time_servers_go(line: str, goes: bool) -> None:
    its = task(CLOCK, "Comment out other time servers")["ansible.builtin.replace"]
    once, count = re.subn(its["regexp"], its["replace"], f"{line}\n", flags=re.MULTILINE)
    assert (count == 1, once) == (goes, f"# {line}\n" if goes else f"{line}\n")


def test_a_host_without_kernel_parameters_is_not_looked_at() -> None:
    """Ansible renders the message of an assertion that holds, too."""
    check = task(f"roles/{ROLE}/tasks/kernel.yml", "Check that no later file changes the kernel parameters")
    assert not holds(ROLE, check["when"])
    assert holds(ROLE, check["when"], host_base_sysctl={"vm.swappiness": 1})
