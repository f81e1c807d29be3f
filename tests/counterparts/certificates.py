# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of a test's own."""

from __future__ import annotations

import datetime
from pathlib import Path

from counterparts.pki import Made, make


class Authority:
    """Signs certificates that are good for a day."""

    def __init__(self, name: str = "Test CA") -> None:
        self._root = make(name, ca=True, days=1, now=_now())

    @property
    def pem(self) -> bytes:
        return self._root.pem.encode()

    def write_server(self, folder: Path, name: str, address: str) -> None:
        """Certificate, key and the CA's certificate as files that libvirt knows."""
        self._write(folder, "server", self._root.issue(name, name, address, days=1, now=_now()))

    def write_client(self, folder: Path, name: str = "client") -> None:
        """A folder that libvirt's ``pkipath`` may name."""
        folder.mkdir(parents=True, exist_ok=True)
        self._write(folder, "client", self._root.issue(name, days=1, now=_now()))

    def _write(self, folder: Path, prefix: str, made: Made) -> None:
        (folder / "cacert.pem").write_bytes(self.pem)
        (folder / f"{prefix}cert.pem").write_text(made.pem, encoding="ascii")
        file = folder / f"{prefix}key.pem"
        file.touch(mode=0o600)
        file.write_text(made.key_pem(), encoding="ascii")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
