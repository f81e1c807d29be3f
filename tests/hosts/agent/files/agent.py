#!/usr/bin/python3
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the CloudStack agent: says who it is to the first management server that answers, and stays.

Lines of JSON instead of the real protocol. It ends when the server says that the host was deleted, as the real one
does. Asked to, it makes a new key and takes a certificate for it; then it starts libvirtd again and connects anew. It
also changes a password.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from typing import Any

HOME = "/etc/cloudstack/agent"
PROPERTIES = f"{HOME}/agent.properties"
SCRIPTS = "/usr/share/cloudstack-common/scripts/util"
VERSION = "/usr/share/cloudstack-agent/VERSION"


def properties() -> dict[str, str]:
    with open(PROPERTIES, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def address_of(device: str) -> str:
    """The IPv4 address of a bridge; without one the agent cannot say where it is."""
    told = json.loads(os.popen(f"ip -json -4 address show dev {device}").read() or "[]")
    found = [one["local"] for link in told for one in link.get("addr_info", [])]
    if not found:
        raise SystemExit(f"Failed to get private nic name: {device} has no address")
    return str(found[0])


def certificate() -> str:
    """What a TLS handshake would show."""
    try:
        with open(f"{HOME}/cloud.crt", encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def version() -> str:
    """Of the package when this process started, as of classes that are loaded."""
    with open(VERSION, encoding="utf-8") as file:
        return file.read().strip()


RUNNING = version() if os.path.exists(VERSION) else "4.22.0.0"


def greeting(held: dict[str, str]) -> dict[str, Any]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    reserved = int(held.get("host.reserved.mem.mb", "1024")) * 1024**2
    return {
        "guid": held["guid"],
        "zone": held["zone"],
        "pod": held["pod"],
        "cluster": held["cluster"],
        "name": socket.getfqdn(),
        "address": address_of(held["private.network.device"]),
        "cores": os.cpu_count(),
        "mhz": 2400,
        "memory": memory - reserved,
        "certificate": certificate(),
        "version": RUNNING,
    }


def talk(server: str, held: dict[str, str]) -> bool:
    """Stay connected. True: the server deleted this host."""
    with socket.create_connection((server, int(held["port"])), timeout=5) as connection:
        connection.sendall(json.dumps(greeting(held)).encode() + b"\n")
        connection.settimeout(None)
        for line in connection.makefile("rb"):
            asked = json.loads(line)
            if "deleted" in asked:
                return True
            connection.sendall(json.dumps(provisioned(asked)).encode() + b"\n")
            if "certificate" in asked:
                return False
    return False


def provisioned(asked: dict[str, str]) -> dict[str, str]:
    """A signing request for a new key, or what came of taking its certificate or a password."""
    if "password" in asked:
        return changed(asked["username"], asked["password"])
    files = [f"{HOME}/cloud.{end}" for end in ("jks", "crt", "ca.crt", "key", "csr")]
    if "certificate" in asked:
        word, authority = asked["certificate"], asked["authority"]
        secret = properties().get("keystore.passphrase", "")
        command = ["keystore-cert-import", PROPERTIES, secret, files[0], "agent"]
        command += [files[1], word, files[2], authority, files[3], ""]
    else:
        command = ["keystore-setup", PROPERTIES, files[0], asked["passphrase"], "365", files[4]]
    ended = subprocess.run([f"{SCRIPTS}/{command[0]}", *command[1:]], capture_output=True, text=True, check=False)
    if ended.returncode:
        return {"error": ended.stderr.strip()}
    if "certificate" in asked and os.path.exists("/etc/libvirt"):
        subprocess.run(["systemctl", "restart", "libvirtd"], check=False)
    return {"said": ended.stdout}


def changed(username: str, password: str) -> dict[str, str]:
    """The password goes by standard input, where a real agent's script has it on its command line."""
    given = f"{username}:{password}\n"
    ended = subprocess.run(["chpasswd"], input=given, capture_output=True, text=True, check=False)
    return {"error": f"chpasswd: {ended.stderr.strip()}"} if ended.returncode else {"said": ""}


def main() -> None:
    while True:
        held = properties()
        if not held.get("guid"):
            raise SystemExit("there is no guid: this host was not added")
        for server in held["host"].partition("@")[0].split(","):
            try:
                if talk(server.strip(), held):
                    return
            except OSError as error:
                print(f"{server}: {error}", flush=True)
        time.sleep(0.5)


if __name__ == "__main__":
    main()
