# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private mariadbd on a port of the loopback, with its data in a folder of the test; it ends with the ``with``."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pymysql

from ..certificates import Authority

HERE = Path(__file__).resolve().parent
USER, PASSWORD, ROOT = "cloud", "cloud-p4ss", "root-p4ss"
PATIENCE = 60.0


class MariaDb:
    """``with MariaDb(folder) as server: server.run("SELECT 1")``; statements are root's. tls: it has a certificate.

    options: of the server, beside those of every test. empty: without CloudStack's database.
    """

    def __init__(self, folder: Path, tls: bool = False, options: Sequence[str] = (), empty: bool = False) -> None:
        self.folder, self.tls, self.options, self.empty = folder, tls, tuple(options), empty
        self.data, self.log = folder / "data", folder / "mariadbd.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> MariaDb:
        self.data.mkdir(parents=True)
        if self.tls:
            Authority().write_server(self.folder, "localhost", "127.0.0.1")
        user = ["--user=root"] if os.geteuid() == 0 else []
        # A server that starts deletes the temporary tables of every other one in the same folder.
        temporary = self.folder / "t"
        temporary.mkdir()
        common = ["--no-defaults", *user, f"--datadir={self.data}", f"--tmpdir={temporary}"]
        install = ["mariadb-install-db", *common]
        install += ["--skip-test-db", "--auth-root-authentication-method=normal", "--innodb-log-file-size=8M"]
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        command = [str(shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")), *common]
        command += [f"--socket={self.folder}/s", f"--port={self.port}"]
        command += ["--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid", f"--log-error={self.log}"]
        command += [
            "--innodb-log-file-size=8M",
            "--innodb-buffer-pool-size=16M",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-name-resolve",
        ]
        if self.tls:
            command += [f"--ssl-cert={self.folder}/servercert.pem", f"--ssl-key={self.folder}/serverkey.pem"]
        command += self.options
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self._greet()
        except BaseException:
            self.__exit__()
            raise
        return self

    @property
    def ca(self) -> Path:
        """The file to trust."""
        return self.folder / "cacert.pem"

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def _greet(self) -> None:
        began = time.monotonic()
        while True:
            try:
                with contextlib.closing(pymysql.connect(unix_socket=f"{self.folder}/s", user="root")) as connection:
                    self._prepare(connection)
                return
            except pymysql.err.OperationalError:
                if time.monotonic() - began > PATIENCE:
                    raise TimeoutError(self.log.read_text(errors="replace")) from None
                time.sleep(0.05)

    def _prepare(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            if self.empty:
                cursor.execute("SET SESSION sql_log_bin = 0")
                cursor.execute("ALTER USER root@localhost IDENTIFIED BY %s", (ROOT,))
                return
            cursor.execute("CREATE DATABASE cloud CHARACTER SET utf8mb4")
            for host in ("localhost", "127.0.0.1"):
                cursor.execute(f"CREATE USER {USER}@'{host}' IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute(f"GRANT ALL ON cloud.* TO {USER}@'{host}'")
            cursor.execute("ALTER USER root@localhost IDENTIFIED BY %s", (ROOT,))
        connection.commit()
        lines = (HERE / "cloud.sql").read_text(encoding="utf-8").splitlines()
        for statement in filter(str.strip, "\n".join(line for line in lines if not line.startswith("--")).split(";")):
            self.run(statement)

    def reset(self) -> None:
        """The tables empty, without what a test has planted."""
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER IF EXISTS t")
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'cloud'")
            for (table,) in cursor.fetchall():
                cursor.execute(f"DELETE FROM `{table}`")
            connection.commit()

    @contextlib.contextmanager
    def connection(self, database: str = "cloud") -> Iterator[Any]:
        where = {"unix_socket": f"{self.folder}/s", "user": "root", "password": ROOT, "database": database or None}
        with contextlib.closing(pymysql.connect(**where, charset="utf8mb4")) as made:  # type: ignore[call-overload]
            yield made

    def run(self, statement: str, values: Sequence[object] = (), database: str = "cloud") -> list[tuple[Any, ...]]:
        """What it finds; written at once."""
        with self.connection(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement, tuple(values) or None)
            found = list(cursor.fetchall())
            connection.commit()
            return found

    def add_host(self, uuid: str, name: str, username: str, value: str) -> int:
        """A host with its login, value as it is stored. Its id."""
        number = int(self.run("SELECT COALESCE(MAX(id), 0) + 1 FROM host")[0][0])
        self.run("INSERT INTO host (id, name, uuid, hypervisor_type) VALUES (%s, %s, %s, 'KVM')", (number, name, uuid))
        for key, text in (("username", username), ("password", value)):
            self.run("INSERT INTO host_details (host_id, name, value) VALUES (%s, %s, %s)", (number, key, text))
        return number

    def passwords(self) -> dict[str, str]:
        """What is stored, by the uuid of each host."""
        rows = self.run(
            "SELECT h.uuid, d.value FROM host h JOIN host_details d ON d.host_id = h.id WHERE d.name = 'password'"
        )
        return {str(uuid): str(value) for uuid, value in rows}
