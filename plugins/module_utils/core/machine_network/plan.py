# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a declared layout and what was seen of the host to the change that makes it so."""

from __future__ import annotations

import dataclasses
import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue
from .change.lacp import MODE as LACP
from .change.model import (
    BACKENDS,
    Command,
    NetworkBackend,
    NetworkChange,
    NetworkFile,
    NetworkLink,
    NetworkProbe,
    backend_named,
)
from .files.definition import Definition
from .files.netplan import renderer
from .files.own import made_by, of_backend, ours
from .files.read import all_of
from .foreign import foreign, makes, read_by
from .layout.addresses import address_findings
from .layout.findings import Finding, refuse
from .layout.host import Purpose, guests_on, host_findings, switched_connection
from .layout.keep import keep_findings, settled
from .layout.links import link_findings
from .layout.model import (
    Bond,
    Bridge,
    Device,
    Layout,
    Nic,
    Vlan,
    Vxlan,
)
from .layout.seen import VIRTUAL, SeenLink, SeenNetwork
from .losses import losses
from .render import ifupdown as network_render_ifupdown
from .render import netplan as network_render_netplan
from .render import networkd as network_render_networkd
from .render import networkmanager as network_render_networkmanager
from .render.common import Rendered

RENDER: t.Mapping[str, t.Callable[[Layout], Rendered]] = {
    "ifupdown": network_render_ifupdown.render,
    "ifupdown2": network_render_ifupdown.render2,
    "networkd": network_render_networkd.render,
    "netplan": network_render_netplan.render,
    "networkmanager": network_render_networkmanager.render,
}
LIMITS: t.Mapping[str, t.Callable[[Layout], t.Iterable[Finding]]] = {
    "ifupdown": lambda _layout: (),
    "networkd": lambda _layout: (),
    "ifupdown2": network_render_ifupdown.limits_of_ifupdown2,
    "netplan": network_render_netplan.limits,
    "networkmanager": network_render_networkmanager.limits,
}
# Where several are there, the one that writes the others' files, then the daemons.
PREFERENCE = ("netplan", "networkmanager", "networkd", "ifupdown2", "ifupdown")
KIND: t.Mapping[str, str] = {"bonds": "bond", "vlans": "vlan", "vxlans": "vxlan"}


@dataclass(frozen=True)
class Plan:
    """change: what to apply. findings: warnings, for nothing that blocks is left. packages: needed first."""

    change: NetworkChange
    layout: Layout
    findings: tuple[Finding, ...]
    packages: tuple[str, ...]


def plan(
    layout: Layout, seen: SeenNetwork, purpose: Purpose, backend: str, exact: bool, probes: tuple[NetworkProbe, ...]
) -> Plan:
    """The change. Raises Refused with every contradiction, InvalidValue for a back-end that is none or not there.

    exact: files of the back-end that are not ours are removed, and what only they define with them.
    """
    chosen = chosen_backend(backend, seen)
    read = read_by(chosen, seen.files)
    declared, layout = layout, _found_by_mac(settled(layout, seen), seen, all_of(read))
    findings = [
        *link_findings(declared),
        *keep_findings(declared, seen),
        *address_findings(layout),
        *host_findings(layout, seen, purpose),
        *LIMITS[chosen.name](layout),
    ]
    if chosen.name != "ifupdown":  # ifdown takes its bridges down again
        findings += switched_connection(layout, seen)
    refuse(findings)
    rendered = _rendered(chosen, layout, read)
    files, absent = _files(chosen, rendered, seen, exact)
    doomed, commands = _doomed(layout, seen, read, absent, files)
    gone = {*absent, *(file.path for file in files)}
    findings += [*foreign(chosen, layout, seen, gone, files), *guests_on(seen, doomed)]
    findings += _losses(chosen, declared, layout, seen, gone, files)
    refuse(findings)
    change = NetworkChange(
        chosen, files, absent, (*commands, *rendered.commands), doomed, links(layout), purpose.address, probes
    )
    return Plan(change, layout, tuple(findings), rendered.packages)


def chosen_backend(name: str, seen: SeenNetwork) -> NetworkBackend:
    """The named back-end, or for "auto" that which defines the interface of the connection, else what runs."""
    if name != "auto":
        return backend_named(name)
    there = [each for each in PREFERENCE if each in seen.backends]
    link = seen.carrying(seen.connection)
    if link is not None:
        found = {each: all_of(read_by(BACKENDS[each], seen.files)) for each in there}
        by_name = [each for each in there if any(one.names(link.name) for one in found[each])]
        by_match = [each for each in there if any(one.claims(link.facts) for one in found[each])]
        if by_match:
            return BACKENDS[(*by_name, *by_match)[0]]
    if not there:
        known = ", ".join(sorted(BACKENDS))
        raise InvalidValue("backend", name, f"a host that runs one of {known}; install one, or set backend")
    return backend_named(there[0])


