# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what a host's network is now, and which files of which back-end say so. Nothing is changed."""

from __future__ import annotations

import json
import os
import re
import typing as t

from ....core.machine_network.change.model import BACKENDS
from ....core.machine_network.foreign import patterns
from ....core.machine_network.layout.seen import SeenAddress, SeenLink, SeenNetwork, SeenRoute
from ..client import Linux

STUB, RESOLVED = "/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"
TRAITS = ("id", "port", "group", "local", "mode")
Json = t.Mapping[str, t.Any]


def read_network(linux: Linux, connection: str = "") -> SeenNetwork:
    """connection: the address that Ansible came to, where the caller knows it."""
    files = {
        path: linux.read(path) or ""
        for backend in BACKENDS.values()
        for pattern in backend.managed
        for path in linux.listed(pattern)
    }
    resolver = linux.read(RESOLVED) or linux.read(STUB) or ""
    return SeenNetwork(
        links=tuple(map(link, _json(linux, "ip", "-details", "-json", "address"))),
        routes=tuple(
            route(entry)
            for family in ("-4", "-6")
            for entry in _json(linux, "ip", family, "-json", "route")
            if "dev" in entry
        ),
        files=files,
        backends=backends(linux, files),
        dns=tuple(word for word in _resolver(resolver, "nameserver") if not word.startswith("127.")),
        search=tuple(word for word in _resolver(resolver, "search") if word != "."),
        connection=connection or came_to(os.environ.get("SSH_CONNECTION", "")) or _parents_connection(linux),
    )


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
            SeenAddress(f"{one['local']}/{one['prefixlen']}", bool(one.get("dynamic")))
            for one in entry.get("addr_info", ())
            if one.get("scope") == "global" and "local" in one
        ),
        traits={key: data[key] for key in TRAITS if key in data},
    )


def route(entry: Json) -> SeenRoute:
    """One element of ``ip -json route``."""
    to = str(entry.get("dst", ""))
    if to != "default" and "/" not in to:
        to += "/128" if ":" in to else "/32"
    return SeenRoute(to, entry["dev"], entry.get("gateway", ""), entry.get("metric"), entry.get("protocol", ""))


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
            active = any(patterns(path, text) for path, text in files.items() if backend.owns(path))
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
