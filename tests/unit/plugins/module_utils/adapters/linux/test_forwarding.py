# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which firewalls drop what bridges pass on, read from what iptables and nft print."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.forwarding import (
    forwarding_of,
    of_iptables,
    of_nftables,
    read_forwarding,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine.facts import Forwarding
from unit.plugins.module_utils.adapters.linux.test_gateway import Texts

DOCKER = """\
-P INPUT ACCEPT
-P FORWARD DROP
-P OUTPUT ACCEPT
-N DOCKER
-N DOCKER-FORWARD
-N DOCKER-USER
-N LIBVIRT_FWX
-A FORWARD -j LIBVIRT_FWX
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-FORWARD -o docker0 -j DOCKER
-A LIBVIRT_FWX -i virbr0 -o virbr0 -j ACCEPT
"""
POLICY = "iptables FORWARD (policy DROP)"
FIREWALLD = """\
table inet firewalld {
\tchain filter_FORWARD {
\t\ttype filter hook forward priority filter + 10; policy accept;
\t\tct state { established, related } accept
\t\tiifname "lo" accept
\t\tjump filter_FORWARD_POLICIES
\t\treject with icmpx admin-prohibited
\t}

\tchain filter_FWD_public_allow {
\t\toifname "cloudbr0" accept
\t}
}
"""


def through_iptables(text: str) -> Forwarding:
    return forwarding_of([of_iptables(text)])


def through_nftables(text: str, known: tuple[tuple[str, str], ...] = ()) -> Forwarding:
    return forwarding_of(of_nftables(text, known))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-P FORWARD ACCEPT\n", Forwarding()),
        (DOCKER, Forwarding((POLICY,), ("docker0", "virbr0"))),
        (
            f"{DOCKER}-A DOCKER-USER -i cloudbr0 -o cloudbr0 -j ACCEPT\n",
            Forwarding((POLICY,), ("cloudbr0", "docker0", "virbr0")),
        ),
        (f"{DOCKER}-A DOCKER-USER -i cloudbr+ -j ACCEPT\n", Forwarding((POLICY,), ("cloudbr*", "docker0", "virbr0"))),
        (f'{DOCKER}-A FORWARD -m physdev --physdev-is-bridged -m comment --comment "a b" -j ACCEPT\n', Forwarding()),
        # A way through by another device than the jump is none.
        (
            "-P FORWARD DROP\n-A FORWARD -i eth7 -j X\n-A X -i cloudbr0 -j ACCEPT\n-A X -j ACCEPT\n",
            Forwarding((POLICY,), ("eth7",)),
        ),
        ("-P FORWARD DROP\n-A FORWARD -p tcp -j ACCEPT\n-A FORWARD -i a -o b -j ACCEPT\n", Forwarding((POLICY,))),
        (
            "-P FORWARD ACCEPT\n-A FORWARD -j REJECT --reject-with icmp-host-prohibited\n",
            Forwarding(("iptables FORWARD (its rule REJECT)",)),
        ),
        ("-P FORWARD DROP\n-A FORWARD -j FORWARD\n", Forwarding((POLICY,))),
        (
            "-P FORWARD ACCEPT\n-A FORWARD -j LOGDROP\n-A LOGDROP -m limit --limit 1/s -j LOG\n-A LOGDROP -j DROP\n",
            Forwarding(("iptables FORWARD (its rule DROP in LOGDROP)",)),
        ),
        (
            "-P FORWARD ACCEPT\n-A FORWARD -g DENY\n-A FORWARD -i cloudbr0 -j ACCEPT\n-A DENY -j REJECT\n",
            Forwarding(("iptables FORWARD (its rule REJECT in DENY)",)),
        ),
        # What is behind a goto, or behind the rule that drops all, lets nobody through.
        ("-P FORWARD DROP\n-A FORWARD -g X\n-A FORWARD -i a -j ACCEPT\n-A X -i b -j RETURN\n", Forwarding((POLICY,))),
        (
            "-P FORWARD ACCEPT\n-A FORWARD -j DROP\n-A FORWARD -i cloudbr0 -o cloudbr0 -j ACCEPT\n",
            Forwarding(("iptables FORWARD (its rule DROP)",)),
        ),
        ("-P FORWARD ACCEPT\n-A FORWARD -j ACCEPT\n-A FORWARD -j DROP\n", Forwarding()),
        ("-P FORWARD ACCEPT\n-A FORWARD -j X\n-A FORWARD -j DROP\n-A X -i a -j RETURN\n-A X -j ACCEPT\n", Forwarding()),
        (
            "-P FORWARD ACCEPT\n-A FORWARD ! -i docker0 -j DROP\n",
            Forwarding(("iptables FORWARD (its rule DROP)",), ("docker0",)),
        ),
        ("-P FORWARD DROP\n-A FORWARD -m comment --comment \"it's -j ACCEPT\n-A FORWARD -j\n", Forwarding((POLICY,))),
    ],
)
def test_iptables(text: str, found: Forwarding) -> None:
    assert through_iptables(text) == found


