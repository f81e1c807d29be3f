# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A load of writes that follows the primary, and what a management server is to a switch of the database."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pymysql
from hosts import Host

TABLE = "CREATE TABLE IF NOT EXISTS cloud.written (id INT PRIMARY KEY, note VARCHAR(200)) ENGINE=InnoDB"
PROPERTIES = "/etc/cloudstack/management/db.properties"
SERVER = """\
import http.server

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(401)
        self.end_headers()

http.server.HTTPServer(("", 8080), Handler).serve_forever()
"""
UNIT = "[Service]\nExecStart={}\n[Install]\nWantedBy=multi-user.target\n"


class Load(threading.Thread):
    """Inserts one row after the other. acknowledged: the rows whose commit the server has confirmed."""

    def __init__(self, *addresses: str) -> None:
        super().__init__(daemon=True)
        self.addresses = list(addresses)
        self.acknowledged: set[int] = set()
        self._ended = threading.Event()

    def __enter__(self) -> Load:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self.join(30)

    def wait(self, more: int, seconds: float = 60.0) -> None:
        """Until so many more rows are confirmed."""
        wanted = len(self.acknowledged) + more
        waited = threading.Event()
        for _each in range(int(seconds * 10)):
            if len(self.acknowledged) >= wanted:
                return
            waited.wait(0.1)
        raise TimeoutError(f"{len(self.acknowledged)} of {wanted} rows")

    def run(self) -> None:
        number = 0
        while not self._ended.is_set():
            try:
                with contextlib.closing(connect(self.addresses[0])) as connection, connection.cursor() as cursor:
                    while not self._ended.is_set():
                        # What was committed without an answer is there already.
                        cursor.execute("INSERT IGNORE INTO cloud.written VALUES (%s, REPEAT('x', 100))", (number,))
                        connection.commit()
                        self.acknowledged.add(number)
                        number += 1
            except pymysql.err.MySQLError:
                self.addresses.append(self.addresses.pop(0))
                self._ended.wait(0.05)

    def lost(self, host: Host) -> set[int]:
        """Confirmed rows that a server does not have."""
        listed = host.run("mariadb -BNe 'SELECT id FROM cloud.written'").stdout.split()
        return self.acknowledged - set(map(int, listed))


def connect(address: str) -> Any:
    return pymysql.connect(
        host=address, user="cloud", password="cloud-p4ss", connect_timeout=2, read_timeout=15, write_timeout=15
    )


def make_management_server(host: Host, database: str) -> None:
    """What a switch touches: two units, db.properties, and an API that answers 401."""
    text = f"# CloudStack\ndb.cloud.host={database}\ndb.cloud.uri=\ndb.usage.host = {database}\ndb.cloud.password=p\n"
    host.write(PROPERTIES, text, mode=0o640)
    host.run("mkdir -p /etc/cloudstack/usage && ln -sf ../management/db.properties /etc/cloudstack/usage/db.properties")
    host.write("/usr/local/lib/api.py", SERVER)
    for name, command in (("management", "python3 /usr/local/lib/api.py"), ("usage", "sleep infinity")):
        host.write(f"/etc/systemd/system/cloudstack-{name}.service", UNIT.format(f"/usr/bin/{command}"))
    host.run("systemctl daemon-reload && systemctl start cloudstack-management cloudstack-usage")
