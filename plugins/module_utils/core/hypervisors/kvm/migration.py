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
        message = f"{', '.join(secured)} answer on port 16514 (TLS), but {', '.join(open_ones)} do not"
        remedy = (
            "provision certificates on the other hosts too (provisionCertificate): a secured host migrates "
            "over TLS only"
        )
        facts = {"secured": secured, "unsecured": open_ones}
        yield Barrier("mixed_security", "hurts", message, remedy, open_ones[0], facts=facts)
    for uuid, number in collections.Counter(each.seen.uuid for each in hosts).items():
        if number > 1:
            names = [each.name for each in hosts if each.seen.uuid == uuid]
            message = f"{', '.join(names)} have the same UUID {uuid}, so libvirt refuses to migrate between them"
            remedy = "set a different host_uuid in libvirtd.conf of each host and restart libvirtd"
            yield Barrier("uuid_shared", "blocks", message, remedy, names[0], names[1])


def _stuck(host: KvmHost) -> Found:
    for guest in host.guests:
        for reason in guest.blockers:
            remedy = "remove the device from the VM, or stop the VM before the host is drained"
            yield Barrier("guest_blocked", "blocks", f"{guest.name}: {reason}", remedy, host.name, "", guest.name)


def _pair(source: KvmHost, target: KvmHost) -> Found:
    def found(code: str, severity: Severity, message: str, remedy: str, **facts: object) -> Barrier:
        return Barrier(code, severity, message, remedy, source.name, target.name, facts=facts)

    if source.arch != target.arch:
        message = f"{source.name} is {source.arch}, {target.name} is {target.arch}"
        yield found("arch_differs", "blocks", message, "put them into different clusters")
    if source.virt == "kvm" and target.virt != "kvm":
        message = f"{target.name} has no hardware virtualization, but {source.name} has"
        yield found("virtualisation_missing", "blocks", message, "check /dev/kvm and the firmware of the target")
    for what, own, theirs in (("QEMU", source.qemu, target.qemu), ("libvirt", source.libvirt, target.libvirt)):
        if own > theirs:
            message = f"{what} is {_text(own)} on {source.name} and {_text(theirs)} on {target.name}"
            remedy = "update the target first; migration to an older version may fail"
            yield found(f"{what.lower()}_older", "hurts", message, remedy, source_version=own, target_version=theirs)
    port, way, there = (16514, "TLS", target.tls) if source.tls else (16509, "TCP", target.tcp)
    if not there:
        message = f"{source.name} uses {way} to reach {target.name}, where port {port} does not answer"
        remedy = (
            "check libvirtd and the firewall of the target; cs_host_check with peer_addresses tests from host to host"
        )
        yield found(f"{way.lower()}_unanswered", "hurts", message, remedy, port=port)
    reached = {each.id for each in target.seen.storage if each.reachable}
    for pool in source.seen.storage:
        if pool.shared and pool.reachable and pool.id not in reached:
            message = f"{target.name} does not have the pool {pool.name} of {source.name}"
            remedy = "reconnect the target in CloudStack, so that its agent attaches the pool again"
            yield found("pool_missing", "hurts", message, remedy, pool=pool.name)


def _cpu(source: KvmHost, target: KvmHost, answers: Comparisons) -> Found:
    its = answers.get((target.name, Cpu(source.virt, source.cpu)))
    if its is not None and its.answer == "incompatible":
        message = f"{target.name} cannot provide the CPU of {source.name} ({source.cpu_model}){_because(its)}"
        remedy = "set guest.cpu.mode=custom with the model of the cluster's baseline on every host, and restart VMs"
        yield Barrier("cpu_incompatible", "hurts", message, remedy, source.name, target.name)


def _guest(source: KvmHost, target: KvmHost, guest: KvmGuest, answers: Comparisons) -> Found:
    def found(code: str, message: str, remedy: str, **facts: object) -> Barrier:
        return Barrier(code, "blocks", message, remedy, source.name, target.name, guest.name, facts)

    its = answers.get((target.name, Cpu(guest.virt, guest.cpu)))
    if its is not None and its.answer == "incompatible":
        message = f"{target.name} cannot provide {guest.name} with its CPU {guest.cpu_model}{_because(its)}"
        yield found("guest_cpu", message, "migrate it to another host, or stop it and start it there")
    if guest.arch == target.arch and guest.machine and guest.machine not in target.machines:
        message = f"QEMU of {target.name} does not support the machine type {guest.machine} of {guest.name}"
        yield found("machine_missing", message, "update QEMU on the target", machine=guest.machine)
    if guest.arch == target.arch and guest.emulator and guest.emulator not in target.emulators:
        message = f"{guest.name} uses the emulator {guest.emulator}, which {target.name} does not have"
        yield found(
            "emulator_missing", message, "install it on the target, or create a symbolic link to the target's QEMU"
        )
    for bridge in guest.bridges:
        if bridge not in target.bridges and not MADE_ON_DEMAND.match(bridge):
            message = f"{target.name} has no bridge {bridge}, which {guest.name} uses"
            yield found("bridge_missing", message, "create it as on the source", bridge=bridge)
    shared = {each.name for each in source.seen.storage if each.shared}
    here, there = dict(source.pool_paths), {each.name for each in target.seen.storage if each.reachable}
    for path in guest.sources:
        pool = next((name for name, folder in here.items() if path.startswith(f"{folder.rstrip('/')}/")), "")
        # A pool of a shared mount point looks like one of the host's own; that the target has it too tells them apart.
        if pool in there:
            continue
        if pool in shared:
            message = f"{target.name} does not have the pool {pool}, where {guest.name} has a disk"
            yield found("guest_pool", message, "reconnect the target, so that its agent attaches the pool", pool=pool)
        else:
            message = f"{guest.name} has its disk {path} on storage that {target.name} does not have"
            yield found("disk_local", message, "migrate the VM with its storage, or stop it", path=path)


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
