# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host would lose with files that go: interfaces that nobody declared, and settings that no layout says."""

from __future__ import annotations

import re
import typing as t

from ..text import several
from .files.definition import Definition
from .files.own import ours
from .files.settings import lost_settings
from .foreign import facts_of
from .layout.addresses import carried
from .layout.findings import Finding
from .layout.model import Layout
from .layout.seen import VIRTUAL, SeenLink, SeenNetwork, bare

SECTIONS = {
    "": "nics",
    "bond": "bonds",
    "vlan": "vlans",
    "vxlan": "vxlans",
    "bridge": "bridges",
    "openvswitch": "bridges",
}
SECRET = re.compile(r"(?i)psk|password|secret|private-?key|\bpin\b|wpa-key|wep")
MANY = 8


def losses(
    layout: Layout,
    seen: SeenNetwork,
    before: t.Sequence[Definition],
    after: t.Sequence[Definition],
    text: str,
    kept: t.Container[str],
) -> t.Iterator[Finding]:
    """before, after: definitions of the files that change or go, and of all those that are there afterwards.

    text: of the new files. kept: declared interfaces whose addresses are taken over.
    """
    for link in seen.links:
        if layout.named(link.name) is None and not link.for_guests:
            yield from _undeclared(layout, seen, link, before, after)
    for device in layout.devices:
        facts = facts_of(device, seen)
        said = [one for one in before if not ours(one.path) and one.claims(facts)]
        for path in dict.fromkeys(one.path for one in said):
            yield from _settings(
                device.name, path, [one for one in said if one.path == path], text, device.name in kept
            )
    met = [link.facts for link in seen.links] + [facts_of(device, seen) for device in layout.devices]
    for one in before:
        if not ours(one.path) and one.match and all(one.claims(facts) is False for facts in met):
            message = f"{one.where} is removed with the file; it applies to no present interface"
            yield Finding("undeclared_dropped", one.path, one.where, message, "declare it if it is still needed", False)


def _undeclared(
    layout: Layout, seen: SeenNetwork, link: SeenLink, before: t.Sequence[Definition], after: t.Sequence[Definition]
) -> t.Iterator[Finding]:
    said = [one for one in before if one.claims(link.facts) is not False or one.makes == link.name]
    if not said or any(one.claims(link.facts) for one in after):
        return
    path = next((one.path for one in said if not ours(one.path)), said[0].path)
    lost = _carries(layout, seen, link)
    if seen.connection and any(bare(one.address) == seen.connection for one in link.addresses) and lost:
        message = f"Ansible is connected to this address on {link.name}, which is not declared, and {path} is removed"
        yield Finding("connection_lost", "connection", seen.connection, message, _declaration(link))
    elif lost:
        # Our own file of what was declared before goes because somebody took it out of the layout.
        blocks = not ours(path)
        message = (
            f"{', '.join(lost)} would be removed with {path}"
            if blocks
            else f"{', '.join(lost)} is removed, because it is no longer declared"
        )
        yield Finding("undeclared_dropped", f"interfaces.{link.name}", link.name, message, _declaration(link), blocks)
    elif not ours(path) and any(one.match and link.name in one.where.split(".") for one in said):
        message = f"it is not declared, and its settings in {path} are removed"
        yield Finding("undeclared_dropped", f"interfaces.{link.name}", link.name, message, _declaration(link), False)


def _carries(layout: Layout, seen: SeenNetwork, link: SeenLink) -> list[str]:
    """What would be gone with an interface, in words; empty where the layout has it all."""
    held = frozenset[str]().union(*(carried(device.address) for device in layout.devices))
    found = [one.address for one in link.addresses if bare(one.address) not in held and not one.temporary]
    cards = set(seen.cards(link.name))
    replaced = cards and cards <= {card for device in layout.devices for card in layout.cards(device.name)}
    if not found and replaced:
        return []
    for route in seen.routes:
        if route.touches(link.name) and route.configured:
            found.append(f"the route to {route.to}" + (f" in table {route.table}" if route.table else ""))
    ports = [one.name for one in seen.links if one.master == link.name and not one.for_guests]
    if link.master and layout.named(link.master) is None:
        found.append(f"its place in {link.master}")
    if ports:
        found.append(f"its ports {' '.join(ports)}")
    if link.kind in VIRTUAL and not replaced:
        found.append(f"the {link.kind} itself")
    return found


def _declaration(link: SeenLink) -> str:
    """How the interface is declared so that nothing goes."""
    section = SECTIONS.get(link.kind)
    if section is None:
        return "use exact: false, and remove the declared interfaces from the file manually"
    if link.name == "lo":
        addresses = ", ".join(one.address for one in link.addresses)
        return f"declare it: nics: [{{name: lo, addresses: [{addresses}]}}], or with method: none to remove it"
    return f"declare it: {section}: [{{name: {link.name}, method: keep, …}}], or with method: none to remove it"


def _settings(name: str, path: str, said: t.Sequence[Definition], text: str, kept: bool) -> t.Iterator[Finding]:
    lost = [pair for one in said for pair in lost_settings(path, one.settings, text, kept)]
    if lost:
        shown = [key if SECRET.search(key) else f"{key} {value}".strip() for key, value in dict.fromkeys(lost)]
        message = f"other settings of {name} are removed with the file: {several(shown, MANY, '; ')}"
        remedy = "declare them or set them elsewhere if they are still needed"
        yield Finding("setting_dropped", path, name, message, remedy, False)
