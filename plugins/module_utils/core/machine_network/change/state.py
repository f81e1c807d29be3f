# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running network of a host as data, and the commands that bring it back to what it was.

Read from what iproute2 prints (ip-link(8), ip-address(8), ip-route(8), bridge(8)); "JSON" below is its ``-json``.
"""

from __future__ import annotations

import ipaddress
import json
import re
import typing as t
from dataclasses import dataclass, field

from .model import Command, NetworkChange, NetworkLink

# What a snapshot holds, and the command that prints it.
READINGS: t.Mapping[str, Command] = {
    "links": ("ip", "-details", "-json", "address", "show"),
    "route4": ("ip", "-4", "route", "show", "table", "all"),
    "route6": ("ip", "-6", "route", "show", "table", "all"),
    "rule4": ("ip", "-4", "rule", "show"),
    "rule6": ("ip", "-6", "rule", "show"),
    "vlans": ("bridge", "-json", "vlan", "show"),
}
# Of a virtual interface: what it is made of (JSON name → argument of ip-link). The rest follows from its ports.
MADE_OF: t.Mapping[str, t.Mapping[str, str]] = {
    "bridge": {name: name for name in ("stp_state", "forward_delay", "vlan_filtering", "ageing_time")},
    "bond": {"mode": "mode", "miimon": "miimon", "xmit_hash_policy": "xmit_hash_policy", "ad_lacp_rate": "lacp_rate"},
    "vlan": {"protocol": "protocol", "id": "id"},
    "vxlan": {"id": "id", "group": "group", "remote": "remote", "local": "local", "port": "dstport"},
}
# Of these, what can be set while the interface is there (ip-link(8)); a bond's mode cannot while it has ports.
ADJUSTABLE = frozenset({"bridge"})
# The kernel shows its bridges as interfaces, which only its own program can delete (ovs-vsctl(8)).
OPEN_VSWITCH = "openvswitch"
DELETE_BRIDGE: Command = ("ovs-vsctl", "--timeout=5", "--", "--if-exists", "del-br")
# The partner of a bond to which nobody answers.
NOBODY = "00:00:00:00:00:00"
# Interfaces that guests bring: made and ended by libvirt, never by a back-end.
GUESTS = "tun"
PASSING = re.compile(r" (?:linkdown|dead|offload|trap|rt_offload|expires \S+)\b")
UNMADE = frozenset({"local", "broadcast", "multicast", "anycast"})


@dataclass(frozen=True)
class LinkState:
    """One interface. addresses: with prefix length, in order, less those that the kernel makes by itself.

    routeless: those of them to which the kernel has made no route, because whoever gave them does (NetworkManager).
    partner: of a bond in mode 802.3ad, the MAC address of the system that answers LACP; "" for none.
    tentative: those of IPv6 for which the kernel asks still whether another machine has them. duplicate: those of IPv6
    that one has, so that the kernel does not use them (RFC 4862, 5.4).
    """

    name: str
    kind: str = ""
    up: bool = False
    carrier: bool = False
    mtu: int = 1500
    mac: str = ""
    master: str = ""
    parent: str = ""
    made_of: t.Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    routeless: frozenset[str] = frozenset()
    partner: str = ""
    tentative: frozenset[str] = frozenset()
    duplicate: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RunningState:
    """routes, rules: lines of ``ip route`` and ``ip rule``, each after "-4 " or "-6 ". vlans: (port, VLAN, flags)."""

    links: t.Mapping[str, LinkState] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    vlans: frozenset[tuple[str, str, str]] = frozenset()

    def carrying(self, address: str) -> str:
        """The interface that has an address; "" for none."""
        for link in self.links.values():
            if any(held.split("/")[0] == address for held in link.addresses):
                return link.name
        return ""

    def gateways(self) -> tuple[tuple[str, str], ...]:
        """Default gateways as (address, interface)."""
        found = []
        for line in self.routes:
            words = line.split()
            if words[1:3] == ["default", "via"] and "dev" in words and "table" not in words:
                found.append((words[3], words[words.index("dev") + 1]))
        return tuple(dict.fromkeys(found))


def running_state(readings: t.Mapping[str, str]) -> RunningState:
    """The state out of what the commands of READINGS printed; what is missing or empty counts as nothing."""
    links = [_link(entry) for entry in json.loads(readings.get("links") or "[]") if entry.get("ifname")]
    vlans = {
        (port["ifname"], f"{vlan['vlan']}-{vlan.get('vlanEnd', vlan['vlan'])}", " ".join(sorted(vlan.get("flags", ()))))
        for port in json.loads(readings.get("vlans") or "[]")
        for vlan in port.get("vlans", ())
    }
    return RunningState(
        # lo is of interest for what else than its own addresses it carries.
        links={link.name: link for link in links if link.name != "lo" or link.addresses},
        routes=tuple(line for family in "46" for line in _routes(family, readings.get(f"route{family}", ""))),
        rules=tuple(
            f"-{family} {' '.join(line.split())}"
            for family in "46"
            for line in readings.get(f"rule{family}", "").splitlines()
        ),
        vlans=frozenset(vlans),
    )


def _link(entry: t.Mapping[str, t.Any]) -> LinkState:
    info = entry.get("linkinfo", {})
    kind = info.get("info_kind", "")
    data = info.get("info_data", {})
    flags = entry.get("flags", ())
    given = {f"{one['local']}/{one['prefixlen']}": one for one in entry.get("addr_info", ()) if _is_given(one)}
    return LinkState(
        name=entry["ifname"],
        kind=kind,
        up="UP" in flags,
        carrier="LOWER_UP" in flags,
        mtu=entry.get("mtu", 0),
        mac=entry.get("address", ""),
        master=entry.get("master", ""),
        parent=data.get("link", entry.get("link", "")) if kind in ("vlan", "vxlan") else "",
        made_of={name: str(data[key]) for key, name in MADE_OF.get(kind, {}).items() if key in data},
        addresses=tuple(given),
        routeless=frozenset(address for address, one in given.items() if one.get("noprefixroute")),
        partner=_partner(data),
        tentative=frozenset(a for a, one in given.items() if one.get("tentative") and not one.get("dadfailed")),
        duplicate=frozenset(a for a, one in given.items() if one.get("dadfailed")),
    )


def _partner(bond: t.Mapping[str, t.Any]) -> str:
    told = str((bond.get("ad_info") or {}).get("partner_mac") or NOBODY)
    return "" if told == NOBODY else told


def _is_given(address: t.Mapping[str, t.Any]) -> bool:
    """Whether somebody gave it: not a link-local address, nor one out of a router's advertisement."""
    if "local" not in address:
        return False
    if ipaddress.ip_address(str(address["local"]).partition("%")[0]).is_loopback:
        return False
    from_router = address.get("family") == "inet6" and (address.get("mngtmpaddr") or address.get("dynamic"))
    return address.get("scope") != "link" and not from_router


