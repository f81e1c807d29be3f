# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of others that stay beside ours: what of the declared interfaces they define too."""

from __future__ import annotations

import typing as t

from .change.model import BACKENDS, UNITS, NetworkBackend, NetworkFile
from .files import ifupdown
from .files.definition import NO_CARD, Definition, Facts
from .files.own import ours
from .files.read import definitions
from .layout.findings import Finding
from .layout.model import Bond, Bridge, Device, Layout, Vlan, Vxlan
from .layout.seen import SeenNetwork

IFUPDOWN = ("ifupdown", "ifupdown2")
# Back-ends that read the same files.
PAIRS: t.Mapping[str, tuple[str, ...]] = {"ifupdown": ("ifupdown2",), "ifupdown2": ("ifupdown",)}


def read_by(backend: NetworkBackend, files: t.Mapping[str, str]) -> dict[str, str]:
    """Of a host's files those that a back-end reads."""
    if backend.name in IFUPDOWN:
        return {path: text for path, text in files.items() if ifupdown.is_read(path, files)}
    return backend.read_of(files)


def facts_of(device: Device, seen: SeenNetwork) -> Facts:
    """What a file can recognise a declared interface by; of one that is to be made that is its name and kind."""
    link = seen.named(device.name)
    if link is not None:
        return link.facts
    kind = {Bridge: "bridge", Bond: "bond", Vlan: "vlan", Vxlan: "vxlan"}.get(type(device), "")
    return Facts(device.name, device.mac, NO_CARD if kind else "", kind=kind)


def makes(path: str, text: str) -> frozenset[str]:
    """The virtual interfaces that exist because of a file."""
    return frozenset(one.makes for one in definitions(path, text) if one.makes)


def foreign(
    backend: NetworkBackend, layout: Layout, seen: SeenNetwork, gone: t.Container[str], files: tuple[NetworkFile, ...]
) -> t.Iterator[Finding]:
    """Files that stay and define what is declared: the host would get both, or the wrong one."""
    # One that goes may have replaced another of its name; the main file of ifup goes only to be written anew.
    there = {path: text for path, text in seen.files.items() if backend.name in IFUPDOWN or path not in gone}
    for path, text in sorted(read_by(backend, there).items()):
        if path in gone or ours(path):
            continue
        found = definitions(path, text)
        claimed = {device.name: _claims(found, facts_of(device, seen)) for device in layout.devices}
        surely = [name for name, answer in claimed.items() if answer]
        perhaps = [name for name, answer in claimed.items() if answer is None]
        names = surely or perhaps
        if names:
            told = "" if surely else ", as far as can be determined"
            blocks = bool(surely) and _counts(backend, path, surely, found)
            message = f"defines {' '.join(names)} too{told}"
            yield Finding("foreign_file", path, names[0], message, _remedy(backend, path, found, layout, seen), blocks)
    yield from _of_others(backend, layout, seen)
    if backend.name in IFUPDOWN:
        yield from _not_sourced(seen, files)


def _claims(found: t.Iterable[Definition], facts: Facts) -> t.Optional[bool]:
    answers = [one.claims(facts) for one in found]
    return True if True in answers else None if None in answers else False


def _counts(backend: NetworkBackend, path: str, names: t.Sequence[str], found: t.Iterable[Definition]) -> bool:
    """Whether such a file takes effect beside ours."""
    if backend.name == "networkd":
        # It takes the first file that matches, in the order of their names, whatever folder they are in.
        own = min(f"10-cloudstack-{name}.network" for name in names)
        return path.endswith(".netdev") or path.rpartition("/")[2] < own
    return any(one.automatic for one in found)


def _of_others(backend: NetworkBackend, layout: Layout, seen: SeenNetwork) -> t.Iterator[Finding]:
    """Files of other back-ends that run here as well: an interface has one that configures it."""
    others = [BACKENDS[name] for name in seen.backends if name not in (backend.name, *PAIRS.get(backend.name, ()))]
    for other in others:
        for path, text in sorted(read_by(other, seen.files).items()):
            found = [] if ours(path) else definitions(path, text)
            names = [
                device.name
                for device in layout.devices
                if any(one.automatic and one.claims(facts_of(device, seen)) for one in found)
            ]
            if names:
                # What netplan writes for systemd-networkd comes after such a file.
                first = (
                    backend.name == "netplan" and other.name == "networkd" and path.rpartition("/")[2] < "10-netplan-"
                )
                message = f"defines {' '.join(names)} too, for {other.name}, which also runs on this host"
                remedy = f"remove the definition manually, or use backend: {other.name}"
                yield Finding("foreign_file", path, names[0], message, remedy, first)


def _remedy(
    backend: NetworkBackend, path: str, found: t.Sequence[Definition], layout: Layout, seen: SeenNetwork
) -> str:
    """What helps and loses nothing: a file that says more than what is declared is not to go as a whole."""
    if not backend.owns(path) and backend.name not in IFUPDOWN:
        hidden = backend.name == "networkd" and not path.startswith("/run/")
        what = (
            f"hide the file with an empty one of its name in {UNITS[0]}" if hidden else "remove the definition manually"
        )
        return f"{what}; exact: true does not remove this file"
    others = [
        link.name
        for link in seen.links
        if layout.named(link.name) is None
        and not link.for_guests
        and _claims(found, link.facts)
        and (link.addresses or link.kind)
    ]
    if others:
        return f"remove the definition manually, or declare {' '.join(others)} too (method: keep) and use exact: true"
    return "use exact: true, which removes the file, or remove the definition manually"


def _not_sourced(seen: SeenNetwork, files: tuple[NetworkFile, ...]) -> t.Iterator[Finding]:
    """Whether ifup reads what is written: the main file as it will be has to include it."""
    after = {**seen.files, **{file.path: file.content for file in files}}
    for file in files:
        if not ifupdown.is_read(file.path, after):
            message = f"does not include {file.path}, so ifup would ignore it"
            remedy = "add the line without quotes: source /etc/network/interfaces.d/*"
            yield Finding("not_sourced", ifupdown.MAIN, "", message, remedy)
