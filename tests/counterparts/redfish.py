# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller that speaks Redfish: OpenStack's emulator with a system of its own, over TLS, asking for a password.

Its power changes up to two seconds after the call, as a machine's does. It has no accounts to look at.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bcrypt

from .certificates import Authority

READY = 30.0


class RedfishBmc:
    """On an address of the loopback; CloudStack's driver asks port 443 only.

    with RedfishBmc("127.0.0.7") as bmc: …  bmc.ca: the file to verify with.
    """

    def __init__(self, address: str, port: int = 443, username: str = "admin", password: str = "secret") -> None:
        self.address, self.port, self.username, self.password = address, port, username, password
        self._made = tempfile.TemporaryDirectory(prefix="redfish-")
        self.home = Path(self._made.name)
        self.ca = self.home / "cacert.pem"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RedfishBmc:
        Authority("Redfish CA").write_server(self.home, "bmc.example.test", self.address)
        hashed = bcrypt.hashpw(self.password.encode(), bcrypt.gensalt(4)).decode()
        (self.home / "users").write_text(f"{self.username}:{hashed}\n", encoding="utf-8")
        (self.home / "conf.py").write_text(
            f'SUSHY_EMULATOR_AUTH_FILE = "{self.home}/users"\nSUSHY_EMULATOR_FAKE_DRIVER = True\n'
            f'SUSHY_EMULATOR_STATE_DIR = "{self.home}"\n',
            encoding="utf-8",
        )
        program = Path(sys.executable).with_name("sushy-emulator")
        line = [str(program), "--config", "conf.py", "-i", self.address, "-p", str(self.port), "--fake"]
        line += ["--ssl-certificate", "servercert.pem", "--ssl-key", "serverkey.pem"]
        with (self.home / "log").open("wb") as log:
            self._process = subprocess.Popen(line, cwd=self.home, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + READY
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the emulator does not start: {(self.home / 'log').read_text()[-2000:]}")
            time.sleep(0.05)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._made.cleanup()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex((self.address, self.port)) == 0
