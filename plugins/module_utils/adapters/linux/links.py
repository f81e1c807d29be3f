# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a KVM host's interfaces, the VLANs of its bridges, and its Open vSwitch. Nothing is changed."""

from __future__ import annotations

import json
import typing as t

from ...core.machine import java_properties
from ...core.trunks.bridges import (
    HostLinks,
    HostNetwork,
    Link,
    SwitchPort,
    networks,
    nics,
)
from ...core.vlans import ranges as vlans
from ...core.vlans.ranges import Range
from .client import Linux
from .gateway import AGENT_HOME

# Of agent.properties: what the agent plugs VMs into where no traffic label is set.
DEVICES = {
    "Guest": "guest.network.device",
    "Public": "public.network.device",
    "Management": "private.network.device",
    "Storage": "private.network.device",
}
SWITCH_COLUMNS = {
    "Bridge": "name,ports",
    "Port": "_uuid,name,tag,trunks,interfaces",
    "Interface": "_uuid,name,type",
}
Json = t.Mapping[str, t.Any]


def read_links(linux: Linux) -> t.Optional[HostLinks]:
    """None where ``ip`` cannot be asked or its answer is not JSON (an iproute2 before 4.15)."""
    entries = _entries(linux)
    return None if entries is None else _links(linux, entries)


def read_network(linux: Linux, name: str) -> t.Optional[HostNetwork]:
    """The same, as the trunks are judged by."""
    entries = _entries(linux)
    if entries is None:
        return None
    seen = _links(linux, entries)
    properties = java_properties.parse(linux.read(f"{AGENT_HOME}/agent.properties") or "")
    addresses = [one["local"] for entry in entries for one in entry.get("addr_info", ()) if one.get("scope") != "host"]
    return HostNetwork(
        name=name,
        addresses=tuple(addresses),
        nics=nics(seen),
        networks=networks(seen),
        devices={kind: properties[key] for kind, key in DEVICES.items() if properties.get(key)},
    )


def _entries(linux: Linux) -> t.Optional[list[Json]]:
    answer = linux.run("ip", "-details", "-json", "address")
    entries = None if answer is None or answer.status else _json(answer.out)
    return entries if isinstance(entries, list) else None


def _links(linux: Linux, entries: t.Sequence[Json]) -> HostLinks:
    speeds = {path.split("/")[4]: _speed(linux.read(path)) for path in linux.listed("/sys/class/net/*/speed")}
    return HostLinks(links(entries, speeds), _port_vlans(linux), _switch_ports(linux))


def _json(text: str) -> t.Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _speed(text: t.Optional[str]) -> t.Optional[int]:
    """Mbit/s; -1 and an error where there is no link."""
    return int(text) if text and text.strip().isdecimal() else None


def links(entries: t.Iterable[Json], speeds: t.Mapping[str, t.Optional[int]]) -> tuple[Link, ...]:
    """``ip -details -json address``. A veth's other end counts where it is in the same namespace."""
    rows = [entry for entry in entries if entry.get("ifname")]
    by_index = {entry.get("ifindex"): entry["ifname"] for entry in rows}
    return tuple(_link(entry, by_index, speeds) for entry in rows)


def _link(entry: Json, by_index: t.Mapping[t.Any, str], speeds: t.Mapping[str, t.Optional[int]]) -> Link:
    info = entry.get("linkinfo") or {}
    data = info.get("info_data") or {}
    kind = info.get("info_kind", "")
    parent = entry.get("link") or ""
    if not parent and "link_index" in entry and "link_netnsid" not in entry:
        parent = by_index.get(entry["link_index"], "")
    return Link(
        name=entry["ifname"],
        kind=kind,
        master=entry.get("master") or "",
        parent=parent,
        vlan=data.get("id") if kind == "vlan" else None,
        up="LOWER_UP" in entry.get("flags", ()),
        mtu=entry.get("mtu"),
        mac=entry.get("address") or "",
        speed=speeds.get(entry["ifname"]),
        filtering=bool(data.get("vlan_filtering")) if kind == "bridge" else False,
    )


def _port_vlans(linux: Linux) -> t.Optional[dict[str, tuple[Range, ...]]]:
    answer = linux.run("bridge", "-compressvlans", "-json", "vlan", "show")
    entries = None if answer is None or answer.status else _json(answer.out or "[]")
    return port_vlans(entries) if isinstance(entries, list) else None


def port_vlans(entries: t.Iterable[Json]) -> dict[str, tuple[Range, ...]]:
    """``bridge -compressvlans -json vlan show``: VLANs that a port, or the bridge itself, takes and gives."""
    return {
        entry["ifname"]: vlans.merged((one["vlan"], one.get("vlanEnd", one["vlan"])) for one in entry.get("vlans", ()))
        for entry in entries
        if entry.get("ifname")
    }


def _switch_ports(linux: Linux) -> t.Optional[tuple[SwitchPort, ...]]:
    tables = {}
    for table, columns in SWITCH_COLUMNS.items():
        answer = linux.run("ovs-vsctl", "--timeout=5", "--format=json", f"--columns={columns}", "list", table)
        found = None if answer is None or answer.status else _json(answer.out)
        if found is None:
            return None
        tables[table] = rows(found)
    return switch_ports(tables)


def rows(table: Json) -> list[dict[str, t.Any]]:
    """A table of ``ovs-vsctl --format=json``: values bare, ["uuid", id] as the id, ["set", […]] as a list."""
    return [dict(zip(table["headings"], (_value(cell) for cell in row))) for row in table["data"]]


def _value(cell: t.Any) -> t.Any:
    if isinstance(cell, list) and len(cell) == 2 and cell[0] in ("uuid", "named-uuid"):
        return cell[1]
    if isinstance(cell, list) and len(cell) == 2 and cell[0] == "set":
        return [_value(one) for one in cell[1]]
    return cell


def _many(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]


def switch_ports(tables: t.Mapping[str, t.Sequence[Json]]) -> tuple[SwitchPort, ...]:
    """Tables Bridge, Port and Interface of Open vSwitch's database."""
    names = {row["_uuid"]: row for row in tables["Interface"]}
    ports = {row["_uuid"]: row for row in tables["Port"]}
    found = []
    for bridge in tables["Bridge"]:
        for port in (ports[one] for one in _many(bridge["ports"]) if one in ports):
            its = [names[one] for one in _many(port["interfaces"]) if one in names]
            found.append(
                SwitchPort(
                    bridge=bridge["name"],
                    name=port["name"],
                    tag=next(iter(_many(port["tag"])), None),
                    trunks=vlans.of(_many(port["trunks"])),
                    interfaces=tuple(sorted(one["name"] for one in its)),
                    internal=any(one["type"] == "internal" for one in its),
                )
            )
    return tuple(found)
