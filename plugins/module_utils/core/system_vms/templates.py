# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Templates of system VMs: how one is registered, whether it is ready, and which system VMs are behind it.

Sources: Working with System Virtual Machines, "Changing the Default System VM Template"; 4.11.1 documentation, "Upgrade
Instructions" (names and flags); T6:278-320; cs#12211 (minimum version), cs#12934 (a template that nobody registered).
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..change import same_name
from ..errors import InvalidValue, Reason
from ..findings import BLOCKS, HURTS, Finding, Table, rows
from ..routers.router import Router, older
from .vm import KINDS, SystemVm


class Hypervisor(t.NamedTuple):
    """How a hypervisor is written: in the API, in a template's name, and in the setting; its formats."""

    name: str
    word: str
    setting: str
    formats: tuple[str, ...]


HYPERVISORS: t.Mapping[str, Hypervisor] = {
    each.name: each
    for each in (
        Hypervisor("KVM", "kvm", "router.template.kvm", ("QCOW2", "RAW")),
        Hypervisor("XenServer", "xenserver", "router.template.xenserver", ("VHD",)),
        Hypervisor("VMware", "vmware", "router.template.vmware", ("OVA",)),
        Hypervisor("Hyperv", "hyperv", "router.template.hyperv", ("VHD", "VHDX")),
        Hypervisor("LXC", "lxc", "router.template.lxc", ("QCOW2", "TAR")),
        Hypervisor("Ovm3", "ovm3", "router.template.ovm3", ("RAW",)),
    )
}
# What a template of system VMs is and is not (4.11.1: Upgrade Instructions); by the names of its fields.
FLAGS: t.Mapping[str, bool] = {"public": False, "featured": False, "extractable": False, "password_enabled": False}
SYSTEM, ROUTING = "SYSTEM", "ROUTING"
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){1,3}", re.ASCII)
_FAILED = re.compile(r"fail|error|refused|invalid|not found|unknown|timed? ?out|abandoned|unable|denied", re.IGNORECASE)


@dataclass(frozen=True)
class Copy:
    """Where a template lies. role: "image" or "primary". store_id: "" where the server does not tell it."""

    store: str
    role: str
    state: str
    percent: str = ""
    store_id: str = ""

    @property
    def there(self) -> bool:
        return self.state.casefold() == "downloaded"


@dataclass(frozen=True)
class SystemTemplate:
    """A template in one zone, as ``listTemplates`` shows it: one that is in several zones has a row in each."""

    id: str
    name: str
    hypervisor: str
    zone_id: str = ""
    zone: str = ""
    type: str = ""
    format: str = ""
    url: str = ""
    checksum: str = ""
    ready: bool = False
    status: str = ""
    public: t.Optional[bool] = None
    featured: t.Optional[bool] = None
    extractable: t.Optional[bool] = None
    password_enabled: t.Optional[bool] = None
    copies: tuple[Copy, ...] = ()

    @property
    def of_system(self) -> bool:
        return self.type.upper() in (SYSTEM, ROUTING)

    @property
    def complete(self) -> bool:
        """Whether it is ready, and no image store is still to receive it."""
        return self.ready and all(copy.there for copy in self.copies if copy.role == "image")

    @property
    def failed(self) -> bool:
        return not self.ready and bool(_FAILED.search(self.status))

    @property
    def progress(self) -> str:
        left = [f"{copy.store} {copy.percent or '?'} %" for copy in self.copies if not copy.there]
        return f"zone {self.zone}: {self.status or 'no status yet'}" + (f" ({', '.join(left)})" if left else "")


@dataclass(frozen=True)
class Wish:
    """url, checksum, os_type: "" where not given."""

    name: str
    hypervisor: Hypervisor
    format: str
    url: str = ""
    checksum: str = ""
    os_type: str = ""
    routing: bool = True


def name_of(name: t.Optional[str], hypervisor: Hypervisor, version: t.Optional[str]) -> str:
    """As the upgrade of the server looks for it: ``systemvm-kvm-4.11.1``. Raises InvalidValue."""
    if name:
        return name
    if not version or not _VERSION.fullmatch(version):
        raise InvalidValue("version", version, "a version such as 4.22.0, or name")
    return f"systemvm-{hypervisor.word}-{version}"


_DEBIAN = re.compile(r"Debian GNU/Linux (\d{1,3}(?:\.\d{1,2})?) \(64-bit\)", re.ASCII)


def debian(os_type: str) -> tuple[int, ...]:
    """The release of a 64-bit Debian; () for another OS type. The documents ask for the highest that there is."""
    found = _DEBIAN.fullmatch(os_type.strip())
    return tuple(int(part) for part in found.group(1).split(".")) if found else ()


