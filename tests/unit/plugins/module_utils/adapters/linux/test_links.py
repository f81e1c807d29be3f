# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bridges and their VLANs as the programs print them.

Recorded: ``ip`` and ``bridge`` of iproute2 6.1 on Linux 6.1, whose bridge was VLAN-aware, with frames sent through it
(which of them arrived is in the docstring of core.trunks.bridges); ``ovs-vsctl`` 3.1 on a database of Open vSwitch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux import links
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.adapters.linux.client import Answer, Linux
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.hypervisors.model import HypervisorNetwork
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks import bridges as host_bridges
from ansible_collections.hostcraft.cloudstack.plugins.module_utils.core.trunks.bridges import HostLinks, Link

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded_links.json").read_text(encoding="utf-8"))


def seen(name: str, *more: Link) -> dict[str, HypervisorNetwork]:
    found = RECORDED[name]
    told = HostLinks((*links.links(found["links"], {}), *more), links.port_vlans(found["vlans"]))
    return {network.name: network for network in host_bridges.networks(told)}


def test_vlans_made_on_a_card_pass_the_bridge_that_the_card_is_in() -> None:
    bridge = seen("on_the_card")["cloudbr1"]
    assert bridge.trunk == ("1-4094",)
    assert bridge.nics == ("eth1",)
    assert bridge.vlans == ("100", "300")
    assert bridge.mtu == 1500


def test_vlans_made_on_a_bridge_need_its_own_entry_and_that_of_its_port() -> None:
    upper = Link("cloudbr7", "bridge")
    network = seen("on_the_bridge", upper, Link("vlan20", "vlan", "cloudbr7", "cloudbr1", 20))["cloudbr7"]
    assert network.trunk == ("1", "100")  # 101-200 are listed for the port alone
    assert network.vlan == 20
    assert network.nics == ("eth1",)
    assert network.vlans == ("20", "100", "300")


def test_an_unread_filter_is_not_taken_for_an_open_one() -> None:
    told = links.links(RECORDED["on_the_bridge"]["links"], {})
    upper = (Link("cloudbr7", "bridge"), Link("vlan20", "vlan", "cloudbr7", "cloudbr1", 20))
    (network,) = (n for n in host_bridges.networks(HostLinks((*told, *upper))) if n.name == "cloudbr7")
    assert network.trunk is None


def test_port_vlans_are_read_compressed_or_one_by_one() -> None:
    assert links.port_vlans(RECORDED["on_the_card"]["vlans"])["eth1"] == ((1, 1), (100, 200))
    one_by_one = [{"ifname": "eth1", "vlans": [{"vlan": n} for n in (1, *range(100, 201))]}]
    assert links.port_vlans(one_by_one) == {"eth1": ((1, 1), (100, 200))}


def test_openvswitch_trunks() -> None:
    ports = links.switch_ports({table: links.rows(found) for table, found in RECORDED["openvswitch"].items()})
    bridges = tuple(Link(name, "openvswitch") for name in ("ovs-system", "cloudbr0", "cloudbr1"))
    cards = tuple(Link(name, master="ovs-system", mtu=9000) for name in ("eth0", "eth1", "eth2"))
    told = HostLinks((*bridges, *cards, Link("vnet0", "tun", "ovs-system")), {}, ports)
    first, second = host_bridges.networks(told)
    assert (first.name, first.trunk, first.nics, first.vlans) == ("cloudbr0", ("1-4094",), ("eth0",), ("100",))
    assert (second.name, second.trunk, second.nics) == ("cloudbr1", ("100-102", "300"), ("eth1", "eth2"))
    assert second.mtu == 9000
    (unread, _other) = host_bridges.networks(HostLinks(told.links))
    assert unread.trunk is None


def test_ways_out() -> None:
    told = HostLinks(
        (
            Link("bond0", "bond", "cloudbr0", mtu=9000),
            Link("eno1", "", "bond0"),
            Link("eno2", "", "bond0", up=False),
            Link("cloudbr0", "bridge"),
            Link("bond0.20", "vlan", "cloudbr1", "bond0", 20),
            Link("cloudbr1", "bridge"),
            Link("wan0", "", "cloudbr2"),
            Link("cloudbr2", "bridge"),
            Link("vnet0", "tun", "cloudbr2"),
            Link("eth5", ""),
        )
    )
    found = {network.name: network for network in host_bridges.networks(told)}
    assert sorted(found) == ["cloudbr0", "cloudbr1", "cloudbr2", "eth5"]
    assert found["cloudbr0"].nics == found["cloudbr1"].nics == ("eno1", "eno2")
    assert found["cloudbr0"].vlans == ("20",)
    assert (found["cloudbr1"].vlan, found["cloudbr1"].trunk) == (20, ("1-4094",))
    assert found["cloudbr2"].nics == ()  # the agent sees no card in wan0
    assert (found["eth5"].kind, found["eth5"].nics) == ("nic", ("eth5",))
    assert [(nic.name, nic.bond, nic.up) for nic in host_bridges.nics(told)] == [
        ("bond0", None, True),
        ("eno1", "bond0", True),
        ("eno2", "bond0", False),
        ("wan0", None, True),
        ("vnet0", None, True),
        ("eth5", None, True),
    ]


def test_a_pair_into_a_filtering_bridge_is_followed() -> None:
    """A host whose cards are plugged into a bridge of the same machine."""
    told = HostLinks(
        (
            Link("cloudbr1", "bridge"),
            Link("eth1", "veth", "cloudbr1", "far1"),
            Link("far1", "veth", "br0", "eth1"),
            Link("eno1", "", "br0"),
            Link("br0", "bridge", filtering=True),
        ),
        {"far1": ((100, 199),), "eno1": ((150, 300),), "br0": ((1, 1),)},
    )
    (network,) = (each for each in host_bridges.networks(told) if each.name == "cloudbr1")
    assert network.trunk == ("150-199",)


class Machine(Linux):
    """A machine that answers from recordings."""

    def __init__(self, **answers: str) -> None:
        super().__init__()
        self.answers = answers

    def run(self, *command: str) -> Answer | None:
        return Answer(0, self.answers[command[0]]) if command[0] in self.answers else None

    def read(self, path: str) -> str | None:
        files = {
            "/sys/class/net/eth1/speed": "10000\n",
            "/etc/cloudstack/agent/agent.properties": "guest.network.device=cloudbr1\nkeystore.passphrase=no\n",
        }
        return files.get(path)

    def listed(self, pattern: str) -> tuple[str, ...]:
        return ("/sys/class/net/eth1/speed", "/sys/class/net/lo/speed")


def test_a_host_is_read() -> None:
    found = RECORDED["on_the_card"]
    entries = [{**each, "addr_info": [{"local": "10.0.0.7", "scope": "global"}]} for each in found["links"][-1:]]
    machine = Machine(ip=json.dumps([*found["links"][:-1], *entries]), bridge=json.dumps(found["vlans"]))
    network = links.read_network(machine, "kvm1")
    assert network is not None
    assert (network.name, network.addresses, dict(network.devices)) == ("kvm1", ("10.0.0.7",), {"Guest": "cloudbr1"})
    assert [nic.speed for nic in network.nics if nic.name == "eth1"] == [10000]


@pytest.mark.parametrize("answers", [{}, {"ip": "Option -json is unknown"}])
def test_a_host_without_answers_is_none(answers: dict[str, str]) -> None:
    assert links.read_network(Machine(**answers), "kvm1") is None
