# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client programs of a database server. Passwords reach them in a file in memory: no command line has one."""

from __future__ import annotations

import shutil
import subprocess
import typing as t

from ...core.errors import Unsupported
from ..linux.programs import ENVIRONMENT
from .properties import DatabaseAccess

DUMPERS, CLIENTS = ("mariadb-dump", "mysqldump"), ("mariadb", "mysql")


def options(access: DatabaseAccess, mariadb: bool) -> bytes:
    """An option file, which is read instead of all others."""
    lines = [
        "[client]",
        "max_allowed_packet=1G",
        f"user={_quoted(access.user)}",
        f"password={_quoted(access.password)}",
    ]
    if access.unix_socket:
        lines.append(f"socket={_quoted(access.unix_socket)}")
    else:
        lines += [f"host={_quoted(access.host)}", f"port={access.port}", "protocol=tcp"]
    if mariadb:
        # Since 11.4 its clients demand TLS of every server, unless this is off.
        lines.append(f"ssl-verify-server-cert={int(access.tls and access.validate_certs)}")
    if access.tls:
        if mariadb:
            lines.append("ssl")
        else:
            lines.append(f"ssl-mode={'VERIFY_IDENTITY' if access.validate_certs else 'REQUIRED'}")
        files = {"ssl-ca": access.ca_path, "ssl-cert": access.client_cert, "ssl-key": access.client_key}
        lines += [f"{name}={_quoted(path)}" for name, path in files.items() if path]
    return ("\n".join(lines) + "\n").encode("utf-8")


def _quoted(text: str) -> str:
    for char, told in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(char, told)
    return f'"{text}"'


def program_of(names: t.Sequence[str]) -> tuple[str, bool]:
    """Its path, and whether it is MariaDB's. Raises Unsupported."""
    for name in names:
        path = shutil.which(name, path=ENVIRONMENT["PATH"])
        if path:
            ended = subprocess.run([path, "--version"], env=ENVIRONMENT, capture_output=True, text=True, check=False)
            return path, "mariadb" in ended.stdout.lower()
    raise Unsupported(
        f"the program {names[-1]} is not installed: install the client of the database server", program=names[-1]
    )