def _routes(family: str, text: str) -> t.Iterator[str]:
    for raw in text.splitlines():
        line = PASSING.sub("", raw).strip()
        words = line.split()
        # Of IPv6 the kernel's own come and go with their address; of IPv4 NetworkManager makes some in its stead.
        own = family == "6" and " proto kernel " in line
        if words and words[0] not in UNMADE and " proto ra " not in f"{line} " and not own:
            yield f"-{family} {' '.join(words)}"


def mentioned(change: NetworkChange) -> frozenset[str]:
    """Every word of the change that could name an interface: only of these may a rollback take something away.

    Others, such as the bridges and VLANs that the agent makes for guests meanwhile, are not the change's.
    """
    texts = [file.content for file in change.files] + [" ".join(command) for command in change.commands]
    words = {word for text in texts for word in re.findall(r"[^\s\"'=:,;\[\]{}/]{1,40}", text)}
    return frozenset({*words, *change.doomed, *(link.name for link in change.links)})


def repair(before: RunningState, now: RunningState, touched: t.Container[str]) -> tuple[Command, ...]:
    """Commands that make ``now`` what ``before`` was; none when it is. touched: interfaces that the change may alter.

    Interfaces that came since and are not touched stay; so do their addresses and routes. One round may call forth
    another (an address takes its routes along), so the caller reads and repairs until there is nothing left.
    """
    found: list[Command] = []
    for name, link in now.links.items():
        if name not in before.links and name in touched and link.kind in MADE_OF:
            found.append(("ip", "link", "delete", name))
        if name not in before.links and name in touched and link.kind == OPEN_VSWITCH:
            found.append((*DELETE_BRIDGE, name))
    for name, link in before.links.items():
        if name not in now.links and link.kind in MADE_OF:
            found.append(_creation(link))
    for name, link in before.links.items():
        # Their interface has gone with the guest, or is a card that somebody pulled out: nothing to set.
        if name in now.links:
            found += _link_repair(link, now.links[name], before, touched)
    return (*found, *_vlan_repair(before, now), *_route_repair(before, now, touched))


def _creation(link: LinkState) -> Command:
    made = [word for name, value in link.made_of.items() for word in (name, value)]
    parent = ("link", link.parent) if link.parent and link.kind == "vlan" else ()
    device = ("dev", link.parent) if link.parent and link.kind == "vxlan" else ()
    return ("ip", "link", "add", *parent, "name", link.name, "type", link.kind, *made, *device)


