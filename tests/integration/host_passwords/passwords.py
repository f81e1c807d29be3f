# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five booted machines that CloudStack has as a KVM cluster, with a password of root that everybody may try."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hosts import Fleet, Host
from integration.forked import COLD
from integration.killed import kill_all

from sandbox.server import Sandbox
from sandbox.world import World
from unit.sandbox.client import Api
from unit.sandbox.site import Site

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "change_host_password.yml"
NAMES = [f"kvm{number}" for number in range(1, 6)]
OLD, NEW = "0ld-s3cret'q", 'n3w-s3cret "ü$x'
SSHD = "PermitRootLogin yes\nPasswordAuthentication yes\nMaxStartups 100\n"
WRAPPER = "/usr/local/sbin/chpasswd"


def prepare(_name: str, root: Path) -> None:
    """As CloudStack needs a host that it logs in to with a password; a refused login is told at once."""
    (root / "etc/ssh/sshd_config.d/00-password.conf").write_text(SSHD, encoding="utf-8")
    rules = root / "etc/pam.d/common-auth"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("pam_unix.so nullok", "pam_unix.so nullok nodelay"), "utf-8"
    )


def accepts(host: Host, password: str, folder: Path) -> bool:
    """One SSH login, independent of Ansible."""
    asking = folder / "askpass"
    asking.write_text('#!/bin/sh\nprintf "%s\\n" "$TRIED"\n', encoding="utf-8")
    asking.chmod(0o700)
    command = ["ssh", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    command += ["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1", "-o", "ConnectTimeout=10"]
    command += [f"root@{host.address}", "true"]
    environment = {**os.environ, "SSH_ASKPASS": str(asking), "SSH_ASKPASS_REQUIRE": "force", "TRIED": password}
    ended = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return ended.returncode == 0


class Watch:
    """What stood on any command line of this machine meanwhile; its containers' processes are among them."""

    def __init__(self, *secrets: str) -> None:
        self.secrets = [secret.encode() for secret in secrets]
        self.seen: set[str] = set()
        self.looks = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self.looks += 1
            # Without Path, which takes as long again.
            for entry in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{entry}/cmdline", "rb", buffering=0) as file:
                        line = file.read()
                except OSError:
                    continue
                if any(secret in line for secret in self.secrets):
                    self.seen.add(line.replace(b"\0", b" ").decode(errors="replace"))


@dataclass
class Cluster:
    """The machines and a server that has them. left: passwords that the server's record holds."""

    fleet: Fleet
    server: Sandbox
    folder: Path
    output: str = ""
    variables: dict[str, Any] = field(default_factory=dict)

    def arrange(self) -> Cluster:
        """Everybody has the old password, and nothing is planted."""
        for host in self.fleet:
            host.run(f"rm -f {WRAPPER}; printf '%s\\n' {shlex.quote('root:' + OLD)} | /usr/sbin/chpasswd")
        Site(Api(self.server)).hypervisors("kvm-a", "KVM", NAMES, OLD)
        self.server.run(lambda world: world.durations.update({"reconnection": 24, "disconnection": 0.05}))
        self.server.calls.clear()
        return self

    def plant(self, name: str, script: str) -> None:
        """What chpasswd does instead on one host; the way back (-e) is left whole."""
        text = f'#!/bin/sh\n[ "$1" = -e ] && exec /usr/sbin/chpasswd "$@"\n{script}\n'
        self.fleet[name].write(WRAPPER, text, mode=0o755)

    def start(self, *options: str, command: str = COLD, **more: object) -> subprocess.Popen[str]:
        inventory = self.fleet.inventory()
        inventory["all"] = {"children": {"kvm": {"hosts": inventory["all"].pop("hosts")}}}
        where, passwords = self.folder / "inventory.json", self.folder / "passwords.json"
        where.write_text(json.dumps(inventory), encoding="utf-8")
        given = {"change_host_password_cluster": "kvm-a", "change_host_password_timeout": 20}
        given |= {"change_host_password_old": OLD, "change_host_password_new": NEW, **self.variables, **more}
        passwords.write_text(json.dumps(given), encoding="utf-8")
        environment = {
            **os.environ,
            "CLOUDSTACK_ENDPOINT": self.server.url,
            "CLOUDSTACK_KEY": self.server.key,
            "CLOUDSTACK_SECRET": self.server.secret,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_FORKS": "5",
            "ANSIBLE_TIMEOUT": "10",
        }
        return subprocess.Popen(
            [command, "-i", str(where), "-e", f"@{passwords}", *options, str(PLAYBOOK)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def play(self, *options: str, **more: object) -> int:
        process = self.start(*options, command="ansible-playbook", **more)
        self.output = process.communicate()[0]
        (self.folder / f"run-{time.monotonic_ns()}.log").write_text(self.output, encoding="utf-8")
        return process.returncode

    def play_until(self, task: str) -> None:
        """Killed with all its children when that task begins."""
        process = self.start()
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("TASK [") and task in line:
                break
        else:
            raise AssertionError("".join(lines))
        kill_all(process)

    def logins(self) -> dict[str, tuple[bool, bool]]:
        """Whether each host accepts the old password, and the new one."""
        return {h.name: (accepts(h, OLD, self.folder), accepts(h, NEW, self.folder)) for h in self.fleet}

    def record(self) -> set[str]:
        def look(world: World) -> set[str]:
            return {host.password for host in world.hosts if host.hypervisor == "KVM"}

        return self.server.run(look)
