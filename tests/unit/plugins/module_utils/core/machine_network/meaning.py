# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What files of each back-end mean, read back by parsers that know nothing of how they were written.

A meaning is, for each interface, a dictionary of the same words whatever the back-end; what is left unsaid is absent.
"""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

Meaning = dict[str, dict[str, Any]]
Files = Mapping[str, str]
TRUE = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def _tidy(meaning: Mapping[str, Mapping[str, Any]]) -> Meaning:
    return {
        name: {key: value for key, value in words.items() if value not in (None, [], "", {})}
        for name, words in meaning.items()
    }


def declared(layout: Mapping[str, Any]) -> Meaning:
    """The meaning of a layout as the operator wrote it, less Open vSwitch."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    kinds = {"bonds": "bond", "vlans": "vlan", "vxlans": "vxlan", "bridges": "bridge"}
    for section, devices in layout.items():
        for device in devices:
            if device.get("type") == "openvswitch" or device.get("parent"):
                continue
            words = found[device["name"]]
            if section in kinds:
                words["kind"] = kinds[section]
            for port in device.get("interfaces", ()):
                found[port]["master"] = device["name"]
            words |= {key: device.get(key) for key in ("id", "link", "vni", "device", "ttl", "mode", "primary")}
            words |= {key: device.get(key) for key in ("hash_policy", "lacp_rate", "min_links", "miimon")}
            words |= {key: device.get(key) for key in ("up_delay", "down_delay")}
            if section == "bridges":
                words |= {"stp": device["stp"]}
                if device["stp"]:
                    words["forward_delay"] = device.get("forward_delay", 5)
            if section == "vxlans":
                words |= {"remote": device.get("group") or device["peers"][0], "port": 8472}
            words |= _carried(device)
    for name in list(found):
        for below in (found[name].get("link"), found[name].get("device")):
            if below:
                found[below].setdefault("dhcp", False)
    return _tidy({name: {"dhcp": False, **words} for name, words in found.items()})


def _carried(device: Mapping[str, Any]) -> dict[str, Any]:
    routes = [("default", device[key], None) for key in ("gateway", "gateway6") if device.get(key)]
    routes += [(route["to"], route.get("via"), route.get("metric")) for route in device.get("routes", ())]
    return {
        "dhcp": device.get("method") == "dhcp",
        "addresses": sorted(device.get("addresses", ())),
        "routes": sorted(routes, key=str),
        "dns": sorted(device.get("dns", ())),
        "search": device.get("search"),
    }


def _default(to: str) -> str:
    return "default" if to in ("0.0.0.0/0", "::/0", "default") else to


def networkd(files: Files) -> Meaning:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, text in files.items():
        sections = _ini(text)
        one = {name: dict(pairs) for name, pairs in sections}
        if path.endswith(".netdev"):
            words = found[one["NetDev"]["Name"]]
            words |= {"kind": one["NetDev"]["Kind"], "mac": one["NetDev"].get("MACAddress")}
            words |= _networkd_made(one)
            continue
        words = found[one["Match"]["Name"]]
        pairs = [pair for name, lines in sections if name == "Network" for pair in lines]
        values = {key: [value for known, value in pairs if known == key] for key, _value in pairs}
        words["master"] = (values.get("Bridge") or values.get("Bond") or [None])[0]
        if values.get("PrimarySlave") == ["yes"]:
            found[words["master"]]["primary"] = one["Match"]["Name"]
        for vlan in values.get("VLAN", ()):
            found[vlan]["link"] = one["Match"]["Name"]
        for vxlan in values.get("VXLAN", ()):
            found[vxlan]["device"] = one["Match"]["Name"]
        routes = [("default", gateway, None) for gateway in values.get("Gateway", ())]
        for route in (dict(lines) for name, lines in sections if name == "Route"):
            metric = int(route["Metric"]) if "Metric" in route else None
            routes.append((route["Destination"], route.get("Gateway"), metric))
        for entry in (dict(lines) for name, lines in sections if name == "BridgeFDB"):
            words["remote"] = entry["Destination"]
        mtu = one.get("Link", {}).get("MTUBytes")
        words |= {
            "dhcp": values["DHCP"] == ["ipv4"],
            "addresses": sorted(values.get("Address", ())),
            "routes": sorted(routes, key=str),
            "dns": sorted(values.get("DNS", ())),
            "search": values.get("Domains", [""])[0].split(),
            "mtu": int(mtu) if mtu else None,
        }
    return _tidy(found)


