# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reaches which port of a host: the decision, and that each back-end's text says the same."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue, Refused
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall import (
    render as firewall_render,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall import rules as firewall
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.firewall.rules import (
    Declaration,
    Peer,
    decide,
)

PLAIN = Declaration(management=("10.1.0.0/24",), cluster=("10.2.0.0/24", "fd00:2::/64"), servers=("10.1.0.5/32",))
FORWARDS = 'DEFAULT_FORWARD_POLICY="ACCEPT"'
PEER = Peer("10.1.0.9")
Rule = tuple[str, int, int, str, str]  # protocol, first, last, source ("" anyone), verdict


def of_nftables(text: str) -> Iterator[Rule]:
    for line in text.splitlines():
        match = re.fullmatch(
            r'\t\t(?:ip6? saddr \{ (.*) \} )?(tcp|udp) dport (\d+)(?:-(\d+))? (accept|drop) comment ".*"', line
        )
        for source in (match[1] or "").split(", ") if match else ():
            assert match
            yield match[2], int(match[3]), int(match[4] or match[3]), source, match[5]


def of_iptables(text: str) -> Iterator[Rule]:
    for line in text.splitlines():
        match = re.fullmatch(
            r"-A CLOUDSTACK-HOST (?:-s (\S+) )?-p (tcp|udp) --dport (\d+)(?::(\d+))? -j (ACCEPT|DROP)", line
        )
        if match:
            yield match[2], int(match[3]), int(match[4] or match[3]), match[1] or "", match[5].lower()


def of_firewalld(text: str) -> Iterator[Rule]:
    rules = ElementTree.fromstring(text.partition("\n")[2]).findall("rule")
    for rule in sorted(rules, key=lambda rule: int(rule.attrib["priority"])):
        port, source = rule.find("port"), rule.find("source")
        if port is not None:
            first, _dash, last = port.attrib["port"].partition("-")
            address = "" if source is None else source.attrib["address"]
            verdict = "accept" if rule.find("accept") is not None else "drop"
            yield port.attrib["protocol"], int(first), int(last or first), address, verdict


def of_ufw(commands: list[list[str]]) -> Iterator[Rule]:
    """Each is put before the ones before it."""
    for command in reversed([one for one in commands if one[1] == "prepend" and one[3] != "out"]):
        match = re.match(
            r"(allow|deny) (?:from (\S+) to any port )?(\d+)(?::(\d+))?(?: proto |/)(tcp|udp)", " ".join(command[2:])
        )
        assert match, command
        network = str(ipaddress.ip_network(match[2])) if match[2] else ""
        verdict = {"allow": "accept", "deny": "drop"}[match[1]]
        yield match[5], int(match[3]), int(match[4] or match[3]), network, verdict


def verdict(rules: list[Rule], address: str, port: int) -> str:
    """What the first rule that fits says; "others" where none does."""
    for protocol, first, last, source, said in rules:
        inside = not source or ipaddress.ip_address(address) in ipaddress.ip_network(source)
        if protocol == "tcp" and first <= port <= last and inside:
            return said
    return "others"


def rendered(wanted: firewall.Firewall, version: int) -> dict[str, list[Rule]]:
    return {
        "nftables": list(of_nftables(firewall_render.nftables(wanted))),
        "iptables": list(of_iptables(firewall_render.iptables(wanted, version))),
        "firewalld": list(of_firewalld(firewall_render.firewalld(wanted))),
        "ufw": list(of_ufw(firewall_render.ufw(wanted, []))),
    }


SERVER = Declaration(
    management=("10.1.0.0/24",),
    users=("10.3.0.0/16",),
    agents=("10.2.0.0/24",),
    peers=("10.1.0.5", "10.1.0.6"),
    database=("10.1.0.5",),
    storage=("10.4.0.0/24",),
    purposes=("management_server", "database", "nfs_server"),
)


@pytest.mark.parametrize(
    ("address", "port", "right"),
    [
        ("10.1.0.9", 22, "accept"),
        ("10.3.0.9", 22, "drop"),
        ("10.3.0.9", 8080, "accept"),
        ("10.3.0.9", 8443, "accept"),
        ("10.1.0.9", 8443, "drop"),
        ("10.2.0.9", 8250, "accept"),
        ("10.3.0.9", 8250, "drop"),
        ("10.1.0.6", 9090, "accept"),
        ("10.1.0.9", 9090, "drop"),
        ("10.1.0.9", 8096, "drop"),
        ("10.1.0.5", 8096, "drop"),
        ("10.1.0.5", 3306, "accept"),
        ("10.1.0.6", 3306, "drop"),
        ("10.4.0.1", 2049, "accept"),
        ("10.4.0.1", 32803, "accept"),
        ("10.2.0.9", 111, "drop"),
        ("10.1.0.9", 16509, "others"),
    ],
)
def test_each_port_of_a_server_is_for_those_who_need_it(address: str, port: int, right: str) -> None:
    for name, rules in rendered(decide(SERVER, PEER), 4).items():
        assert verdict(rules, address, port) == right, name


def test_ports_of_udp_are_opened_as_such() -> None:
    for name, rules in rendered(decide(SERVER, PEER), 4).items():
        opened = {rule[1] for rule in rules if rule[0] == "udp" and rule[4] == "accept"}
        assert opened == {111, 662, 875, 892, 32769}, name


def test_vxlan_is_opened_to_the_hosts_that_send_it_and_left_alone_without_any() -> None:
    """Its hosts are in multicast groups, which a switch ends when nobody answers its questions."""
    for others in ("leave", "drop"):
        wanted = decide(replace(PLAIN, tunnels=("10.7.0.0/16",), others=others), PEER)
        for name, rules in rendered(wanted, 4).items():
            assert [rule for rule in rules if rule[:3] == ("udp", 8472, 8472)] == [
                ("udp", 8472, 8472, "10.7.0.0/16", "accept"),
                ("udp", 8472, 8472, "", "drop"),
            ], name
        assert "igmp }" in firewall_render.nftables(wanted)
        assert "-p igmp -j ACCEPT" in firewall_render.iptables(wanted, 4)
        assert "igmp" not in firewall_render.iptables(wanted, 6)
        assert "<protocol value='igmp'/><accept/>" in firewall_render.firewalld(wanted)
    plain = decide(PLAIN, PEER)
    assert all(opening.first != 8472 for opening in plain.openings)
    assert "igmp" not in firewall_render.nftables(plain) + firewall_render.iptables(plain, 4)
    # A machine that is no host has none.
    assert all(opening.first != 8472 for opening in decide(replace(SERVER, tunnels=("10.7.0.0/16",))).openings)


@given(st.permutations(("management_server", "load_balancer", "nfs_server", "database", "kvm_host")))
def test_the_order_of_purposes_changes_no_rule(purposes: list[str]) -> None:
    """Ansible's ``intersect`` has the order of a set, which is another in each run."""
    declared = replace(SERVER, cluster=("10.2.0.0/24",), storage=("10.9.0.0/24",))
    assert decide(replace(declared, purposes=tuple(purposes))) == decide(
        replace(declared, purposes=tuple(sorted(purposes)))
    )


def test_purposes_of_one_machine_add_up() -> None:
    """A management server that is its own load balancer and a KVM host: each port once, for all who need it."""
    both = replace(SERVER, purposes=("management_server", "load_balancer", "kvm_host"), cluster=("10.2.0.0/24",))
    wanted = decide(replace(both, extra=({"name": "ours", "ports": "8080", "networks": ["10.9.0.0/24"]},)), PEER)
    keys = [(opening.first, opening.last, opening.protocol) for opening in wanted.openings]
    assert len(set(keys)) == len(keys)
    for name, rules in rendered(wanted, 4).items():
        for address, port in (("10.3.0.9", 80), ("10.3.0.9", 8080), ("10.9.0.9", 8080), ("10.2.0.9", 16514)):
            assert verdict(rules, address, port) == "accept", (name, address, port)
        assert verdict(rules, "10.3.0.9", 8096) == "drop", name


def test_guests_are_none_of_a_servers_concern() -> None:
    assert not [one for one in firewall_render.ufw(decide(SERVER), []) if one[1] == "default"]


@pytest.mark.parametrize("ports", ["8096", "8000-9000"])
def test_the_port_without_authentication_cannot_be_opened(ports: str) -> None:
    extra = ({"name": "api", "ports": ports, "networks": ["10.1.0.0/24"]},)
    with pytest.raises(InvalidValue, match="8096"):
        decide(replace(SERVER, extra=extra))
    # A KVM host has nothing there.
    assert decide(replace(PLAIN, extra=extra))


@pytest.mark.parametrize(
    ("address", "port", "right"),
    [
        ("10.1.0.9", 22, "accept"),
        ("10.2.0.9", 22, "drop"),
        ("10.1.0.9", 1798, "accept"),
        ("10.2.0.9", 16514, "accept"),
        ("fd00:2::9", 49216, "accept"),
        ("fd00:3::9", 49152, "drop"),
        ("10.1.0.9", 16514, "drop"),
        ("10.2.0.9", 16509, "drop"),
        ("10.1.0.9", 6100, "accept"),
        ("10.9.0.9", 5900, "drop"),
        ("10.9.0.9", 9100, "others"),
    ],
)
def test_each_port_is_for_the_networks_that_need_it(address: str, port: int, right: str) -> None:
    version = ipaddress.ip_address(address).version
    for name, rules in rendered(decide(PLAIN, PEER), version).items():
        assert verdict(rules, address, port) == right, name


def test_plain_libvirt_is_open_only_where_asked() -> None:
    for rules in rendered(decide(replace(PLAIN, plain_libvirt=True)), 4).values():
        assert verdict(rules, "10.2.0.9", 16509) == "accept"


@pytest.mark.parametrize(
    ("peer", "code"), [(Peer("10.9.0.9"), "peer_left_out"), (Peer("10.1.0.9", 2222), "ssh_port_other")]
)
def test_who_would_be_cut_off_is_refused(peer: Peer, code: str) -> None:
    with pytest.raises(Refused) as error:
        decide(PLAIN, peer)
    assert [reason.code for reason in error.value.reasons] == [code]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"management": ()}, "management"),
        ({"cluster": ()}, "cluster"),
        ({"purposes": ("nfs_server",)}, "storage"),
        ({"purposes": ("usage",)}, "management_server"),
        ({"cluster": ("10.2.0.7/24",)}, "10.2.0.0/24"),
        ({"cluster": ("kvm1",)}, "a network such as"),
        ({"others": "reject"}, "leave or drop"),
        ({"ssh_port": 0}, "1 to 65535"),
        ({"extra": ({"name": "x", "ports": "9-1"},)}, "9100-9110"),
        ({"extra": ({"name": "X", "ports": "9"},)}, "lowercase letters"),
        ({"extra": ({"name": "x", "ports": "9", "protocol": "icmp"},)}, "tcp or udp"),
    ],
)
def test_a_wrong_declaration_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        decide(replace(PLAIN, **changes))


