# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network change as data, what speaks against beginning one, and how it is shown."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.errors import InvalidValue
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.model import (
    BACKENDS,
    IFUPDOWN,
    NETWORKD,
    NETWORKMANAGER,
    NetworkChange,
    NetworkLink,
    change_of,
    expanded,
    parameters,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.preflight import (
    Preflight,
    refusals,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.show import (
    masked,
    shown,
    shown_after,
)
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.machine_network.change.state import (
    LinkState,
    RunningState,
)

Json = dict[str, Any]
GOOD: Json = {
    "backend": "networkd",
    "files": [{"path": "/etc/systemd/network/10-host.network", "content": "[Match]\nName=eth0\n", "mode": "0640"}],
    "absent": ["/etc/systemd/network/20-other.network"],
    "commands": [["ovs-vsctl", "--may-exist", "add-br", "guests"]],
    "doomed": ["cloudbr7"],
    "links": [{"name": "cloudbr0", "kind": "bridge", "ports": ["eth0"], "addresses": ["192.0.2.10/24"], "mtu": 1500}],
    "address": "192.0.2.10",
    "probes": [{"name": "management", "tcp": "192.0.2.5:8250"}, {"name": "storage", "command": ["true"]}],
    "shared": ["192.0.2.10", "2001:db8::/64"],
}
CARD = LinkState("eth0", up=True, carrier=True, addresses=("192.0.2.10/24",))
BRIDGE = NetworkLink("cloudbr0", "bridge", ("eth0",), ("192.0.2.10/24",))


def test_parameters_are_the_change_and_the_change_is_its_parameters() -> None:
    assert parameters(change_of(GOOD)) == GOOD
    least = {"backend": "ifupdown", "files": []}
    assert change_of(least) == NetworkChange(IFUPDOWN)


@pytest.mark.parametrize(
    ("parameter", "wrong"),
    [
        ("backend", {"backend": "wicked"}),
        ("files", {"files": [{"path": "/etc/passwd", "content": ""}]}),
        ("files", {"files": [{"path": "/etc/systemd/network/../passwd.network", "content": ""}]}),
        ("files", {"files": GOOD["files"] * 2}),
        ("files", {"absent": [GOOD["files"][0]["path"]]}),
        ("files.mode", {"files": [{**GOOD["files"][0], "mode": "rw"}]}),
        ("absent", {"absent": ["/etc/systemd/network/deeper/10.network"]}),
        ("doomed", {"doomed": ["lo"]}),
        ("shared", {"shared": ["everybody"]}),
        ("doomed", {"doomed": ["a name of more than fifteen"]}),
        ("links", {"links": [{"name": "eth0/1"}]}),
        ("links.cloudbr0.addresses", {"links": [{"name": "cloudbr0", "addresses": ["192.0.2.10"]}]}),
        ("links.cloudbr0.addresses", {"links": [{"name": "cloudbr0", "addresses": ["192.0.2.300/24"]}]}),
        ("probes", {"probes": [{"name": "neither"}]}),
        ("probes", {"probes": [{"name": "both", "tcp": "192.0.2.5:22", "command": ["true"]}]}),
        ("probes", {"probes": [{"name": "no port", "tcp": "192.0.2.5"}]}),
    ],
)
def test_contradictions_are_refused_by_their_parameter(parameter: str, wrong: Json) -> None:
    with pytest.raises(InvalidValue) as refused:
        change_of({**GOOD, **wrong})
    assert refused.value.details["parameter"] == parameter


def test_a_backend_owns_its_files_and_none_below_them() -> None:
    owned = {
        "ifupdown": "/etc/network/interfaces.d/eth0",
        "ifupdown2": "/etc/network/interfaces",
        "netplan": "/etc/netplan/90-cloudstack.yaml",
        "networkd": "/etc/systemd/network/10-cloudbr0.netdev",
        "networkmanager": "/etc/NetworkManager/system-connections/bond0.nmconnection",
    }
    assert set(owned) == set(BACKENDS)
    for name, path in owned.items():
        assert BACKENDS[name].owns(path)
        assert not BACKENDS[name].owns(path.replace("/etc/", "/etc/deeper/"))
        folder, _slash, file = path.rpartition("/")
        assert not BACKENDS[name].owns(f"{folder}/deeper/{file}")


def test_commands_get_their_lists_and_go_where_these_are_empty() -> None:
    commands = (("ifup", "--force", "{coming}"), ("nmcli", "up", "uuid", "{each active}"), ("netplan", "apply"))
    lists = {"coming": ("eth0", "eth1"), "active": ("1", "2")}
    assert expanded(commands, lists) == (
        ("ifup", "--force", "eth0", "eth1"),
        ("nmcli", "up", "uuid", "1"),
        ("nmcli", "up", "uuid", "2"),
        ("netplan", "apply"),
    )
    assert expanded(commands, {}) == (("netplan", "apply"),)


def test_ifup_forgets_what_it_is_to_bring_up() -> None:
    """It leaves alone what its list has, such as what an ifdown that was killed did not come to."""
    lists = {"leaving": ("eth0", "bond0"), "coming": ("bond0", "bond0.7")}
    forget = ("ifdown", "--force", "--interfaces=/dev/null", "bond0", "bond0.7")
    before = expanded(IFUPDOWN.before, lists)
    # After ifdown by the old files, which needs to know what is there.
    assert before == (("ifdown", "--force", "eth0", "bond0"), forget)
    undo = expanded(IFUPDOWN.undo, lists)
    assert undo.index(forget) > undo.index(("ifdown", "--force", "bond0", "bond0.7"))
    assert expanded(IFUPDOWN.before, {"leaving": ("eth0",)}) == (("ifdown", "--force", "eth0"),)


def codes(change: NetworkChange, *links: LinkState, **seen: Any) -> list[str]:
    state = RunningState({link.name: link for link in links})
    return [reason.code for reason in refusals(change, Preflight(state, **{"via": "192.0.2.10", **seen}))]


def test_what_may_be_begun() -> None:
    assert codes(NetworkChange(NETWORKD, links=(BRIDGE,)), CARD) == []
    # Where nothing is promised, nothing is judged: only the outcome tells.
    assert codes(NetworkChange(NETWORKD), CARD) == []
    # An unset address leaves alone; DHCP may give it.
    assert codes(NetworkChange(NETWORKD, links=(NetworkLink("eth0", mtu=9000),)), CARD) == []
    # Not come by network, as on a console.
    assert codes(NetworkChange(NETWORKD, links=(NetworkLink("eth0", addresses=("192.0.2.9/24",)),)), CARD, via="") == []


def test_what_may_not() -> None:
    change = NetworkChange(NETWORKD, links=(BRIDGE,))
    assert codes(change, CARD, has_program=False) == ["backend_absent"]
    assert codes(change, CARD, unit_active=False) == ["backend_inactive"]
    assert codes(change, CARD, complaints=("line 3: what is this", "line 4: nor this")) == ["syntax", "syntax"]
    typo = NetworkLink("cloudbr1", "bridge", ("eth11",))
    assert codes(NetworkChange(NETWORKD, links=(BRIDGE, typo)), CARD) == ["port_missing"]
    gone = NetworkChange(NETWORKD, doomed=("bond0",), links=(BRIDGE, NetworkLink("cloudbr1", ports=("bond0",))))
    assert codes(gone, CARD, LinkState("bond0", "bond")) == ["port_missing"]


@pytest.mark.parametrize(
    "links",
    [
        (NetworkLink("eth0", addresses=("192.0.2.11/24",)),),
        (NetworkLink("cloudbr0", "bridge", ("eth0",), ("198.51.100.1/24",)),),
        # Deeper: the card goes into a bond, that into a bridge, and that has another address.
        (NetworkLink("bond0", "bond", ("eth0",)), NetworkLink("cloudbr0", "bridge", ("bond0",), ("198.51.100.1/24",))),
    ],
)
def test_the_address_of_the_connection_has_to_be_somewhere(links: tuple[NetworkLink, ...]) -> None:
    assert codes(NetworkChange(NETWORKD, links=links), CARD) == ["address_lost"]
    moved = NetworkChange(NETWORKD, links=links, address=links[-1].addresses[0].split("/")[0])
    assert codes(moved, CARD) == []


def test_a_leased_address_beside_others_is_somewhere() -> None:
    told = NetworkLink("cloudbr0", "bridge", ("eth0",), ("198.51.100.7/28",), dynamic=True)
    assert codes(NetworkChange(NETWORKD, links=(told,)), CARD) == []
    without = dataclasses.replace(told, dynamic=False)
    assert codes(NetworkChange(NETWORKD, links=(without,)), CARD) == ["address_lost"]
    given = parameters(NetworkChange(NETWORKD, links=(told,)))
    assert change_of(given).links == (told,)


def test_a_way_back_over_cards_without_carrier_is_none() -> None:
    dead = LinkState("eth1", up=True)
    onto = NetworkChange(NETWORKD, links=(NetworkLink("cloudbr0", "bridge", ("eth1",), ("192.0.2.10/24",)),))
    assert codes(onto, CARD, dead) == ["no_carrier"]
    # A card that is down shows no carrier; the change will bring it up.
    assert codes(onto, CARD, LinkState("eth1")) == []
    both = NetworkChange(NETWORKD, links=(NetworkLink("cloudbr0", "bridge", ("eth0", "eth1"), ("192.0.2.10/24",)),))
    assert codes(both, CARD, dead) == []


def test_interfaces_are_shown_as_they_are_and_as_promised() -> None:
    state = RunningState({"eth0": CARD, "old": LinkState("old", "bridge"), "tap": LinkState("tap", "tun")})
    assert shown(state, {"eth0", "old"}) == "eth0: card up mtu 1500 192.0.2.10/24\nold: bridge down mtu 1500\n"
    after = shown_after(NetworkChange(NETWORKD, doomed=("old",), links=(BRIDGE,)), state)
    assert after.splitlines() == [
        "cloudbr0: bridge up mtu 1500 192.0.2.10/24",
        "eth0: card up mtu 1500 master cloudbr0 192.0.2.10/24",
    ]


def test_secrets_of_files_do_not_show() -> None:
    text = "[wifi-security]\npsk=hush\nkey-mgmt=wpa-psk\n\n  wpa-psk hush\n    password: hush\nmtu=1500\n"
    assert "hush" not in masked(text)
    assert "mtu=1500" in masked(text)
    assert NETWORKMANAGER.owns("/etc/NetworkManager/conf.d/10.conf")
