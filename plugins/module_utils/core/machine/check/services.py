# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what CloudStack works with on a host: libvirt, the agent, its identity and certificates, the way in."""

from __future__ import annotations

import re
import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found
from .versions import version_of

# KVM: System Requirements.
LEAST_LIBVIRT, LEAST_QEMU = (1, 2, 0), (2, 0)
MIGRATION_PORTS = frozenset((16509, 16514))
# Names that CloudStack gives: instances, routers, and the system VMs of consoles, storage and load balancing.
OURS = re.compile(r"(i-\d+|[rsvbl])-\d+-\S+")
DAY = 86400.0
# Of the management server's SSH library, old and new releases (trilead-ssh2 #59, cs#3255).
KEY_EXCHANGES = frozenset(
    (
        *(f"diffie-hellman-group{tail}" for tail in ("1-sha1", "14-sha1", "14-sha256", "16-sha512", "18-sha512")),
        *(f"diffie-hellman-group-exchange-{tail}" for tail in ("sha1", "sha256")),
        *(f"ecdh-sha2-nistp{size}" for size in (256, 384, 521)),
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
    )
)
# The management server's own key is RSA.
KEY_SIGNATURES = frozenset(("ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"))


def judge_libvirt(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    libvirt = host.libvirt
    if libvirt.installed is None:
        yield Unseen("libvirt_absent", "libvirt's programs")
        return
    if not libvirt.installed:
        yield found("libvirt_absent", "neither libvirtd nor virtqemud is installed")
        return
    if libvirt.reachable is None:
        yield Unseen("libvirt_unreachable", "libvirt (virsh is not installed)")
    elif not libvirt.reachable:
        yield found("libvirt_unreachable", libvirt.error or "no answer")
    for code, version, least in (
        ("libvirt_old", libvirt.libvirt_version, LEAST_LIBVIRT),
        ("qemu_old", libvirt.qemu_version, LEAST_QEMU),
    ):
        if version is None:
            yield Unseen(code, "its version")
        elif version_of(version) < least:
            yield found(code, f"{version}, {'.'.join(map(str, least))} is needed", version=version)
    yield from _judge_foreign_vms(host)


def _judge_foreign_vms(host: HostFacts) -> t.Iterator[Verdict]:
    if host.libvirt.domains is None:
        yield Unseen("foreign_vms", "the running VMs")
        return
    foreign = sorted(name for name in host.libvirt.domains if not OURS.fullmatch(name))
    if foreign:
        yield found("foreign_vms", ", ".join(foreign), vms=foreign)


def judge_daemon(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """How libvirtd listens: its arguments, systemd's sockets, and who may connect."""
    libvirt = host.libvirt
    if not libvirt.installed:
        return
    if libvirt.args is None:
        yield Unseen("libvirtd_args_twice", "LIBVIRTD_ARGS")
    elif len(libvirt.args) > 1:
        yield found("libvirtd_args_twice", "; ".join(libvirt.args), lines=list(libvirt.args))
    if listens_itself(libvirt.args or ()):
        if libvirt.sockets is None:
            yield Unseen("sockets_not_masked", "systemd's sockets")
        else:
            loose = sorted(u.name for u in libvirt.sockets if u.load not in ("masked", "not-found"))
            if loose:
                yield found("sockets_not_masked", ", ".join(loose), units=loose)
    if host.listeners is None:
        yield Unseen("libvirt_not_listening", "the listening sockets")
        return
    ports = {one.port for one in host.listeners}
    # Before the host joins, it is cloudstack-setup-agent that lets libvirt listen.
    if expected.joined and not ports & MIGRATION_PORTS:
        yield found("libvirt_not_listening", "no socket on either port")
    if 16509 in ports:
        if libvirt.settings is None:
            yield Unseen("libvirt_open", "libvirtd.conf")
        elif libvirt.settings.get("auth_tcp", "sasl") == "none":
            yield found("libvirt_open", 'auth_tcp = "none", and 16509 listens')


def listens_itself(args: t.Sequence[str]) -> bool:
    """Whether the last LIBVIRTD_ARGS line, the one that counts, asks for --listen or -l."""
    words = args[-1].partition(": ")[2].split() if args else []
    return any(word == "--listen" or re.fullmatch(r"-[a-zA-Z]*l[a-zA-Z]*", word) for word in words)


def judge_agent(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """The agent is there, and carries no identity of an earlier life into a new one."""
    agent = host.agent
    if agent.installed is None:
        yield Unseen("agent_absent", "the agent's files")
    elif not agent.installed:
        yield found("agent_absent", "cloudstack-setup-agent is not installed")
    if expected.joined:
        return
    if agent.keystores is None:
        yield Unseen("keystore_left", "the agent's configuration")
    elif agent.keystores:
        yield found("keystore_left", ", ".join(agent.keystores), files=list(agent.keystores))
    if agent.guid:
        yield found("identity_left", f"guid={agent.guid}, management server {agent.management}", guid=agent.guid)


def judge_access(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """The user that the management server logs in as, and what sshd speaks."""
    access = host.access
    if access.user != "root":
        if access.sudo is None:
            yield Unseen("sudo_prompts", f"the sudo rights of {access.user}")
        elif not access.sudo:
            yield found("sudo_prompts", f"user {access.user}", user=access.user)
    if access.sshd is None:
        yield Unseen("ssh_algorithms", "sshd's settings")
        return
    if access.user == "root" and access.sshd.get("permitrootlogin") == "no":
        yield found("ssh_root_refused", "PermitRootLogin no")
    by_password = access.sshd.get("passwordauthentication", "yes") == "yes"
    # Kept by name as sshd -T of different releases calls them.
    keys = access.sshd.get("pubkeyacceptedalgorithms") or access.sshd.get("pubkeyacceptedkeytypes")
    for name, offered, known in (
        ("KexAlgorithms", access.sshd.get("kexalgorithms"), KEY_EXCHANGES),
        ("PubkeyAcceptedAlgorithms", None if by_password else keys, KEY_SIGNATURES),
    ):
        if offered and not known & set(offered.split(",")):
            yield found("ssh_algorithms", f"{name} {offered}", setting=name, usable=sorted(known))


def judge_certificates(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    if host.certificates is None:
        yield Unseen("certificate_expired", "the certificates (openssl is not installed)")
        return
    now = host.clock.seen_at
    for one in host.certificates:
        left = int((one.not_after - now) // DAY)
        if one.not_before > now:
            early = (one.not_before - now) / 3600
            yield found("certificate_not_yet_valid", f"{one.path} is valid in {early:.1f} h", path=one.path)
        elif one.not_after <= now:
            yield found("certificate_expired", f"{one.path} expired {-left} days ago", path=one.path, days_left=left)
        elif left < expected.days_left:
            yield found("certificate_expiring", f"{one.path} expires in {left} days", path=one.path, days_left=left)
