# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""org.apache.cloudstack.ServerDaemon: starts, checks, serves, ends. After a failed check it answers 503."""

from __future__ import annotations

import datetime
import os
import signal
import socket
import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import pymysql
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from . import alerts, nodes, properties, upgrade, web
from .properties import CONF, NoStart
from .tables import Database

LOG = Path("/var/log/cloudstack/management/management-server.log")
VERSION = Path("/usr/share/cloudstack-management/lib/VERSION")
CLOUD_PORT = 8199


def log(level: str, logger: str, text: str) -> None:
    now = datetime.datetime.now().strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
    with LOG.open("a", encoding="utf-8") as file:
        file.write(f"{now} {level:<5} [{logger}] (main:[]) (logid:) {text}\n")


def cloud(held: dict[str, str]) -> str:
    """Where the cloud's state is: the switch, or the last address of the network that the server is in."""
    told = properties.switches().get("cloud")
    network = held.get("cluster.node.IP", "127.0.0.1").rpartition(".")[0]
    return str(told or f"http://{network}.254:{CLOUD_PORT}/client/api")


def keystore(settings: dict[str, str]) -> ssl.SSLContext | None:
    """PKCS #12, which Java reads whatever the file is called. Without a file there is no HTTPS, and no error."""
    path = Path(settings.get("https.keystore", ""))
    if settings.get("https.enable") != "true" or not path.is_file():
        return None
    password = settings.get("https.keystore.password", "").encode()
    key, certificate, chain = pkcs12.load_key_and_certificates(path.read_bytes(), password)
    if key is None or certificate is None:
        raise ValueError("keystore without a key")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        pem = serialization.Encoding.PEM
        file.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        file.writelines(each.public_bytes(pem) for each in (certificate, *chain))
        file.flush()
        made.load_cert_chain(file.name)
    return made


class Daemon:
    def __init__(self) -> None:
        self.settings = properties.read(CONF / "server.properties")
        self.node: nodes.Node | None = None
        self.ended = threading.Event()

    def main(self) -> None:
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        switches = properties.switches()
        port = int(self.settings.get("http.port", "8080"))
        log("INFO", "o.a.c.ServerDaemon", f"Server configuration file found: {CONF}/server.properties")
        log(
            "INFO",
            "o.a.c.ServerDaemon",
            "Initializing server daemon on null, with http.enable=true, "
            f"http.port={port}, https.enable={self.settings.get('https.enable')}",
        )
        # Jetty opens its ports before it starts the application, and answers after that.
        early = web.opened(port) if self.settings.get("http.enable", "true") == "true" else None
        self.ended.wait(float(switches.get("sleep", 1)))
        held: dict[str, str] = {}
        broken = False
        try:
            held = properties.database()
            self._start(held, switches)
        except (NoStart, pymysql.err.Error, OSError) as error:
            broken = True
            log(
                "WARN", "o.a.c.s.m.m.i.DefaultModuleDefinitionSet", f"Failed to start module [system] due to: [{error}]"
            )
            log("ERROR", "c.c.u.DatabaseUpgradeChecker", "Unable to upgrade the database")
            log(
                "ERROR",
                "o.a.c.s.m.m.i.DefaultModuleDefinitionSet",
                "Error creating bean with name 'org.springframework.context.support.PropertyPlaceholderConfigurer'",
            )
            self.ended.wait(float(switches.get("broken_sleep", 1)))
        if not self.ended.is_set():
            self._open(early, held, broken)
        while not self.ended.is_set():
            self._beat(held)
            self.ended.wait(1.5)
        self._leave(float(properties.switches().get("stop_sleep", 0.5)))

    def _start(self, held: dict[str, str], switches: dict[str, Any]) -> None:
        version = VERSION.read_text(encoding="utf-8").strip()
        database = Database(held)
        upgrade.check(database, held, version, switches, log)
        node = nodes.Node(database, held, version, log)
        node.register()
        self.node = node
        network = str(database.one("SELECT value FROM configuration WHERE name = 'management.network.cidr'") or "")
        tls = nodes.context(network)
        web.listen("0.0.0.0", 8250, web.pass_on(tls, lambda: (str(urlsplit(cloud(held)).hostname), 8250)))
        log("INFO", "c.c.u.n.NioServer", "NioServer started and listening on /[0:0:0:0:0:0:0:0]:8250")
        web.listen(node.address, node.port, web.greet(tls))
        log(
            "INFO",
            "c.c.c.ClusterServiceServletContainer",
            f"Cluster service servlet container listening on host: {node.address} and port {node.port}",
        )
        log("INFO", "c.c.c.ClusterManagerImpl", "Cluster manager was started successfully")
        alerts.send(
            "alertType:: 14 // dataCenterId:: 0 // podId:: 0 // clusterId:: null // message:: Management server node "
            f"{node.address} is up"
        )
        integration = int(database.one("SELECT value FROM configuration WHERE name = 'integration.api.port'") or 0)
        if integration > 0:
            web.serve(web.opened(integration), lambda: cloud(held), False)

    def _open(self, early: socket.socket | None, held: dict[str, str], broken: bool) -> None:
        """What answers on the ports of HTTP, which comes last."""
        path = self.settings.get("context.path", "/client")
        try:
            tls = keystore(self.settings)
        except (ValueError, OSError) as error:
            log("ERROR", "o.a.c.ServerDaemon", f"java.io.IOException: keystore password was incorrect ({error})")
            self._leave(0, 1)
            return
        if not broken:
            log("INFO", "o.a.c.s.l.CloudStackExtendedLifeCycle", "Startup CloudStack management server...")
        if early is not None:
            web.serve(early, lambda: cloud(held), broken, None, path)
        if tls is not None:
            web.serve(web.opened(int(self.settings.get("https.port", "8443"))), lambda: cloud(held), broken, tls, path)

    def _beat(self, held: dict[str, str]) -> None:
        if self.node is None:
            return
        try:
            self.node.beat()
        except (pymysql.err.Error, OSError) as error:
            log("ERROR", "c.c.u.d.Merovingian2", f"Unable to keep the db connection for LockController1 ({error})")
            try:
                self.node.database = Database(held)
            except (pymysql.err.Error, OSError):
                return

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self.ended.set()

    def _leave(self, seconds: float, code: int = 143) -> None:
        if self.node is not None:
            try:
                self.node.leave()
            except (pymysql.err.Error, OSError) as error:
                log("ERROR", "c.c.c.ClusterManagerImpl", f"Unable to write the state at the end ({error})")
        time.sleep(seconds)
        log("INFO", "o.a.c.ServerDaemon", "Shutdown of the management server is complete")
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    Daemon().main()
