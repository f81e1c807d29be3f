# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VMs of any kind, offerings and affinity groups on the wire → what placement knows of them."""

from __future__ import annotations

import re
import typing as t
from types import MappingProxyType
from urllib.parse import unquote

from ...core.accounting import Remembered
from ...core.placement.fleet import MIB, AffinityGroup
from ...core.placement.implicit import MODE, PLANNER, PREFERRED
from ...core.placement.instances import Instance, Offering
from .records import Record, Tell, Wire, unheard

# What libvirt refuses to migrate (qemuMigrationSrcIsAllowed), QEMU itself for vfio and directories of 9p.
HOST_DEVICE = re.compile(
    r"<\s*(hostdev|filesystem|shmem|transient)\b|<\s*interface\b[^>]*\btype\s*=\s*['\"](hostdev|vdpa)['\"]"
    r"|\bvfio-(pci|ap|ccw)\b|pcipassthru\d*\.present|other-config:pci\b",
    re.IGNORECASE,
)
NOTHING: t.Mapping[str, str] = MappingProxyType({})


def _gpu(card: object, profile: object) -> str:
    """A whole card is a profile too, of this name (4.21 and newer, as in details before)."""
    if not card:
        return ""
    return "vgpu" if profile and profile != "passthrough" else "gpu"


def affinity_group(wire: Wire, tell: Tell = unheard) -> AffinityGroup:
    read = Record(wire, "affinity group", tell)
    members = frozenset(read.names("virtualmachineIds") or ())
    return AffinityGroup(read.id(), read.text("name"), read.text("type"), members)


def offering(wire: Wire, tell: Tell = unheard) -> Offering:
    """``listServiceOfferings`` → Offering; memory is told in MiB."""
    read = Record(wire, "service offering", tell)
    details = read.record("serviceofferingdetails", f"details of {read.called}")
    card = read.text("gpucardid") or details.text("pciDevice")
    implicit = read.text("deploymentplanner") == PLANNER
    profile = read.text("vgpuprofilename") or details.text("vgpuType")
    return Offering(
        id=read.id(),
        host_tags=frozenset(read.names("hosttags") or ()),
        cpu_number=read.whole("cpunumber") or 0,
        cpu_speed=read.whole("cpuspeed", "MHz") or 0,
        ram=(read.whole("memory", "MiB") or 0) * MIB,
        gpu=_gpu(card, profile),
        implicit=implicit,
        strict=implicit and details.text(MODE) != PREFERRED,
    )


def instance(
    wire: Wire,
    kind: str,
    offerings: t.Mapping[str, Offering],
    volumes: t.Sequence[Wire],
    tell: Tell = unheard,
    config_drives: t.Collection[str] = (),
    domains: t.Mapping[str, str] = NOTHING,
    templates: t.Mapping[str, str] = NOTHING,
) -> Instance:
    """A VM of any kind; what its own listing does not tell comes from its offering.

    domains: paths by id, for servers that tell VMs' domains by their names alone (before 4.19.2). templates: host
    tags that templates ask for, by id.
    """
    read = Record(wire, "VM", tell)
    its = offerings.get(read.text("serviceofferingid"), Offering(""))
    disks = [Record(volume, "volume", tell) for volume in volumes]
    ram = read.whole("memory", "MiB")
    details = read.record("details", f"details of {read.called}")
    return Instance(
        id=read.id(),
        name=read.text("displayname", "name"),
        kind=kind,
        state=read.text("state"),
        host_id=read.text("hostid"),
        offering_id=read.text("serviceofferingid"),
        cpu_number=read.whole("cpunumber") or its.cpu_number,
        cpu_speed=read.whole("cpuspeed", "MHz") or its.cpu_speed,
        ram=ram * MIB if ram else its.ram,
        own=_own(details),
        arch=read.text("arch"),
        uefi=read.text("boottype").upper() == "UEFI",
        iso=read.text("isoname", "isoid"),
        config_drive=any(nic.text("networkid") in config_drives for nic in read.records("nic", "NIC")),
        host_device=_has_host_device(details),
        hypervisor=read.text("hypervisor"),
        gpu=_gpu(read.text("vgpu", "gpucardid"), read.text("vgpuprofilename", "vgpu")),
        ha_enabled=bool(read.flag("haenable")),
        pools=frozenset(
            disk.text("storageid") for disk in disks if disk.text("storageid") and disk.text("storagetype") != "local"
        ),
        local=any(disk.text("storagetype") == "local" for disk in disks),
        busy=any(disk.text("state") not in ("", "Ready", "Allocated") for disk in disks),
        owners=_owners(read, domains),
        # Only users' VMs have both; of the others the name is it.
        alone_for=_alone_for(read) if kind == "Router" else "",
        beside=read.text("vpcid", "guestnetworkid") if kind == "Router" and read.flag("isredundantrouter") else "",
        tags=_words(templates.get(read.text("templateid"), "")),
        instance_name=read.text("instancename") or ("" if kind == "User" else read.text("name")),
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(filter(None, (word.strip() for word in text.split(","))))


def _alone_for(read: Record) -> str:
    """The network or VPC of a router that has no second one beside it."""
    return "" if read.flag("isredundantrouter") else read.text("vpcname", "guestnetworkname")


def _has_host_device(details: Record) -> bool:
    """Extra configuration comes percent-encoded or as it is: libvirt's <hostdev>, pciPassthru of VMware, pci of Xen."""
    texts = [unquote(details.text(key)) for key in details.wire if str(key).casefold().startswith("extraconfig")]
    return any(HOST_DEVICE.search(text) for text in texts)


def _own(details: Record) -> Remembered:
    """The factors of the last start, each None where it is not kept, which is not the same as 1 (T3:96-99)."""
    cpu, ram = details.factor("cpuOvercommitRatio"), details.factor("memoryOvercommitRatio")
    return Remembered(float(cpu) if cpu else None, float(ram) if ram else None)


def _owners(read: Record, paths: t.Mapping[str, str]) -> frozenset[str]:
    """Its account, and its domain with all above it, because a domain's dedication is for what is below it too."""
    path = read.text("domainpath") or paths.get(read.text("domainid")) or read.text("domain")
    steps = path.split("/")
    domains = {f"domain:{'/'.join(steps[: n + 1])}" for n in range(len(steps))} if path else set()
    account = read.text("account")
    project = read.text("projectid")
    own = f"account:{account}@{read.text('domainid')}" if account else f"project:{project}" if project else ""
    return frozenset(domains | ({own} if own else set()))
