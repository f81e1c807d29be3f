# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of a load balancer: what is refused, what it says, and whose the present one is."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import (
    HostcraftError,
    InvalidValue,
    NotFound,
    Refused,
    Unreadable,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers import balanced, load_balancer
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.servers.load_balancer import (
    Declaration,
    Found,
    Node,
    configuration,
)

PLAIN = Declaration(nodes=(Node("ms1", "10.1.0.5"), Node("ms2", "fd00::6")))
PATH = "/etc/haproxy/haproxy.cfg"


def section(text: str, head: str) -> list[str]:
    found = re.search(rf"^{head}\n((?:    .*\n)*)", text, re.MULTILINE)
    assert found, head
    return [line.strip() for line in found[1].splitlines()]


def test_users_and_agents_stay_at_their_node_and_a_broken_node_is_out() -> None:
    text = configuration(replace(PLAIN, out=("ms2",)))
    web, agents = section(text, "backend cloudstack_web"), section(text, "backend cloudstack_agents")
    assert "cookie CLOUDSTACKNODE insert indirect nocache httponly" in web
    assert {"balance source", "hash-type consistent", "mode tcp"} <= set(agents)
    for lines in (web, agents):
        assert "http-check expect status 401" in lines
        assert any(line.startswith("http-check send") and "/client/api?" in line for line in lines)
    assert [line for line in web if line.startswith("server ")] == [
        "server ms1 10.1.0.5:8080 cookie ms1",
        "server ms2 [fd00::6]:8080 cookie ms2 disabled",
    ]
    assert [line for line in agents if line.startswith("server ")] == [
        "server ms1 10.1.0.5:8250",
        "server ms2 [fd00::6]:8250 disabled",
    ]


def test_https_stands_where_there_is_a_certificate() -> None:
    declared = replace(PLAIN, http_ports=(80, 8080), addresses=("10.1.0.100",))
    assert "bind 10.1.0.100:8080" in section(configuration(declared), "frontend cloudstack_web")
    assert "redirect" not in configuration(declared)
    secured = configuration(replace(declared, certificate="/etc/haproxy/cloudstack-1.pem"))
    assert "bind 10.1.0.100:443 ssl crt /etc/haproxy/cloudstack-1.pem alpn h2,http/1.1" in secured
    assert "http-request redirect scheme https code 301 if { dst_port 80 } !{ ssl_fc }" in secured


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nodes": ()}, "no_nodes"),
        ({"nodes": (Node("ms1", "10.1.0.5"), Node("ms1", "10.1.0.6"))}, "name_twice"),
        ({"nodes": (Node("ms1", "a.example"), Node("ms2", "A.example"))}, "address_twice"),
        ({"out": ("ms3",)}, "unknown_node"),
        ({"out": ("ms1", "ms2")}, "all_out"),
        ({"http_ports": (8080, 8250)}, "port_twice"),
        ({"http_ports": ()}, "no_port"),
        ({"http_ports": (8080, 8096)}, "unauthenticated_port"),
        ({"node_port": 8096}, "unauthenticated_port"),
    ],
)
def test_what_would_do_harm_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        configuration(replace(PLAIN, **changes))
    assert [reason.code for reason in refused.value.reasons] == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"nodes": (Node("ms1 backup", "10.1.0.5"),)},
        {"nodes": (Node("ms1", "10.1.0.5:8080 check\n"),)},
        {"nodes": (Node("ms1", "2130706433"),)},
        {"stickiness": "none"},
        {"http_ports": (0,)},
        {"addresses": ("vip",)},
        {"certificate": "/etc/x y"},
        {"log": ("a\nb",)},
    ],
)
def test_what_haproxy_would_read_otherwise_is_no_value(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue):
        configuration(replace(PLAIN, **changes))


@given(name=st.text(max_size=20), address=st.text(max_size=30), out=st.text(max_size=8))
def test_nothing_declared_becomes_a_line_of_its_own(name: str, address: str, out: str) -> None:
    lines = configuration(PLAIN).count("\n")
    try:
        text = configuration(replace(PLAIN, nodes=(Node(name, address), *PLAIN.nodes), out=(out,)))
    except HostcraftError:
        return
    assert text.count("\n") == lines + 2


