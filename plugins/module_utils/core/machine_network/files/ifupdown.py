# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files of ifupdown and ifupdown2 define, and which of them are read at all.

Source: interfaces(5), bridge-utils-interfaces(5), README.Debian of ifenslave and openvswitch-switch.
"""

from __future__ import annotations

import fnmatch
import posixpath
import re
import typing as t

from .definition import REGEX, Condition, Definition, named
from .ini import joined

MAIN = "/etc/network/interfaces"
STARTS = re.compile(r"iface|auto|mapping|source|source-directory|no-auto-down|no-scripts|rename|template|allow-\S+")
BROUGHT_UP = re.compile(r"auto|allow-\S+")
# "[VARIABLE]/VALUE[/[OPTIONS]][=LOGICAL]"; what begins with "/dev/" is a name.
MATCHED = re.compile(r"(?P<variable>[^/=]*)/(?P<value>[^/]*)(/.*)?")
PORTS = ("bridge_ports", "bridge-ports", "bond-slaves", "bond_slaves", "slaves", "ovs_ports", "ovs_bonds", "ovs-ports")
NO_PORTS = ("none", "all", "regex", "glob", "noregex", "noeth")
DIRECTORY_NAME = re.compile(r"[a-zA-Z0-9_-]+")
Option = tuple[str, str]


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """One for each stanza of an interface, and one for each that is brought up without a stanza here."""
    found: list[Definition] = []
    for head, options in stanzas(text):
        if head[0] == "iface" and len(head) > 1:
            found += _iface(path, head, options)
        elif BROUGHT_UP.fullmatch(head[0]):
            found += [Definition(path, f"{head[0]} {name}", _matched(name)) for name in head[1:] if name != "lo"]
        elif head[0] == "rename":
            pairs = [name.rpartition("=") for name in head[1:] if "=" in name]
            found += [Definition(path, f"rename {old}", _matched(old), renames=new) for old, _equals, new in pairs]
        elif head[0] == "mapping":
            found += [Definition(path, "mapping", named(_pattern(name))) for name in head[1:]]
    return tuple(found)


def stanzas(text: str) -> list[tuple[list[str], list[Option]]]:
    """The words that begin each stanza, and its options in order."""
    found: list[tuple[list[str], list[Option]]] = []
    for line in joined(text, comments="#", between=False):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if STARTS.fullmatch(words[0]):
            found.append((words, []))
        elif found:
            found[-1][1].append((words[0], line.strip()[len(words[0]) :].strip()))
    return found


def _pattern(name: str) -> str:
    """A name, or the shell pattern of "/pattern" and "/pattern/4"; what stands behind ":" is a label."""
    if name.startswith("/"):
        name = name[1:].partition("/")[0]
    return name.partition(":")[0].partition("=")[0]


def _matched(name: str) -> tuple[Condition, ...]:
    """Of a name, or of a pattern of names, of MAC addresses, or of what the kernel has in a file of an interface."""
    match = MATCHED.fullmatch(name.rpartition("=")[0] or name)
    if match is None or name.startswith("/dev/") or not match["variable"]:
        return named(_pattern(name))
    known = match["variable"] in ("mac", "address")
    return (Condition("mac" if known else "unknown", (match["value"].lower(),)),)


def _iface(path: str, head: list[str], options: list[Option]) -> t.Iterator[Definition]:
    name, where = _pattern(head[1]), " ".join(head)
    method = head[3] if len(head) > 3 else ""
    if name == "lo" and not options and method in ("loopback", ""):
        return
    keys = {key for key, _value in options}
    ports = tuple(_ports(options))
    made = ports or keys & {
        *PORTS,
        "bond-mode",
        "bond_mode",
        "vlan-raw-device",
        "vlan_raw_device",
        "vxlan-id",
        "ovs_type",
    }
    tagged = re.fullmatch(r".+\.\d+|vlan\d+", name)
    settings = (("method", method), *options) if method else tuple(options)
    makes = name if (made or tagged) and not _only_a_port(options) else ""
    yield Definition(path, where, named(name), makes=makes, ports=ports, settings=tuple(settings))


def _only_a_port(options: t.Iterable[Option]) -> bool:
    return any(key == "ovs_type" and value == "OVSPort" for key, value in options)


def _ports(options: t.Iterable[Option]) -> t.Iterator[str]:
    for key, value in options:
        if key not in PORTS:
            continue
        words = value.split()
        for before, word in zip(["", *words], words):
            if before == "regex":
                yield f"{REGEX}{word}"
            elif before == "glob":
                yield word
            elif word == "all":
                yield from ("eth*", "en*", "em*", "p*p*")
            elif word not in NO_PORTS:
                yield word


def sources(path: str, text: str) -> list[tuple[str, bool]]:
    """The patterns of what a file includes, absolute; True where it is a directory (source-directory)."""
    found = []
    for head, _options in stanzas(text):
        if head[0] in ("source", "source-directory"):
            for word in head[1:]:
                # ifup takes quotes as a part of the name.
                pattern = posixpath.normpath(posixpath.join(posixpath.dirname(path), word))
                found.append((pattern, head[0] == "source-directory"))
    return found


def includes(pattern: str, directory: bool, path: str) -> bool:
    """Whether a file of that path is read because of such a line."""
    folder, name = posixpath.split(path)
    if directory:
        return bool(DIRECTORY_NAME.fullmatch(name)) and fnmatch.fnmatchcase(folder, pattern.rstrip("/"))
    return (
        pattern.count("/") == path.count("/")
        and fnmatch.fnmatchcase(path, pattern)
        and not (name.startswith(".") and not posixpath.basename(pattern).startswith("."))
    )


def is_read(path: str, files: t.Mapping[str, str], start: str = MAIN) -> bool:
    """Whether ifup reads a file: it is the main one, or another that is read includes it."""
    waiting, met = [start], set()
    while waiting:
        here = waiting.pop()
        if here == path:
            return True
        if here in met:
            continue
        met.add(here)
        for pattern, directory in sources(here, files.get(here, "")):
            waiting += [other for other in {*files, path} if includes(pattern, directory, other)]
    return False