def _networkd_made(one: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    if "Bond" in one:
        bond = one["Bond"]
        return {
            "mode": bond["Mode"],
            "hash_policy": bond.get("TransmitHashPolicy"),
            "lacp_rate": bond.get("LACPTransmitRate"),
            "min_links": _number(bond.get("MinLinks")),
            "miimon": _milliseconds(bond["MIIMonitorSec"]),
            "up_delay": _milliseconds(bond.get("UpDelaySec")),
            "down_delay": _milliseconds(bond.get("DownDelaySec")),
        }
    if "VLAN" in one:
        return {"id": int(one["VLAN"]["Id"])}
    if "VXLAN" in one:
        vxlan = one["VXLAN"]
        found = {"vni": int(vxlan["VNI"]), "port": int(vxlan["DestinationPort"]), "ttl": _number(vxlan.get("TTL"))}
        return found | ({"remote": vxlan["Group"]} if "Group" in vxlan else {})
    bridge = one["Bridge"]
    delay = {"forward_delay": int(bridge["ForwardDelaySec"])} if TRUE[bridge["STP"]] else {}
    return {"stp": TRUE[bridge["STP"]], **delay}


def _ini(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Sections in order, with their pairs in order: neither kind of name has to be unique."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    for line in text.splitlines():
        heading = re.fullmatch(r"\[(\w[\w-]*)\]", line)
        if heading:
            found.append((heading[1], []))
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            if not equals:
                raise ValueError(line)
            found[-1][1].append((key, value))
    return found


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)


def _milliseconds(text: str | None) -> int | None:
    return None if text is None else int(re.fullmatch(r"(\d+)ms", text)[1])  # type: ignore[index]


def netplan(files: Files) -> Meaning:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    kinds = {"ethernets": None, "bonds": "bond", "vlans": "vlan", "tunnels": "vxlan", "bridges": "bridge"}
    for text in files.values():
        network = yaml.safe_load(text)["network"]
        if network.pop("version") != 2:
            raise ValueError(text)
        for section, devices in network.items():
            for name, device in devices.items():
                found[name] |= {"kind": kinds[section], "mac": device.get("macaddress")}
                for port in device.get("interfaces", ()):
                    found[port]["master"] = name
                found[name] |= _netplan_device(section, device)
    return _tidy(found)


def _netplan_device(section: str, device: Mapping[str, Any]) -> dict[str, Any]:
    options = device.get("parameters", {})
    words: dict[str, Any] = {
        "dhcp": device["dhcp4"],
        "addresses": sorted(device.get("addresses", ())),
        "routes": sorted(
            ((_default(one["to"]), one.get("via"), one.get("metric")) for one in device.get("routes", ())), key=str
        ),
        "dns": sorted(device.get("nameservers", {}).get("addresses", ())),
        "search": device.get("nameservers", {}).get("search"),
        "mtu": device.get("mtu"),
    }
    if section == "bonds":
        names = {"mode": "mode", "transmit-hash-policy": "hash_policy", "lacp-rate": "lacp_rate", "primary": "primary"}
        names |= {"min-links": "min_links", "mii-monitor-interval": "miimon"}
        names |= {"up-delay": "up_delay", "down-delay": "down_delay"}
        words |= {ours: options.get(theirs) for theirs, ours in names.items()}
    if section == "bridges":
        words |= {"stp": options["stp"], **({"forward_delay": options["forward-delay"]} if options["stp"] else {})}
    if section == "vlans":
        words |= {"id": device["id"], "link": device["link"]}
    if section == "tunnels":
        words |= {"vni": device["id"], "device": device["link"], "remote": device["remote"], "port": device["port"]}
        words |= {"ttl": device.get("ttl")}
    return words


def networkmanager(files: Files) -> Meaning:
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for text in files.values():
        one = {name: dict(pairs) for name, pairs in _ini(text)}
        connection = one["connection"]
        name = connection["interface-name"]
        kind = connection["type"]
        ethernet = one.get("ethernet", {})
        words = found[name]
        words |= {"kind": None if kind == "ethernet" else kind, "master": connection.get("master")}
        words |= {"mtu": _number(ethernet.get("mtu")), "mac": ethernet.get("cloned-mac-address")}
        words |= _keyfile_made(one) | _keyfile_addresses(one)
    return _tidy(found)


def _keyfile_made(one: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    if "bond" in one:
        names = {"mode": "mode", "xmit_hash_policy": "hash_policy", "lacp_rate": "lacp_rate", "primary": "primary"}
        words |= {ours: one["bond"].get(theirs) for theirs, ours in names.items()}
        numbers = {"min_links": "min_links", "miimon": "miimon", "updelay": "up_delay", "downdelay": "down_delay"}
        words |= {ours: _number(one["bond"].get(theirs)) for theirs, ours in numbers.items()}
    if "vlan" in one:
        words |= {"id": int(one["vlan"]["id"]), "link": one["vlan"]["parent"]}
    if "vxlan" in one:
        vxlan = one["vxlan"]
        words |= {"vni": int(vxlan["id"]), "device": vxlan["parent"], "remote": vxlan["remote"]}
        words |= {"port": int(vxlan["destination-port"]), "ttl": _number(vxlan.get("ttl"))}
    if "bridge" in one:
        words["stp"] = TRUE[one["bridge"]["stp"]]
        words["forward_delay"] = _number(one["bridge"].get("forward-delay"))
    return words


def _keyfile_addresses(one: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    words: dict[str, Any] = {"dhcp": False, "addresses": [], "routes": [], "dns": [], "search": []}
    for family in ("ipv4", "ipv6"):
        held = one.get(family, {})
        words["dhcp"] |= held.get("method") == "auto"
        words["addresses"] += [value for key, value in held.items() if re.fullmatch(r"address\d+", key)]
        if "gateway" in held:
            words["routes"].append(("default", held["gateway"], None))
        for value in [value for key, value in held.items() if re.fullmatch(r"route\d+", key)]:
            to, *rest = value.split(",")
            words["routes"].append((to, rest[0] if rest else None, int(rest[1]) if len(rest) > 1 else None))
        words["dns"] += [word for word in held.get("dns", "").split(";") if word]
        words["search"] += [word for word in held.get("dns-search", "").split(";") if word]
    words["search"] = list(dict.fromkeys(words["search"]))
    return words | {"addresses": sorted(words["addresses"]), "routes": sorted(words["routes"], key=str)}


def ifupdown(files: Files) -> Meaning:
    found: dict[str, dict[str, Any]] = {}
    masters: dict[str, str] = {}
    for name, stanzas in _stanzas("\n".join(files.values())).items():
        lines = [line for _family, _method, options in stanzas for line in options]
        options = dict(lines)
        words = found.setdefault(name, {})
        words["dhcp"] = any(method == "dhcp" for _family, method, _options in stanzas)
        words["addresses"] = sorted(value for key, value in lines if key == "address")
        routes = [("default", value, None) for key, value in lines if key == "gateway"]
        routes += [_route(value) for key, value in lines if key == "up" and " route replace " in value]
        words |= {"routes": sorted(routes, key=str), "dns": sorted(options.get("dns-nameservers", "").split())}
        words |= {"search": options.get("dns-search", "").split(), "mac": options.get("hwaddress")}
        made = [value for key, value in lines if key == "pre-up" and value.endswith(" type bond")]
        words["mac"] = re.findall(r"ip link add \S+ address (\S+) type bond", made[0])[0] if made else words["mac"]
        mtus = [value.split()[-1] for key, value in lines if key == "up" and " mtu " in value]
        words["mtu"] = _number(options.get("mtu", (mtus or [None])[0]))
        for port in options.get("bridge_ports", options.get("bond-slaves", "none")).split():
            masters[port] = name
        words |= _stanza_made(options)
    for port, master in masters.items():
        if port != "none":
            found.setdefault(port, {})["master"] = master
    return _tidy(found)


def _stanzas(text: str) -> dict[str, list[tuple[str, str, list[tuple[str, str]]]]]:
    found: dict[str, list[tuple[str, str, list[tuple[str, str]]]]] = defaultdict(list)
    up: set[str] = set()
    options: list[tuple[str, str]] = []
    for line in text.splitlines():
        words = line.split(None, 1)
        if not words or words[0].startswith("#"):
            continue
        if words[0] in ("auto", "source") or words[0].startswith("allow-"):
            up.update(words[1].split())
        elif words[0] == "iface":
            name, family, method = words[1].split()
            if name not in up:
                raise ValueError(f"nothing brings {name} up")
            options = []
            found[name].append((family, method, options))
        else:
            options.append((words[0], words[1].strip()))
    return found


def _route(command: str) -> tuple[str, str | None, int | None]:
    words = shlex.split(command)
    after = {key: words[words.index(key) + 1] for key in ("replace", "via", "metric") if key in words}
    return (after["replace"], after.get("via"), int(after["metric"]) if "metric" in after else None)


def _stanza_made(options: Mapping[str, str]) -> dict[str, Any]:
    if "bond-mode" in options:
        names = {"mode": "bond-mode", "hash_policy": "bond-xmit-hash-policy", "lacp_rate": "bond-lacp-rate"}
        words: dict[str, Any] = {ours: options.get(theirs) for ours, theirs in names.items()}
        numbers = {"min_links": "bond-min-links", "miimon": "bond-miimon"}
        numbers |= {"up_delay": "bond-updelay", "down_delay": "bond-downdelay"}
        words |= {ours: _number(options.get(theirs)) for ours, theirs in numbers.items()}
        return words | {"kind": "bond", "primary": options.get("bond-primary")}
    if "vlan-id" in options:
        return {"kind": "vlan", "id": int(options["vlan-id"]), "link": options["vlan-raw-device"]}
    if "type vxlan" in options.get("pre-up", ""):
        words = shlex.split(options["pre-up"].partition("ip link add ")[2])  # type: ignore[assignment]
        made = dict(_pairs(words[1:]))  # type: ignore[index]
        remote = made.get("group") or re.search(r" dst (\S+)", options["up"])[1]  # type: ignore[index]
        numbers_of = {"vni": int(made["id"]), "port": int(made["dstport"]), "ttl": _number(made.get("ttl"))}
        return {"kind": "vxlan", "device": made["dev"], "remote": remote, **numbers_of}
    if "bridge_ports" in options:
        stp = TRUE[options["bridge_stp"]]
        return {"kind": "bridge", "stp": stp, **({"forward_delay": int(options["bridge_fd"])} if stp else {})}
    return {}


def _pairs(words: list[str]) -> Iterable[tuple[str, str]]:
    return zip(words[::2], words[1::2], strict=True)
