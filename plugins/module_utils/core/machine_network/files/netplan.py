# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file of netplan defines.

Source: netplan-yaml(5): sections of devices, each by its ID, which is a name unless ``match`` says otherwise.
"""

from __future__ import annotations

import typing as t

from .definition import Condition, Definition, mac_of, named
from .yamltree import Node, NotRead, tree

# Sections of devices; those that are there without netplan are matched, the others are made.
MATCHED = ("ethernets", "wifis", "modems")
MADE = ("bonds", "bridges", "vlans", "tunnels", "vrfs", "dummy-devices", "virtual-ethernets", "nm-devices")
TAKES_PORTS = ("bonds", "bridges", "vrfs")


def definitions(path: str, text: str) -> tuple[Definition, ...]:
    """A file that cannot be read may define anything: whether it does cannot be told."""
    try:
        found = tree(text)
    except (NotRead, IndexError):
        return (Definition(path, "", (Condition("unknown", ("*",)),)),)
    network = found.get("network") if isinstance(found, dict) else ""
    if not isinstance(network, dict):
        return ()
    ids = {name: device for section in MATCHED for name, device in _devices(network, section)}
    return tuple(
        _definition(path, section, name, device, ids)
        for section in (*MATCHED, *MADE)
        for name, device in _devices(network, section)
    )


def renderer(text: str) -> str:
    """The renderer that a file sets for all devices; "" for none."""
    try:
        found = tree(text)
    except (NotRead, IndexError):
        return ""
    network = found.get("network") if isinstance(found, dict) else ""
    value = network.get("renderer", "") if isinstance(network, dict) else ""
    return value if isinstance(value, str) else ""


def _devices(network: t.Mapping[str, Node], section: str) -> list[tuple[str, dict[str, Node]]]:
    devices = network.get(section, {})
    pairs = devices.items() if isinstance(devices, dict) else ()
    return [(name, device if isinstance(device, dict) else {}) for name, device in pairs if name != "renderer"]


def _definition(
    path: str, section: str, name: str, device: dict[str, Node], ids: t.Mapping[str, dict[str, Node]]
) -> Definition:
    wanted = device.get("match")
    match = named(name)
    if isinstance(wanted, dict) and section in MATCHED:
        match = tuple(_conditions(wanted)) or named("*")
    ports = [port for port in texts(device.get("interfaces", "")) if section in TAKES_PORTS]
    # A port may be the ID of a card that is matched otherwise: its own definition claims that.
    named_ports = tuple(port for port in ports if "match" not in ids.get(port, {}))
    return Definition(
        path,
        f"{section}.{name}",
        match,
        makes=name if section in MADE else "",
        ports=named_ports,
        settings=tuple(settings(device)),
        renames=str(device.get("set-name", "")) if section in MATCHED else "",
        automatic=device.get("activation-mode") not in ("off", "manual"),
    )


def _conditions(wanted: t.Mapping[str, Node]) -> t.Iterator[Condition]:
    for key, value in wanted.items():
        words = texts(value)
        if key == "macaddress":
            # It is the card's own address, which a bridge that borrows it has not.
            yield Condition("permanent", tuple(filter(None, map(mac_of, words))))
        elif key in ("name", "driver"):
            yield Condition(key, tuple(words))
        else:
            yield Condition("unknown", tuple(words))


def texts(node: Node) -> list[str]:
    """A scalar or a list of them."""
    if isinstance(node, list):
        return [item for item in node if isinstance(item, str)]
    return [node] if isinstance(node, str) and node else []


def settings(node: Node, above: str = "") -> t.Iterator[tuple[str, str]]:
    """The leaves of a definition: "parameters.mode" and its value; an entry of a list of mappings is one setting."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from settings(value, f"{above}.{key}" if above else key)
    elif isinstance(node, list):
        for item in node:
            yield above, item if isinstance(item, str) else _flat(item)
    else:
        yield above, node


def _flat(node: Node) -> str:
    if isinstance(node, dict):
        return ", ".join(f"{key}: {_flat(value)}" for key, value in node.items())
    return " ".join(map(_flat, node)) if isinstance(node, list) else node
