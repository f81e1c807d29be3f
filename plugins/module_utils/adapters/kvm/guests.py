# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of guests and CPUs as facts of core. Source: libvirt, "Domain XML", "Domain capabilities"."""

from __future__ import annotations

import typing as t
from xml.etree import ElementTree

from ...core.hypervisors.kvm.hosts import CpuBaseline, KvmGuest, KvmHost, Version

DISKS = ("disk", "lun")


def to_guest(xml: str, blockers: t.Sequence[str] = ()) -> KvmGuest:
    root = ElementTree.fromstring(xml)
    kind, cpu = root.find("os/type"), root.find("cpu")
    disks = [each for each in root.iterfind("devices/disk") if each.get("device", "disk") in DISKS]
    sources = [each.find("source") for each in disks]
    return KvmGuest(
        name=root.findtext("name") or "",
        arch=kind.get("arch", "") if kind is not None else "",
        virt=root.get("type", ""),
        machine=kind.get("machine", "") if kind is not None else "",
        emulator=root.findtext("devices/emulator") or "",
        cpu=_definition(cpu),
        cpu_model=cpu.findtext("model", "") if cpu is not None else "",
        bridges=tuple(
            sorted(
                {each.get("bridge", "") for each in root.iterfind("devices/interface[@type='bridge']/source")} - {""}
            )
        ),
        sources=tuple(each.get("file", "") for each in sources if each is not None and each.get("file")),
        blockers=tuple(blockers),
    )


def vnc_port(xml: str) -> t.Optional[int]:
    graphics = ElementTree.fromstring(xml).find("devices/graphics[@type='vnc']")
    port = int(graphics.get("port", "-1")) if graphics is not None else -1
    return port if port > 0 else None


def host_cpu(domain_capabilities: str) -> tuple[str, str]:
    """The CPU that a guest with host-model has there: its definition and its model; "" where there is none."""
    mode = ElementTree.fromstring(domain_capabilities).find("cpu/mode[@name='host-model']")
    if mode is None or mode.get("supported") != "yes":
        return "", ""
    return _definition(mode), mode.findtext("model") or ""


def kinds(capabilities: str, arch: str) -> tuple[str, frozenset[str], tuple[str, ...]]:
    """Of an architecture: "kvm" or "qemu", names of machines, and paths of emulators."""
    guest = ElementTree.fromstring(capabilities).find(f"guest/arch[@name='{arch}']")
    if guest is None:
        return "", frozenset(), ()
    domains = {each.get("type"): each for each in guest.iterfind("domain")}
    machines = {each.text or "" for each in guest.iter("machine")}
    emulators = [each.text or "" for each in guest.iter("emulator")]
    return ("kvm" if "kvm" in domains else "qemu"), frozenset(machines), tuple(dict.fromkeys(emulators))


def architecture(capabilities: str) -> str:
    return ElementTree.fromstring(capabilities).findtext("host/cpu/arch") or ""


def pool_path(xml: str) -> str:
    return ElementTree.fromstring(xml).findtext("target/path") or "" if xml else ""


def to_version(number: int) -> Version:
    return number // 1_000_000, number // 1000 % 1000, number % 1000


def to_baseline(xml: str) -> CpuBaseline:
    root = ElementTree.fromstring(xml)
    features = [each for each in root.iterfind("feature") if each.get("policy", "require") == "require"]
    return CpuBaseline(
        model=root.findtext("model") or "",
        vendor=root.findtext("vendor") or "",
        features=tuple(sorted(each.get("name", "") for each in features)),
    )


def same_kind(hosts: t.Sequence[KvmHost]) -> bool:
    return len({(each.arch, each.virt) for each in hosts}) == 1


def _definition(element: t.Optional[ElementTree.Element]) -> str:
    """A CPU that another host can be asked about: model, vendor and features, the guest's topology left out."""
    if element is None or element.find("model") is None:
        return ""
    cpu = ElementTree.Element("cpu", {"mode": "custom", "match": "exact"})
    cpu.extend(each for each in element if each.tag in ("model", "vendor", "feature"))
    return ElementTree.tostring(cpu, encoding="unicode")