def against(wish: Wish, held: t.Sequence[SystemTemplate]) -> tuple[Reason, ...]:
    """Why a template of that name is not the wanted one: its file and flags are decided when it is registered."""
    reasons = []
    for each in held[:1]:
        wanted = {"hypervisor": wish.hypervisor.name, "format": wish.format, **FLAGS}
        wanted.update({name: value for name, value in (("url", wish.url), ("checksum", wish.checksum)) if value})
        for name, value in wanted.items():
            now = getattr(each, name)
            if now in (None, "") or now == value or (isinstance(now, str) and same_name(now, value)):
                continue
            reasons.append(
                Reason(
                    "template_differs",
                    f"template {each.name} of zone {each.zone} has {name} {now!r} instead of {value!r}",
                    "register the template under another name, for example with its version",
                    {"field": name, "held": now, "wanted": value},
                )
            )
    return tuple(reasons)


@dataclass(frozen=True)
class Behind:
    """A system VM or router that has not what new ones get. why: "template", "version" or "requires_upgrade"."""

    name: str
    kind: str
    zone: str
    state: str
    template: str
    version: str
    why: tuple[str, ...]


def behind(
    vms: t.Iterable[SystemVm],
    routers: t.Iterable[Router],
    present: t.Collection[str],
    names: t.Collection[str],
    least: str,
) -> list[Behind]:
    """present: ids of the templates that new ones get; names: theirs. least: the minimum version, "" for none."""
    found = []
    held: list[tuple[str, t.Union[SystemVm, Router]]] = [(KINDS.get(vm.kind, vm.kind), vm) for vm in vms]
    held += [("router", one) for one in routers]
    for kind, each in held:
        why = []
        if each.template_id not in present and not any(same_name(each.template, name) for name in names):
            why.append("template")
        if isinstance(each, Router) and each.requires_upgrade:
            why.append("requires_upgrade")
        if least and older(each.version, least):
            why.append("version")
        if why:
            where = (each.zone, each.state, each.template, each.version)
            found.append(Behind(each.name, kind, *where, tuple(why)))
    return sorted(found, key=lambda one: (one.zone, one.kind, one.name))


_GUIDE = "Working with System Virtual Machines: The System VM Template"
TEMPLATES = Table(
    "templates of system VMs",
    rows(
        BLOCKS,
        (
            "template_missing",
            "A zone has no ready template of system VMs for a hypervisor",
            "seed the first template on the secondary storage, or register it with cs_system_vm_template",
            "4.11.1: Prepare the System VM Template; cs#12934",
        ),
        (
            "template_failed",
            "A template could not be downloaded",
            "check that the secondary storage VM reaches the URL, and register it again under another name",
            _GUIDE,
        ),
        (
            "default_missing",
            "The template in the setting for new routers is not ready in the zone",
            "register it, or set another one with cs_system_vm_template, default=true",
            _GUIDE,
        ),
    ),
    rows(
        HURTS,
        (
            "template_downloading",
            "A template is not ready in a zone yet",
            "wait; cs_system_vm_template waits for it",
            _GUIDE,
        ),
        (
            "template_flags",
            "A template of system VMs has a wrong flag",
            "register it again under another name with cs_system_vm_template",
            "4.11.1: Upgrade Instructions",
        ),
        (
            "behind",
            "A system VM or router does not have the present template or version",
            "recreate system VMs with cs_system_vm, state=recreated, and upgrade routers",
            "Working with System Virtual Machines: Enhanced Upgrade for Virtual Routers; cs#12211",
        ),
    ),
)


def judge_zone(
    zone: str, hypervisor: str, held: t.Sequence[SystemTemplate], default: t.Optional[str]
) -> t.Iterator[Finding]:
    """held: templates of system VMs for the hypervisor in the zone. default: the setting, None: there is none."""
    facts = {"zone": zone, "hypervisor": hypervisor}
    where = f"zone {zone}, {hypervisor}"
    if not any(each.ready for each in held):
        yield TEMPLATES.found("template_missing", where, **t.cast("dict[str, t.Any]", facts))
    if default and not any(each.ready and same_name(each.name, default) for each in held):
        yield TEMPLATES.found("default_missing", f"{where}: {default}", **t.cast("dict[str, t.Any]", facts))
    for each in held:
        if each.failed:
            yield TEMPLATES.found("template_failed", f"{each.name}, {each.progress}")
        elif not each.complete:
            yield TEMPLATES.found("template_downloading", f"{each.name}, {each.progress}")
        wrong = [name for name, value in FLAGS.items() if getattr(each, name) not in (None, value)]
        if wrong and each.type.upper() == ROUTING:
            yield TEMPLATES.found("template_flags", f"{each.name} of zone {zone}: {', '.join(wrong)}")


def judge_behind(found: t.Iterable[Behind]) -> t.Iterator[Finding]:
    for each in found:
        told = f"{each.kind} {each.name} of zone {each.zone} has {each.template or 'an unknown template'}"
        yield TEMPLATES.found("behind", f"{told}, version {each.version or 'unknown'}", each.name, why=list(each.why))
