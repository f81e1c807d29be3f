# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change of a host's network as data: which files of which back-end, and what has to hold afterwards.

What renders a layout makes a ``NetworkChange``; what applies it (commit-confirmed, on the host) takes one.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
import typing as t
from dataclasses import dataclass

from ...errors import InvalidValue

Command = tuple[str, ...]
# IFNAMSIZ of linux/if.h less its closing zero; neither "/" nor blanks (dev_valid_name of the kernel).
LINK_NAME = re.compile(r"^[^\s/:]{1,15}$")
LIST_NAME = re.compile(r"^\{(?P<each>each )?(?P<name>[a-z]+)\}$")


@dataclass(frozen=True)
class NetworkFile:
    """A file as it is to be, whole. path: absolute. mode: permission bits; it belongs to root."""

    path: str
    content: str
    mode: int = 0o644


@dataclass(frozen=True)
class NetworkLink:
    """An interface as it has to be once the change is applied; unset leaves alone.

    ports: interfaces that it is master of (others, such as guests' taps, may be there too). addresses: with prefix
    length ("192.0.2.10/24"), all of which it has to carry. dynamic: it gets further ones by itself. mtu: bytes. kind:
    as ``ip -d link`` says ("bridge", "bond", "vlan", "vxlan"; "openvswitch" for a bridge of Open vSwitch, "" for a
    card). lacp_partner: what is at its other end has to answer LACP, unless it did not before.
    """

    name: str
    kind: str = ""
    ports: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    mtu: t.Optional[int] = None
    dynamic: bool = False
    lacp_partner: bool = False


@dataclass(frozen=True)
class NetworkProbe:
    """What has to work after the change if it worked before: tcp, "ADDRESS:PORT" to connect to, or a command."""

    name: str
    tcp: str = ""
    command: Command = ()


@dataclass(frozen=True)
class NetworkCheck:
    """A command that parses candidates where they would lie, before anything is touched.

    It runs in a mount namespace of its own in which the candidates lie at their places already. each: run it for every
    candidate, which it reads from its standard input, not once. complaints: a regular expression; a line of its output
    that matches is an error too, whatever the status (systemd-networkd only warns). isolated: it gets an empty network
    namespace and no bus either. until: what a daemon prints once it has read all; it is ended then.
    """

    command: Command
    each: bool = False
    complaints: str = ""
    isolated: bool = False
    until: str = ""


@dataclass(frozen=True)
class NetworkBackend:
    """What configures a host's network.

    managed: patterns of the files that are its own. besides: of further ones that it reads and no change writes.
    ignored: a regular expression of paths among both that it does not read, or that another back-end writes for it.
    folders: where a file takes the place of files with the same name in the folders behind.
    program: without it the back-end is not there. unit: the systemd unit that has to be active where it is a daemon.
    validate: parse candidates. before: run while the old files lie there yet; apply: run once the new ones do.
    settle: run after files were put back at boot, before it starts. undo: run before the old files are put back;
    restore: run after. A command may hold a list by its name in braces, as an argument "{drifted}", or "{each
    drifted}" for a command each; where the list is empty it is left out. Lists: leaving and coming, interfaces whose
    definitions differ, as far as the old and the new files define them (ifupdown); drifted, those that hold otherwise
    than wanted though their files are the same; connections, UUIDs of changed connections, and active, of those that
    ran before (NetworkManager).
    """

    name: str
    managed: tuple[str, ...]
    program: str
    validate: tuple[NetworkCheck, ...]
    apply: tuple[Command, ...]
    before: tuple[Command, ...] = ()
    undo: tuple[Command, ...] = ()
    restore: tuple[Command, ...] = ()
    unit: str = ""
    settle: tuple[Command, ...] = ()
    besides: tuple[str, ...] = ()
    ignored: str = ""
    folders: tuple[str, ...] = ()

    def reads(self, path: str) -> bool:
        """Whether it reads a file, be it to be written by a change or not."""
        there = self.owns(path) or _matches(path, self.besides)
        return there and not (self.ignored and re.fullmatch(self.ignored, path))

    def read_of(self, files: t.Mapping[str, str]) -> dict[str, str]:
        """Of all files those that it reads, without those that others of the same name replace."""
        read = {path: text for path, text in files.items() if self.reads(path)}
        return {path: text for path, text in read.items() if not self._replaced(path, read)}

    def _replaced(self, path: str, files: t.Container[str]) -> bool:
        folder, _slash, name = path.rpartition("/")
        before = self.folders[: self.folders.index(folder)] if folder in self.folders else ()
        return any(f"{each}/{name}" in files for each in before)

    def owns(self, path: str) -> bool:
        """Whether a file is this back-end's own. "*" does not cross "/"."""
        return _matches(path, self.managed)


