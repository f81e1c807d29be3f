# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The themes of the collection: which may use which, as one table, and the checks that hold it.

A theme is what a file is about; a room is the step that it takes. Both are folders: ``core/vlans``,
``operations/vlans``. Folders of ``adapters`` are systems, each of which serves several themes.
CONTRIBUTING.md shows this table as a picture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePosixPath

from unit.architecture.checks import PLUGINS, Finding, Source

# Lowest first: a theme uses themes above its own row only.
THEMES: Mapping[str, frozenset[str]] = {
    "vlans": frozenset(),
    "zone": frozenset({"vlans"}),
    "placement": frozenset({"zone"}),
    "capacity": frozenset({"placement", "zone"}),
    "declaration": frozenset({"capacity", "zone", "vlans"}),
    "hypervisors": frozenset({"capacity", "placement", "zone"}),
    "maintenance": frozenset({"hypervisors", "capacity", "placement", "zone"}),
    "routers": frozenset({"maintenance", "zone"}),
    "system_vms": frozenset({"routers", "maintenance", "zone"}),
    "bmc": frozenset({"maintenance", "placement", "capacity", "zone"}),
    "certificates": frozenset({"system_vms", "zone"}),
    "storage": frozenset({"maintenance", "hypervisors", "capacity", "zone"}),
    "site": frozenset({"declaration", "vlans", "zone", "hypervisors", "bmc", "maintenance", "storage"}),
    "servers": frozenset(),
    "machine": frozenset({"servers", "zone"}),
    "trunks": frozenset({"machine", "hypervisors", "zone", "vlans"}),
    "machine_network": frozenset({"machine", "vlans"}),
    "hyperv": frozenset(),
    "vsphere": frozenset({"hypervisors"}),
    "xenserver": frozenset({"hypervisors", "machine"}),
    "report": frozenset({"placement", "capacity", "zone"}),
    "database": frozenset({"servers", "machine"}),
    "upgrade": frozenset({"database", "servers"}),
    "install": frozenset({"database", "servers"}),
    "host_passwords": frozenset({"database", "servers", "hypervisors", "zone"}),
    "acceptance": frozenset({"system_vms", "zone"}),
    "usage": frozenset({"database", "zone"}),
    "inventory": frozenset({"servers", "system_vms", "zone"}),
    "events": frozenset({"zone"}),
    "backup": frozenset({"database"}),
    "seeding": frozenset({"database", "upgrade"}),
    "conversion": frozenset(),
    "doctor": frozenset(
        {
            "vlans",
            "zone",
            "capacity",
            "system_vms",
            "bmc",
            "certificates",
            "maintenance",
            "servers",
            "usage",
            "events",
            "routers",
        }
    ),
}
# What a theme uses of core from the rooms above alone: VLANs are found in objects of the zone, whose rules use theirs.
FROM_ABOVE: Mapping[str, frozenset[str]] = {"vlans": frozenset({"zone"})}
# What every theme may use: files that lie in the room itself.
GROUND: Mapping[str, frozenset[str]] = {
    "core": frozenset(
        {
            "addresses",
            "accounting",
            "change",
            "consent",
            "errors",
            "findings",
            "masking",
            "misspelled",
            "naming",
            "notes",
            "releases",
            "text",
            "untyped",
            "variables",
            "versions",
        }
    ),
    "operations": frozenset({"ensure", "lookup", "lost_answers", "notes", "vms", "waiting"}),
    "ports": frozenset({"clock", "collection", "jobs", "notes"}),
    "interface": frozenset({"connection", "fields", "findings", "listing", "module", "task", "worker"}),
}
# The whole of a CloudStack, which knows every theme's port.
ABOVE = frozenset({"cloud"})
UTILS = f"{PLUGINS}.module_utils."


def theme_of(room: str, inner: str) -> str:
    """The theme of a path or dotted name below a room; '' for the ground.

    ``inner``: ``vlans/holders`` or ``vlans.holders.Holder``.
    """
    first = inner.replace("/", ".").split(".")[0]
    return "" if first in GROUND[room] else first


def themes_are_entered(source: Source) -> Iterator[Finding]:
    """Every folder or file of a room is a theme of the table or ground."""
    if source.room in GROUND:
        theme = theme_of(source.room, _inner(source))
        if theme and theme not in THEMES and not (source.room == "ports" and theme in ABOVE):
            yield source.finding(1, f"{theme} is no theme: enter it in THEMES, or in GROUND if every theme may use it")


def themes_go_down(source: Source) -> Iterator[Finding]:
    """A file uses the ground and the themes that the table allows to its own, in its own room and in others."""
    room = source.room
    if room not in GROUND:
        return
    theme = theme_of(room, _inner(source))
    if theme in ABOVE:
        return
    for item in source.imports():
        there, _dot, inner = item.name.removeprefix(UTILS).partition(".")
        if not item.name.startswith(UTILS) or there not in GROUND:
            continue
        used = theme_of(there, inner)
        # The whole of a CloudStack may be asked for by any operation; a port knows of it nothing.
        if used in ABOVE and room != "ports":
            continue
        if used not in _allowed(theme, room, there):
            yield source.finding(item.line, f"{theme or 'the ground'} may not use {used} in {there}")


def _allowed(theme: str, room: str, there: str) -> Collection[str]:
    """What a theme may use in a room. The ground uses no theme of its own room, and every one of other rooms."""
    if not theme and room != there:
        return ("", *THEMES)
    beside = FROM_ABOVE.get(theme, ()) if room != there == "core" else ()
    return {"", theme, *THEMES.get(theme, ()), *beside}


def folder_cycles(sources: list[Source]) -> list[str]:
    """Pairs of folders under module_utils that use each other, directly or by way of others; subfolders included."""
    files = {source.path.removesuffix(".py") for source in sources}
    uses: dict[str, set[str]] = {}
    for source in sources:
        here = str(PurePosixPath(source.path).parent)
        for item in source.imports():
            there = _folder_of(item.name, files)
            if there and there != here:
                uses.setdefault(here, set()).add(there)
    return sorted(
        f"{one} and {other}"
        for one in uses
        for other in uses
        if one < other and _leads(uses, one, other) and _leads(uses, other, one)
    )


def _folder_of(name: str, files: set[str]) -> str:
    """The folder of the file that an imported name lies in; '' for what is not the collection's."""
    if not name.startswith(f"{PLUGINS}."):
        return ""
    parts = name.removeprefix(f"{PLUGINS}.").split(".")
    for length in range(len(parts), 0, -1):
        if "/".join(parts[:length]) in files:
            return "/".join(parts[: length - 1])
    return ""


def _leads(uses: Mapping[str, set[str]], start: str, end: str) -> bool:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for each in uses.get(waiting.pop(), ()):
            if each == end:
                return True
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return False


def _inner(source: Source) -> str:
    return source.path.removeprefix(f"module_utils/{source.room}/").removesuffix(".py")
