# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host would lose with files that go: interfaces that nobody declared, and settings that no layout says."""

from __future__ import annotations

import re
import typing as t

from ..text import several
from .files.definition import Definition
from .files.own import family, ours
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
# In the name of a setting, or in its value, as of a hook or of a list: of what has one, only the name is shown.
SECRET = re.compile(
    r"(?i)psk|passw|passphrase|passcode|secret|shared|credential|\bpin\b|\bwep|cak\b|key(?!-?(management|mgmt))|://[^/\s]*:[^/\s]*@"
)
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
            yield from _undeclared(layout, seen, link, before, after, text)
    for device in layout.devices:
        facts = facts_of(device, seen)
        said = [one for one in before if not ours(one.path) and one.claims(facts)]
        for path in dict.fromkeys(one.path for one in said):
            yield from _settings(
                device.name, path, [one for one in said if one.path == path], text, device.name in kept
            )
    met = [link.facts for link in seen.links] + [facts_of(device, seen) for device in layout.devices]
    for one in before:
        if not ours(one.path) and all(one.claims(facts) is False for facts in met):
            message = f"{one.where} is removed with the file; it applies to no present interface"
            yield Finding("undeclared_dropped", one.path, one.where, message, "declare it if it is still needed", False)


def _undeclared(
    layout: Layout,
    seen: SeenNetwork,
    link: SeenLink,
    before: t.Sequence[Definition],
    after: t.Sequence[Definition],
    text: str,
) -> t.Iterator[Finding]:
    said = [one for one in before if one.claims(link.facts) is not False or one.makes == link.name]
    # What a package has for all cards does not stand for what an administrator wrote for this one.
    own = (one for one in after if one.path.startswith("/etc/") or one.names(link.name))
    if not said or any(one.claims(link.facts) for one in own):
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
    else:
        yield from _without_addresses(layout, seen, link, [one for one in said if not ours(one.path)], text)


def _without_addresses(
    layout: Layout, seen: SeenNetwork, link: SeenLink, said: t.Sequence[Definition], text: str
) -> t.Iterator[Finding]:
    """Files that go define an interface that has nothing now: its cable may be out, or nobody has started it."""
    replaced = _replaced(layout, seen, link)
    for path in dict.fromkeys(one.path for one in said):
        own = [one for one in said if one.path == path]
        if replaced:
            # What replaces it has its addresses, not its hooks. Settings of declared ones are told already.
            told = [one for one in own if not any(one.claims(facts_of(device, seen)) for device in layout.devices)]
            yield from _settings(link.name, path, told, text, False)
            continue
        settings = {pair for one in own for pair in one.settings}
        if family(path) == "ifupdown" and settings <= {("method", "manual"), ("method", "loopback")}:
            continue
        sure = any(one.claims(link.facts) or one.makes == link.name for one in own)
        if not sure and any(one.claims(other.facts) for one in own for other in seen.links):
            continue  # it is another one's
        perhaps = "" if sure else ", as far as can be determined,"
        pairs = (pair for one in own for pair in lost_settings(path, one.settings, text, True))
        lost = several(_shown(pairs), MANY, "; ")
        message = f"it is not declared, and{perhaps} its settings in {path} are removed" + (f": {lost}" if lost else "")
        remedy = _declaration(link, "with what it has to have")
        yield Finding("undeclared_dropped", f"interfaces.{link.name}", link.name, message, remedy, False)


def _carries(layout: Layout, seen: SeenNetwork, link: SeenLink) -> list[str]:
    """What would be gone with an interface, in words; empty where the layout has it all."""
    held = frozenset[str]().union(*(carried(device.address) for device in layout.devices))
    found = [one.address for one in link.addresses if bare(one.address) not in held and not one.temporary]
    replaced = _replaced(layout, seen, link)
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


def _replaced(layout: Layout, seen: SeenNetwork, link: SeenLink) -> bool:
    """Whether all cards that an interface lies on are those of declared ones."""
    cards = set(seen.cards(link.name))
    return bool(cards) and cards <= {card for device in layout.devices for card in layout.cards(device.name)}


def _declaration(link: SeenLink, what: str = "") -> str:
    """How the interface is declared so that nothing goes. what: what it needs, where it has nothing to keep."""
    section = SECTIONS.get(link.kind)
    if section is None:
        return "use exact: false, and remove the declared interfaces from the file manually"
    if what:
        return f"declare it in {section} {what} if it is still needed, or move other settings elsewhere"
    if link.name == "lo":
        addresses = ", ".join(one.address for one in link.addresses)
        return f"declare it: nics: [{{name: lo, addresses: [{addresses}]}}], or with method: none to remove it"
    return f"declare it: {section}: [{{name: {link.name}, method: keep, …}}], or with method: none to remove it"


def _settings(name: str, path: str, said: t.Sequence[Definition], text: str, kept: bool) -> t.Iterator[Finding]:
    shown = _shown(pair for one in said for pair in lost_settings(path, one.settings, text, kept))
    if shown:
        message = f"other settings of {name} are removed with the file: {several(shown, MANY, '; ')}"
        remedy = "declare them or set them elsewhere if they are still needed"
        yield Finding("setting_dropped", path, name, message, remedy, False)


def _shown(pairs: t.Iterable[tuple[str, str]]) -> list[str]:
    """Settings as text, those that may be secrets without their values."""
    told = {pair: f"{pair[0]} {pair[1]}".strip() for pair in pairs}
    return list(dict.fromkeys(key if SECRET.search(text) else text for (key, _value), text in told.items()))