def test_ufw_changes_only_what_differs() -> None:
    held = [f"ufw {' '.join(command[2:])}" for command in firewall_render.ufw(decide(PLAIN), [])]
    held = [re.sub(r"comment (.*)", r"comment '\1'", line) for line in held]
    held.append(FORWARDS)
    foreign = "ufw allow from 10.9.0.0/24 to any port 9100 proto tcp"
    # ufw shows a network of one address without its length.
    assert firewall_render.ufw(decide(PLAIN), [*held, foreign]) == []
    moved = firewall_render.ufw(decide(replace(PLAIN, management=("10.1.0.9/32",))), [*held, foreign])
    assert moved[0][:3] == ["ufw", "prepend", "allow"], "what is new comes before what goes"
    assert [command[:3] for command in moved[3:]] == [["ufw", "--force", "delete"]] * 3
    assert "10.1.0.9" in moved[0]
    assert "10.9.0.0/24" not in str(moved)


@pytest.mark.parametrize(
    ("line", "changes"),
    [(FORWARDS, False), ("DEFAULT_FORWARD_POLICY=ACCEPT", False), ('DEFAULT_FORWARD_POLICY="DROP"', True)],
)
def test_ufw_lets_guests_reach_each_other(line: str, changes: bool) -> None:
    """Where bridged packets pass the kernel's firewall, ufw drops them by its default."""
    assert (["ufw", "default", "allow", "routed"] in firewall_render.ufw(decide(PLAIN), [line])) is changes


