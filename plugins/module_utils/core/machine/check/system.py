# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges what a machine's system offers: disks and logs, kernel and updates, VXLAN, Open vSwitch, CPUs of guests."""

from __future__ import annotations

import typing as t

from ...findings import Unseen, Verdict
from ..facts import Expectations, FileSystem, HostFacts
from .table import found
from .versions import order_of, version_of

GIB = 1024**3
# KVM: Open vSwitch; The VXLAN Plugin: System Requirements (experimental before 3.9).
LEAST_OPENVSWITCH, LEAST_KERNEL_VXLAN = (1, 7, 1), (3, 9)
# A file system is full below both, or with few inodes left: 5 % of a large disk are no trouble.
FULL_SHARE, FULL_BYTES, FULL_INODES = 0.1, 10 * GIB, 0.05
# Below this it is full whatever its size.
FULL_ANYWAY = 256 * 1024**2
SHOWN_UPDATES = 10


def judge_disks(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Local disk, free space, and logs that fill it (Choosing a Deployment Architecture: Best Practices)."""
    system = host.system
    if system.disk is None:
        yield Unseen("disk_small", "the drives")
    # Drives are sold in powers of ten.
    elif system.disk < expected.disk * 0.9:
        evidence = f"{system.disk / GIB:.1f} GiB, {expected.disk / GIB:.0f} GiB are needed"
        yield found("disk_small", evidence, disk=system.disk)
    if system.file_systems is None:
        yield Unseen("disk_full", "the free space")
    for one in system.file_systems or ():
        evidence = _full(one)
        if evidence:
            yield found("disk_full", f"{one.path} has {evidence}", path=one.path, free=one.free, size=one.size)
    if system.logs_rotated is None:
        yield Unseen("logs_not_rotated", "whether logrotate runs")
    elif not system.logs_rotated:
        yield found("logs_not_rotated", "neither logrotate.timer nor a daily job of cron starts logrotate")


def _full(one: FileSystem) -> str:
    if one.free < FULL_ANYWAY or (one.free < FULL_SHARE * one.size and one.free < FULL_BYTES):
        return f"{one.free / GIB:.1f} of {one.size / GIB:.1f} GiB free"
    if one.inodes and one.inodes_free < FULL_INODES * one.inodes:
        return f"{one.inodes_free} of {one.inodes} inodes free"
    return ""


def judge_kernel(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """Whether the running kernel is the installed one, and what is left to be installed."""
    system, running = host.system, host.machine.kernel
    if system.reboot_required is None or system.kernels is None or running is None:
        yield Unseen("reboot_pending", "the installed kernels")
    elif system.kernels and system.kernels[0] != running:
        evidence = f"the kernel {running} runs, {system.kernels[0]} is installed"
        yield found("reboot_pending", evidence, running=running, installed=system.kernels[0])
    elif system.reboot_required:
        yield found("reboot_pending", "the distribution asks for it", running=running, installed=running)
    if not expected.updates:
        return
    if system.updates is None:
        yield Unseen("updates_pending", "the package manager's updates")
    elif system.updates:
        count, shown = len(system.updates), ", ".join(system.updates[:SHOWN_UPDATES])
        more = f" and {count - SHOWN_UPDATES} more" if count > SHOWN_UPDATES else ""
        yield found("updates_pending", f"{count}: {shown}{more}", updates=list(system.updates))


def judge_vxlan(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """The VXLAN Plugin: System Requirements."""
    if not expected.vxlan:
        return
    if host.machine.kernel is None:
        yield Unseen("kernel_old", "the kernel")
    elif version_of(host.machine.kernel)[:2] < LEAST_KERNEL_VXLAN:
        yield found("kernel_old", f"{host.machine.kernel}, 3.9 is needed", kernel=host.machine.kernel)
    for code, there, what in (
        ("vxlan_module_absent", host.system.vxlan, "modprobe vxlan finds no module"),
        ("vxlan_tool_old", host.system.vxlan_tool, "ip link help does not name vxlan"),
    ):
        if there is None:
            yield Unseen(code, "the kernel's modules" if code == "vxlan_module_absent" else "iproute2")
        elif not there:
            yield found(code, what)


def judge_openvswitch(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """What bridges of Open vSwitch need, where a traffic label is one (KVM: Open vSwitch)."""
    labels = [nic.name for nic in host.nics or () if nic.kind == "openvswitch" and nic.name in expected.traffic_labels]
    if not labels:
        return
    system, names = host.system, ", ".join(labels)
    if not system.openvswitch:
        yield Unseen("openvswitch_old", "the version of Open vSwitch (ovs-vsctl is not installed)")
    elif version_of(system.openvswitch) < LEAST_OPENVSWITCH:
        yield found("openvswitch_old", f"{system.openvswitch}, 1.7.1 is needed", version=system.openvswitch)
    if system.bridge_module is None:
        yield Unseen("bridge_module_loaded", "the loaded kernel modules")
    elif system.bridge_module:
        yield found("bridge_module_loaded", f"{names} of Open vSwitch", bridges=labels)
    if system.openvswitch_built is None:
        yield Unseen("openvswitch_built", "where the module openvswitch comes from")
    elif system.openvswitch_built:
        yield found("openvswitch_built", "a module that a package such as DKMS built")


def judge_guest_cpu(host: HostFacts, expected: Expectations) -> t.Iterator[Verdict]:
    """guest.cpu.model and guest.cpu.features of agent.properties against what libvirt can give on this host."""
    cpu = host.guest_cpu
    if cpu.mode == "custom" and cpu.model:
        if cpu.models is None:
            yield Unseen("guest_cpu_model", "the CPU models that libvirt can provide")
        elif cpu.model not in cpu.models:
            yield found("guest_cpu_model", f"guest.cpu.model={cpu.model}", model=cpu.model)
    wanted = tuple(name for name in cpu.features if not name.startswith("-"))
    if not wanted:
        return
    if cpu.offered is None:
        yield Unseen("guest_cpu_features", "the CPU features that libvirt can provide")
        return
    absent = [name for name in wanted if name not in cpu.offered]
    if absent:
        yield found("guest_cpu_features", f"guest.cpu.features has {', '.join(absent)}", features=absent)


def newest(releases: t.Iterable[str]) -> tuple[str, ...]:
    """Installed kernels, the newest first: the one that boot loaders start."""
    return tuple(sorted(set(releases), key=order_of, reverse=True))
