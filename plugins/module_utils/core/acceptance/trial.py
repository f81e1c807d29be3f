# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An acceptance test: what its VM is made of, what carries its mark, and where its console may be.

Sources: 4.11.1 documentation, "Initialize and Test"; UserVmManagerImpl (no network may be named in a Basic zone).
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..addresses import is_address, is_host_name
from ..errors import HostcraftError, Reason
from ..naming import matches, nearest
from ..system_vms.templates import ROUTING, SYSTEM
from ..system_vms.vm import CONSOLE, KINDS, STORAGE, SystemVm
from ..text import shortened
from ..zone.guest_networks import Network
from ..zone.hosts import Host
from ..zone.network_offerings import NetworkOffering
from ..zone.topology import Zone

# Both together are the mark: a name alone may be anybody's.
PREFIX, MARK = "acceptance-", "acceptance test of hostcraft.cloudstack"
BASIC, SHARED, ISOLATED = "Basic", "Shared", "Isolated"
ANSWERED, ASKED, NONE = "answered", "asked", "none"
CONSOLES = (ANSWERED, ASKED, NONE)
SOURCE_NAT = "DefaultIsolatedNetworkOfferingWithSourceNatService"
# States of a VM that lead to another one without anybody's doing.
PASSING = ("starting", "stopping", "migrating", "expunging")
PORTS = ("https", "http")


@dataclass(frozen=True)
class Template:
    """A row of ``listTemplates``: a template in a zone. size: bytes, 0 where it is not told."""

    id: str
    name: str
    hypervisor: str = ""
    type: str = ""
    ready: bool = False
    status: str = ""
    arch: str = ""
    size: int = 0


@dataclass(frozen=True)
class Offering:
    """A service offering of users. custom: CPU and memory are given with each VM."""

    id: str
    name: str
    cpus: int = 0
    memory: int = 0
    custom: bool = False
    active: bool = True
    host_tags: tuple[str, ...] = ()
    storage_type: str = ""
    gpu: bool = False


@dataclass(frozen=True)
class Trial:
    """A VM as the test sees it."""

    id: str
    name: str
    text: str = ""
    state: str = ""
    host: str = ""
    address: str = ""
    networks: tuple[str, ...] = ()

    @property
    def ours(self) -> bool:
        return marked(self.name, self.text)

    @property
    def passing(self) -> bool:
        return self.state.casefold() in PASSING


@dataclass(frozen=True)
class Console:
    """url: "" where the server gives none. said: its reason."""

    url: str = ""
    said: str = ""


@dataclass(frozen=True)
class Wish:
    """Names or ids, "" for any."""

    template: str = ""
    offering: str = ""
    network: str = ""
    network_offering: str = ""
    hypervisor: str = ""
    console: str = ANSWERED
    console_hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """network: an existing one. network_offering: of one that is made; both None in a Basic zone."""

    zone: Zone
    template: Template
    offering: Offering
    network: t.Optional[Network] = None
    network_offering: t.Optional[NetworkOffering] = None


class AcceptanceFailed(HostcraftError):
    """A step did not come out as it has to; everything that the test made was removed, or is told as left."""

    code = "acceptance_failed"


def marked(name: str, text: t.Optional[str]) -> bool:
    return name.startswith(PREFIX) and text == MARK


def name_of(moment: float) -> str:
    """A host name too."""
    return f"{PREFIX}{int(moment)}"


def lacking(zone: Zone, vms: t.Sequence[SystemVm]) -> list[str]:
    """System VMs that do not serve yet, in words. An edge zone has none (4.18)."""
    if zone.is_edge:
        return []
    found = []
    for kind in (CONSOLE, STORAGE):
        its = [vm for vm in vms if vm.kind == kind]
        if not any(_serves(vm) for vm in its):
            found += [vm.condition for vm in its] or [f"there is no {KINDS[kind]}"]
    return found


def _serves(vm: SystemVm) -> bool:
    """Running is not enough: until its agent has connected, a new one shows no state of it. On the simulator a console
    proxy never shows one (T6:25-26)."""
    silent = vm.connected is None and vm.hypervisor.casefold() == "simulator"
    return vm.runs and (silent or vm.connected is True)


def decide(
    zone: Zone,
    wish: Wish,
    hosts: t.Sequence[Host],
    templates: t.Sequence[Template],
    offerings: t.Sequence[Offering],
    networks: t.Sequence[Network],
    network_offerings: t.Sequence[NetworkOffering],
) -> tuple[t.Optional[Plan], list[Reason]]:
    """What the VM is made of, or every reason why there cannot be one."""
    reasons: list[Reason] = []
    if zone.allocation_state.casefold() == "disabled":
        text = f"zone {zone.name} is Disabled, and system VMs do not start there"
        reasons.append(Reason("zone_disabled", text, "enable the zone (cs_zone, allocation_state: enabled)"))
    ready = {each.hypervisor for each in hosts if (each.state, each.resource_state) == ("Up", "Enabled")}
    kinds = {each for each in ready if not wish.hypervisor or each.casefold() == wish.hypervisor.casefold()}
    if not kinds:
        seen = ", ".join(sorted(f"{each.name} is {each.state} and {each.resource_state}" for each in hosts)) or "none"
        of = f"{wish.hypervisor} " if wish.hypervisor else ""
        text = f"zone {zone.name} has no {of}host that is Up and Enabled (hosts: {shortened(seen)})"
        reasons.append(Reason("no_host", text, "add a host, or end its maintenance"))
    archs = {each.arch for each in hosts if each.arch and each.hypervisor in kinds}
    template = _template(wish, templates, kinds, archs, reasons)
    offering = _offering(wish, offerings, reasons)
    network, made = _network(zone, wish, networks, network_offerings, reasons)
    if reasons or template is None or offering is None:
        return None, reasons
    return Plan(zone, template, offering, network, made), []