def links(layout: Layout) -> tuple[NetworkLink, ...]:
    """What has to hold once the layout is applied."""
    return tuple(_link(device) for device in layout.devices if not (isinstance(device, Bond) and device.openvswitch))


def _link(device: Device) -> NetworkLink:
    openvswitch = isinstance(device, Bridge) and device.openvswitch
    kind = "openvswitch" if openvswitch else "bridge" if isinstance(device, Bridge) else KIND.get(device.section, "")
    # The kernel shows all ports of Open vSwitch as those of ovs-system.
    ports = () if openvswitch else device.ports
    dynamic = bool(device.address.addresses) and bool(device.address.lease.expected)
    partner = isinstance(device, Bond) and device.mode == LACP and device.lacp_partner
    return NetworkLink(device.name, kind, ports, device.address.addresses, device.mtu, dynamic, partner)


def _rendered(backend: NetworkBackend, layout: Layout, read: t.Mapping[str, str]) -> Rendered:
    if backend.name != "netplan":
        return RENDER[backend.name](layout)
    # What hands the files on is said for all of them at once, perhaps in one that goes.
    renderers = [renderer(read[path]) for path in sorted(read)]
    return network_render_netplan.render(layout, next((name for name in reversed(renderers) if name), ""))


def _found_by_mac(layout: Layout, seen: SeenNetwork, found: t.Sequence[Definition]) -> Layout:
    """Cards that a file finds by something else and then names stay found, or they had other names after a restart."""
    renamed = {one.renames for one in found}

    def find(device: Device) -> Device:
        link = seen.named(device.name)
        if isinstance(device, Nic) and device.name in renamed and link is not None and link.mac:
            return dataclasses.replace(device, named_by=link.mac.lower())
        return device

    return layout.changed(find)


def _losses(
    backend: NetworkBackend,
    declared: Layout,
    layout: Layout,
    seen: SeenNetwork,
    gone: t.Container[str],
    files: tuple[NetworkFile, ...],
) -> t.Iterator[Finding]:
    """What goes with files of the back-end that are removed or written anew."""
    before = read_by(backend, seen.files)
    after = {path: text for path, text in before.items() if path not in gone}
    after.update({file.path: file.content for file in files})
    still = read_by(backend, after)
    changed = {path: text for path, text in before.items() if still.get(path) != text}
    kept = {device.name for device in declared.devices if device.address.method == "keep"}
    kept |= {name for device in declared.devices if device.name in kept for name in device.lower}
    text = "\n".join(file.content for file in files)
    yield from losses(layout, seen, all_of(changed), all_of(still), text, kept)


def _files(
    backend: NetworkBackend, rendered: Rendered, seen: SeenNetwork, exact: bool
) -> tuple[tuple[NetworkFile, ...], tuple[str, ...]]:
    files = rendered.files
    if exact and backend.name in ("ifupdown", "ifupdown2"):
        files = (network_render_ifupdown.main_file(), *files)
    wanted = {file.path for file in files}
    stale = sorted(
        path
        for path in seen.files
        if backend.owns(path) and path not in wanted and (ours(path) or (exact and not of_backend(path)))
    )
    return files, tuple(stale)


def _doomed(
    layout: Layout,
    seen: SeenNetwork,
    read: t.Mapping[str, str],
    absent: tuple[str, ...],
    files: tuple[NetworkFile, ...],
) -> tuple[tuple[str, ...], tuple[Command, ...]]:
    """Interfaces to delete: those that only files define that go or are rewritten, and those of another kind."""
    rewritten = {file.path for file in files}
    old = frozenset[str]().union(
        *(
            made_by(text) if ours(path) else makes(path, text)
            for path, text in read.items()
            if path in absent or path in rewritten
        )
    )
    doomed, commands = [], []
    for link in seen.links:
        device = layout.named(link.name)
        gone = device is None and link.name in old and link.kind in VIRTUAL
        if not gone and (device is None or device not in layout.virtual or _same(link, device)):
            continue
        if link.kind == "openvswitch":
            commands.append(("ovs-vsctl", "--timeout=10", "--", "--if-exists", "del-br", link.name))
        else:
            doomed.append(link.name)
    return tuple(doomed), tuple(commands)


def _same(link: SeenLink, device: Device) -> bool:
    """Whether an interface can become the declared one without being made anew."""
    wanted: dict[str, t.Any] = {}
    if isinstance(device, Vlan):
        if link.lower != device.link:
            return False
        wanted = {"id": device.id}
    elif isinstance(device, Vxlan):
        if link.lower != device.device:
            return False
        wanted = {"id": device.vni, "port": device.port}
        wanted.update({key: value for key, value in (("group", device.group), ("local", device.local)) if value})
    elif isinstance(device, Bond) and not device.openvswitch:
        wanted = {"mode": device.mode}
    elif isinstance(device, Bond):
        return not link.kind  # the interface that ovs-vsctl shows for its bond is none of the kernel's kinds
    kinds = _link(device).kind
    return link.kind == kinds and all(link.traits.get(key) == value for key, value in wanted.items())
