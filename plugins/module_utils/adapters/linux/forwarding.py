# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's firewalls do with packets that they pass on: chains that drop them all, and devices that are excepted.

Rules with further conditions (addresses, ports, states) except nobody as a whole, and are passed over.
"""

from __future__ import annotations

import re
import shlex
import typing as t

from ...core.machine.facts import ANY_DEVICE, Forwarding
from .client import Linux

FORWARD, ACCEPT, DROPS = "FORWARD", "ACCEPT", ("DROP", "REJECT")
# Of a rule, what says nothing of the packet but its devices. "--physdev-is-bridged" is every bridged packet.
_HARMLESS = {"-m": 1, "--comment": 1, "--physdev-is-bridged": 0, "--reject-with": 1}
_DEVICES = {"-i": 1, "-o": 1, "--physdev-in": 1, "--physdev-out": 1}
_TABLE = re.compile(r"^table (?P<family>\S+) (?P<name>\S+) \{$(?P<body>.*?)^\}$", re.MULTILINE | re.DOTALL)
_CHAIN = re.compile(r"^\tchain (?P<name>\S+) \{$(?P<body>.*?)^\t\}$", re.MULTILINE | re.DOTALL)
_HOOK = re.compile(r"type filter hook forward priority [^;]*; policy (?P<policy>\w+);")
_EXCEPTED = re.compile(r'^(?:iifname "(?P<in>[^"]+)" )?(?:oifname "(?P<out>[^"]+)" )?accept$')
_ALL_DROPPED = re.compile(r"^(?:counter )?(?:drop|reject)\b")


class Rule(t.NamedTuple):
    """One rule of iptables that has no condition but devices. device: ANY_DEVICE where it has none."""

    target: str
    device: str


def read_forwarding(linux: Linux) -> t.Optional[Forwarding]:
    """None where no firewall can be asked."""
    answers = (linux.run("iptables", "-S"), linux.run("nft", "--stateless", "list", "ruleset"))
    tables, ruleset = (None if one is None or one.status else one.out for one in answers)
    if tables is None and ruleset is None:
        return None
    found = [of_iptables(tables)] if tables is not None else []
    if ruleset is not None:
        # iptables of today shows its own table to nft too.
        found += of_nftables(ruleset, {("ip", "filter")} if tables is not None else set())
    dropping = [one for one in found if one.dropped]
    excepted = [set(one.excepted) for one in dropping]
    return Forwarding(
        tuple(name for one in dropping for name in one.dropped),
        # Whoever is let through has to be let through everywhere.
        tuple(sorted(set.intersection(*excepted))) if excepted else (),
    )


def of_iptables(text: str) -> Forwarding:
    """From ``iptables -S``."""
    policy = ACCEPT
    chains: dict[str, list[Rule]] = {}
    for line in text.splitlines():
        words = shlex.split(line)
        if words[:2] == ["-P", FORWARD]:
            policy = words[2]
        elif words[:1] == ["-A"]:
            rule = _rule(words[2:])
            chains.setdefault(words[1], []).extend([rule] if rule else [])
    ends = [rule.target for rule in chains.get(FORWARD, ()) if rule.device == ANY_DEVICE and rule.target in DROPS]
    what = f"policy {policy}" if policy in DROPS else f"its rule {ends[0]}" if ends else ""
    return Forwarding((f"iptables {FORWARD} ({what})",) if what else (), tuple(sorted(_excepted(chains))))


def _rule(words: t.Sequence[str]) -> t.Optional[Rule]:
    """None where it has other conditions than devices."""
    devices: set[str] = set()
    target = ""
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in ("-j", "-g"):
            target = rest.pop(0)
        elif word in _DEVICES:
            devices.add(rest.pop(0))
        elif word in _HARMLESS:
            del rest[: _HARMLESS[word]]
        else:
            return None
    if len(devices) > 1:
        return None
    return Rule(target, devices.pop() if devices else ANY_DEVICE)


def _excepted(chains: t.Mapping[str, t.Sequence[Rule]]) -> set[str]:
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    todo = [(FORWARD, ANY_DEVICE)]
    while todo:
        chain, device = todo.pop()
        if (chain, device) in seen:
            continue
        seen.add((chain, device))
        for rule in chains.get(chain, ()):
            both = {device, rule.device} - {ANY_DEVICE}
            if len(both) > 1:
                continue
            only = both.pop() if both else ANY_DEVICE
            if rule.target == ACCEPT:
                found.add(only)
            todo.append((rule.target, only))
    return found


def of_nftables(text: str, known: t.Collection[tuple[str, str]] = ()) -> list[Forwarding]:
    """From ``nft list ruleset``, one for each table with a chain that drops. known: tables that are read elsewhere."""
    found = []
    for table in _TABLE.finditer(text):
        if (table["family"], table["name"]) in known or table["family"] not in ("ip", "inet"):
            continue
        chains = {chain["name"]: _rules(chain["body"]) for chain in _CHAIN.finditer(table["body"])}
        dropped = [
            f"nftables {table['family']} {table['name']} {name} ({why})"
            for name, rules in chains.items()
            for why in _why_dropped(rules)
        ]
        if dropped:
            excepted = {device for rules in chains.values() for rule in rules for device in _devices(rule)}
            found.append(Forwarding(tuple(dropped), tuple(sorted(excepted))))
    return found


def _rules(body: str) -> list[str]:
    return [line.strip() for line in body.splitlines() if line.strip()]


def _why_dropped(rules: t.Sequence[str]) -> t.Iterator[str]:
    hook = next(filter(None, map(_HOOK.match, rules)), None)
    if hook is None:
        return
    if hook["policy"] == "drop":
        yield "policy drop"
    elif any(_ALL_DROPPED.match(rule) for rule in rules):
        yield f"its rule {rules[-1]}"


def _devices(rule: str) -> t.Iterator[str]:
    match = _EXCEPTED.match(rule)
    if (match and match["in"] in (None, match["out"])) or (match and match["out"] is None):
        yield match["out"] or match["in"] or ANY_DEVICE
