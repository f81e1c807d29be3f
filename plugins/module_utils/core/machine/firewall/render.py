# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A firewall in the words of each back-end. What is written is wholly ours: a table, chains, a policy, tagged rules.

Everywhere the same order: what is established, loopback and ICMP, then the networks of each port, then nobody else for
these ports. Who is at work passes twice: as established, and by the management networks, which hold the address. Chains
of guests (forward) are CloudStack's and are not touched.
"""

from __future__ import annotations

import ipaddress
import shlex
import typing as t
from xml.sax.saxutils import quoteattr

from ...servers.ports import AGENTS
from .rules import Firewall, Opening

TABLE, CHAIN, POLICY = "cloudstack_host", "CLOUDSTACK-HOST", "cloudstack-host"
HEAD = "Ports of a CloudStack host. Written by hostcraft.cloudstack.host_firewall; changes here are overwritten."
Verdict = t.Literal["accept", "drop"]
_FORWARDS = frozenset(f"DEFAULT_FORWARD_POLICY={quote}ACCEPT{quote}" for quote in ("", '"', "'"))


def _version(text: str) -> int:
    return ipaddress.ip_network(text.partition("%")[0]).version


def _of(networks: t.Iterable[str], version: int) -> list[str]:
    return [one for one in networks if _version(one) == version]


def _range(first: int, last: int, sign: str) -> str:
    return str(first) if first == last else f"{first}{sign}{last}"


# -- nftables ----------------------------------------------------------------------------------------------------------


def nftables(wanted: Firewall) -> str:
    """A table of our own, replaced as a whole. An accept here cannot undo the drop of another table."""
    policy = "drop" if wanted.others == "drop" else "accept"
    lines = [
        f"type filter hook input priority filter - 10; policy {policy};",
        "ct state established,related accept",
        'iifname "lo" accept',
        f"meta l4proto {{ {'icmp, ipv6-icmp, igmp' if wanted.multicast else 'icmp, ipv6-icmp'} }} accept",
    ]
    if policy == "drop":
        lines += ["udp sport 67 udp dport 68 accept", "udp dport 546 accept"]
    for opening in wanted.openings:
        ports = f"{opening.protocol} dport {_range(opening.first, opening.last, '-')}"
        for family, version in (("ip", 4), ("ip6", 6)):
            sources = _of(opening.networks, version)
            if sources:
                lines.append(f'{family} saddr {{ {", ".join(sources)} }} {ports} accept comment "{opening.name}"')
        lines.append(f'{ports} drop comment "{opening.name}"')
    body = "\n".join(f"\t\t{line}" for line in lines)
    return (
        f"#!/usr/sbin/nft -f\n# {HEAD}\n"
        f"table inet {TABLE}\ndelete table inet {TABLE}\ntable inet {TABLE} {{\n\tchain input {{\n{body}\n\t}}\n}}\n"
    )


# -- iptables ----------------------------------------------------------------------------------------------------------


def iptables(wanted: Firewall, version: int) -> str:
    """For ``iptables-restore --noflush`` (4) or ``ip6tables-restore --noflush`` (6): chains of our own, refilled.

    INPUT and OUTPUT jump to them; that rule is the caller's to see to, since it has to stay first.
    """
    icmp = "icmp" if version == 4 else "ipv6-icmp"
    rules = [
        "-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT",
        "-i lo -j ACCEPT",
        f"-p {icmp} -j ACCEPT",
        *(["-p igmp -j ACCEPT"] if wanted.multicast and version == 4 else []),
    ]
    if wanted.others == "drop":
        rules.append(f"-p udp --dport {68 if version == 4 else 546} -j ACCEPT")
    for opening in wanted.openings:
        ports = f"-p {opening.protocol} --dport {_range(opening.first, opening.last, ':')}"
        rules += [f"-s {source} {ports} -j ACCEPT" for source in _of(opening.networks, version)]
        rules.append(f"{ports} -j DROP")
    if wanted.others == "drop":
        rules.append("-j DROP")
    outwards = [f"-d {one} -p tcp --dport {AGENTS} -j ACCEPT" for one in _of(wanted.servers, version)]
    return "\n".join(
        [
            f"# {HEAD}",
            "*filter",
            f":{CHAIN} - [0:0]",
            f":{CHAIN}-OUT - [0:0]",
            *(f"-A {CHAIN} {rule}" for rule in rules),
            *(f"-A {CHAIN}-OUT {rule}" for rule in outwards),
            "COMMIT\n",
        ]
    )


# -- firewalld ---------------------------------------------------------------------------------------------------------


def firewalld(wanted: Firewall) -> str:
    """A policy from anywhere to the host that comes before all zones (firewalld 0.9 and newer)."""
    protocols = ("icmp", "ipv6-icmp", *(["igmp"] if wanted.multicast else []))
    rules = [_rich("", f"<protocol value='{protocol}'/>", "accept", 0) for protocol in protocols]
    if wanted.others == "drop":
        rules += [_rich("", _xml_port(port, port, "udp"), "accept", 1) for port in (68, 546)]
    for opening in wanted.openings:
        port = _xml_port(opening.first, opening.last, opening.protocol)
        rules += [_rich(source, port, "accept", 2) for source in opening.networks]
        rules.append(_rich("", port, "drop", 3))
    target = "DROP" if wanted.others == "drop" else "CONTINUE"
    body = "\n".join(f"  {rule}" for rule in rules)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<policy priority="-100" target="{target}">\n'
        f"  <short>{POLICY}</short>\n  <description>{HEAD}</description>\n"
        f'  <ingress-zone name="ANY"/>\n  <egress-zone name="HOST"/>\n{body}\n</policy>\n'
    )


def _xml_port(first: int, last: int, protocol: str) -> str:
    return f'<port port="{_range(first, last, "-")}" protocol="{protocol}"/>'


def _rich(source: str, what: str, verdict: Verdict, order: int) -> str:
    """Rules of a lower order come first, whatever firewalld makes of their verdicts."""
    family = f' family="ipv{_version(source)}"' if source else ""
    origin = f"<source address={quoteattr(source)}/>" if source else ""
    return f'<rule priority="{order - 100}"{family}>{origin}{what}<{verdict}/></rule>'


# -- ufw ---------------------------------------------------------------------------------------------------------------


def ufw(wanted: Firewall, added: t.Sequence[str]) -> list[list[str]]:
    """Commands from what there is to what is wanted; none where all is right.

    added: lines of ``ufw show added``, and the line DEFAULT_FORWARD_POLICY of /etc/default/ufw. Unless that is ACCEPT,
    ufw drops what bridges of a KVM host pass on between guests, where the kernel shows it to ufw (docs#190, docs#479).
    New rules are put first, denials below permissions, before a rule that is no longer wanted is deleted. What is
    established passes ufw before any of these. ufw takes two rules of the same ports and addresses for one, whatever
    their verdicts, and passes over the second: one that is there with another verdict or comment is deleted before.
    cloudstack-setup-agent turns denials into permissions so; where a denial comes anew, the permissions of its port
    are put above it again.
    """
    denials = {_ufw_rule("deny", opening, ""): opening for opening in wanted.openings}
    allowed = [_ufw_rule("allow", opening, source) for opening in wanted.openings for source in opening.networks]
    outwards = [
        f"allow out to {_ufw_address(one)} port {AGENTS} proto tcp comment '{POLICY} agent'" for one in wanted.servers
    ]
    held = {line.strip().removeprefix("ufw ") for line in added}
    rules = (*reversed(denials), *reversed(allowed), *outwards)
    below = [opening for rule, opening in denials.items() if rule not in held]
    lifted = {_ufw_rule("allow", opening, source) for opening in below for source in opening.networks} & held
    fresh = [rule for rule in rules if rule not in held or rule in lifted]
    places = {_ufw_place(rule) for rule in fresh if rule not in lifted}
    rivals = sorted(rule for rule in held.difference(rules) if _ufw_place(rule) in places)
    stale = sorted(rule for rule in held.difference(rules, rivals) if f"comment '{POLICY} " in rule)
    passes = not wanted.forwards or _FORWARDS.intersection(line.strip() for line in added)
    routed = [] if passes else [["ufw", "default", "allow", "routed"]]
    return [
        *routed,
        *map(_ufw_delete, rivals),
        *(command for rule in fresh for command in _ufw_put(rule, rule in lifted)),
        *map(_ufw_delete, stale),
    ]


def _ufw_put(rule: str, there: bool) -> list[list[str]]:
    """At the top; ufw passes over one that is there."""
    return [*([_ufw_delete(rule)] if there else []), ["ufw", "prepend", *shlex.split(rule)]]


def _ufw_place(rule: str) -> str:
    """What a rule is about, without its verdict and comment."""
    return rule.partition(" comment ")[0].partition(" ")[2]


def _ufw_delete(rule: str) -> list[str]:
    return ["ufw", "--force", "delete", *shlex.split(rule.partition(" comment ")[0])]


def _ufw_rule(verdict: str, opening: Opening, source: str) -> str:
    """As ``ufw show added`` shows it, without the leading name of the program."""
    ports = _range(opening.first, opening.last, ":")
    where = f"{ports}/{opening.protocol}"
    if source:
        where = f"from {_ufw_address(source)} to any port {ports} proto {opening.protocol}"
    return f"{verdict} {where} comment '{POLICY} {opening.name}'"


def _ufw_address(network: str) -> str:
    """ufw shows a network of one address without its length."""
    one = ipaddress.ip_network(network)
    return str(one.network_address) if one.num_addresses == 1 else network