@given(first=st.integers(1, 9000), second=st.integers(1, 9000))
def test_another_configuration_has_another_description(first: int, second: int) -> None:
    texts = [configuration(replace(PLAIN, node_port=port)) for port in (first, second) if port != 8096]
    labels = [balanced.loaded(f"Name: HAProxy\n{line.capitalize()}") for text in texts for line in labelled(text)]
    assert len(labels) == len(texts)
    assert all(labels)
    assert len(set(labels)) == len(set(texts))


def labelled(text: str) -> list[str]:
    return [f"description: {line.split()[1]}" for line in section(text, "global") if line.startswith("description ")]


@pytest.mark.parametrize(
    ("found", "whose"),
    [
        (Found(None), "absent"),
        (Found("", installed=True), "absent"),
        (Found(configuration(PLAIN), installed=True, verified=(f"??5?????? c {PATH}",)), "ours"),
        (Found("defaults\n", installed=True, verified=("??5?????? c /etc/default/haproxy",)), "packaged"),
        (Found("defaults\n", installed=True, verified=(f"??5?????? c {PATH}",)), "foreign"),
        (Found("defaults\n", installed=True, verified=(f"S.5....T.  c {PATH}",)), "foreign"),
        (Found("listen shop\n"), "foreign"),
    ],
)
def test_whose_the_configuration_is(found: Found, whose: str) -> None:
    assert load_balancer.standing(PATH, found) == whose
    refused = [each.code for each in load_balancer.problems(PATH, found)]
    assert refused == (["foreign_configuration"] if whose == "foreign" else [])
    assert load_balancer.problems(PATH, found, overwrite=True) == []


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('CONFIG="/etc/haproxy/shop.cfg"', ("/etc/haproxy/shop.cfg",)),
        (f"CONFIG={PATH} -f /etc/haproxy/conf.d", ()),
        ("#CONFIG=/etc/x", ()),
        ("", ()),
    ],
)
def test_a_file_that_the_service_does_not_read_is_named(line: str, read: tuple[str, ...]) -> None:
    reasons = load_balancer.problems(PATH, Found(None, settings=(line,)))
    assert [each.facts["read"] for each in reasons] == ([list(read)] if read else [])


STAT = """# pxname,svname,scur,status,check_status,check_code,
cloudstack_web,FRONTEND,3,OPEN,,,
cloudstack_web,ms1,2,UP,L7OK,401,
cloudstack_web,ms2,1,DOWN 1/2,L7STS,503,
cloudstack_web,BACKEND,3,UP,,,
cloudstack_agents,ms1,4,UP,L4OK,,
cloudstack_agents,ms2,0,DOWN,L7STS,503,
shop,ms3,0,UP,,,

"""


def test_nodes_are_read() -> None:
    first, second = balanced.nodes(STAT)
    assert (first.name, first.serves, first.web.sessions, first.web.check) == ("ms1", True, 2, "L7OK 401")
    assert (second.name, second.serves, second.web.state) == ("ms2", False, "ready")
    assert balanced.commands(first, "ready") == ()
    assert balanced.commands(first, "drain") == (
        "set server cloudstack_web/ms1 state drain",
        "set server cloudstack_agents/ms1 state drain",
    )
    assert not balanced.others_serve((first, second), "ms1")
    half = balanced.nodes(STAT.replace("ms1,2,UP,", "ms1,2,MAINT,"))[0]
    assert balanced.commands(half, "maint") == ("set server cloudstack_agents/ms1 state maint",)
    with pytest.raises(NotFound, match="ms1"):
        balanced.named((first, second), "ms11")


@given(answer=st.text() | st.sampled_from([STAT[:40], STAT.replace("cloudstack_agents", "x"), "Permission denied\n"]))
def test_another_answer_is_told(answer: str) -> None:
    with pytest.raises(Unreadable):
        balanced.nodes(answer)
