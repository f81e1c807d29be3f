# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether guests of one KVM host can move to another: every reason why not, before a drain finds out.

Sources: libvirt, "Guest migration" and "Domain capabilities"; Working with Hosts, "Security" (a secured host migrates
over TLS only); KVM, "Configure CPU model for KVM guest".
"""

from __future__ import annotations

import collections
import itertools
import re
import typing as t
from dataclasses import dataclass, field

from ...findings import Severity, worst_first
from .hosts import Comparison, Cpu, KvmGuest, KvmHost

# Bridges of guest networks, which the agent makes on the target when a guest comes (modifyvlan.sh, modifyvxlan.sh).
MADE_ON_DEMAND = re.compile(r"br(vx-\d+|.+-\d+)$|cloud0$")
# Which host is asked about which CPU.
Comparisons = t.Mapping[tuple[str, Cpu], Comparison]


@dataclass(frozen=True)
class Barrier:
    """One reason. severity: "blocks" when a migration fails, "hurts" when some may, or no way back is sure.

    source, target: names of hosts, target "" where it is about every one. guest: "" where it is about all.
    """

    code: str
    severity: Severity
    message: str
    remedy: str
    source: str
    target: str = ""
    guest: str = ""
    facts: t.Mapping[str, object] = field(default_factory=dict)


Found = t.Iterator[Barrier]


def questions(hosts: t.Sequence[KvmHost]) -> dict[str, set[Cpu]]:
    """The CPUs that each host has to be asked about: those of the others and of their guests."""
    wanted: dict[str, set[Cpu]] = {each.name: set() for each in hosts}
    for source, target in itertools.permutations(hosts, 2):
        if source.arch == target.arch:
            named = {Cpu(source.virt, source.cpu), *(Cpu(guest.virt, guest.cpu) for guest in source.guests)}
            wanted[target.name] |= {each for each in named if each.definition and each.virt in ("qemu", target.virt)}
    return wanted


def barriers(hosts: t.Sequence[KvmHost], answers: Comparisons) -> tuple[Barrier, ...]:
    """Of every pair of hosts, both ways; worst first."""
    found = [*_cluster(hosts), *(each for host in hosts for each in _stuck(host))]
    for source, target in itertools.permutations(hosts, 2):
        found += _pair(source, target)
        found += _cpu(source, target, answers)
        for guest in source.guests:
            found += _guest(source, target, guest, answers)
    return worst_first(found)


def _cluster(hosts: t.Sequence[KvmHost]) -> Found:
    secured = [each.name for each in hosts if each.tls]
    if secured and len(secured) < len(hosts):
        open_ones = [each.name for each in hosts if not each.tls]
        message = f"{', '.join(secured)} answer on 16514 (TLS), {', '.join(open_ones)} do not"
        remedy = "secure the others too (provisionCertificate): a secured host migrates over TLS only"
        facts = {"secured": secured, "unsecured": open_ones}
        yield Barrier("mixed_security", "hurts", message, remedy, open_ones[0], facts=facts)
    for uuid, number in collections.Counter(each.seen.uuid for each in hosts).items():
        if number > 1:
            names = [each.name for each in hosts if each.seen.uuid == uuid]
            message = f"{', '.join(names)} have one UUID, {uuid}: libvirt takes them for one host and refuses"
            remedy = "give each its own host_uuid in libvirtd.conf and restart libvirtd"
            yield Barrier("uuid_shared", "blocks", message, remedy, names[0], names[1])


def _stuck(host: KvmHost) -> Found:
    for guest in host.guests:
        for reason in guest.blockers:
            remedy = "take that device from the VM, or stop it before the host is drained"
            yield Barrier("guest_blocked", "blocks", f"{guest.name}: {reason}", remedy, host.name, "", guest.name)


def _pair(source: KvmHost, target: KvmHost) -> Found:
    def found(code: str, severity: Severity, message: str, remedy: str, **facts: object) -> Barrier:
        return Barrier(code, severity, message, remedy, source.name, target.name, facts=facts)

    if source.arch != target.arch:
        message = f"{source.name} is {source.arch}, {target.name} is {target.arch}"
        yield found("arch_differs", "blocks", message, "put them in clusters of their own")
    if source.virt == "kvm" and target.virt != "kvm":
        message = f"{target.name} has no hardware virtualisation, {source.name} has"
        yield found("virtualisation_missing", "blocks", message, "see /dev/kvm and the firmware of the target")
    for what, own, theirs in (("QEMU", source.qemu, target.qemu), ("libvirt", source.libvirt, target.libvirt)):
        if own > theirs:
            message = f"{what} is {_text(own)} on {source.name} and {_text(theirs)} on {target.name}"
            remedy = "bring the target up to date first; migration to an older one is not promised to work"
            yield found(f"{what.lower()}_older", "hurts", message, remedy, source_version=own, target_version=theirs)
    port, way, there = (16514, "TLS", target.tls) if source.tls else (16509, "TCP", target.tcp)
    if not there:
        message = f"{source.name} would reach {target.name} over {way}, where port {port} does not answer"
        remedy = "see libvirtd and the firewall of the target; cs_host_check with peer_addresses asks from host to host"
        yield found(f"{way.lower()}_unanswered", "hurts", message, remedy, port=port)
    reached = {each.id for each in target.seen.storage if each.reachable}
    for pool in source.seen.storage:
        if pool.shared and pool.reachable and pool.id not in reached:
            message = f"{target.name} does not have the pool {pool.name} that {source.name} has"
            remedy = "reconnect the target in CloudStack, so that its agent attaches it again"
            yield found("pool_missing", "hurts", message, remedy, pool=pool.name)


def _cpu(source: KvmHost, target: KvmHost, answers: Comparisons) -> Found:
    its = answers.get((target.name, Cpu(source.virt, source.cpu)))
    if its is not None and its.answer == "incompatible":
        message = f"{target.name} cannot give the CPU of {source.name} ({source.cpu_model}){_because(its)}"
        remedy = "set guest.cpu.mode=custom with the model of the cluster's baseline on every host, and restart VMs"
        yield Barrier("cpu_incompatible", "hurts", message, remedy, source.name, target.name)


def _guest(source: KvmHost, target: KvmHost, guest: KvmGuest, answers: Comparisons) -> Found:
    def found(code: str, message: str, remedy: str, **facts: object) -> Barrier:
        return Barrier(code, "blocks", message, remedy, source.name, target.name, guest.name, facts)

    its = answers.get((target.name, Cpu(guest.virt, guest.cpu)))
    if its is not None and its.answer == "incompatible":
        message = f"{target.name} cannot give {guest.name} its CPU {guest.cpu_model}{_because(its)}"
        yield found("guest_cpu", message, "move it to a host that can, or stop it and start it there")
    if guest.arch == target.arch and guest.machine and guest.machine not in target.machines:
        message = f"QEMU of {target.name} knows no machine {guest.machine}, which {guest.name} has"
        yield found("machine_missing", message, "bring QEMU of the target up to date", machine=guest.machine)
    if guest.arch == target.arch and guest.emulator and guest.emulator not in target.emulators:
        message = f"{guest.name} runs by {guest.emulator}, which {target.name} does not have"
        yield found("emulator_missing", message, "install it, or link it to where the target has QEMU")
    for bridge in guest.bridges:
        if bridge not in target.bridges and not MADE_ON_DEMAND.match(bridge):
            message = f"{target.name} has no bridge {bridge}, which {guest.name} is on"
            yield found("bridge_missing", message, "make it as on the source", bridge=bridge)
    shared = {each.name for each in source.seen.storage if each.shared}
    here, there = dict(source.pool_paths), {each.name for each in target.seen.storage if each.reachable}
    for path in guest.sources:
        pool = next((name for name, folder in here.items() if path.startswith(f"{folder.rstrip('/')}/")), "")
        # A pool of a shared mount point looks like one of the host's own; that the target has it too tells them apart.
        if pool in there:
            continue
        if pool in shared:
            message = f"{target.name} does not have the pool {pool}, where {guest.name} has a disk"
            yield found("guest_pool", message, "reconnect the target, so that its agent attaches it", pool=pool)
        else:
            message = f"{guest.name} has its disk {path} on storage that {target.name} does not have"
            yield found("disk_local", message, "migrate it with its storage, or stop it", path=path)


def ways(hosts: t.Sequence[KvmHost], found: t.Iterable[Barrier]) -> list[dict[str, object]]:
    """Every pair, and what stands in the way of it: codes, those of guests among them."""
    listed = tuple(found)
    rows: list[dict[str, object]] = []
    for source, target in itertools.permutations(hosts, 2):
        its = [each for each in listed if each.source == source.name and each.target in ("", target.name)]
        blocked = any(each.severity == "blocks" and not each.guest for each in its)
        stuck = sorted({each.guest for each in its if each.severity == "blocks" and each.guest})
        codes = sorted({each.code for each in its})
        rows.append(
            {"source": source.name, "target": target.name, "possible": not blocked, "stuck": stuck, "codes": codes}
        )
    return rows


def _because(its: Comparison) -> str:
    return f": {its.message}" if its.message else ""


def _text(version: t.Iterable[int]) -> str:
    return ".".join(map(str, version))