def test_a_rule_that_ufw_takes_for_the_same_goes_first() -> None:
    """Else ufw passes over the new one, and SSH stays open to everybody."""
    commands = firewall_render.ufw(
        decide(PLAIN), [FORWARDS, "ufw allow 22/tcp", "ufw limit 1798/tcp comment 'mine'", "ufw allow 80/tcp"]
    )
    assert commands[:2] == [
        ["ufw", "--force", "delete", "allow", "22/tcp"],
        ["ufw", "--force", "delete", "limit", "1798/tcp"],
    ]
    assert all(command[1] == "prepend" for command in commands[2:])


def test_a_denial_that_comes_back_is_below_what_its_port_is_open_to() -> None:
    """cloudstack-setup-agent runs ufw allow proto tcp from any to any port 5900:6100: ufw replaces our denial by it."""
    commands = firewall_render.ufw(decide(PLAIN), [])
    rules = [re.sub(r"comment (.*)", r"comment '\1'", " ".join(command[2:])) for command in reversed(commands[1:])]
    denial = next(rule for rule in rules if rule.startswith("deny 5900:6100/tcp"))
    there = ["allow 5900:6100/tcp" if rule == denial else rule for rule in rules]
    for command in firewall_render.ufw(decide(PLAIN), [*(f"ufw {rule}" for rule in there), FORWARDS]):
        if command[1] == "prepend":
            there.insert(0, re.sub(r"comment (.*)", r"comment '\1'", " ".join(command[2:])))
        else:
            there.remove(next(one for one in there if one.partition(" comment ")[0] == " ".join(command[3:])))
    assert sorted(there) == sorted(rules)
    consoles = [rule for rule in there if "5900:6100" in rule]
    assert consoles[-1] == denial
    assert len(consoles) > 1
    assert firewall_render.ufw(decide(PLAIN), [*(f"ufw {rule}" for rule in there), FORWARDS]) == []


