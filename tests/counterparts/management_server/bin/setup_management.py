#!/usr/bin/python3
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in of cloudstack-setup-management: restarts the service each time, and ends with 0 in almost every failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from optparse import OptionParser
from pathlib import Path

import mysql.connector  # noqa: F401  # the real one needs it too, even with --no-start

LOG = Path("/var/log/cloudstack/management/setupManagement.log")
LIMITS = Path("/etc/security/limits.conf")
LINES = ("cloud soft nproc -1", "cloud hard nproc -1")


class Failed(Exception):
    pass


def service(action: str) -> None:
    if subprocess.run(["service", "cloudstack-management", action], check=False).returncode and action == "start":
        raise Failed(f"Failed to configure CloudStack Management Server, please see {LOG} for detail")


def configure(https: bool, start: bool) -> None:
    if os.geteuid() != 0:
        raise Failed("Need to execute with root permission")
    if subprocess.run(["hostname", "-f"], capture_output=True, check=False).returncode:
        raise Failed("Failed to get hostname")
    LOG.touch()
    if https:
        words = ["iptables", "-A", "PREROUTING", "-t", "nat", "-p", "tcp", "--dport", "443"]
        words += ["-j", "REDIRECT", "--to-port", "8443"]
        subprocess.run(words, check=False)
    pid = Path("/var/run/cloudstack-management.pid")
    pid.touch()
    shutil.chown(pid, "cloud")
    subprocess.run(["chown", "-R", "cloud:cloud", "/var/lib/cloudstack/"], check=True)
    held = LIMITS.read_text(encoding="utf-8")
    with LIMITS.open("a", encoding="utf-8") as limits:
        limits.writelines(f"{line}\n" for line in LINES if line not in held)
    if start:
        service("stop")
        subprocess.run(["update-rc.d", "-f", "cloudstack-management", "remove"], capture_output=True, check=False)
        subprocess.run(["update-rc.d", "-f", "cloudstack-management", "defaults"], capture_output=True, check=False)
        service("start")


def main() -> None:
    parser = OptionParser()
    parser.add_option("--https", action="store_true", default=False)
    parser.add_option("--tomcat7", action="store_true", default=False)
    parser.add_option("--no-start", action="store_true", dest="no_start", default=False)
    given, _args = parser.parse_args()
    if given.tomcat7:
        print("The --tomcat7 option is deprecated, CloudStack now uses embedded Jetty server.")
    print("Starting to configure CloudStack Management Server:")
    if shutil.which("lsb_release") is None:
        sys.stderr.write("Error: CloudStack failed to detect your operating system. Exiting.\n")
        sys.exit(1)
    try:
        configure(given.https, not given.no_start)
    except Failed as error:
        print(error)
        print("Try to restore your system:")
        return
    print("CloudStack Management Server setup is Done!")
    print(
        "Please ensure ports 8080, 8250, 8443, and 9090 are opened and not firewalled for the management server and "
        "not "
        "in use by other processes on this host."
    )


if __name__ == "__main__":
    main()
