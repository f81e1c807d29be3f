# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a KVM host's facts. A reader changes nothing: what it tries (a mount) leaves no trace."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...core.machine import java_properties
from ...core.machine.facts import (
    Access,
    Agent,
    Certificate,
    Clock,
    HostFacts,
    Identity,
    Libvirt,
    Listener,
    Machine,
    Mount,
    Nic,
    Probe,
)
from . import mapping
from .client import Linux
from .forwarding import read_forwarding
from .system import read_guest_cpu, read_system

AGENT_PORT = 8250
HTTPS = 443
MIGRATION_PORTS = (16514, 16509)
STORAGE_PORTS = {"nfs": 2049, "cifs": 445, "http": 80, "https": 443}
LIBVIRT_DAEMONS = ("libvirtd", "virtqemud")
ARGS_FILES = ("/etc/default/libvirtd", "/etc/sysconfig/libvirtd")
SOCKET_UNITS = ("libvirtd", "libvirtd-ro", "libvirtd-admin", "libvirtd-tcp", "libvirtd-tls")
AGENT_HOME = "/etc/cloudstack/agent"
# What keystore-setup and keystore-cert-import write (Hosts: Security).
KEYSTORES = tuple(f"{AGENT_HOME}/cloud.{end}" for end in ("jks", "jks.new", "crt", "key", "ca.crt"))
CERTIFICATES = (
    f"{AGENT_HOME}/cloud.crt",
    f"{AGENT_HOME}/cloud.ca.crt",
    "/etc/pki/CA/cacert.pem",
    "/etc/pki/libvirt/servercert.pem",
    "/etc/pki/libvirt/clientcert.pem",
    "/etc/pki/libvirt-vnc/server-cert.pem",
    "/etc/pki/libvirt-vnc/ca-cert.pem",
)
# Mounted in a mount namespace of its own, which ends with the command.
TRIAL_MOUNT = 'mount -t "$1" -o ro,soft,timeo=30,retrans=1 "$2" /mnt'


@dataclass(frozen=True)
class Sights:
    """What to look at beside the host itself. peers: addresses. storage: URLs. sites: addresses, maybe with a port.

    user: who prepares the host.

    updates: ask the package manager too.
    """

    user: str = "root"
    management_servers: tuple[str, ...] = ()
    storage: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    try_mount: bool = False
    updates: bool = False


def read_host(linux: Linux, name: str, sights: Sights) -> HostFacts:
    """Everything that can be seen of this host."""
    return HostFacts(
        name=name,
        identity=read_identity(linux),
        clock=read_clock(linux),
        machine=read_machine(linux),
        system=read_system(linux, sights.updates),
        guest_cpu=read_guest_cpu(linux),
        libvirt=read_libvirt(linux),
        agent=read_agent(linux),
        access=read_access(linux, sights.user),
        nics=read_nics(linux),
        listeners=read_listeners(linux),
        certificates=read_certificates(linux),
        nfs_client=linux.has_program("mount.nfs"),
        aria2=linux.has_program("aria2c"),
        probes=tuple(probe(linux, sights)),
        mounts=tuple(try_mount(linux, url) for url in sights.storage) if sights.try_mount else (),
    )


def read_identity(linux: Linux) -> Identity:
    fqdn = linux.canonical_name()
    uuid = (linux.read("/sys/class/dmi/id/product_uuid") or "").strip().lower()
    return Identity(linux.hostname(), fqdn, linux.resolve(fqdn), uuid or None)


def read_clock(linux: Linux) -> Clock:
    """chrony knows the offset; without it systemd tells at least what the kernel thinks."""
    clock = Clock(seen_at=linux.now())
    for command, parse in (
        (("chronyc", "-n", "-c", "tracking"), mapping.chrony),
        (("timedatectl", "show"), mapping.timedatectl),
    ):
        answer = linux.run(*command)
        seen = parse(answer.out) if answer is not None and answer.status == 0 else {}
        if seen:
            return dataclasses.replace(clock, **seen)
    return clock


def read_machine(linux: Linux) -> Machine:
    release = linux.read("/etc/os-release") or linux.read("/usr/lib/os-release") or ""
    enforce = linux.read("/sys/fs/selinux/enforce")
    memberships = linux.read("/proc/sys/net/ipv4/igmp_max_memberships")
    return Machine(
        architecture=linux.architecture(),
        kernel=linux.kernel(),
        kvm=linux.exists("/dev/kvm"),
        cgroup=mapping.cgroup(linux.read("/proc/self/mounts") or ""),
        selinux="disabled" if enforce is None else "enforcing" if enforce.strip() == "1" else "permissive",
        apparmor_enforced=_apparmor(linux),
        bridge_netfilter=(linux.read("/proc/sys/net/bridge/bridge-nf-call-iptables") or "0").strip() == "1",
        forwarding=read_forwarding(linux),
        igmp_memberships=None if memberships is None else int(memberships),
        **mapping.distribution(release),
        **mapping.cpu(linux.read("/proc/cpuinfo") or ""),
        **mapping.memory(linux.read("/proc/meminfo") or ""),
    )


def _apparmor(linux: Linux) -> t.Optional[tuple[str, ...]]:
    """Only root may read the profiles, and securityfs may not be mounted."""
    if (linux.read("/sys/module/apparmor/parameters/enabled") or "N").strip() != "Y":
        return ()
    profiles = linux.read("/sys/kernel/security/apparmor/profiles")
    return None if profiles is None else mapping.apparmor(profiles)


def read_nics(linux: Linux) -> t.Optional[tuple[Nic, ...]]:
    answer = linux.run("ip", "-details", "-json", "address")
    return None if answer is None or answer.status else mapping.nics(answer.out)


