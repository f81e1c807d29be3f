# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One booted host: what a test does with it, from outside (power, cables, its files) and by ssh."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from . import groups, interpreter, slots

COMPILED = Path(__file__).with_name("compiled.py")


@dataclass(frozen=True)
class Host:
    """address: where ssh answers at first. root: its tree, seen from here. cards: name inside → link outside."""

    name: str
    address: str
    directory: Path
    key: Path
    cards: Mapping[str, str]

    # Seconds for a boot, for ssh to greet, and between two questions whether it has booted.
    PATIENCE: ClassVar[float] = 60
    GREETING: ClassVar[int] = 5
    PAUSE: ClassVar[float] = 0.2

    @property
    def python(self) -> str:
        """The interpreter for Ansible's modules."""
        return f"{interpreter.PLACE}/python3"

    @property
    def root(self) -> Path:
        return self.directory / "root"

    @property
    def ssh_options(self) -> list[str]:
        return [
            *("-i", str(self.key), "-o", f"UserKnownHostsFile={self.directory.parent / 'known_hosts'}"),
            *("-o", "StrictHostKeyChecking=yes", "-o", f"ConnectTimeout={self.GREETING}", "-o", "IdentitiesOnly=yes"),
            *("-o", "ServerAliveInterval=5", "-o", "BatchMode=yes"),
        ]

    @property
    def connection(self) -> dict[str, str]:
        """How Ansible reaches it."""
        return {
            "ansible_host": self.address,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.key),
            "ansible_ssh_common_args": " ".join(self.ssh_options),
            "ansible_python_interpreter": self.python,
        }

    def run(self, script: str, check: bool = True, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
        """Run a shell script as root by ssh.

        Raises subprocess.CalledProcessError where it ends with an error and check is set.
        """
        ended = subprocess.run(
            ["ssh", *self.ssh_options, f"root@{self.address}", script],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout or 2 * self.PATIENCE,
            check=False,
        )
        if check and ended.returncode:
            raise AssertionError(f"{self.name}: {script!r} ended {ended.returncode}: {ended.stderr or ended.stdout}")
        return ended

    def read(self, path: str) -> str:
        return (self.root / path.lstrip("/")).read_text(encoding="utf-8")

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def power_on(self) -> None:
        """Boot it; returns at once, see wait."""
        its = map(str, groups.make(self.directory))
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("keeper.py")), str(self.directory), *its],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, slots.MARK: str(self.directory)},
            start_new_session=True,
        )

    def power_off(self) -> None:
        """Cut the power: nothing is stopped, synchronised or said goodbye to."""
        slots.stop(self.directory)

    @property
    def powered(self) -> bool:
        return bool(slots.processes(self.directory))

    def reboot(self, timeout: float | None = None) -> None:
        """Reboot in order, and wait until ssh answers from the new boot."""
        timeout = timeout or self.PATIENCE
        before = self.boot_id()
        self.run("systemctl reboot", check=False)
        deadline = time.monotonic() + timeout
        while self.boot_id() in (before, ""):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} did not come back within {timeout:g} s; {self.console()}")
            time.sleep(self.PAUSE)

    def inside(self, script: str, timeout: float = 60) -> str:
        """Run a script inside, not by ssh: it is to be seen while nobody can reach it. Returns what it prints."""
        path = "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
        command = ["nsenter", f"--target={self._init()}", "--all", "env", path, "sh", "-c", script]
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False).stdout

    def _init(self) -> int:
        """The process that is number 1 inside."""
        for pid in slots.processes(self.directory):
            try:
                status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            except OSError:
                continue
            if re.search(r"^NSpid:\s+\d+\s+1$", status, re.MULTILINE):
                return pid
        raise AssertionError(f"{self.name} does not run")

    def boot_id(self) -> str:
        """Which boot this is; empty while ssh does not answer."""
        return self.run("cat /proc/sys/kernel/random/boot_id", check=False).stdout.strip()

    def cable(self, card: str, plugged: bool) -> None:
        """Pull a card's cable, or plug it in: the card loses or gets its carrier."""
        subprocess.run(["ip", "link", "set", self.cards[card], "up" if plugged else "down"], check=True)

    def wait(self, timeout: float | None = None) -> None:
        """Until its ssh server greets."""
        timeout = timeout or self.PATIENCE
        deadline = time.monotonic() + timeout
        while not self._greets():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} ({self.address}) has no ssh within {timeout:g} s; {self.console()}")
            time.sleep(0.05)

    def console(self) -> str:
        log = self.directory / "console.log"
        return log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.exists() else "no console"

    def _greets(self) -> bool:
        try:
            with socket.create_connection((self.address, 22), timeout=1) as connection:
                connection.settimeout(self.GREETING)
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False


def personal(root: Path, name: str, address: str, card: str, key: Path) -> None:
    """Write what a Debian installer writes: name, hosts file, address of the first card, who may log in."""
    write = {
        "etc/hostname": f"{name}\n",
        "etc/hosts": f"127.0.0.1\tlocalhost\n127.0.1.1\t{name}\n",
        "etc/machine-id": f"{secrets.token_hex(16)}\n",
        "root/.ssh/authorized_keys": key.with_suffix(".pub").read_text(encoding="utf-8"),
        "etc/systemd/network/10-host.network": f"[Match]\nName={card}\n[Network]\nAddress={address}/24\n",
        # A fifth of the CPU time of a play went into the clients' keys of the exchange that resists quantum computers.
        "etc/ssh/sshd_config.d/exchange.conf": "KexAlgorithms curve25519-sha256\n",
        "usr/lib/python3/dist-packages/hosts_compiled.py": COMPILED.read_text(encoding="utf-8"),
        "usr/lib/python3/dist-packages/hosts_compiled.pth": "import hosts_compiled\n",
    }
    for path, text in write.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    # The lists came with the image empty; ansible.builtin.apt takes a young folder for lists that are fresh.
    os.utime(root / "var/lib/apt/lists", (0, 0))
    wanted = root / "etc/systemd/system/multi-user.target.wants/systemd-networkd.service"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wanted.symlink_to("/lib/systemd/system/systemd-networkd.service")
