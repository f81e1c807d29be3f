# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host's firewalls do with packets that they pass on: chains that drop them all, and devices that are excepted.

Rules with further conditions (addresses, ports, states) decide about no device as a whole, and are passed over.
"""

from __future__ import annotations

import re
import shlex
import typing as t
from dataclasses import dataclass

from ...core.machine.facts import Forwarding, device_like
from .client import Linux

FORWARD, ACCEPT, DROP, RETURN = "FORWARD", "accept", "drop", "return"
FAMILIES = ("ip", "ip6", "inet", "bridge")
CALLED6 = "/proc/sys/net/bridge/bridge-nf-call-ip6tables"
OTHER = ""  # a device that no rule names
VERDICTS = {"ACCEPT": ACCEPT, "DROP": DROP, "REJECT": DROP, "RETURN": RETURN}
# Of a rule, what says nothing of the packet but its devices. "--physdev-is-bridged" is every bridged packet.
_HARMLESS = {"-m": 1, "--comment": 1, "--physdev-is-bridged": 0, "--reject-with": 1}
_DEVICES = ("-i", "-o", "--physdev-in", "--physdev-out")
_TABLE = re.compile(r"^table (?P<family>\S+) (?P<name>\S+) \{[^\n]*$(?P<body>.*?)^\}$", re.MULTILINE | re.DOTALL)
_CHAIN = re.compile(r"^\tchain (?P<name>\S+) \{[^\n]*$(?P<body>.*?)^\t\}$", re.MULTILINE | re.DOTALL)
_SET = re.compile(r"^\tset (?P<name>\S+) \{[^\n]*$(?P<body>.*?)^\t\}$", re.MULTILINE | re.DOTALL)
_HOOK = re.compile(r"^\s*type filter hook forward priority [^;]*; policy (?P<policy>\w+);", re.MULTILINE)
_QUOTED = re.compile(r'"([^"]*)"')
# One condition of devices: a name, a set of them, or the name of such a set.
_MATCH = re.compile(
    r'(?:meta )?(?:[io]ifname|[io]if|[io]brname) (?P<not>!= )?(?P<names>"[^"]*"|\{[^{}:]*\}|@\S+)(?:\s+|$)'
)
_LOGGED = (
    r'prefix "[^"]*"|level \w+|group \d+|snaplen \d+|queue-threshold \d+|flags (?:all|skuid|ether|(?:tcp|ip) [\w,]+)'
)
_PASSED_OVER = re.compile(rf'(?:counter(?: packets \d+ bytes \d+)?|comment "[^"]*"|log(?: (?:{_LOGGED}))*)(?:\s+|$)')
_VERDICT = re.compile(r"(?P<verdict>accept|drop|reject|return|jump|goto)\b ?(?P<target>\S*)")


@dataclass(frozen=True)
class Rule:
    """What is done with packets of some devices: accept, drop, return, or a chain that they go to.

    conditions: patterns of devices, and whether it is for all others; all of them have to hold. ends: whether the
    packet does not come back from that chain. told: the rule, for people.
    """

    verdict: str
    conditions: tuple[tuple[tuple[str, ...], bool], ...] = ()
    ends: bool = False
    told: str = ""

    def applies(self, device: str) -> bool:
        return all(any(device_like(device, one) for one in patterns) != other for patterns, other in self.conditions)


Chains = t.Mapping[str, t.Sequence[Rule]]


@dataclass(frozen=True)
class Firewall:
    """One chain through which the kernel passes packets on. name: for people. policy: of what no rule decides."""

    name: str
    chain: str
    policy: str
    chains: Chains

    def fate(self, device: str) -> str:
        """Why it drops the packets of a device, in words; "" where it lets them through."""
        found = _decided(self.chains, self.chain, device, {})
        if found is None:
            return f"policy {self.policy}" if self.policy.lower() == DROP else ""
        chain, rule = found
        where = "" if chain == self.chain else f" in {chain}"
        return f"its rule {rule.told}{where}" if rule.verdict == DROP else ""


def read_forwarding(linux: Linux) -> t.Optional[Forwarding]:
    """None where no firewall can be asked."""
    answers = {program: linux.run(program, "-S") for program in ("iptables", "ip6tables")}
    answers["nft"] = linux.run("nft", "--stateless", "list", "ruleset")
    texts = {program: one.out for program, one in answers.items() if one is not None and not one.status}
    if not texts:
        return None
    # Bridged packets of IPv6 pass the firewall by a setting of their own.
    six = (linux.read(CALLED6) or "1").strip() != "0"
    found = [of_iptables(texts[name], name) for name in ("iptables", "ip6tables")[: 1 + six] if name in texts]
    # iptables of today shows its own tables to nft too.
    known = {(family, "filter") for family, name in (("ip", "iptables"), ("ip6", "ip6tables")) if name in texts}
    found += [
        one for one in of_nftables(texts.get("nft", ""), known) if six or not one.name.startswith("nftables ip6 ")
    ]
    return forwarding_of(found)


def forwarding_of(firewalls: t.Iterable[Firewall]) -> Forwarding:
    """The chains that drop what no rule names, and the devices, or patterns, that all of these let through."""
    dropping = [one for one in firewalls if one.fate(OTHER)]
    devices = {
        pattern
        for one in dropping
        for rules in one.chains.values()
        for rule in rules
        for patterns, _other in rule.conditions
        for pattern in patterns
    }
    return Forwarding(
        tuple(f"{one.name} ({one.fate(OTHER)})" for one in dropping),
        tuple(sorted(device for device in devices if not any(one.fate(device) for one in dropping))),
    )


def _decided(
    chains: Chains, chain: str, device: str, known: dict[str, t.Optional[tuple[str, Rule]]]
) -> t.Optional[tuple[str, Rule]]:
    """The rule that decides about a device's packets in a chain, and the chain that has it; None for none."""
    if chain not in known:
        known[chain] = None  # a chain that leads to itself decides nothing
        known[chain] = _walked(chains, chain, device, known)
    return known[chain]


