# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a declared layout and what was seen of the host to the change that makes it so."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..errors import InvalidValue
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
from .foreign import defines, ours, patterns, virtual
from .layout.addresses import address_findings
from .layout.findings import Finding, refuse
from .layout.host import Purpose, guests_on, host_findings, switched_connection
from .layout.links import link_findings
from .layout.model import (
    Bond,
    Bridge,
    Device,
    Layout,
    Vlan,
    Vxlan,
)
from .layout.seen import VIRTUAL, SeenLink, SeenNetwork, settled
from .render import ifupdown as network_render_ifupdown
from .render import netplan as network_render_netplan
from .render import networkd as network_render_networkd
from .render import networkmanager as network_render_networkmanager
from .render.common import Rendered

RENDER: t.Mapping[str, t.Callable[[Layout], Rendered]] = {
    "ifupdown": network_render_ifupdown.render,
    "ifupdown2": network_render_ifupdown.render,
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
    declared, layout = layout, settled(layout, seen)
    findings = [
        *link_findings(declared),
        *address_findings(layout),
        *host_findings(layout, seen, purpose),
        *LIMITS[chosen.name](layout),
    ]
    if chosen.name != "ifupdown":  # ifdown takes its bridges down again
        findings += switched_connection(layout, seen)
    refuse(findings)
    rendered = RENDER[chosen.name](layout)
    files, absent = _files(chosen, rendered, seen, exact)
    doomed, commands = _doomed(layout, seen, (path for path in seen.files if chosen.owns(path)), absent, files)
    findings += [*_foreign(chosen, layout, seen, absent, files), *guests_on(seen, doomed)]
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
    for each in there if link else ():
        owned = (path for path in seen.files if BACKENDS[each].owns(path))
        if link is not None and any(link.name in patterns(path, seen.files[path]) for path in owned):
            return BACKENDS[each]
    if not there:
        known = ", ".join(sorted(BACKENDS))
        raise InvalidValue("backend", name, f"a host that runs one of {known}; install one, or name it")
    return backend_named(there[0])


def links(layout: Layout) -> tuple[NetworkLink, ...]:
    """What has to hold once the layout is applied."""
    return tuple(_link(device) for device in layout.devices if not (isinstance(device, Bond) and device.openvswitch))


def _link(device: Device) -> NetworkLink:
    openvswitch = isinstance(device, Bridge) and device.openvswitch
    kind = "openvswitch" if openvswitch else "bridge" if isinstance(device, Bridge) else KIND.get(device.section, "")
    # The kernel shows all ports of Open vSwitch as those of ovs-system.
    ports = () if openvswitch else device.ports
    return NetworkLink(device.name, kind, ports, device.address.addresses, device.mtu)


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
        if backend.owns(path) and path not in wanted and (ours(path) or (exact and _plain(path)))
    )
    return files, tuple(stale)


def _plain(path: str) -> bool:
    """Settings of the back-end itself are no layout."""
    return not path.endswith((".link", ".conf"))


def _foreign(
    backend: NetworkBackend,
    layout: Layout,
    seen: SeenNetwork,
    absent: tuple[str, ...],
    files: tuple[NetworkFile, ...],
) -> t.Iterator[Finding]:
    """Files of others that stay and define what is declared: the host would get both, or the wrong one."""
    gone = {*absent, *(file.path for file in files)}
    for path, text in sorted(seen.files.items()):
        if path in gone or not backend.owns(path) or path.endswith((".link", ".conf")):
            continue
        claimed = [device.name for device in layout.devices if defines(path, text, device.name)]
        # systemd-networkd takes the first file that matches, in the order of their names.
        first = backend.name != "networkd" or min(file.path for file in files) > path
        if claimed:
            message = f"defines {' '.join(claimed)} too"
            remedy = "exact: true, which removes it, or take it out by hand"
            yield Finding("foreign_file", path, claimed[0], message, remedy, first)
    if backend.name in ("ifupdown", "ifupdown2") and network_render_ifupdown.MAIN not in gone:
        main = seen.files.get(network_render_ifupdown.MAIN, "")
        if not any(line.split()[:1] in (["source"], ["source-directory"]) for line in main.splitlines()):
            message = "does not name /etc/network/interfaces.d"
            yield Finding("not_sourced", network_render_ifupdown.MAIN, "", message, "a source line, or exact: true")


def _doomed(
    layout: Layout, seen: SeenNetwork, paths: t.Iterable[str], absent: tuple[str, ...], files: tuple[NetworkFile, ...]
) -> tuple[tuple[str, ...], tuple[Command, ...]]:
    """Interfaces to delete: those that only files define that go or are rewritten, and those of another kind."""
    rewritten = {file.path for file in files}
    old = frozenset[str]().union(
        *(virtual(path, seen.files[path]) for path in paths if path in absent or path in rewritten)
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