def _link_repair(was: LinkState, now: LinkState, before: RunningState, touched: t.Container[str]) -> list[Command]:
    found: list[Command] = []
    name = was.name
    if was.master != now.master:
        bonded = was.master in before.links and before.links[was.master].kind == "bond"
        found += [("ip", "link", "set", name, "down")] if bonded else []
        found.append(("ip", "link", "set", name, *(("master", was.master) if was.master else ("nomaster",))))
    if was.kind == GUESTS:
        return found
    if was.mtu != now.mtu:
        found.append(("ip", "link", "set", name, "mtu", str(was.mtu)))
    of_bond = was.master in before.links and before.links[was.master].kind == "bond"
    if was.mac != now.mac and not of_bond and name in touched:
        found.append(("ip", "link", "set", name, "address", was.mac))
    if was.kind in ADJUSTABLE and was.made_of != now.made_of:
        made = [word for key, value in was.made_of.items() for word in (key, value)]
        found.append(("ip", "link", "set", name, "type", was.kind, *made))
    if was.up != now.up or (was.up and ("ip", "link", "set", name, "down") in found):
        found.append(("ip", "link", "set", name, "up" if was.up else "down"))
    if name in touched:
        found += [("ip", "address", "delete", one, "dev", name) for one in now.addresses if one not in was.addresses]
    missing = [one for one in was.addresses if one not in now.addresses]
    for one in missing:
        # The kernel's own broadcast address, as every back-end sets it.
        how = (*(() if ":" in one else ("broadcast", "+")), *(("noprefixroute",) if one in was.routeless else ()))
        found.append(("ip", "address", "add", one, *how, "dev", name))
    return found


def _vlan_repair(before: RunningState, now: RunningState) -> list[Command]:
    """VLANs of bridges' ports; bridge-vlan(8) shows and takes ranges."""

    def command(verb: str, port: str, vlan: str, flags: str) -> Command:
        words = [{"PVID": "pvid", "Egress Untagged": "untagged"}[flag] for flag in _flags(flags)]
        own = ["self"] if before.links[port].kind == "bridge" else []
        first, _dash, last = vlan.partition("-")
        return ("bridge", "vlan", verb, "dev", port, "vid", first if first == last else vlan, *words, *own)

    there = {entry for entry in before.vlans if entry[0] in before.links and entry[0] in now.links}
    extra = {entry for entry in now.vlans if entry[0] in before.links} - before.vlans
    return [command("del", *one) for one in sorted(extra)] + [command("add", *one) for one in sorted(there - now.vlans)]


def _flags(text: str) -> list[str]:
    return [flag for flag in ("PVID", "Egress Untagged") if flag in text]


def _route_repair(before: RunningState, now: RunningState, touched: t.Container[str]) -> list[Command]:
    found: list[Command] = []
    for line in now.routes:
        words = line.split()
        device = words[words.index("dev") + 1] if "dev" in words else ""
        if line not in before.routes and (device in touched or not device):
            found.append(("ip", words[0], "route", "delete", *words[1:]))
    # What is reached directly comes before what is reached through it.
    for line in sorted(before.routes, key=lambda one: " via " in one):
        if line not in now.routes:
            words = line.split()
            found.append(("ip", words[0], "route", "replace", *words[1:]))
    for verb, rules, others in (("delete", now.rules, before.rules), ("add", before.rules, now.rules)):
        for line in rules:
            if line not in others:
                family, preference, *words = line.split()
                found.append(("ip", family, "rule", verb, "preference", preference.rstrip(":"), *words))
    return found


def guests_to_return(before: RunningState, now: RunningState) -> tuple[Command, ...]:
    """Guests' taps that lost their bridge while it was made anew, back onto it."""
    return tuple(
        ("ip", "link", "set", name, "master", link.master)
        for name, link in before.links.items()
        if link.kind == GUESTS
        and link.master in now.links
        and name in now.links
        and now.links[name].master != link.master
    )


def unmet(links: t.Iterable[NetworkLink], now: RunningState) -> dict[str, tuple[str, ...]]:
    """What does not hold of what the change promises, by interface; empty when all does."""
    found = {link.name: tuple(_unmet(link, now)) for link in links}
    return {name: reasons for name, reasons in found.items() if reasons}


def _unmet(wanted: NetworkLink, now: RunningState) -> t.Iterator[str]:
    held = now.links.get(wanted.name)
    if held is None:
        yield f"interface {wanted.name} does not exist"
        return
    if wanted.kind and wanted.kind != held.kind:
        yield f"{wanted.name} is of kind {held.kind or 'card'}, not {wanted.kind}"
    if not held.up:
        yield f"{wanted.name} is down"
    if wanted.mtu is not None and wanted.mtu != held.mtu:
        yield f"the MTU of {wanted.name} is {held.mtu}, not {wanted.mtu}"
    for port in wanted.ports:
        master = now.links[port].master if port in now.links else ""
        # Ports of Open vSwitch have its datapath for their master.
        if master != wanted.name and not (wanted.kind == "openvswitch" and master == "ovs-system"):
            yield f"{port} is not a port of {wanted.name}"
    for address in wanted.addresses:
        if address not in held.addresses:
            yield f"{wanted.name} has no address {address}"
