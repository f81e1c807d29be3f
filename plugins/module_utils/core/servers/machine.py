# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a machine may become a management server, by what the documents and the server's own checks demand.

Sources: the installation guide (64-bit, memory, disk, FQDN, static address, time), pre-check.sh (Java), and the start
of 4.22 (cluster.node.IP; the certificate that the other servers see).
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from dataclasses import dataclass

from ..findings import BLOCKS, HURTS, NOTE, Finding, Judgement, Table, rows
from .javas import BEST, javas
from .release import number

GUIDE = "installation guide, minimum system requirements"
START = "start of a 4.22 server"
# By distribution, the major versions that packages are made for.
SYSTEMS: t.Mapping[str, tuple[str, ...]] = {
    "Debian": ("12",),
    "Ubuntu": ("20", "22", "24"),
    "RedHat": ("8", "9", "10"),
    "Rocky": ("8", "9", "10"),
    "AlmaLinux": ("8", "9", "10"),
    "OracleLinux": ("8", "9", "10"),
    "CentOS": ("8", "9", "10"),
    "SLES": ("15",),
    "openSUSE Leap": ("15",),
}
MEMORY, DISK = 4096, 250  # MiB, GB
TABLE = Table(
    "machines of management servers",
    rows(
        BLOCKS,
        ("architecture", "The machine has no supported 64-bit architecture", "use an x86_64 or aarch64 machine", GUIDE),
        ("heap", "The heap does not fit into the memory", "lower management_server_heap, or add memory", GUIDE),
        ("address_loopback", "The address is a loopback address",
         "set management_server_address to an address that the other servers can reach", START),
        ("address_missing", "The address is not one of this machine", "set management_server_address to an address of "
         "this machine", START),
        ("certificate_address", "The other management servers will not accept this server's certificate",
         "use an address of the card with the default route, or set management_server_network (the setting "
         "management.network.cidr) to a network with the address", START),
        ("java", "The Java on this machine does not start the server",
         "install the version of Java that this release needs, or remove the other versions",
         "pre-check.sh of the packages"),
        ("release_installed", "Another version is installed", "upgrade with the playbook upgrade_cloudstack, or set "
         "management_server_version to the installed version", GUIDE),
    ),
    rows(
        HURTS,
        ("memory", "The machine has little memory", "the guide requires 4 GB", GUIDE),
        ("disk", "The file system of the logs is small", "the guide recommends 250 GB", GUIDE),
        ("system", "CloudStack has no packages for this system", "use one of the systems of the guide", GUIDE),
        ("fqdn", "The machine has no fully qualified name", "set its name with the role host_base", GUIDE),
        ("address_dynamic", "The address comes from DHCP", "make the address static", GUIDE),
        ("time", "The clock is not synchronized", "run chrony, for example with the role host_base", GUIDE),
    ),
    rows(NOTE, ("java_version", "The version of Java is not the recommended one", "install Java 17", "pre-check.sh")),
)  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """What was seen. dynamic: addresses by DHCP. java: the first line of java -version, "" where there is none.

    installed: version of the installed package. logs: bytes of the file system of the logs, None where not seen.
    clock: units of time synchronization that run.
    """

    architecture: str
    memory: int
    system: str
    release: str
    fqdn: str
    addresses: tuple[str, ...]
    routed: tuple[str, ...]
    dynamic: tuple[str, ...] = ()
    java: str = ""
    installed: str = ""
    logs: t.Optional[int] = None
    clock: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """heap: MiB. network: of management.network.cidr. servers: how many management servers there will be."""

    address: str
    heap: int = 2048
    network: str = ""
    servers: int = 1
    version: str = ""


def judge(machine: Machine, plan: Plan, ignore: t.Collection[str] = ()) -> Judgement:
    """Raises InvalidValue for an unknown code."""
    found = [*_size(machine, plan), *_system(machine, plan), *_address(machine, plan), *_java(machine, plan)]
    return TABLE.judgement(found, ignore)


def _size(machine: Machine, plan: Plan) -> t.Iterator[Finding]:
    if machine.architecture not in ("x86_64", "amd64", "aarch64", "arm64"):
        yield TABLE.found("architecture", machine.architecture or "unknown")
    if plan.heap + 512 > machine.memory:
        yield TABLE.found("heap", f"{plan.heap} MiB of {machine.memory} MiB", heap=plan.heap, memory=machine.memory)
    # What firmware and kernel keep for themselves is missing from the total.
    if machine.memory < MEMORY * 0.9:
        yield TABLE.found("memory", f"{machine.memory} MiB", memory=machine.memory)
    if machine.logs is not None and machine.logs < DISK * 10**9 * 0.9:
        yield TABLE.found("disk", f"{machine.logs // 10**9} GB", bytes=machine.logs)


def _system(machine: Machine, plan: Plan) -> t.Iterator[Finding]:
    if machine.release.split(".")[0] not in SYSTEMS.get(machine.system, ()):
        yield TABLE.found("system", f"{machine.system} {machine.release}".strip() or "unknown")
    if "." not in machine.fqdn.strip(".") or machine.fqdn.startswith("localhost"):
        yield TABLE.found("fqdn", machine.fqdn or "none")
    if not machine.clock:
        yield TABLE.found("time", "no unit of chrony, ntpd or systemd-timesyncd is active")
    if machine.installed and plan.version and number(machine.installed) != number(plan.version):
        yield TABLE.found("release_installed", f"{machine.installed}, and {plan.version} is wanted")


def _address(machine: Machine, plan: Plan) -> t.Iterator[Finding]:
    try:
        its = ipaddress.ip_address(plan.address)
    except ValueError:
        yield TABLE.found("address_missing", f"{plan.address!r} is not a valid address")
        return
    if its.is_loopback:
        yield TABLE.found("address_loopback", plan.address)
    elif plan.address not in machine.addresses:
        yield TABLE.found("address_missing", f"{plan.address} is not among {', '.join(machine.addresses) or 'none'}")
    elif plan.servers > 1 and not (plan.address in machine.routed or _within(its, plan.network)):
        covered = ", ".join(machine.routed) or "no address, because there is no default route"
        yield TABLE.found("certificate_address", f"it will cover {covered}, and the address is {plan.address}")
    if plan.address in machine.dynamic:
        yield TABLE.found("address_dynamic", plan.address)


def _within(its: t.Union[ipaddress.IPv4Address, ipaddress.IPv6Address], networks: str) -> bool:
    for text in filter(None, re.split(r"[,\s]+", networks)):
        try:
            if its in ipaddress.ip_network(text, strict=False):
                return True
        except ValueError:
            continue
    return False


def _java(machine: Machine, plan: Plan) -> t.Iterator[Finding]:
    match = re.search(r'version "(?:1\.)?(\d+)', machine.java)
    if match is None:
        return
    its, right = int(match[1]), javas(number(machine.installed or plan.version))
    if its not in right:
        names = ", ".join(str(each) for each in sorted(right))
        yield TABLE.found("java", f"version {its}; right are {names}")
    elif its != BEST and BEST in right:
        yield TABLE.found("java_version", f"version {its}")
