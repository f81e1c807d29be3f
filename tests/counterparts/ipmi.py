# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers that speak IPMI 2.0: OpenIPMI's simulator, its chassis switched by whatever a test puts behind it.

The simulator speaks cipher suite 3 alone, and keeps passwords on disk as a controller does.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SUITE = ("-C", "3")  # for ipmitool, which otherwise waits ten seconds for an answer about others
READY = 10.0
EMULATION = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""
# Run by the simulator for every question about the chassis: it asks the test's process by a socket.
SCRIPT = """import socket, sys
with socket.socket(socket.AF_UNIX) as link:
    link.connect(sys.argv[1])
    link.sendall("\\n".join(sys.argv[3:]).encode() + b"\\n\\n")
    print(link.makefile().read(), end="")
"""


@dataclass(frozen=True)
class User:
    """privilege: of the LAN channel, as the simulator's configuration has it: user, operator or admin."""

    name: str = "admin"
    password: str = "secret"
    privilege: str = "admin"


@dataclass
class Chassis:
    """What is switched. on, off, reset: called when it happens. delay: seconds until an OFF takes effect.

    deaf: an OFF is answered well and never comes.
    """

    powered: bool = True
    on: Callable[[], object] = lambda: None
    off: Callable[[], object] = lambda: None
    reset: Callable[[], object] = lambda: None
    delay: float = 0.0
    deaf: bool = False
    calls: list[str] = field(default_factory=list)

    def set(self, name: str, value: str) -> None:
        self.calls.append(f"{name}={value}")
        if name == "reset" or (name == "power" and value == "2"):
            self._later(self._reset, 0)
        elif name == "power" and value == "1" and not self.powered:
            self.powered = True
            self._later(self.on, 0)
        elif name in ("power", "shutdown") and value == ("0" if name == "power" else "1") and not self.deaf:
            self._later(self._off, self.delay)

    def _off(self) -> None:
        if self.powered:
            self.off()
            self.powered = False

    def _reset(self) -> None:
        self.powered = True
        self.reset()

    @staticmethod
    def _later(act: Callable[[], object], delay: float) -> None:
        timer = threading.Timer(delay, act)
        timer.daemon = True
        timer.start()


class Ipmi:
    """One controller on an address of the loopback, or of a test's own network.

    with Ipmi(port=9201) as bmc: …  A second one with the same ``home`` goes on with its passwords.
    """

    def __init__(
        self,
        address: str = "127.0.0.1",
        port: int = 0,
        users: Sequence[User] = (User(),),
        chassis: Chassis | None = None,
        home: Path | None = None,
    ) -> None:
        self.address, self.users = address, users
        self.port = port or _free(address)
        self.chassis = chassis or Chassis()
        self._made = tempfile.TemporaryDirectory(prefix="ipmi-") if home is None else None
        self.home = home or Path(self._made.name if self._made else "")
        self._process: subprocess.Popen[bytes] | None = None
        self._server: socket.socket | None = None

    def __enter__(self) -> Ipmi:
        (self.home / "state").mkdir(parents=True, exist_ok=True)
        socket_path, script = self.home / "chassis.sock", self.home / "chassis.py"
        script.write_text(SCRIPT, encoding="utf-8")
        rows = [
            f'user {number} true "{user.name}" "{user.password}" {user.privilege} 10 none md2 md5 straight'
            for number, user in enumerate(self.users, 2)
        ]
        levels = "\n".join(
            f"    allowed_auths_{level} none md2 md5 straight" for level in ("callback", "user", "operator", "admin")
        )
        lan = (
            'name "bmc"\nset_working_mc 0x20\n  startlan 1\n    priv_limit admin\n'
            f"    addr {self.address} {self.port}\n"
            f"{levels}\n    guid a123456789abcdefa123456789abcdef\n  endlan\n"
            f'  chassis_control "{sys.executable} {script} {socket_path} 0x20"\n'
            f'  user 1 true "" "test" user 10 none md2 md5 straight\n  ' + "\n  ".join(rows) + "\n"
        )
        (self.home / "lan.conf").write_text(lan, encoding="utf-8")
        (self.home / "cmd.emu").write_text(EMULATION, encoding="utf-8")
        socket_path.unlink(missing_ok=True)
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(socket_path))
        self._server.listen()
        threading.Thread(target=self._serve, args=(self._server,), daemon=True).start()
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        if self._server is not None:
            with contextlib.suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
        if self._made is not None:
            self._made.cleanup()

    def start(self) -> None:
        """Also after ``stop``: it comes back with the passwords it had."""
        line = ["ipmi_sim", "-c", "lan.conf", "-f", "cmd.emu", "-s", "state", "-n", "-d"]
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                line, cwd=self.home, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + READY
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"ipmi_sim does not start: {(self.home / 'log').read_text(errors='replace')[-2000:]}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """A dead controller: nothing answers."""
        process, self._process = self._process, None
        if process is not None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _listens(self) -> bool:
        wanted = f"{int.from_bytes(socket.inet_aton(self.address), 'little'):08X}:{self.port:04X}"
        return any(line.split()[1] == wanted for line in Path("/proc/net/udp").read_text().splitlines()[1:])

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                link, _peer = server.accept()
            except OSError:
                return
            with link, link.makefile() as stream:
                asked: list[str] = []
                while line := stream.readline().strip():
                    asked.append(line)
                link.sendall(self._answer(asked).encode())

    def _answer(self, words: list[str]) -> str:
        verb, rest = words[0], words[1:]
        if verb == "get":
            values = {"power": str(int(self.chassis.powered)), "boot": "none"}
            return "".join(f"{name}:{values.get(name, '0')}\n" for name in rest)
        if verb == "set":
            for name, value in zip(rest[::2], rest[1::2], strict=False):
                self.chassis.set(name, value)
        return ""


def _free(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])
