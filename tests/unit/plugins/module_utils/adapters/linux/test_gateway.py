# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader against a machine of texts, and the real machine's files, commands and sockets."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer, Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.gateway import (
    Sights,
    address_of,
    read_access,
    read_agent,
    read_certificates,
    read_clock,
    read_libvirt,
    read_listeners,
    read_machine,
    try_mount,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.gateway import probe as probes


class Texts(Linux):
    """A machine of files and answers. ``answers``: by the command's first words; the longest that fits counts."""

    def __init__(self, files: Mapping[str, str] | None = None, answers: Mapping[str, Answer] | None = None) -> None:
        super().__init__()
        self.files, self.answers = dict(files or {}), dict(answers or {})
        self.asked: list[str] = []

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def exists(self, path: str) -> bool:
        return path in self.files

    def has_program(self, name: str) -> bool:
        return any(command.split()[0] == name for command in self.answers)

    def run(self, *command: str) -> Answer | None:
        asked = " ".join(command)
        self.asked.append(asked)
        fitting = [words for words in self.answers if asked.startswith(words)]
        return self.answers[max(fitting, key=len)] if fitting else None

    def connect(self, address: str, port: int) -> str:
        self.asked.append(f"{address} {port}")
        return ""

    def user(self) -> int:
        return 0


def test_the_clock_is_asked_of_chrony_first_and_of_systemd_where_it_does_not_run() -> None:
    systemd = {"timedatectl show": Answer(0, "NTPSynchronized=yes\n")}
    dead = {**systemd, "chronyc": Answer(1, "506 Cannot talk to daemon\n")}
    clock = read_clock(Texts(answers=dead))
    assert (clock.synchronised, clock.offset) == (True, None)
    alive = {**systemd, "chronyc": Answer(0, "A,b,2,0,1.5,0,0,0,0,0,0,0,64,Normal\n")}
    assert read_clock(Texts(answers=alive)).offset == -1.5
    assert read_clock(Texts()).synchronised is None


def test_selinux_that_is_not_there_is_disabled() -> None:
    assert read_machine(Texts()).selinux == "disabled"
    assert read_machine(Texts({"/sys/fs/selinux/enforce": "1\n"})).selinux == "enforcing"
    assert read_machine(Texts({"/sys/fs/selinux/enforce": "0"})).selinux == "permissive"


def test_apparmor_that_is_on_but_hidden_is_not_taken_for_off() -> None:
    on = {"/sys/module/apparmor/parameters/enabled": "Y\n"}
    assert read_machine(Texts()).apparmor_enforced == ()
    assert read_machine(Texts(on)).apparmor_enforced is None
    shown = {**on, "/sys/kernel/security/apparmor/profiles": "libvirtd (enforce)\n"}
    assert read_machine(Texts(shown)).apparmor_enforced == ("libvirtd",)


def test_libvirt_that_fails_says_why() -> None:
    answers = {"libvirtd": Answer(0, ""), "virsh": Answer(1, "", "error: failed to connect\nerror: No such file\n")}
    seen = read_libvirt(Texts(answers=answers))
    assert (seen.installed, seen.reachable, seen.error) == (True, False, "error: No such file")
    assert seen.domains is None


def test_libvirt_is_only_read() -> None:
    texts = Texts(answers={"virtqemud": Answer(0, ""), "virsh": Answer(0, "Using library: libvirt 9.0.0\n")})
    assert read_libvirt(texts).libvirt_version == "9.0.0"
    assert all("--readonly" in asked for asked in texts.asked if asked.startswith("virsh"))


def test_of_the_agents_properties_no_secret_is_kept() -> None:
    properties = "guid = 1-2\r\nhost: 10.0.0.5@\\\r\n  roundrobin\r\nkeystore.passphrase=hush\r\n"
    agent = read_agent(
        Texts({"/etc/cloudstack/agent/agent.properties": properties, "/etc/cloudstack/agent/cloud.jks": ""})
    )
    assert (agent.guid, agent.management) == ("1-2", "10.0.0.5@roundrobin")
    assert agent.keystores == ("/etc/cloudstack/agent/cloud.jks",)
    assert "hush" not in str(agent)


def test_sudo_of_another_user() -> None:
    allowed = {"sudo -n -l -U cloud": Answer(0, "    (ALL) NOPASSWD: ALL\n")}
    assert read_access(Texts(answers=allowed), "cloud").sudo is True
    assert read_access(Texts(answers={"sudo": Answer(1, "", "a password is required")}), "cloud").sudo is False
    assert read_access(Texts(), "cloud").sudo is False
    assert read_access(Texts(), "root").sudo is True


def test_certificates_without_openssl_are_unseen_not_absent() -> None:
    files = {"/etc/cloudstack/agent/cloud.crt": "PEM"}
    assert read_certificates(Texts(files)) is None
    assert read_certificates(Texts()) == ()


def test_what_is_probed() -> None:
    texts = Texts()
    sights = Sights(
        management_servers=("ms1", "ms2:9250", "[fd00::5]:8250", "fd00::6"),
        storage=("nfs://nas/export", "nfs://nas2:20490/x", "https://s3.example.net/", "rbd://pool"),
        peers=("kvm2",),
    )
    assert [(p.purpose, p.address, p.port) for p in probes(texts, sights)] == [
        ("management", "ms1", 8250),
        ("management", "ms2", 9250),
        ("management", "fd00::5", 8250),
        ("management", "fd00::6", 8250),
        ("storage", "nas", 2049),
        ("storage", "nas2", 20490),
        ("storage", "s3.example.net", 443),
        ("peer", "kvm2", 16514),
        ("peer", "kvm2", 16509),
    ]


@pytest.mark.parametrize(("status", "error"), [(0, ""), (32, "mount.nfs: access denied")])
def test_a_trial_mount_is_read_only_and_in_a_namespace_of_its_own(status: int, error: str) -> None:
    texts = Texts(answers={"unshare --mount": Answer(status, "", "mount.nfs: access denied\n" if status else "")})
    assert try_mount(texts, "nfs://nas/export").error == error
    (asked,) = texts.asked
    assert "-o ro" in asked
    assert asked.endswith("sh nfs nas:/export")


def test_a_real_listener_is_seen_with_its_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        seen = {one.port: one for one in read_listeners(Linux()) or ()}
        assert seen[port].address == "127.0.0.1"
        assert seen[port].program == Path("/proc/self/comm").read_text(encoding="utf-8").strip()
        assert Linux().connect("127.0.0.1", port) == ""
        for strange in ("", "a..b", "x" * 70, "127.0.0.1\x00", "-x", "\ud800"):
            assert "is not an address or a host name" in Linux().connect(strange, port)
            assert Linux().resolve(strange) == ()
    assert Linux(1).connect("127.0.0.1", port) == "Connection refused"


def test_real_commands_speak_english_and_end_in_time() -> None:
    linux = Linux(seconds=0.2)
    answer = linux.run("sh", "-c", "echo $LC_ALL; exit 3")
    assert answer is not None
    assert (answer.status, answer.out) == (3, "C\n")
    slow = linux.run("sleep", "30")
    assert slow is not None
    assert slow.status == 124
    assert linux.run("there-is-no-such-program") is None
    assert linux.read("/there/is/no/such/file") is None
    assert linux.resolve("no-such-host.invalid") == ()


def test_addresses() -> None:
    assert address_of("::1", 8250) == ("::1", 8250)
    assert address_of("ms1.example.net:1", 8250) == ("ms1.example.net", 1)
