# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This server among the others: its row of mshost, what it thinks of its peers, and the certificate they see."""

from __future__ import annotations

import datetime
import ipaddress
import json
import platform
import re
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .properties import NoStart
from .tables import Database

FRESH = 150  # seconds: cluster.heartbeat.threshold
Log = Callable[..., None]


def addresses() -> dict[str, list[str]]:
    """By card."""
    told = json.loads(subprocess.run(["ip", "-j", "address"], capture_output=True, check=True).stdout)
    return {card["ifname"]: [each["local"] for each in card["addr_info"]] for card in told}


def default_card() -> str:
    told = json.loads(subprocess.run(["ip", "-j", "route", "show", "default"], capture_output=True, check=True).stdout)
    return str(told[0].get("dev", "")) if told else ""


def own_number() -> int:
    """The first card's MAC address as a number."""
    for path in sorted(Path("/sys/class/net").iterdir()):
        text = (path / "address").read_text(encoding="ascii").strip()
        if path.name != "lo" and re.fullmatch(r"([0-9a-f]{2}:){5}[0-9a-f]{2}", text):
            return int(text.replace(":", ""), 16)
    return 1


def covered(network: str) -> list[str]:
    """The addresses of the certificate: of the card with the default route, and inside management.network.cidr."""
    held = addresses()
    found = [*held.get(default_card(), [])]
    for text in filter(None, map(str.strip, network.split(","))):
        within = ipaddress.ip_network(text, strict=False)
        found += [each for card in held.values() for each in card if ipaddress.ip_address(each) in within]
    return list(dict.fromkeys(found))


