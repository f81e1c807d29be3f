#!/usr/bin/python3
# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for cloudstack-setup-agent: writes what the real one writes to agent.properties and starts the agent.

Needs root and existing bridges with an address, as the real one does. With -s libvirt listens over TLS alone, in the
real one's style of lines; it does not touch the network. Where there is ufw, it opens the ports to everybody.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import uuid

PROPERTIES = "/etc/cloudstack/agent/agent.properties"
LIBVIRTD = "/etc/libvirt/libvirtd.conf"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-a", action="store_true", dest="auto")
    parser.add_argument("-s", action="store_true", dest="secure")
    for short, name in (
        ("-m", "host"),
        ("-z", "zone"),
        ("-p", "pod"),
        ("-c", "cluster"),
        ("-g", "guid"),
        ("-t", "type"),
    ):
        parser.add_argument(short, dest=name, default="kvm")
    for name in ("pubNic", "prvNic", "guestNic"):
        parser.add_argument(f"--{name}")
    given = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("cloudstack-setup-agent needs root")
    for bridge in (given.pubNic, given.prvNic, given.guestNic):
        if not os.path.isdir(f"/sys/class/net/{bridge}/bridge"):
            sys.exit(f"Failed to get private nic name: there is no bridge {bridge}; have you configured it?")
    write(
        {
            "host": given.host,
            "zone": given.zone,
            "pod": given.pod,
            "cluster": given.cluster,
            "guid": given.guid,
            "port": "8250",
            "public.network.device": given.pubNic,
            "private.network.device": given.prvNic,
            "guest.network.device": given.guestNic,
        }
    )
    if given.secure and os.path.exists(LIBVIRTD):
        secure()
    if shutil.which("ufw"):
        open_ports()
    subprocess.run(["systemctl", "enable", "--quiet", "cloudstack-agent"], check=True)
    subprocess.run(["systemctl", "restart", "cloudstack-agent"], check=True)
    print("CloudStack Agent setup is done!")


def secure() -> None:
    wanted = {"listen_tcp": "0", "listen_tls": "1", "tls_port": '"16514"', "auth_tls": '"none"'}
    with open(LIBVIRTD, encoding="utf-8") as file:
        lines = [line for line in file.read().splitlines() if line.partition("=")[0].strip() not in wanted]
    with open(LIBVIRTD, "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, *(f"{key}={value}" for key, value in wanted.items())]) + "\n")
    subprocess.run(["systemctl", "restart", "libvirtd"], check=True)


def open_ports() -> None:
    for port in ("22", "1798", "16509", "16514"):
        subprocess.run(["ufw", "allow", port], check=False)
    for ports in ("5900:6100", "49152:49216"):
        subprocess.run(["ufw", "allow", *f"proto tcp from any to any port {ports}".split()], check=False)
    for verb in ("stop", "start"):
        subprocess.run(["systemctl", verb, "ufw"], check=False)


def write(wanted: dict[str, str]) -> None:
    with open(PROPERTIES, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines):
        key = line.partition("=")[0].strip()
        if key in wanted:
            lines[number] = f"{key}={wanted.pop(key)}"
        elif line == "local.storage.uuid=":
            lines[number] += str(uuid.uuid4())
    lines += [f"{key}={value}" for key, value in wanted.items()]
    with open(PROPERTIES, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
