# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a machine's system offers: disks, kernels, updates, modules, and the CPUs that libvirt can give to guests.

The parsers are pure; texts in, values out. Nothing is fetched: the package manager answers from what it has.
"""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

from ...core.machine import java_properties
from ...core.machine.check.updates import newest
from ...core.machine.facts import FileSystem, GuestCpu, System
from .client import Linux

AGENT_PROPERTIES = "/etc/cloudstack/agent/agent.properties"
# Where a hypervisor fills disks: the system, its logs, and what libvirt saves.
PLACES = ("/", "/var", "/var/log", "/var/lib/libvirt")
SECTOR = 512
VIRSH = "virsh --readonly --connect qemu:///system"
# With the features of the model written out; one virsh reads what the other says.
EXPANDED = f"{VIRSH} domcapabilities | {VIRSH} hypervisor-cpu-baseline --features /dev/stdin"
# File systems that several hosts mount: of a network or of a cluster.
SHARED = re.compile(r"nfs4?|cifs|smb3|ceph|(fuse\.)?glusterfs|fuse\.(ceph|mfs|s3fs)|gfs2|ocfs2|gpfs|lustre|beegfs")
# Where the agent has libvirt mount a pool: its UUID.
OF_LIBVIRT = re.compile(r"/mnt/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PENDING_RPM = 100  # the exit status of "dnf check-update" when there are updates


def read_system(linux: Linux, updates: bool = False) -> System:
    switch = linux.run("ovs-vsctl", "--version")
    links = linux.run("ip", "link", "help")
    return System(
        disk=_disk(linux),
        file_systems=_file_systems(linux),
        logs_rotated=_rotated(linux),
        kernels=_kernels(linux),
        reboot_required=_reboot(linux, updates),
        updates=_updates(linux) if updates else None,
        vxlan=linux.exists("/sys/module/vxlan") or _succeeds(linux, "modprobe", "--dry-run", "--quiet", "vxlan"),
        vxlan_tool=None if links is None else re.search(r"\bvxlan\b", links.out + links.err) is not None,
        openvswitch="" if switch is None else _first(r"Open vSwitch\) (\S+)", switch.out),
        openvswitch_built=None if switch is None else _built(linux),
        bridge_module=linux.exists("/sys/module/bridge"),
        shared_mounts=shared_mounts(linux.read("/proc/self/mounts")),
    )


def shared_mounts(table: t.Optional[str]) -> t.Optional[tuple[str, ...]]:
    """Of /proc/self/mounts. Blanks in a path are written in octal, as the kernel tells them (fstab(5))."""
    if table is None:
        return None
    rows = [line.split() for line in table.splitlines()]
    found = {row[1] for row in rows if len(row) > 2 and SHARED.fullmatch(row[2]) and not OF_LIBVIRT.fullmatch(row[1])}
    return tuple(sorted(found))


def _succeeds(linux: Linux, *command: str) -> t.Optional[bool]:
    answer = linux.run(*command)
    return None if answer is None else answer.status == 0


def _first(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""


def _disk(linux: Linux) -> t.Optional[int]:
    """All drives that stay: what has a device behind it and is not removable."""
    sizes = []
    for path in linux.listed("/sys/block/*/device"):
        drive = path.rsplit("/", 1)[0]
        sectors = (linux.read(f"{drive}/size") or "").strip()
        if sectors.isdigit() and (linux.read(f"{drive}/removable") or "0").strip() != "1":
            sizes.append(int(sectors) * SECTOR)
    return sum(sizes) if sizes else None


def _file_systems(linux: Linux) -> t.Optional[tuple[FileSystem, ...]]:
    """Each once, by the first path that is on it."""
    found: dict[int, FileSystem] = {}
    for path in PLACES:
        space = linux.space(path)
        if space is not None:
            device, *numbers = space
            found.setdefault(device, FileSystem(path, *numbers))
    return tuple(found.values()) or None


def _rotated(linux: Linux) -> bool:
    timer = linux.run("systemctl", "is-enabled", "logrotate.timer")
    if timer is not None and timer.out.strip() in ("enabled", "enabled-runtime", "static"):
        return True
    cron = any(linux.has_program(name) for name in ("cron", "crond", "anacron"))
    return cron and linux.exists("/etc/cron.daily/logrotate") and linux.has_program("logrotate")


def _kernels(linux: Linux) -> tuple[str, ...]:
    """The one that the boot loader starts first, as grubby knows it, else by the order of releases."""
    images = [path.partition("vmlinuz-")[2] for path in linux.listed("/boot/vmlinuz-*")]
    ordered = newest(image for image in images if "rescue" not in image and not image.endswith((".old", ".bak")))
    grubby = linux.run("grubby", "--default-kernel")
    chosen = _first(r"vmlinuz-(\S+)", grubby.out) if grubby is not None else ""
    return tuple(sorted(ordered, key=lambda release: release != chosen)) if chosen in ordered else ordered


def _reboot(linux: Linux, asked: bool) -> bool:
    if linux.exists("/run/reboot-required"):
        return True
    needs = linux.run("needs-restarting", "--reboothint") if asked else None
    return needs is not None and needs.status == 1


def _updates(linux: Linux) -> t.Optional[tuple[str, ...]]:
    """Names of packages. Kernels come as new packages, which a plain upgrade holds back."""
    plan = linux.run("apt-get", "--simulate", "-o", "Debug::NoLocking=true", "upgrade", "--with-new-pkgs")
    if plan is not None:
        return apt_updates(plan.out) if plan.status == 0 else None
    for program in ("dnf", "yum"):
        answer = linux.run(program, "--quiet", "--cacheonly", "check-update")
        if answer is not None:
            return rpm_updates(answer.out) if answer.status in (0, PENDING_RPM) else None
    return None


def apt_updates(text: str) -> tuple[str, ...]:
    """``apt-get --simulate``: a line "Inst NAME …" for each."""
    return tuple(sorted(set(re.findall(r"^Inst (\S+)", text, re.MULTILINE))))


def rpm_updates(text: str) -> tuple[str, ...]:
    """``dnf check-update``: "NAME.ARCH VERSION REPOSITORY", up to the packages that are obsolete."""
    wanted = text.partition("Obsoleting Packages")[0]
    return tuple(sorted(set(re.findall(r"^(\S+)\.\w+[ \t]+\S+[ \t]+\S+$", wanted, re.MULTILINE))))


def _built(linux: Linux) -> t.Optional[bool]:
    answer = linux.run("modinfo", "--field", "filename", "openvswitch")
    if answer is None or answer.status:
        return None
    return re.search(r"/(updates|extra|weak-updates)/", answer.out) is not None


def read_guest_cpu(linux: Linux) -> GuestCpu:
    """libvirt is asked only where agent.properties wants something of it."""
    properties = java_properties.parse(linux.read(AGENT_PROPERTIES) or "")
    mode, model = properties.get("guest.cpu.mode", ""), properties.get("guest.cpu.model", "")
    features = tuple(properties.get("guest.cpu.features", "").split())
    capabilities = linux.run(*VIRSH.split(), "domcapabilities") if model or features else None
    expanded = linux.run("sh", "-c", EXPANDED) if capabilities is not None and features else None
    return GuestCpu(
        mode,
        model,
        features,
        None if capabilities is None else cpu_models(capabilities.out),
        None if expanded is None else cpu_features(expanded.out),
    )


def cpu_models(text: str) -> t.Optional[tuple[str, ...]]:
    """``virsh domcapabilities``: models that this host can give to a guest; None where libvirt does not tell."""
    root = _xml(text)
    found = [] if root is None else root.findall("./cpu/mode[@name='custom'][@supported='yes']/model")
    usable = (each.text for each in found if each.get("usable") == "yes")
    return tuple(sorted(name for name in usable if name)) if found else None


def cpu_features(text: str) -> t.Optional[tuple[str, ...]]:
    """``virsh hypervisor-cpu-baseline --features``: every feature that a guest can have."""
    root = _xml(text)
    found = [] if root is None else root.findall("feature[@policy='require']")
    return tuple(sorted(each.get("name", "") for each in found)) or None


def _xml(text: str) -> t.Optional[ElementTree.Element]:
    try:
        return ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return None