def _matches(path: str, patterns: t.Iterable[str]) -> bool:
    return any(path.count("/") == pattern.count("/") and fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


# ifup leaves alone what its own list (/run/network/ifstate) has, be it there or not, and an ifdown that was killed has
# come to a part of it only. Without definitions, ifdown strikes names off the list and touches no interface.
FORGET: Command = ("ifdown", "--force", "--interfaces=/dev/null", "{coming}")
IFUPDOWN = NetworkBackend(
    name="ifupdown",
    managed=("/etc/network/interfaces", "/etc/network/interfaces.d/*"),
    program="ifup",
    validate=(
        NetworkCheck(("ifquery", "--list", "--all")),
        NetworkCheck(("ifup", "--no-act", "--force", "--all"), complaints=r"^(ifup: |missing required).*"),
    ),
    before=(("ifdown", "--force", "{leaving}"), FORGET),
    # With --force each VLAN would bring its parent up again, which fails at the address that it has.
    apply=(("ifup", "{coming}"),),
    undo=(
        ("ifdown", "--force", "{coming}"),
        ("ip", "address", "flush", "dev", "{each leaving}", "scope", "global"),
        FORGET,
    ),
    restore=(("ifup", "--force", "{leaving}"),),
)
IFUPDOWN2 = NetworkBackend(
    name="ifupdown2",
    managed=IFUPDOWN.managed,
    program="ifreload",
    validate=(NetworkCheck(("ifup", "--all", "--syntax-check"), complaints=r"^error\b.*"),),
    apply=(("ifreload", "--all"),),
    restore=(("ifreload", "--all"),),
)
# Source: systemd.network(5).
UNITS = tuple(f"{folder}/systemd/network" for folder in ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"))
NETWORKD = NetworkBackend(
    name="networkd",
    managed=tuple(f"/etc/systemd/network/*.{kind}" for kind in ("network", "netdev", "link")),
    program="networkctl",
    validate=(
        NetworkCheck(
            ("/lib/systemd/systemd-networkd",),
            complaints=r"/etc/systemd/network/.*([Ii]gnoring|[Ff]ailed|[Ii]nvalid|[Uu]nknown)",
            isolated=True,
            until="Enumeration completed",
        ),
    ),
    apply=(("networkctl", "reload"), ("networkctl", "reconfigure", "{drifted}")),
    restore=(("systemctl", "start", "systemd-networkd.service"), ("networkctl", "reload")),
    unit="systemd-networkd.service",
    besides=tuple(f"{folder}/*.{kind}" for folder in UNITS[1:] for kind in ("network", "netdev")),
    ignored=r"/run/systemd/network/\d+-netplan-[^/]*",
    folders=UNITS,
)
NETPLAN = NetworkBackend(
    name="netplan",
    managed=("/etc/netplan/*.yaml",),
    program="netplan",
    validate=(NetworkCheck(("netplan", "generate", "--root-dir", "{root}")),),
    apply=(("netplan", "apply"),),
    restore=(("netplan", "apply"),),
    settle=(("netplan", "generate"),),
    # Source: netplan(5).
    besides=("/run/netplan/*.yaml", "/lib/netplan/*.yaml"),
    folders=("/run/netplan", "/etc/netplan", "/lib/netplan"),
)
NETWORKMANAGER = NetworkBackend(
    name="networkmanager",
    managed=("/etc/NetworkManager/system-connections/*.nmconnection", "/etc/NetworkManager/conf.d/*.conf"),
    # In /etc, keyfiles of any name are read, elsewhere those with the ending; and those that EL has had for longer.
    besides=(
        "/etc/NetworkManager/system-connections/*",
        "/run/NetworkManager/system-connections/*.nmconnection",
        "/usr/lib/NetworkManager/system-connections/*.nmconnection",
        "/etc/sysconfig/network-scripts/ifcfg-*",
    ),
    # Hidden and temporary files, backups and certificates (NetworkManager: nms-keyfile-utils.c, nms-ifcfg-rh-utils.c).
    ignored=(
        r"/run/.*/netplan-[^/]*|.*/(\.[^/]*|[^/]*~)|/etc/NetworkManager/system-connections/[^/]*"
        r"\.([A-Za-z0-9]{6}|(?i:pem|der))|.*/ifcfg-[^/]*(\.(?i:bak|orig|rej|rpmnew|augnew|augtmp)|;[0-9A-Fa-f]{8})"
    ),
    program="nmcli",
    validate=(
        NetworkCheck(("nmcli", "--offline", "connection", "modify", "connection.autoconnect", "yes"), each=True),
    ),
    apply=(
        ("nmcli", "connection", "reload"),
        ("nmcli", "--wait", "20", "connection", "up", "uuid", "{each connections}"),
    ),
    restore=(
        ("systemctl", "start", "NetworkManager.service"),
        ("nmcli", "connection", "reload"),
        ("nmcli", "--wait", "8", "connection", "up", "uuid", "{each active}"),
    ),
    unit="NetworkManager.service",
)
BACKENDS: t.Mapping[str, NetworkBackend] = {
    backend.name: backend for backend in (IFUPDOWN, IFUPDOWN2, NETWORKD, NETPLAN, NETWORKMANAGER)
}


@dataclass(frozen=True)
class NetworkChange:
    """What to make of a host's network.

    files: as they are to be. absent: files to remove. commands: for running state that no file of the back-end stands
    for; run after its own, at every application, hence to be repeatable. doomed: virtual interfaces to delete before
    the back-end applies (those that the new files no longer define, or define so differently that it would not follow).
    links: what has to hold afterwards. address: where the host answers the controller afterwards; "" for where it does
    now. probes: besides the default gateway, which is always one. shared: new addresses, or networks of such, for which
    other machines may answer, as routers with proxy ARP do.
    """

    backend: NetworkBackend
    files: tuple[NetworkFile, ...] = ()
    absent: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    doomed: tuple[str, ...] = ()
    links: tuple[NetworkLink, ...] = ()
    address: str = ""
    probes: tuple[NetworkProbe, ...] = ()
    shared: tuple[str, ...] = ()


def backend_named(name: str) -> NetworkBackend:
    """Raises InvalidValue for a name that is none."""
    if name not in BACKENDS:
        raise InvalidValue("backend", name, "one of " + ", ".join(sorted(BACKENDS)))
    return BACKENDS[name]


def parameters(change: NetworkChange) -> dict[str, t.Any]:
    """The change as parameters of ``cs_network_change``."""
    return {
        "backend": change.backend.name,
        "files": [{"path": file.path, "content": file.content, "mode": f"{file.mode:04o}"} for file in change.files],
        "absent": list(change.absent),
        "commands": [list(command) for command in change.commands],
        "doomed": list(change.doomed),
        "links": [
            {
                "name": link.name,
                "kind": link.kind,
                "ports": list(link.ports),
                "addresses": list(link.addresses),
                **({"mtu": link.mtu} if link.mtu is not None else {}),
                **({"dynamic": True} if link.dynamic else {}),
                **({"lacp_partner": True} if link.lacp_partner else {}),
            }
            for link in change.links
        ],
        "address": change.address,
        "probes": [
            {"name": probe.name, **({"tcp": probe.tcp} if probe.tcp else {"command": list(probe.command)})}
            for probe in change.probes
        ],
        # Only where there are any: a change is known by its parameters, also to a host that an older version left.
        **({"shared": list(change.shared)} if change.shared else {}),
    }


def change_of(given: t.Mapping[str, t.Any]) -> NetworkChange:
    """The change that ``parameters`` were made of. Raises InvalidValue."""
    return checked(
        NetworkChange(
            backend=backend_named(given["backend"]),
            files=tuple(NetworkFile(one["path"], one["content"], _mode(one.get("mode"))) for one in given["files"]),
            absent=tuple(given.get("absent") or ()),
            commands=tuple(tuple(command) for command in given.get("commands") or ()),
            doomed=tuple(given.get("doomed") or ()),
            links=tuple(
                NetworkLink(
                    one["name"],
                    one.get("kind") or "",
                    tuple(one.get("ports") or ()),
                    tuple(one.get("addresses") or ()),
                    one.get("mtu"),
                    bool(one.get("dynamic")),
                    bool(one.get("lacp_partner")),
                )
                for one in given.get("links") or ()
            ),
            address=given.get("address") or "",
            probes=tuple(
                NetworkProbe(one["name"], one.get("tcp") or "", tuple(one.get("command") or ()))
                for one in given.get("probes") or ()
            ),
            shared=tuple(given.get("shared") or ()),
        )
    )


def _mode(text: t.Optional[str]) -> int:
    try:
        return int(text or "0644", 8)
    except ValueError:
        raise InvalidValue("files.mode", text, "permission bits in octal, as '0644'") from None


def expanded(commands: t.Iterable[Command], lists: t.Mapping[str, t.Sequence[str]]) -> tuple[Command, ...]:
    """The commands with lists in the place of their names, as NetworkBackend tells."""
    found: list[Command] = []
    for command in commands:
        named = [LIST_NAME.match(word) for word in command]
        match = next((one for one in named if one), None)
        if match is None:
            found.append(command)
            continue
        where, values = named.index(match), lists.get(match["name"], ())
        groups = [(value,) for value in values] if match["each"] else [tuple(values)]
        found += [(*command[:where], *group, *command[where + 1 :]) for group in groups if group]
    return tuple(found)


def checked(change: NetworkChange) -> NetworkChange:
    """The same change. Raises InvalidValue for the first parameter that contradicts itself or the back-end."""
    _check_files(change)
    _check_links(change)
    for probe in change.probes:
        if bool(probe.tcp) == bool(probe.command):
            raise InvalidValue("probes", probe.name, "either tcp or command")
        if probe.tcp and not probe.tcp.rpartition(":")[2].isdigit():
            raise InvalidValue("probes", probe.tcp, "ADDRESS:PORT")
    for text in change.shared:
        try:
            ipaddress.ip_network(text, strict=False)
        except ValueError:
            raise InvalidValue("shared", text, "addresses, or networks such as 192.0.2.0/24") from None
    return change


def _check_files(change: NetworkChange) -> None:
    paths = [file.path for file in change.files]
    for parameter, path in [("files", path) for path in paths] + [("absent", path) for path in change.absent]:
        if not change.backend.owns(path) or "/../" in path:
            raise InvalidValue(parameter, path, f"a file of {change.backend.name}: {', '.join(change.backend.managed)}")
    for path in paths:
        if paths.count(path) > 1 or path in change.absent:
            raise InvalidValue("files", path, "one entry for each path, and none of them in absent")


def _check_links(change: NetworkChange) -> None:
    names = [("doomed", name) for name in change.doomed] + [("links", link.name) for link in change.links]
    for parameter, name in names:
        if not LINK_NAME.match(name) or name in (".", "..") or (name == "lo" and parameter == "doomed"):
            raise InvalidValue(parameter, name, "the name of an interface: at most 15 characters")
    for link in change.links:
        for address in link.addresses:
            if not _is_interface_address(address):
                raise InvalidValue(f"links.{link.name}.addresses", address, "an address with a prefix length")


def _is_interface_address(text: str) -> bool:
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return "/" in text
