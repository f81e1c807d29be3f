# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a host's network is now, and which files of which back-end say so. Nothing is changed."""

from __future__ import annotations

import dataclasses
import json
import os
import posixpath
import re
import typing as t

from ....core.machine_network.change.model import BACKENDS, UNITS
from ....core.machine_network.files import daemons, ifupdown
from ....core.machine_network.files.read import all_of
from ....core.machine_network.foreign import read_by
from ....core.machine_network.layout.seen import SeenAddress, SeenLink, SeenNetwork, SeenRoute, SeenRule
from ..client import Linux

STUB, RESOLVED = "/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"
TRAITS = ("id", "port", "group", "local", "mode")
# Of a route: what is read besides its attributes, and what is of no matter.
ROUTE_READ = frozenset(("dst", "dev", "gateway", "metric", "protocol", "table", "prefsrc", "nexthops", "type"))
ROUTE_PLAIN = frozenset(("flags", "scope", "pref", "expires", "nhid", "cache", "uid", "error"))
# Routes that the kernel makes for addresses.
OWN_TYPES = frozenset(("local", "broadcast", "multicast", "anycast"))
RULE_READ = frozenset(
    ("priority", "src", "srclen", "dst", "dstlen", "table", "fwmark", "fwmask", "iif", "oif", "protocol")
)
MAIN_TABLES = frozenset(("", "main", "254"))
Json = t.Mapping[str, t.Any]


def read_network(linux: Linux, connection: str = "") -> SeenNetwork:
    """connection: the address that Ansible came to, where the caller knows it."""
    files, tables = network_files(linux), _tables(linux)
    resolver = linux.read(RESOLVED) or linux.read(STUB) or ""
    return SeenNetwork(
        links=tuple(_with_device(linux, entry) for entry in _json(linux, "ip", "-details", "-json", "address")),
        routes=tuple(
            route({**entry, "table": tables.get(str(entry.get("table", "")), entry.get("table", ""))}, int(family[1:]))
            for family in ("-4", "-6")
            for entry in _json(linux, "ip", family, "-json", "route", "show", "table", "all")
            if ("dev" in entry or entry.get("nexthops")) and entry.get("type", "unicast") not in OWN_TYPES
        ),
        rules=tuple(
            rule({**entry, "table": tables.get(str(entry.get("table", "")), entry.get("table", ""))}, int(family[1:]))
            for family in ("-4", "-6")
            for entry in _json(linux, "ip", family, "-json", "rule", "show")
            if str(entry.get("table", "")) not in ("", "local", "main", "default", "255", "254", "253")
        ),
        daemons={path: linux.read(path) or "" for pattern in daemons.FILES for path in linux.listed(pattern)},
        files=files,
        backends=backends(linux, files),
        dns=tuple(word for word in _resolver(resolver, "nameserver") if not word.startswith("127.")),
        search=tuple(word for word in _resolver(resolver, "search") if word != "."),
        connection=connection or came_to(os.environ.get("SSH_CONNECTION", "")) or _parents_connection(linux),
    )


def network_files(linux: Linux) -> dict[str, str]:
    """Text by path of every file that a back-end reads, and of those that ifup's files include."""
    found = {
        path: linux.read(path) or ""
        for backend in BACKENDS.values()
        for pattern in (*backend.managed, *backend.besides)
        for path in linux.listed(pattern)
    }
    for path in [path for path in found if posixpath.dirname(path) in UNITS]:
        # What lies in directories of its name belongs to a file of systemd-networkd (systemd.network(5)).
        name = posixpath.basename(path)
        more = [linux.read(each) or "" for folder in UNITS for each in linux.listed(f"{folder}/{name}.d/*.conf")]
        found[path] = "\n".join((found[path], *more))
    waiting = [path for path in found if path.startswith("/etc/network/")]
    while waiting:
        path = waiting.pop()
        for pattern, directory in ifupdown.sources(path, found[path]):
            for other in linux.listed(posixpath.join(pattern, "*") if directory else pattern):
                text = linux.read(other) if other not in found else None
                if text is not None and ifupdown.includes(pattern, directory, other):
                    found[other] = text
                    waiting.append(other)
    return found


def _tables(linux: Linux) -> dict[str, str]:
    """The numbers of routing tables by the names that an administrator gave them (ip-route(8), rt_tables)."""
    found = {}
    for path in (*linux.listed("/etc/iproute2/rt_tables"), *linux.listed("/etc/iproute2/rt_tables.d/*.conf")):
        for line in (linux.read(path) or "").splitlines():
            words = line.split()
            if len(words) > 1 and words[0].isdecimal() and words[1] not in ("local", "main", "default", "unspec"):
                found[words[1]] = words[0]
    return found


def _json(linux: Linux, *command: str) -> list[Json]:
    answer = linux.run(*command)
    try:
        return list(json.loads(answer.out)) if answer is not None and answer.status == 0 else []
    except ValueError:
        return []


