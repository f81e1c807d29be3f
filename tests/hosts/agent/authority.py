# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The management server's own certificate authority, which signs what keystore-setup asks for."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Authority:
    """folder: where its key and certificate are kept; made where there is none."""

    def __init__(self, folder: Path) -> None:
        self._key, self._certificate, self._extensions = (folder / name for name in ("ca.key", "ca.pem", "extensions"))
        if not folder.exists():
            folder.mkdir()
            made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(self._key), "-out", str(self._certificate)]
            _openssl("req", "-x509", "-days", "30", "-subj", "/CN=ca.cloudstack.apache.org", *made)

    def sign(self, request: str, address: str) -> tuple[str, str]:
        """The certificate of a host that is reached at an address, and the authority's own; both PEM."""
        self._extensions.write_text(f"subjectAltName=IP:{address}\nbasicConstraints=critical,CA:FALSE\n")
        signer = ["-CA", str(self._certificate), "-CAkey", str(self._key), "-CAcreateserial"]
        signed = _openssl("x509", "-req", "-days", "30", "-extfile", str(self._extensions), *signer, asked=request)
        return signed, self._certificate.read_text(encoding="utf-8")


def _openssl(*arguments: str, asked: str = "") -> str:
    return subprocess.run(["openssl", *arguments], input=asked, capture_output=True, text=True, check=True).stdout
