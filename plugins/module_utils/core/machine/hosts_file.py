# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""/etc/hosts with names at their addresses; further names and comments of others stay."""

from __future__ import annotations

import re
import typing as t

LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|::1")


def with_names(text: str, entries: t.Mapping[str, str], own: str = "") -> str:
    """Each address with its names first, the full one and the short one.

    own: the full name of this host; neither it nor its short form stays at a loopback address.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    for address, names in entries.items():
        wanted = _names(names)
        places = [place for place, line in enumerate(lines) if line.split("#", 1)[0].split()[:1] == [address]]
        if not places:
            lines.append(f"{address}\t{' '.join(wanted)}")
        elif _held(lines[places[0]])[: len(wanted)] != wanted:
            lines[places[0]] = _line(lines[places[0]], wanted)
    gone = set(_names(own))
    kept = (_without(line, gone) for line in lines)
    return "".join(f"{line}\n" for line in kept if line is not None)


def _names(names: str) -> list[str]:
    """In order, with the short form of the first, each once."""
    words = names.split()
    return list(dict.fromkeys([*words, words[0].partition(".")[0]])) if words else []


def _held(line: str) -> list[str]:
    return line.split("#", 1)[0].split()[1:]


def _line(line: str, first: t.Sequence[str]) -> str:
    before, sign, comment = line.partition("#")
    address, *held = before.split()
    names = [*first, *(name for name in held if name not in first)]
    blank = before[len(before.rstrip()) :] if sign else ""
    return f"{address}\t{' '.join(names)}{blank}{sign}{comment}"


def _without(line: str, gone: set[str]) -> t.Optional[str]:
    """None where no name is left."""
    address = line.split("#", 1)[0].split()[:1]
    held = _held(line)
    if not address or not LOOPBACK.fullmatch(address[0]) or not gone.intersection(held):
        return line
    before, sign, comment = line.partition("#")
    left = [name for name in held if name not in gone]
    blank = before[len(before.rstrip()) :] if sign else ""
    return f"{address[0]}\t{' '.join(left)}{blank}{sign}{comment}" if left else None