@pytest.mark.parametrize(
    ("active", "installed", "uses"),
    [
        (["nftables", "firewalld"], ["firewalld", "nftables"], "firewalld"),
        (["ufw"], ["ufw", "nftables", "iptables"], "ufw"),
        ([], ["ufw", "nftables", "iptables"], "nftables"),
        ([], ["ufw", "iptables"], "iptables"),
        ([], ["ufw"], ""),
        (["iptables"], ["nftables", "iptables"], "iptables"),
        (["iptables", "nftables"], ["nftables", "iptables"], "nftables"),
    ],
)
def test_what_runs_is_used(active: list[str], installed: list[str], uses: str) -> None:
    assert firewall.backend_of(active, installed) == uses


def test_the_connection_is_read() -> None:
    assert firewall.peer_of("10.1.0.9 44444 10.1.0.1 2222") == Peer("10.1.0.9", 2222)
    assert firewall.peer_of("") is None


NETWORKS = st.lists(
    st.builds(
        lambda n, bits: str(ipaddress.ip_network((n, bits), strict=False)),
        st.integers(0, 2**32 - 1),
        st.integers(8, 32),
    ),
    min_size=1,
    max_size=4,
).map(tuple)
ADDRESSES = st.ip_addresses(v=4).map(str)


@given(
    management=NETWORKS,
    cluster=NETWORKS,
    peer=ADDRESSES,
    other=ADDRESSES,
    port=st.sampled_from([22, 1798, 16514, 16509, 5950, 49200]),
)
def test_all_back_ends_agree_and_who_asked_stays_in(
    management: tuple[str, ...], cluster: tuple[str, ...], peer: str, other: str, port: int
) -> None:
    declared = Declaration(management=management, cluster=cluster)
    inside = any(ipaddress.ip_address(peer) in ipaddress.ip_network(one) for one in management)
    try:
        wanted = decide(declared, Peer(peer))
    except Refused:
        assert not inside
        return
    assert inside
    texts = rendered(wanted, 4)
    assert {name: verdict(rules, peer, 22) for name, rules in texts.items()} == dict.fromkeys(texts, "accept")
    assert len({verdict(rules, other, port) for rules in texts.values()}) == 1
