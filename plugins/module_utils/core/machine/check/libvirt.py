# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges libvirt: its versions and QEMU's, VMs that are not CloudStack's, how it listens (its own arguments, sockets of
systemd), and who may connect."""

from __future__ import annotations

import re
import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, HostFacts
from .table import found
from .version_order import version_of

# KVM: System Requirements.
LEAST_LIBVIRT, LEAST_QEMU = (1, 2, 0), (2, 0)
MIGRATION_PORTS = frozenset((16509, 16514))
# Names that CloudStack gives: instances, routers, and the system VMs of consoles, storage and load balancing.
OURS = re.compile(r"(i-\d+|[rsvbl])-\d+-\S+")


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