def context(network: str) -> ssl.SSLContext:
    """For the ports 8250 and 9090; made anew at every start."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, socket.gethostname())])
    names: list[x509.GeneralName] = [x509.DNSName(socket.gethostname()), x509.DNSName("cloudstack.internal")]
    names += [x509.IPAddress(ipaddress.ip_address(each)) for each in covered(network)]
    now = datetime.datetime.utcnow()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    made = made.not_valid_after(now + datetime.timedelta(days=365))
    signed = made.add_extension(x509.SubjectAlternativeName(names), False).sign(key, hashes.SHA256())
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(signed.public_bytes(serialization.Encoding.PEM))
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.flush()
        loaded = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        loaded.load_cert_chain(file.name)
    return loaded


@dataclass
class Node:
    database: Database
    held: Mapping[str, str]
    version: str
    log: Log
    msid: int = field(default_factory=own_number)
    run: int = field(default_factory=lambda: int(time.time() * 1000))

    @property
    def address(self) -> str:
        return self.held.get("cluster.node.IP", "127.0.0.1")

    @property
    def port(self) -> int:
        return int(self.held.get("cluster.servlet.port", "9090"))

    def register(self) -> None:
        """Raises NoStart: an address of another machine, or of another server that lives."""
        if self.address not in [each for card in addresses().values() for each in card]:
            raise NoStart(
                "cluster node IP should be valid local address where the server is running, please check "
                "your configuration"
            )
        other = self.database.one(
            "SELECT id FROM mshost WHERE service_ip = %s AND msid <> %s AND removed IS NULL AND state = 'Up' "
            "AND last_update > UTC_TIMESTAMP() - INTERVAL %s SECOND",
            self.address,
            self.msid,
            FRESH,
        )
        if other is not None:
            raise NoStart(
                f"Detected that another management node with the same IP {self.address} is already running, "
                "please check your cluster configuration"
            )
        name = socket.getfqdn()
        # Killed hard in maintenance it comes back in maintenance; everything else is Up.
        self.database.change(
            "INSERT INTO mshost (msid, runid, name, uuid, state, version, service_ip, service_port, last_update) "
            "VALUES (%s, %s, %s, UUID(), 'Up', %s, %s, %s, UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE "
            "runid = VALUES(runid), "
            "name = VALUES(name), state = IF(state = 'Maintenance', state, 'Up'), version = VALUES(version), "
            "service_ip = VALUES(service_ip), service_port = VALUES(service_port), last_update = UTC_TIMESTAMP(), "
            "removed = NULL",
            self.msid,
            self.run,
            name,
            self.version,
            self.address,
            self.port,
        )
        self.database.change(
            "UPDATE async_job SET job_status = 2, job_result_code = 530, job_result = 'job cancelled because of "
            "management server restart or shutdown', removed = UTC_TIMESTAMP() WHERE job_status = 0 AND "
            "(job_executing_msid = %s OR (job_executing_msid IS NULL AND job_init_msid = %s))",
            self.msid,
            self.msid,
        )
        uuid = self.database.one("SELECT uuid FROM mshost WHERE msid = %s", self.msid)
        values = (platform.freedesktop_os_release().get("PRETTY_NAME"), "Debian", "17.0.15+6-Debian-1deb12u1")
        if not self.database.change(
            "UPDATE mshost_status SET last_jvm_start = UTC_TIMESTAMP(), updated = UTC_TIMESTAMP() WHERE ms_id = %s",
            uuid,
        ):
            self.database.change(
                "INSERT INTO mshost_status (ms_id, last_jvm_start, last_system_boot, os_distribution, java_name, "
                "java_version, created) VALUES (%s, UTC_TIMESTAMP(), UTC_TIMESTAMP(), %s, %s, %s, UTC_TIMESTAMP())",
                uuid,
                *values,
            )

    def beat(self) -> str:
        """Write that this server lives, try the others; its state, which others may have changed."""
        self.database.change("UPDATE mshost SET last_update = UTC_TIMESTAMP() WHERE msid = %s", self.msid)
        own, state = self.database.rows("SELECT id, state FROM mshost WHERE msid = %s", self.msid)[0]
        others = self.database.rows(
            "SELECT id, runid, service_ip, service_port, state FROM mshost WHERE msid <> %s AND removed IS NULL",
            self.msid,
        )
        for number, run, address, port, its in others:
            if its == "Up" and self._reaches(str(address), int(port)):
                self._note(own, number, run, "Up")
            elif its == "Down":
                self._note(own, number, run, "Down")
        return str(state)

    def leave(self) -> None:
        self.database.change(
            "UPDATE mshost SET state = 'Down', last_update = UTC_TIMESTAMP() WHERE msid = %s", self.msid
        )
        self.database.change(
            "UPDATE mshost_status s JOIN mshost m ON m.uuid = s.ms_id SET s.last_jvm_stop = "
            "UTC_TIMESTAMP() WHERE m.msid = %s",
            self.msid,
        )

    def _note(self, own: int, peer: int, run: int, state: str) -> None:
        self.database.change(
            "INSERT INTO mshost_peer (owner_mshost, peer_mshost, peer_runid, peer_state, last_update) VALUES "
            "(%s, %s, %s, %s, UTC_TIMESTAMP()) ON DUPLICATE KEY UPDATE peer_state = VALUES(peer_state), "
            "last_update = UTC_TIMESTAMP()",
            own,
            peer,
            run,
            state,
        )

    def _reaches(self, address: str, port: int) -> bool:
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        try:
            with socket.create_connection((address, port), timeout=2) as plain, trusting.wrap_socket(plain) as secure:
                shown = secure.getpeercert(binary_form=True)
        except OSError as error:
            self.log("ERROR", "c.c.c.ClusterServiceServletImpl", f"Exception from : https://{address}:{port}: {error}")
            return False
        names = x509.load_der_x509_certificate(shown or b"").extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        if ipaddress.ip_address(address) in names.value.get_values_for_type(x509.IPAddress):
            return True
        told = ", ".join(names.value.get_values_for_type(x509.DNSName))
        self.log(
            "ERROR",
            "c.c.c.ClusterServiceServletImpl",
            f"javax.net.ssl.SSLPeerUnverifiedException: Certificate for <{address}> doesn't match any of the subject "
            f"alternative names: [{told}]",
        )
        return False
