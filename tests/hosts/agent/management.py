# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side of a management server that meets KVM hosts: sets them up by SSH, waits on port 8250 for their agents.

As a real one: it comes with its own key, runs keystore-setup, keystore-cert-import and cloudstack-setup-agent as a user
who may do so by sudo, signs the host's certificate, derives the guid from the host's address, believes an agent that
names its zone, pod and cluster (so a removed host whose agent starts again is back, cs#4218), and tells the agent of a
deleted host to end.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import queue
import shlex
import socket
import subprocess
import threading
import uuid
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from sandbox.rules import host_states
from sandbox.server import Sandbox
from sandbox.world import World
from sandbox.world.agents import Join, Joined, NotJoined
from sandbox.world.hosts import Host

PORT = 8250
AGENT = "/etc/cloudstack/agent"
PROPERTIES = f"{AGENT}/agent.properties"
SCRIPTS = "/usr/share/cloudstack-common/scripts/util"


@dataclass
class Connection:
    """An agent that is there."""

    told: dict[str, Any]
    socket: socket.socket
    gone: threading.Event = field(default_factory=threading.Event)
    answers: queue.Queue[bytes] = field(default_factory=queue.Queue)


class Management:
    """address: where agents reach it. key: its private SSH key, made where there is none; .pub beside it.

    certificate_days: how long the certificates of hosts that are added hold.
    """

    def __init__(
        self, sandbox: Sandbox, address: str, key: Path, bridge: str = "cloudbr0", patience: float = 15
    ) -> None:
        self.sandbox, self.address, self.key, self.bridge, self.patience = sandbox, address, key, bridge, patience
        if not key.exists():
            command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "management", "-f", str(key)]
            subprocess.run(command, check=True)
        self.certificate_days = 30
        self.connected: dict[str, Connection] = {}
        self._known: dict[str, Host] = {}
        self._changed = threading.Condition()
        self._listener = socket.create_server((address, PORT))

    @property
    def public_key(self) -> str:
        return Path(f"{self.key}.pub").read_text(encoding="utf-8").strip()

    def __enter__(self) -> Management:
        self.sandbox.world.agents = self
        threading.Thread(target=self._accept, name="agents", daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.sandbox.world.agents = None
        # Closed while a thread waits in it, a socket keeps its port.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self.connected.values()):
            connection.socket.close()

    # -- what addHost and deleteHost call, in the sandbox's thread -----------------------------------------------------

    def join(self, asked: Join) -> Joined:
        place = urlsplit(asked.url).hostname or ""
        try:
            address = socket.gethostbyname(place)
        except OSError as error:
            raise NotJoined(f"Cannot find the server resources at {asked.url}: {error}") from None
        guid = str(uuid.UUID(bytes=hashlib.md5(address.encode()).digest(), version=3))
        if any(host.guid == guid for host in self.sandbox.world.hosts):
            raise NotJoined(f"Guid {guid} is already in the database")
        keystore, secret = f"{AGENT}/cloud.jks", uuid.uuid4().hex[:16]
        request = self._run(
            asked, address, f"{SCRIPTS}/keystore-setup {PROPERTIES} {keystore} {secret} 365 {AGENT}/cloud.csr"
        )
        signed, authority = map(shlex.quote, self._signed(request, address, self.certificate_days))
        files = f"{AGENT}/cloud.crt {signed} {AGENT}/cloud.ca.crt {authority} {AGENT}/cloud.key"
        self._run(asked, address, f"{SCRIPTS}/keystore-cert-import {PROPERTIES} {secret} {keystore} ssh {files}")
        nics = " ".join(f"--{name}={self.bridge}" for name in ("pubNic", "prvNic", "guestNic"))
        # Agents are told the setting host, such as a load balancer in front of the servers.
        host = self.sandbox.world.settings.value("host")
        front = self.address if host in ("localhost", "127.0.0.1") else shlex.quote(host)
        self._run(asked, address, f"cloudstack-setup-agent -m {front} -z {asked.zone} -p {asked.pod} "
                  f"-c {asked.cluster} -g {guid} -a -s {nics}")  # fmt: skip
        with self._changed:
            if not self._changed.wait_for(lambda: guid in self.connected, self.patience):
                raise NotJoined("Unable to add the host: its agent did not connect in time")
            told = self.connected[guid].told
        return Joined(guid, told["name"], told["address"], told["cores"], told["mhz"], told["memory"])

    def joined(self, host: Host) -> None:
        self._known[host.guid] = host

    def deleted(self, host: Host) -> None:
        connection = self.connected.pop(host.guid, None)
        if connection is not None:
            connection.socket.sendall(b'{"deleted": true}\n')
            connection.socket.close()

    def set_password(self, host: Host, username: str, password: str) -> None:
        """By the agent."""
        met = self.connected.get(host.guid)
        if met is None:
            raise NotJoined(f"the agent of {host.name} is not connected")
        self._asked(met, {"username": username, "password": password})

    def provision(self, host: Host, days: int) -> None:
        """By the agent, as provisionCertificate does it; it connects anew afterwards."""
        met = self.connected.get(host.guid)
        if met is None:
            raise NotJoined(f"Failed to generate keystore and get CSR from the host/agent id={host.uuid}")
        request = self._asked(met, {"passphrase": uuid.uuid4().hex[:16]})
        signed, authority = self._signed(request, host.ip_address, days)
        self._asked(met, {"certificate": signed, "authority": authority})

    def _signed(self, request: str, address: str, days: int) -> tuple[str, str]:
        """A host's certificate and the CA's own, as the scripts take them. Called in the sandbox's thread."""
        authority = self.sandbox.world.authority
        both = authority.issue([], [address], days, request).certificate, authority.certificate()
        one, other = (text.strip().replace("\n", "^").replace(" ", "~") for text in both)
        return one, other

    def _trusted(self, told: dict[str, Any]) -> bool:
        """With strictness an agent has to show a certificate of the CA in force."""
        world = self.sandbox.world
        if world.settings.value("ca.plugin.root.auth.strictness") != "true":
            return True
        try:
            shown = x509.load_pem_x509_certificate(str(told.get("certificate")).encode())
            shown.verify_directly_issued_by(x509.load_pem_x509_certificate(world.authority.certificate().encode()))
        except (ValueError, InvalidSignature):
            return False
        return True

    def _asked(self, met: Connection, told: dict[str, str]) -> str:
        met.socket.sendall(json.dumps(told).encode() + b"\n")
        try:
            answer = json.loads(met.answers.get(timeout=60))
        except (queue.Empty, ValueError):
            raise NotJoined("the agent did not answer in time") from None
        if "error" in answer:
            raise NotJoined(str(answer["error"]))
        return str(answer["said"])

    def _run(self, asked: Join, address: str, command: str) -> str:
        user = asked.username or "root"
        options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"]
        options += ["-o", "ConnectTimeout=30", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-i", str(self.key)]
        sudo = "" if user == "root" else "sudo -n "
        ended = subprocess.run(
            ["ssh", *options, f"{user}@{address}", sudo + command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        if ended.returncode:
            told = (
                f"{command.split()[0]} ended with {ended.returncode}: {(ended.stderr or ended.stdout).strip()[-300:]}"
            )
            raise NotJoined(f"Could not add host at [{asked.url}]: {told}")
        return ended.stdout

    # -- agents --------------------------------------------------------------------------------------------------------

    def _accept(self) -> None:
        while True:
            try:
                connection, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._meet, args=(connection,), daemon=True).start()

    def _meet(self, connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        try:
            told = json.loads(lines.readline() or b"{}")
        except ValueError:
            told = {}
        guid = told.get("guid")
        if not guid or not self._trusted(told):
            connection.close()
            return
        met = Connection(told, connection)
        with self._changed:
            self.connected[guid] = met
            self._changed.notify_all()
        self._tell(lambda world: self._up(world, guid, str(told.get("version", "4.22.0.0"))))
        with contextlib.suppress(OSError):
            for line in lines:
                met.answers.put(line)
        with self._changed:
            if self.connected.get(guid) is met:
                del self.connected[guid]
                self._tell(lambda world: self._down(world, guid))

    def _tell(self, act: Any) -> None:
        """Into the sandbox's thread, without waiting: it may be waiting for this one."""
        loop = self.sandbox._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(act, self.sandbox.world)

    def _up(self, world: World, guid: str, version: str) -> None:
        present = [host for host in world.hosts if host.guid == guid]
        if present:
            present[0].state, present[0].last_pinged, present[0].version = "Up", world.now(), version
        elif guid in self._known:
            # The agent names a zone, pod and cluster that are there: the server takes it for a new host.
            again = replace(self._known[guid], id=world.hosts.next_id(), uuid=world.new_uuid(), state="Up")
            self._known[guid] = world.hosts.add(replace(again, resource_state="Enabled", tags=[]))

    def _down(self, world: World, guid: str) -> None:
        for host in world.hosts:
            if host.guid == guid:
                host_states.disconnect(world, host)