def _walked(
    chains: Chains, chain: str, device: str, known: dict[str, t.Optional[tuple[str, Rule]]]
) -> t.Optional[tuple[str, Rule]]:
    for rule in chains.get(chain, ()):
        if not rule.applies(device):
            continue
        if rule.verdict in (ACCEPT, DROP):
            return chain, rule
        found = None if rule.verdict == RETURN else _decided(chains, rule.verdict, device, known)
        if found or rule.verdict == RETURN or rule.ends:
            return found
    return None


def of_iptables(text: str, program: str = "iptables") -> Firewall:
    """From ``iptables -S``."""
    policy = "ACCEPT"
    chains: dict[str, list[Rule]] = {}
    for line in text.splitlines():
        try:
            words = shlex.split(line)
        except ValueError:
            continue
        if words[:2] == ["-P", FORWARD]:
            policy = words[2]
        elif words[:1] == ["-A"]:
            rule = _rule(words[2:])
            chains.setdefault(words[1], []).extend([rule] if rule else [])
    return Firewall(f"{program} {FORWARD}", FORWARD, policy, chains)


def _rule(words: t.Sequence[str]) -> t.Optional[Rule]:
    """None where it has other conditions than devices."""
    conditions: list[tuple[tuple[str, ...], bool]] = []
    target, ends, other = "", False, False
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "!":
            other = True
            continue
        if word in ("-j", "-g") and rest:
            target, ends = rest.pop(0), word == "-g"
        elif word in _DEVICES and rest:
            name = rest.pop(0)
            conditions.append(((f"{name[:-1]}*" if name.endswith("+") else name,), other))
        elif word in _HARMLESS and not other:
            del rest[: _HARMLESS[word]]
        else:
            return None
        other = False
    return Rule(VERDICTS.get(target, target), tuple(conditions), ends, target)


def of_nftables(text: str, known: t.Collection[tuple[str, str]] = ()) -> list[Firewall]:
    """From ``nft list ruleset``, one for each chain that passes packets on. known: tables that are read elsewhere."""
    found = []
    for table in _TABLE.finditer(text):
        if (table["family"], table["name"]) in known or table["family"] not in FAMILIES:
            continue
        sets = {one["name"]: tuple(_QUOTED.findall(one["body"])) for one in _SET.finditer(table["body"])}
        bodies = {chain["name"]: chain["body"] for chain in _CHAIN.finditer(table["body"])}
        chains = {
            name: [rule for line in body.splitlines() for rule in _nft_rule(line.strip(), sets)]
            for name, body in bodies.items()
        }
        for name, body in bodies.items():
            hook = _HOOK.search(body)
            if hook:
                title = f"nftables {table['family']} {table['name']} {name}"
                found.append(Firewall(title, name, hook["policy"], chains))
    return found


def _nft_rule(line: str, sets: t.Mapping[str, tuple[str, ...]]) -> t.Iterator[Rule]:
    """Nothing where it has other conditions than devices, or does nothing with the packet."""
    conditions: list[tuple[tuple[str, ...], bool]] = []
    rest = line
    while True:
        match = _MATCH.match(rest)
        if match:
            names = match["names"]
            patterns = sets.get(names[1:], ()) if names.startswith("@") else tuple(_QUOTED.findall(names))
            conditions.append((patterns, bool(match["not"])))
        else:
            match = _PASSED_OVER.match(rest)
        if not match:
            break
        rest = rest[match.end() :]
    found = _VERDICT.match(rest)
    if found:
        verdict = {"reject": DROP, "jump": found["target"], "goto": found["target"]}
        told = rest.partition(" comment ")[0]
        yield Rule(verdict.get(found["verdict"], found["verdict"]), tuple(conditions), found["verdict"] == "goto", told)
