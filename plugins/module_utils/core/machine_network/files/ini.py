# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of sections and keys, as systemd-networkd and NetworkManager have them."""

from __future__ import annotations

import typing as t

Sections = list[tuple[str, list[tuple[str, str]]]]


def sections(text: str, continued: bool = False) -> Sections:
    """Sections in order with their pairs in order; neither kind of name has to be unique.

    continued: a backslash at the end of a line joins it to the next one that is no comment (systemd.syntax(7)).
    """
    found: Sections = []
    for line in joined(text) if continued else text.lstrip("\ufeff").splitlines():
        line = line.strip()
        if line.startswith(("#", ";")) or not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            found.append((line[1:-1], []))
        elif "=" in line and found:
            key, _equals, value = line.partition("=")
            found[-1][1].append((key.strip(), value.strip()))
    return found


def joined(text: str, comments: str = "#;", between: bool = True) -> t.Iterator[str]:
    """Lines, those that end with a backslash together with what they go on in; a comment never goes on.

    between: a comment inside such a line is skipped, else it is a part of it, as for ifupdown.
    """
    held = ""
    for line in text.lstrip("\ufeff").splitlines():
        if line.lstrip().startswith(tuple(comments)) and (between or not held):
            continue
        if line.endswith("\\"):
            held += line[:-1] + " "
            continue
        yield held + line
        held = ""
    if held:
        yield held


def flat(found: Sections) -> tuple[tuple[str, str], ...]:
    """All pairs, each key after its section."""
    return tuple((f"{section}.{key}", value) for section, pairs in found for key, value in pairs)
