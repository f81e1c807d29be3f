#!/usr/bin/python3
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the CloudStack agent: says who it is to the first management server that answers, and stays.

Lines of JSON instead of the real protocol. It ends when the server says that the host was deleted, as the real one
does.
"""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

PROPERTIES = "/etc/cloudstack/agent/agent.properties"


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
    }


def talk(server: str, held: dict[str, str]) -> bool:
    """Stay connected. True: the server deleted this host."""
    with socket.create_connection((server, int(held["port"])), timeout=5) as connection:
        connection.sendall(json.dumps(greeting(held)).encode() + b"\n")
        connection.settimeout(None)
        return b"deleted" in connection.makefile("rb").readline()


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