def _template(
    wish: Wish,
    templates: t.Sequence[Template],
    kinds: t.Collection[str],
    archs: t.Collection[str],
    reasons: list[Reason],
) -> t.Optional[Template]:
    users = [each for each in templates if each.type.upper() not in (SYSTEM, ROUTING, "PERHOST", "DATADISK")]
    named = matches(users, wish.template) if wish.template else users
    fit = [each for each in named if each.hypervisor in kinds]
    right = [each for each in fit if not archs or not each.arch or each.arch in archs]
    if right:
        return min(right, key=lambda each: (not each.ready, each.size or float("inf"), each.name, each.id))
    if not kinds and named:
        return None
    what = f"template {wish.template}" if wish.template else "template of users"
    of = " or ".join(sorted(kinds)) or "any hypervisor"
    near = nearest(wish.template, [each.name for each in users]) if wish.template else []
    hint = f"set template to one of: {', '.join(near)}" if near else "register a template, or set template"
    reasons.append(Reason("no_template", f"there is no {what} for {of} in the zone", hint))
    return None


def _offering(wish: Wish, offerings: t.Sequence[Offering], reasons: list[Reason]) -> t.Optional[Offering]:
    fixed = [each for each in offerings if not each.custom and each.active]
    if wish.offering:
        found = matches(fixed, wish.offering)
        if not found:
            text = f"there is no active service offering {wish.offering} with fixed CPU and memory"
            names = ", ".join(sorted(each.name for each in fixed)) or "none"
            reasons.append(Reason("no_offering", text, f"set service_offering to one of: {names}"))
        return found[0] if found else None
    plain = [each for each in fixed if not each.host_tags and not each.gpu]
    if not plain:
        text = "there is no active service offering with fixed CPU and memory and without host tags"
        reasons.append(Reason("no_offering", text, "set service_offering"))
        return None
    return min(plain, key=lambda each: (each.storage_type == "local", each.memory, each.cpus, each.name))


def _network(
    zone: Zone,
    wish: Wish,
    networks: t.Sequence[Network],
    offerings: t.Sequence[NetworkOffering],
    reasons: list[Reason],
) -> tuple[t.Optional[Network], t.Optional[NetworkOffering]]:
    if zone.network_type.casefold() == BASIC.casefold():
        if wish.network:
            text = f"the zone is {BASIC}, where no network can be chosen"
            reasons.append(Reason("network_not_chosen", text, "leave out network"))
        return None, None
    if wish.network:
        found = matches(networks, wish.network)
        if not found:
            near = ", ".join(nearest(wish.network, [each.name for each in networks])) or "none"
            text = f"there is no network {wish.network} in the zone (similar names: {near})"
            reasons.append(Reason("no_network", text, "set network to the name or id of one"))
        return (found[0] if found else None), None
    if zone.securitygroups_enabled:
        shared = [each for each in networks if each.guest_type == SHARED]
        if not shared:
            text = "the zone has security groups, and no shared network"
            reasons.append(Reason("no_network", text, "create a shared network, or set network"))
        return (min(shared, key=lambda each: each.name) if shared else None), None
    return None, _made_of(wish, offerings, reasons)


def _made_of(wish: Wish, offerings: t.Sequence[NetworkOffering], reasons: list[Reason]) -> t.Optional[NetworkOffering]:
    isolated = [
        each
        for each in offerings
        if each.state == "Enabled" and each.guest_ip_type == ISOLATED and not each.for_vpc and not each.specify_vlan
    ]
    if wish.network_offering:
        found = matches(isolated, wish.network_offering)
        if found:
            return found[0]
        text = f"there is no enabled offering {wish.network_offering} of isolated networks that needs no VLAN"
        names = ", ".join(sorted(each.name for each in isolated)) or "none"
        reasons.append(Reason("no_network_offering", text, f"set network_offering to one of: {names}"))
        return None
    nat = [each for each in isolated if "SourceNat" in each.supported_services]
    if not nat:
        text = "there is no enabled offering of isolated networks with source NAT"
        reasons.append(Reason("no_network_offering", text, "set network, or enable such an offering"))
        return None
    return min(nat, key=lambda each: (each.name != SOURCE_NAT, not each.is_default, each.name))


def console_fault(url: str, hosts: t.Collection[str]) -> str:
    """Why a console's URL is not opened; "" where it may be. The URL is the server's, and could name any address."""
    if not url.isascii() or any(not char.isprintable() or char.isspace() for char in url) or "\\" in url:
        return "the URL has invalid characters"
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return "the URL cannot be read"
    host = (parts.hostname or "").lower()
    if parts.scheme not in PORTS or not (is_address(host) or is_host_name(host)):
        return "the URL is neither https nor http, or has no host"
    if parts.username is not None or parts.password is not None:
        return "the URL contains a user"
    if host not in hosts:
        known = ", ".join(sorted(hosts)) or "none"
        return f"{shortened(host, 60)} is not a console proxy of the zone (these are: {known})"
    return ""