def read_listeners(linux: Linux) -> t.Optional[tuple[Listener, ...]]:
    found: dict[str, tuple[str, int]] = {}
    for path, ipv6 in (("/proc/net/tcp", False), ("/proc/net/tcp6", True)):
        text = linux.read(path)
        if text is None and not ipv6:
            return None
        found.update(mapping.sockets(text or "", ipv6))
    return mapping.listeners(found, _owners(linux, frozenset(found)))


def _owners(linux: Linux, inodes: frozenset[str]) -> dict[str, str]:
    """inode → program. Several programs may hold a socket that systemd opened: the first process counts."""
    owners: dict[str, str] = {}
    for link in linux.listed("/proc/[0-9]*/fd/*"):
        match = re.fullmatch(r"socket:\[(\d+)\]", linux.target(link) or "")
        if match and match[1] in inodes and match[1] not in owners:
            program = linux.read(link.rsplit("/", 2)[0] + "/comm")
            if program:
                owners[match[1]] = program.strip()
    return owners


def read_libvirt(linux: Linux) -> Libvirt:
    args = [line for path in ARGS_FILES for line in mapping.libvirtd_args(path, linux.read(path) or "")]
    settings = linux.read("/etc/libvirt/libvirtd.conf")
    seen = Libvirt(
        installed=any(linux.has_program(daemon) for daemon in LIBVIRT_DAEMONS),
        args=tuple(args),
        sockets=_sockets(linux),
        settings=None if settings is None else mapping.assignments(settings),
    )
    # Read-only, so that virsh starts nothing on a host whose libvirt is configured for another driver.
    version = linux.run("virsh", "--readonly", "--connect", "qemu:///system", "version") if seen.installed else None
    if version is None:
        return seen
    if version.status:
        return dataclasses.replace(seen, reachable=False, error=_last_line(version.err))
    domains = linux.run("virsh", "--readonly", "--connect", "qemu:///system", "list", "--name")
    running = None if domains is None or domains.status else mapping.names(domains.out)
    return dataclasses.replace(seen, reachable=True, domains=running, **mapping.versions(version.out))


def _sockets(linux: Linux) -> t.Optional[tuple[t.Any, ...]]:
    units = [f"{name}.socket" for name in SOCKET_UNITS]
    answer = linux.run("systemctl", "show", "--property=Id,LoadState,ActiveState", *units)
    return None if answer is None or answer.status else mapping.units(answer.out)


def _last_line(text: str) -> str:
    lines = mapping.names(text)
    return lines[-1] if lines else ""


def read_agent(linux: Linux) -> Agent:
    """No key of agent.properties beside the two is looked at: others are secret."""
    properties = java_properties.parse(linux.read(f"{AGENT_HOME}/agent.properties") or "")
    active = linux.run("systemctl", "is-active", "cloudstack-agent")
    return Agent(
        installed=linux.has_program("cloudstack-setup-agent"),
        running=None if active is None else active.out.strip() == "active",
        guid=properties.get("guid") or None,
        management=properties.get("host") or None,
        keystores=tuple(path for path in KEYSTORES if linux.exists(path)),
    )


def read_access(linux: Linux, user: str) -> Access:
    """Only root sees what another user may do and how sshd is set."""
    server = linux.run("sshd", "-T")
    sshd = mapping.sshd(server.out) if server is not None and server.status == 0 else None
    if user == "root":
        return Access(user, True, sshd)
    if not linux.has_program("sudo"):
        return Access(user, False, sshd)
    rules = linux.run("sudo", "-n", "-l", "-U", user) if linux.user() == 0 else linux.run("sudo", "-n", "-l")
    return Access(user, None if rules is None else rules.status == 0 and mapping.sudo(rules.out), sshd)


def read_certificates(linux: Linux) -> t.Optional[tuple[Certificate, ...]]:
    found = []
    for path in CERTIFICATES:
        if not linux.exists(path):
            continue
        answer = linux.run("openssl", "x509", "-in", path, "-noout", "-startdate", "-enddate", "-subject")
        if answer is None:
            return None
        one = mapping.certificate(path, answer.out)
        if one is not None:
            found.append(one)
    return tuple(found)


def probe(linux: Linux, sights: Sights) -> t.Iterator[Probe]:
    """Connections to management servers, storage and peers, each opened and closed again."""
    for server in sights.management_servers:
        address, port = address_of(server, AGENT_PORT)
        yield Probe("management", address, port, linux.connect(address, port))
    for url in sights.storage:
        parts = urlsplit(url)
        service = parts.port or STORAGE_PORTS.get(parts.scheme)
        if parts.hostname and service:
            yield Probe("storage", parts.hostname, service, linux.connect(parts.hostname, service))
    for site in sights.sites:
        address, port = address_of(site, HTTPS)
        yield Probe("site", address, port, linux.connect(address, port))
    for address in sights.peers:
        for port in MIGRATION_PORTS:
            yield Probe("peer", address, port, linux.connect(address, port))


def address_of(text: str, port: int) -> tuple[str, int]:
    """ "name", "name:port", "[v6]:port" or a bare IPv6 address; ``port`` where it names none."""
    if text.count(":") > 1 and not text.startswith("["):
        return text, port
    parts = urlsplit(f"//{text}")
    return parts.hostname or text, parts.port or port


def try_mount(linux: Linux, url: str) -> Mount:
    """Mount read-only where nobody else sees it; the mount ends with the command."""
    parts = urlsplit(url)
    source = f"{parts.hostname}:{parts.path}"
    answer = linux.run("unshare", "--mount", "sh", "-c", TRIAL_MOUNT, "sh", parts.scheme, source)
    if answer is None:
        return Mount(url, "unshare is not installed")
    return Mount(
        url, "" if answer.status == 0 else _last_line(answer.err) or f"mount failed with exit status {answer.status}"
    )