def link(entry: Json) -> SeenLink:
    """One element of ``ip -details -json address``."""
    info = entry.get("linkinfo", {})
    data = info.get("info_data", {})
    own = entry.get("permaddr") or info.get("info_slave_data", {}).get("perm_hwaddr") or entry.get("address", "")
    return SeenLink(
        name=entry.get("ifname", ""),
        kind=info.get("info_kind", ""),
        mac=own if entry.get("link_type") == "ether" else "",
        master=entry.get("master", ""),
        lower=data.get("link") or entry.get("link") or "",
        mtu=entry.get("mtu", 0),
        addresses=tuple(
            address(one) for one in entry.get("addr_info", ()) if one.get("scope") == "global" and "local" in one
        ),
        traits={key: data[key] for key in TRAITS if key in data},
        present=entry.get("address", "") if entry.get("link_type") == "ether" else "",
        other=tuple(entry.get("altnames", ())),
        local=tuple(str(one.get("local")) for one in entry.get("addr_info", ()) if one.get("scope") == "link"),
    )


def address(entry: Json) -> SeenAddress:
    """One element of ``addr_info``. Of a link between two, "local" is this end and "address" the other."""
    peer = entry.get("address", "")
    return SeenAddress(
        f"{entry['local']}/{entry['prefixlen']}",
        bool(entry.get("dynamic")),
        peer=peer if peer != entry["local"] else "",
        autoconf=bool(entry.get("mngtmpaddr")) or entry.get("protocol") == "kernel_ra",
        temporary=bool(entry.get("temporary")),
        protocol=str(entry.get("protocol", "")),
    )


def _with_device(linux: Linux, entry: Json) -> SeenLink:
    """An interface with what udev and the kernel know of the device behind it."""
    found = link(entry)
    udev = _assigned(linux.read(f"/run/udev/data/n{entry.get('ifindex', '')}") or "")
    device = _assigned(linux.read(f"/sys/class/net/{found.name}/device/uevent") or "")
    return dataclasses.replace(
        found, driver=device.get("DRIVER", "") or udev.get("E:ID_NET_DRIVER", ""), path=udev.get("E:ID_PATH", "")
    )


def _assigned(text: str) -> dict[str, str]:
    pairs = (line.partition("=") for line in text.splitlines())
    return {key: value for key, equals, value in pairs if equals}


def route(entry: Json, version: int = 4) -> SeenRoute:
    """One element of ``ip -json route show table all``."""
    to = str(entry.get("dst", ""))
    if to != "default" and "/" not in to:
        to += "/128" if ":" in to else "/32"
    table = str(entry.get("table", ""))
    odd = [f"{key} {_told(value)}" for key, value in entry.items() if key not in ROUTE_READ | ROUTE_PLAIN and value]
    kind = entry.get("type", "unicast")
    return SeenRoute(
        to,
        entry.get("dev", ""),
        entry.get("gateway", ""),
        entry.get("metric"),
        str(entry.get("protocol", "")),
        table="" if table in MAIN_TABLES else table,
        source=entry.get("prefsrc", "") if entry.get("protocol") != "kernel" else "",
        version=version,
        nexthops=tuple((one.get("gateway", ""), one.get("dev", "")) for one in entry.get("nexthops", ())),
        odd=(*odd, *([f"type {kind}"] if kind != "unicast" else [])),
    )


def _told(value: object) -> str:
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def rule(entry: Json, version: int) -> SeenRule:
    """One element of ``ip -json rule show``."""

    def network(end: str) -> str:
        text = str(entry.get(end, ""))
        length = entry.get(f"{end}len", 32 if version == 4 else 128)
        return "" if text in ("", "all") else text if "/" in text else f"{text}/{length}"

    odd = tuple(
        f"{key} {_told(value)}" for key, value in entry.items() if key not in RULE_READ and value not in (None, "")
    )
    mark = str(entry.get("fwmark", ""))
    return SeenRule(
        str(entry.get("table", "")),
        network("src"),
        network("dst"),
        f"{mark}/{entry['fwmask']}" if mark and "fwmask" in entry else mark,
        entry.get("priority"),
        version,
        tuple(str(entry[key]) for key in ("iif", "oif") if key in entry),
        odd,
    )


def _resolver(text: str, key: str) -> tuple[str, ...]:
    words = [line.split() for line in text.splitlines()]
    found = [word for line in words if line[:1] == [key] for word in line[1:]]
    return tuple(dict.fromkeys(found))


def backends(linux: Linux, files: t.Mapping[str, str]) -> tuple[str, ...]:
    """Those that are there and have something to say: a daemon that runs, or files that define interfaces."""
    found = []
    for backend in BACKENDS.values():
        if not linux.has_program(backend.program):
            continue
        if backend.unit:
            answer = linux.run("systemctl", "is-active", backend.unit)
            active = answer is not None and answer.out.strip() == "active"
        else:
            active = bool(all_of(read_by(backend, files)))
        if active:
            found.append(backend.name)
    if "ifupdown2" in found:  # it has ifup too
        found = [name for name in found if name != "ifupdown"]
    return tuple(found)


def came_to(text: str) -> str:
    """The server's address in SSH_CONNECTION ("CLIENT PORT SERVER PORT"); "" where it is not that."""
    words = text.split()
    return words[2].partition("%")[0] if len(words) == 4 else ""


def _parents_connection(linux: Linux) -> str:
    """SSH_CONNECTION of the processes above: sudo leaves it out of its own."""
    process = os.getppid()
    while process > 1:
        environment = dict(
            pair.split("=", 1) for pair in (linux.read(f"/proc/{process}/environ") or "").split("\0") if "=" in pair
        )
        found = came_to(environment.get("SSH_CONNECTION", ""))
        if found:
            return found
        parent = re.search(r"^PPid:\s*(\d+)", linux.read(f"/proc/{process}/status") or "", re.MULTILINE)
        process = int(parent[1]) if parent else 0
    return ""
