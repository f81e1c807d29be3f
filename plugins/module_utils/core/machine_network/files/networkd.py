# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file of systemd-networkd defines.

Source: systemd.network(5), systemd.netdev(5), systemd.link(5): [Match] of names, addresses, drivers, paths, kinds.
"""

from __future__ import annotations

import typing as t

from .definition import Condition, Definition, mac_of, named
from .ini import flat, sections

KEYS: t.Mapping[str, str] = {
    "Name": "name",
    "MACAddress": "mac",
    "PermanentMACAddress": "permanent",
    "Driver": "driver",
    "Path": "path",
    "Type": "type",
    "Kind": "kind",
}


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """One: of the interface that a .netdev makes, or of those that a .network matches."""
    found = sections(text, continued=True)
    if path.endswith(".netdev"):
        name = next(
            (value for section, pairs in found if section == "NetDev" for key, value in pairs if key == "Name"), ""
        )
        return (Definition(path, "NetDev", named(name), makes=name, settings=flat(found)),) if name else ()
    lines = [pair for section, pairs in found if section == "Match" for pair in pairs]
    match = tuple(_conditions(lines))
    # Without any condition systemd-networkd leaves a file out.
    return (Definition(path, "Match", match, settings=flat(found)),) if match else ()


def _conditions(lines: t.Iterable[tuple[str, str]]) -> t.Iterator[Condition]:
    """A key that stands twice adds patterns, an empty value forgets those before; "!" turns a whole list."""
    values: dict[str, list[str]] = {}
    for key, value in lines:
        values[key] = [*values.get(key, []), *value.split()] if value else []
    for key, words in values.items():
        if not words:
            continue
        negated = words[0].startswith("!")
        words = [words[0].lstrip("!"), *words[1:]] if negated else words
        kind = KEYS.get(key, "unknown")
        if kind in ("mac", "permanent"):
            words = [mac_of(word) for word in words]
        yield Condition(kind, tuple(filter(None, words)), negated)
