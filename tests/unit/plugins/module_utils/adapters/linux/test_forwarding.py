# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which firewalls drop what bridges pass on, read from what iptables and nft print."""

from __future__ import annotations

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.forwarding import (
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("-P FORWARD ACCEPT\n", Forwarding()),
        (DOCKER, Forwarding((POLICY,), ("docker0", "virbr0"))),
        (
            f"{DOCKER}-A DOCKER-USER -i cloudbr0 -o cloudbr0 -j ACCEPT\n",
            Forwarding((POLICY,), ("cloudbr0", "docker0", "virbr0")),
        ),
        (
            f'{DOCKER}-A FORWARD -m physdev --physdev-is-bridged -m comment --comment "a b" -j ACCEPT\n',
            Forwarding((POLICY,), ("*", "docker0", "virbr0")),
        ),
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
    ],
)
def test_iptables(text: str, found: Forwarding) -> None:
    assert of_iptables(text) == found


def test_nftables() -> None:
    assert of_nftables(FIREWALLD) == [
        Forwarding(
            ("nftables inet firewalld filter_FORWARD (its rule reject with icmpx admin-prohibited)",),
            ("cloudbr0", "lo"),
        )
    ]
    dropping = "table ip filter {\n\tchain f {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n"
    assert of_nftables(dropping) == [Forwarding(("nftables ip filter f (policy drop)",))]
    assert of_nftables(dropping, {("ip", "filter")}) == []
    assert of_nftables(dropping.replace("hook forward", "hook input")) == []


def test_who_is_let_through_is_let_through_by_all() -> None:
    host = Texts(
        answers={
            "iptables -S": Answer(0, f"{DOCKER}-A FORWARD -i cloudbr0 -j ACCEPT\n"),
            "nft": Answer(0, FIREWALLD),
        }
    )
    assert read_forwarding(host) == Forwarding(
        (POLICY, "nftables inet firewalld filter_FORWARD (its rule reject with icmpx admin-prohibited)"), ("cloudbr0",)
    )


def test_what_cannot_be_asked_is_not_known() -> None:
    assert read_forwarding(Texts()) is None
    assert read_forwarding(Texts(answers={"iptables": Answer(4, "", "Permission denied (you must be root)")})) is None
    assert read_forwarding(Texts(answers={"nft": Answer(0, "")})) == Forwarding()