def chain(family: str, policy: str, *rules: str, more: str = "") -> str:
    lines = "".join(
        f"\t\t{rule}\n" for rule in ("type filter hook forward priority filter; policy " + policy + ";", *rules)
    )
    return f"table {family} f {{\n{more}\tchain c {{\n{lines}\t}}\n}}\n"


def test_nftables() -> None:
    # What accepts cloudbr0 is a chain that nobody jumps to.
    why = "nftables inet firewalld filter_FORWARD (its rule reject with icmpx admin-prohibited)"
    assert through_nftables(FIREWALLD) == Forwarding((why,), ("lo",))
    jumping = FIREWALLD.replace("jump filter_FORWARD_POLICIES", "jump filter_FWD_public_allow")
    assert through_nftables(jumping) == Forwarding((why,), ("cloudbr0", "lo"))
    owned = jumping.replace("firewalld {", "firewalld { # progname firewalld")
    assert through_nftables(owned) == Forwarding((why,), ("cloudbr0", "lo"))
    dropping = "table ip filter {\n\tchain f {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n"
    assert through_nftables(dropping) == Forwarding(("nftables ip filter f (policy drop)",))
    assert through_nftables(dropping, (("ip", "filter"),)) == Forwarding()
    assert through_nftables(dropping.replace("hook forward", "hook input")) == Forwarding()


@pytest.mark.parametrize("family", ["ip", "ip6", "inet", "bridge"])
@pytest.mark.parametrize(
    ("rule", "excepted"),
    [
        ('iifname { "cloudbr0", "cloudbr1" } accept', ("cloudbr0", "cloudbr1")),
        ('iifname "cloudbr*" accept', ("cloudbr*",)),
        ('iif "cloudbr0" accept', ("cloudbr0",)),
        ('iifname "cloudbr0" oifname "cloudbr0" counter packets 5 bytes 300 accept', ("cloudbr0",)),
        ('iifname "cloudbr0" counter accept comment "a \\; b"', ("cloudbr0",)),
        ('meta ibrname "cloudbr0" log prefix "x: " level info accept', ("cloudbr0",)),
        ("iifname @bridges accept", ("cloudbr0", "cloudbr7")),
        ('iifname "a" oifname "b" accept', ()),
        ('iifname "cloudbr0" tcp dport 22 accept', ()),
        ('iifname "cloudbr0" limit rate 5/second accept', ()),
        ("ct state established accept", ()),
        ("", ()),
    ],
)
def test_who_is_let_through_by_nftables(family: str, rule: str, excepted: tuple[str, ...]) -> None:
    named = '\tset bridges {\n\t\ttype ifname\n\t\telements = { "cloudbr0",\n\t\t\t     "cloudbr7" }\n\t}\n'
    found = through_nftables(chain(family, "drop", rule, more=named))
    assert found == Forwarding((f"nftables {family} f c (policy drop)",), excepted)


def test_the_rule_that_drops_is_told() -> None:
    jumped = '\tchain deny {\n\t\tlog flags all drop comment "no"\n\t}\n'
    text = chain("inet", "accept", "jump deny", 'iifname "x" accept', more=jumped)
    assert through_nftables(text) == Forwarding(("nftables inet f c (its rule drop in deny)",))
    assert through_nftables(chain("inet", "accept", "drop", 'iifname "x" accept')) == Forwarding(
        ("nftables inet f c (its rule drop)",)
    )
    assert through_nftables(chain("inet", "accept", 'iifname != "x" drop')).excepted == ("x",)


def test_packets_of_ipv6_have_a_firewall_of_their_own() -> None:
    accepting, dropping = Answer(0, "-P FORWARD ACCEPT\n"), Answer(0, "-P FORWARD DROP\n")
    answers = {"iptables -S": accepting, "ip6tables -S": dropping}
    assert read_forwarding(Texts(answers=answers)) == Forwarding(("ip6tables FORWARD (policy DROP)",))
    off = {"/proc/sys/net/bridge/bridge-nf-call-ip6tables": "0\n"}
    assert read_forwarding(Texts(off, answers=answers)) == Forwarding()
    nft = {"iptables -S": accepting, "nft": Answer(0, chain("ip6", "drop"))}
    assert read_forwarding(Texts(answers=nft)) == Forwarding(("nftables ip6 f c (policy drop)",))
    assert read_forwarding(Texts(off, answers=nft)) == Forwarding()


def test_who_is_let_through_is_let_through_by_all() -> None:
    jumping = FIREWALLD.replace("jump filter_FORWARD_POLICIES", "jump filter_FWD_public_allow")
    host = Texts(
        answers={
            "iptables -S": Answer(0, f"{DOCKER}-A FORWARD -i cloudbr+ -j ACCEPT\n"),
            "nft": Answer(0, jumping),
        }
    )
    assert read_forwarding(host) == Forwarding(
        (POLICY, "nftables inet firewalld filter_FORWARD (its rule reject with icmpx admin-prohibited)"), ("cloudbr0",)
    )


def test_what_cannot_be_asked_is_not_known() -> None:
    assert read_forwarding(Texts()) is None
    assert read_forwarding(Texts(answers={"iptables": Answer(4, "", "Permission denied (you must be root)")})) is None
    assert read_forwarding(Texts(answers={"nft": Answer(0, "")})) == Forwarding()
