# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Storage repositories of a pool, to be added to CloudStack as PreSetup: on every host, plugged.

Source: Hypervisor installation, "Primary Storage Setup for XenServer".
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..errors import MissingValue, Reason, Refused
from .layout import Step, XenLayout, XenRepository

# XAPI's driver and what it has to be told, by the word that a task uses.
DRIVERS: t.Mapping[str, tuple[str, t.Mapping[str, str]]] = {
    "nfs": ("nfs", {"server": "server", "path": "serverpath"}),
    "iscsi": ("lvmoiscsi", {"target": "target", "iqn": "targetIQN", "scsi_id": "SCSIid"}),
    "fc": ("lvmohba", {"scsi_id": "SCSIid"}),
}
OPTIONAL: t.Mapping[str, str] = {"options": "options", "chap_user": "chapuser", "chap_password": "chappassword"}
SECRET = ("chappassword",)


@dataclass(frozen=True)
class StorageWish:
    """config: what the driver is told, by XAPI's keys."""

    name: str
    kind: str
    config: t.Mapping[str, str] = field(default_factory=dict, repr=False)
    description: t.Optional[str] = None


def wish(name: str, kind: str, given: t.Mapping[str, t.Optional[str]], description: t.Optional[str]) -> StorageWish:
    """Raises MissingValue for what the driver has to be told."""
    _driver, keys = DRIVERS[kind]
    missing = [word for word in keys if not given.get(word)]
    if missing:
        raise MissingValue(f"storage repository {name} of type {kind}", missing)
    words = {**keys, **OPTIONAL}
    return StorageWish(
        name, kind, {words[word]: value for word, value in given.items() if word in words and value}, description
    )


def storage_steps(layout: XenLayout, wanted: StorageWish) -> tuple[Step, ...]:
    """Raises Refused where a repository of that name is another one."""
    held = [each for each in layout.repositories if each.name == wanted.name]
    if len(held) > 1:
        message = f"{len(held)} repositories have the name {wanted.name!r}"
        remedy = "rename all but one: CloudStack identifies repositories only by name"
        raise Refused(f"storage repository {wanted.name}", [Reason("name_twice", message, remedy)])
    if not held:
        master = layout.ordered[0]
        text = f"repository {wanted.name!r} ({DRIVERS[wanted.kind][0]}) on all hosts"
        description = wanted.description or ""
        fields = {"host": master.ref, "name": wanted.name, "type": DRIVERS[wanted.kind][0], "config": wanted.config}
        return (Step("repository", text, {**fields, "description": description}),)
    _same(held[0], wanted)
    return (*_described(held[0], wanted), *_connected(layout, held[0], wanted.config), *plugs(layout, [held[0]]))


def _same(held: XenRepository, wanted: StorageWish) -> None:
    reasons = []
    driver = DRIVERS[wanted.kind][0]
    config = held.connections[0].config if held.connections else {}
    pairs = {"type": (held.type, driver), "shared": (held.shared, True)}
    pairs.update({key: (config.get(key, ""), value) for key, value in wanted.config.items() if key not in SECRET})
    for name, (has, wants) in pairs.items():
        if has != wants and not (name not in ("type", "shared") and not held.connections):
            message = f"its {name} is {has!r} and cannot become {wants!r}"
            remedy = "use another name, or remove the repository from CloudStack and the pool first"
            reasons.append(Reason("fixed_field", message, remedy, {"field": name, "held": has, "wanted": wants}))
    if reasons:
        raise Refused(f"storage repository {held.name}", reasons)


def _described(held: XenRepository, wanted: StorageWish) -> tuple[Step, ...]:
    if wanted.description is None or wanted.description == held.description:
        return ()
    fields = {"repository": held.ref, "text": wanted.description}
    return (Step("describe", f"description {wanted.description!r}", fields),)


def _connected(layout: XenLayout, held: XenRepository, config: t.Mapping[str, str]) -> list[Step]:
    """A host that lacks the connection gets it, and it is plugged."""
    there = {each.host for each in held.connections}
    return [
        Step("connect", f"{held.name} on {host.name}", {"repository": held.ref, "host": host.ref, "config": config})
        for host in layout.ordered
        if host.ref not in there
    ]


def plugs(layout: XenLayout, repositories: t.Iterable[XenRepository], hosts: t.Collection[str] = ()) -> list[Step]:
    """Connections that are not plugged, on hosts that are up; hosts: names, none for all ("Upgrading XenServer")."""
    up = {host.ref: host.name for host in layout.ordered if host.live and (not hosts or host.name in hosts)}
    return [
        Step("plug", f"plug {repository.name} on {up[each.host]}", {"connection": each.ref})
        for repository in repositories
        for each in repository.connections
        if not each.plugged and each.host in up
    ]


def repository_state(layout: XenLayout, name: str) -> dict[str, object]:
    """For a difference and a result."""
    names = {host.ref: host.name for host in layout.hosts}
    for each in layout.repositories:
        if each.name == name:
            plugged = sorted(names[one.host] for one in each.connections if one.plugged and one.host in names)
            shown: dict[str, object] = {"type": each.type, "description": each.description, "plugged": plugged}
            return {**shown, "uuid": each.uuid}
    return {}
