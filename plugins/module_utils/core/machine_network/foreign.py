# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which interfaces the files of a back-end define, as far as it matters whether two of them claim the same one."""

from __future__ import annotations

import fnmatch
import re
import typing as t

from .render.common import OWN, made_by

# Sections of netplan that define interfaces.
NETPLAN_KINDS = r"(ethernets|bonds|bridges|vlans|tunnels|wifis|vrfs|dummy-devices|nm-devices|modems)"
IFACE = re.compile(r"^\s*(?:iface|auto|allow-\S+)[ \t]+(?P<names>.+)$", re.MULTILINE)


def ours(path: str) -> bool:
    """Whether a file is one that this collection writes."""
    name = path.rpartition("/")[2]
    return bool(re.fullmatch(rf"(\d\d-)?{OWN}(-.+)?(\.\w+)?", name))


def defines(path: str, text: str, name: str) -> bool:
    """Whether another's file says something about an interface."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns(path, text))


def patterns(path: str, text: str) -> tuple[str, ...]:
    """Names, or shell patterns of names, of the interfaces that a file speaks of."""
    if path.endswith((".network", ".netdev", ".link")):
        return _networkd(text)
    if path.endswith(".nmconnection"):
        return tuple(re.findall(r"^\s*interface-name\s*=\s*(\S+)", text, re.MULTILINE)) or _by_uuid(text)
    if path.endswith(".yaml"):
        return _netplan(text)
    found: list[str] = []
    for match in IFACE.finditer(text):
        words = match["names"].split()
        found += words[:1] if match[0].lstrip().startswith("iface") else words
    return tuple(dict.fromkeys(name for name in found if name != "lo"))


def virtual(path: str, text: str) -> frozenset[str]:
    """The interfaces that exist because of a file: ours says so itself."""
    return made_by(text) if ours(path) else frozenset(patterns(path, text))


def _networkd(text: str) -> tuple[str, ...]:
    """Name= of [Match] and [NetDev]; a [Match] of kinds alone matches every card."""
    names = [word for line in re.findall(r"^\s*Name\s*=\s*(.+)$", text, re.MULTILINE) for word in line.split()]
    if names:
        return tuple(name for name in names if not name.startswith("!"))
    return ("*",) if re.search(r"^\s*Type\s*=\s*ether\b", text, re.MULTILINE) else ()


def _by_uuid(text: str) -> tuple[str, ...]:
    """A connection for cards that names none is for any card."""
    return ("*",) if re.search(r"^\s*type\s*=\s*(802-3-)?ethernet\b", text, re.MULTILINE) else ()


def _netplan(text: str) -> tuple[str, ...]:
    """Keys right under a section of interfaces, by their indentation; a file in another style may define anything."""
    if "{" in re.sub(r"\{\s*\}|\[[^]]*\]", "", text):
        return ("*",)
    names: list[str] = []
    section: t.Optional[int] = None
    inner: t.Optional[int] = None
    for line in text.splitlines():
        key = re.match(r"^(\s*)[\"']?([^\s\"'#:][^\"':]*)[\"']?\s*:", line)
        if key is None:
            continue
        depth = len(key[1])
        if re.fullmatch(NETPLAN_KINDS, key[2].strip()) and (section is None or depth <= section):
            section, inner = depth, None
        elif section is not None and depth > section:
            inner = depth if inner is None else inner
            if depth == inner:
                names.append(key[2].strip())
        else:
            section = None
    return tuple(dict.fromkeys(names))
