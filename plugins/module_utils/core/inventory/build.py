# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory made of what a server shows: names, groups and variables."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..text import several, shortened
from .names import connects, digest, fits_host, host_choices, slug, told_apart

HYPERVISOR, SYSTEM_VM, ROUTER, SERVER = KINDS = ("hypervisor", "system_vm", "router", "management_server")
PREFIX = "acs_"
# Groups of a kind, by the kind or by the type of a system VM.
GROUPS: t.Mapping[str, str] = {
    HYPERVISOR: "acs_hypervisors",
    SYSTEM_VM: "acs_system_vms",
    ROUTER: "acs_routers",
    SERVER: "acs_management_servers",
    "consoleproxy": "acs_console_proxies",
    "secondarystoragevm": "acs_secondary_storage_vms",
}
# Facts whose value is a group, and the label that its name has. A hypervisor is one of hosts alone: whoever patches
# all KVM hosts does not mean the routers on them.
VALUES: t.Mapping[str, str] = {
    "state": "state",
    "resource_state": "resource_state",
    "version": "version",
}
OF_HOSTS: t.Mapping[str, str] = {"hypervisor": "hypervisor", "host_tags": "tag"}
# Where Ansible connects to, of kinds that an operator logs in to.
ADDRESSES: t.Mapping[str, str] = {HYPERVISOR: "ip_address", SERVER: "address"}
SHOWN = 5  # names in one warning
Key = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One thing of the server. facts: its values as JSON can hold them, ``id`` and ``name`` among them."""

    kind: str
    facts: t.Mapping[str, object]

    def text(self, fact: str) -> str:
        value = self.facts.get(fact)
        return value if isinstance(value, str) else ""

    @property
    def called(self) -> str:
        return f"{self.kind.replace('_', ' ')} {shortened(self.text('name'))!r} (id {shortened(self.text('id'))})"


@dataclass(frozen=True)
class Inventory:
    """hosts: by their names in the inventory. groups: the hosts of each; children: the groups of each."""

    hosts: t.Mapping[str, Entry]
    groups: t.Mapping[str, tuple[str, ...]]
    children: t.Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Group:
    """choices: its names, best first. parent: the group that contains it. called: what it is, in a warning."""

    choices: tuple[str, ...]
    called: str
    parent: Key = ()


def variables(entry: Entry) -> dict[str, object]:
    """What a host of the inventory knows of itself; only ``ansible_host`` has no prefix.

    ``acs_host_address`` is the host that a system VM or router runs on, where its name can be nothing but a name: a
    part of a command line may be made of it.
    """
    found: dict[str, object] = {f"{PREFIX}{name}": value for name, value in entry.facts.items()}
    found[f"{PREFIX}kind"] = entry.kind
    address = entry.text(ADDRESSES.get(entry.kind, ""))
    if connects(address):
        found["ansible_host"] = address
    if fits_host(entry.text("host")):
        found[f"{PREFIX}host_address"] = entry.text("host")
    return found


def build(entries: t.Sequence[Entry]) -> Inventory:
    """entries: each thing once. Names that are no names, or that two have, are replaced, which is a warning."""
    groups: dict[Key, _Group] = {}
    members: dict[Key, list[int]] = {}
    for index, entry in enumerate(entries):
        for key in _groups_of(entry, groups):
            members.setdefault(key, []).append(index)
    named = told_apart({key: group.choices for key, group in groups.items()})
    choices = {n: host_choices(entry.text("name"), entry.text("id")) for n, entry in enumerate(entries)}
    hosts = told_apart(choices, named.values())
    children: dict[str, list[str]] = {}
    for key, group in groups.items():
        if group.parent in named and key in named:
            children.setdefault(named[group.parent], []).append(named[key])
    return Inventory(
        hosts={hosts[n]: entry for n, entry in enumerate(entries) if n in hosts},
        groups={
            name: tuple(hosts[n] for n in members.get(key, ()) if n in hosts) for key, name in sorted(named.items())
        },
        children={name: tuple(sorted(each)) for name, each in sorted(children.items())},
        warnings=(*_about_hosts(entries, hosts), *_about_groups(groups, named)),
    )


def _groups_of(entry: Entry, groups: dict[Key, _Group]) -> t.Iterator[Key]:
    """Keys of the groups that an entry is in itself; enters them, and those around them, into ``groups``."""
    for kind in (entry.kind, entry.text("system_vm_type")):
        if kind in GROUPS:
            groups.setdefault(("kind", kind), _Group((GROUPS[kind],), f"kind {kind}"))
            yield ("kind", kind)
    place = _place(entry, groups)
    if place:
        yield place
    for fact, label in {**VALUES, **OF_HOSTS}.items() if entry.kind == HYPERVISOR else VALUES.items():
        held = entry.facts.get(fact)
        for value in dict.fromkeys(held if isinstance(held, (list, tuple)) else (held,)):
            if isinstance(value, str) and value.strip():
                name = f"{PREFIX}{label}_{slug(value)}"
                called = f"{label.replace('_', ' ')} {shortened(value)!r}"
                groups.setdefault((label, value), _Group((name, f"{name}_{digest(label, value)}"), called))
                yield (label, value)


def _place(entry: Entry, groups: dict[Key, _Group]) -> Key:
    """The innermost of the zone, pod and cluster of an entry; each is a child of the one around it."""
    inner: Key = ()
    path: list[str] = []
    for label in ("zone", "pod", "cluster"):
        name, id = entry.text(label), entry.text(f"{label}_id")
        if not name:
            break
        path.append(name)
        # A router tells no id of its pod, and its pod is the same.
        own = name if label == "pod" else id or name
        key = (label, own) if label != "pod" else (label, *inner[1:], own)
        short, long = (f"{PREFIX}{label}_{'_'.join(map(slug, part))}" for part in ([name], path))
        choices = tuple(dict.fromkeys((short, long, f"{long}_{digest(*key)}")))
        groups.setdefault(key, _Group(choices, f"{label} {shortened('/'.join(path))!r}", inner))
        inner = key
    return inner


def _about_hosts(entries: t.Sequence[Entry], names: t.Mapping[int, str]) -> t.Iterator[str]:
    for n, entry in enumerate(entries):
        if n not in names:
            yield f"{entry.called}: neither the name nor the id can be a name in an inventory; it was left out"
        if entry.kind in ADDRESSES and entry.text(ADDRESSES[entry.kind]) and "ansible_host" not in variables(entry):
            address = shortened(entry.text(ADDRESSES[entry.kind]))
            yield f"{entry.called}: {address!r} is not an address of another machine; ansible_host was not set"
        if entry.text("host") and not fits_host(entry.text("host")):
            host = shortened(entry.text("host"))
            yield f"{entry.called}: its host {host!r} is not a host name or address; acs_host_address was not set"
    renamed = [n for n, name in names.items() if name != entries[n].text("name")]
    if renamed:
        shown = several([f"{entries[n].called} is {names[n]}" for n in renamed], SHOWN, "; ")
        yield f"these names are used more than once, reserved, or not host names, and were replaced: {shown}"


def _about_groups(groups: t.Mapping[Key, _Group], names: t.Mapping[Key, str]) -> t.Iterator[str]:
    lost = [group.called for key, group in groups.items() if key not in names]
    if lost:
        yield f"these have no group, because no distinct name was found: {several(lost, SHOWN, '; ')}"
    moved = [key for key, name in names.items() if name != groups[key].choices[0]]
    if moved:
        shown = several([f"{groups[key].called} is {names[key]}" for key in sorted(moved)], SHOWN, "; ")
        yield f"these would have the same group name as others, and got longer names: {shown}"
